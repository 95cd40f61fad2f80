"""What is written to the log is of the level that was asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

SPEAKING = """
import logging, sys
from dashboard.runtime import logs
logs.set_level(sys.argv[1])
for level in ("debug", "info", "warning", "error"):
    getattr(logging.getLogger("dashboard.some.part"), level)(f"said as {level}")
logging.getLogger("another").info("by others")
"""


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_what_is_below_the_level_is_left_out(level, lines):
    spoken = subprocess.run(
        [sys.executable, "-c", SPEAKING, level], capture_output=True, text=True, check=True
    ).stderr.splitlines()
    assert len(spoken) == lines
    assert spoken[-1].endswith("ERROR dashboard.some.part: said as error")
