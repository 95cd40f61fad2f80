"""What the systemd unit forbids, the dashboard can do without."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.rig import ROOT
from tests.deploy.confined import NUMBERS

KERNEL = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None or not NUMBERS.exists() or KERNEL < (6, 3),
    reason="needs systemd-analyze, linux-libc-dev with the numbers of x86-64's system calls, and Linux 6.3",
)
CONFINED = [sys.executable, str(Path(__file__).with_name("confined.py"))]
WORK = """
import dashboard.service, dashboard.watch.roster, streamlit.web.cli
import numpy, pandas, zstandard
from cryptography.fernet import Fernet
from dashboard.ingest import snapshot_codec
frame = pandas.DataFrame({"a": numpy.arange(1000.0)})
assert snapshot_codec.decode_frame(snapshot_codec.encode_frame(frame)).equals(frame)
assert numpy.ones((400, 400)).dot(numpy.ones((400, 400)))[0, 0] == 400
key = Fernet(Fernet.generate_key())
assert key.decrypt(key.encrypt(zstandard.compress(b"x", 1)))
print("done")
"""
FORBIDDEN = {
    "the machine's name": "import socket; socket.sethostname('x')",
    "memory that is written and run": "import mmap; mmap.mmap(-1, 4096, prot=7)",
}


def confined(script: str) -> subprocess.CompletedProcess[str]:
    command = [*CONFINED, sys.executable, "-W", "ignore", "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_all_packages_of_the_dashboard_work_within_it():
    done = confined(WORK)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-800:]


@pytest.mark.parametrize("script", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_it_forbids_is_refused_and_the_process_lives(script):
    done = confined(f"try:\n {script}\nexcept PermissionError:\n print('refused')")
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr[-800:]
