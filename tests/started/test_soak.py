"""Two minutes of a bad day: whatever Catena does, nothing breaks, and all is there again afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import rig

pytestmark = pytest.mark.started
SECONDS = 800
"""Two minutes, and as long as the dashboard may take to ask again after the longest failures."""


@pytest.mark.timeout(SECONDS + 60)
def test_two_minutes_of_faults(tmp_path: Path) -> None:
    kept = tmp_path / "soak.json"
    command = [
        "-m",
        "benchmarks.soak",
        "2",
        "--vehicles",
        "1200",
        "--viewers",
        "6",
        "--seed",
        "2",
        "--json",
        str(kept),
    ]
    soak = subprocess.Popen([sys.executable, *command], cwd=rig.ROOT, stdout=subprocess.DEVNULL)
    try:
        soak.wait(SECONDS)
    finally:
        soak.terminate()  # it ends what it has started
        soak.wait(30)
    found = json.loads(kept.read_text())
    assert found["wrong"] == []
    assert found["visits"] > 0
    assert sum(len(one["faults"]) for one in found["episodes"]) >= 5
    assert soak.returncode == 0
