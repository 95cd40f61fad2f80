"""What the image would do, done without Docker: its files, its environment and its command in a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.browser import rig
from tests.deploy.test_files import copied, environment, last

pytestmark = [pytest.mark.started, pytest.mark.slow]


# As a container is: nothing can be written but /tmp and the data, and the user is nobody. Where the Python of the tests
# lies in a folder of root's alone, it is seen at its place all the same.
SEALED = """
set -e
python=$1 app=$2 data=$3
shift 3
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/app /mnt/data /mnt/python
mount --bind "$app" /mnt/app
mount --bind "$data" /mnt/data
mount --bind "$python" /mnt/python
case $python in /root/*)
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$python"
    mount --bind /mnt/python "$python"
esac
mount -t tmpfs -o mode=1777 tmpfs /tmp
for place in / /mnt /mnt/app /mnt/python; do mount -o remount,bind,ro "$place"; done
cd /mnt/app
exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all "$@"
"""
SEALING = os.geteuid() == 0 and not [
    name for name in ("unshare", "setpriv", "mount") if shutil.which(name) is None
]


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """What the image has in its folder."""
    app = tmp_path / "app"
    app.mkdir()
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
    return app


def test_it_starts_answers_the_health_check_and_writes_nothing_beside_its_data(
    tmp_path: Path, app: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
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


@pytest.mark.skipif(not SEALING, reason="needs root, unshare and setpriv: it mounts file systems")
def test_nobody_can_run_it_where_only_the_data_and_tmp_can_be_written(tmp_path: Path, app: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 10001, 10001)
    port = str(rig.free_port())
    environ = environment() | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CATENA_DATA_FOLDER": "/mnt/data",
        "CATENA_CLIENT_ID": "id",
        "CATENA_CLIENT_SECRET": "of the tests",
        "CATENA_API_URL": "http://127.0.0.1:9",
        "CATENA_AUTH_URL": "http://127.0.0.1:9",
        "STREAMLIT_SERVER_PORT": port,
        "STREAMLIT_SERVER_BASE_URL_PATH": "maps",
    }
    python = Path(sys.executable).resolve().parents[1]
    sealed = ["unshare", "--mount", "sh", "-c", SEALED, "sh", str(python), str(app), str(data)]
    url = f"http://127.0.0.1:{port}/maps"
    server = rig.start([*sealed, *json.loads(last("CMD"))], environ, tmp_path / "log", url, app)
    try:
        server.wait_until(f"{url}/healthz")
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        assert "Uid:\t10001\t10001\t10001\t10001\n" in status
        assert "CapEff:\t0000000000000000\n" in status
        assert httpx.get(f"{url}/healthz").text == "up"
    finally:
        server.stop()
    assert {path.name for path in data.iterdir()} >= {"shares.db"}
    assert "Traceback" not in server.log()
