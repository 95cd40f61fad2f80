"""What the image would do, done without Docker: its files, its environment and its command in a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import rig
from tests.deploy.test_files import copied, environment, last

pytestmark = pytest.mark.started


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_it_starts_answers_the_health_check_and_writes_nothing_beside_its_data(tmp_path: Path) -> None:
    app, home = tmp_path / "app", tmp_path / "home"
    app.mkdir()
    home.mkdir()
    for sources, target in copied():
        for source in sources:
            place = app / target / Path(source).name if target == "./" else app / target
            if source == "requirements.txt":
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if (rig.ROOT / source).is_dir():
                shutil.copytree(rig.ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(rig.ROOT / source, place)
    port = str(rig.free_port())
    environ = environment() | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "CATENA_DATA_FOLDER": str(tmp_path / "data"),
        "STREAMLIT_SERVER_PORT": port,
        "STREAMLIT_SERVER_BASE_URL_PATH": "maps",
    }
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])

    def healthy() -> subprocess.CompletedProcess[str]:
        return subprocess.run(check, cwd=app, env=environ, capture_output=True, text=True, check=False)

    before = files(app)
    assert healthy().returncode == 1
    url = f"http://127.0.0.1:{port}/maps"
    server = rig.start(json.loads(last("CMD")), environ, tmp_path / "log", url, app)
    try:
        server.wait_until(f"{url}/healthz")
        answer = healthy()
        assert (answer.returncode, answer.stderr) == (0, "")
        server.wait_until(f"{url}/readyz")
    finally:
        server.stop()
    assert files(app) == before
    assert files(home) == {}
