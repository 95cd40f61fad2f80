"""How many requests a dashboard sends to the API per minute while some watch it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import httpx

from benchmarks.page import served
from tests.browser import rig

POLL_SECONDS = 3.0
ANSWERS = re.compile(r"^catena_api_answers_total{.*} ([\d.e+]+)$", re.MULTILINE)
POLLS = re.compile(r"^catena_poll_seconds_count(?:{.*})? ([\d.e+]+)$", re.MULTILINE)


def measure(folder: Path, vehicles: int, viewers: int, seconds: float) -> dict[str, float]:
    """Requests per minute with 1 and with so many `viewers`, from the end of one poll to the end of another."""
    found = {}
    arguments = ("--vehicles", str(vehicles), "--fleets", str(max(6, vehicles // 330)))
    port = rig.free_port()
    with (
        rig.sandbox(folder, *arguments) as sandbox,
        served(
            "ours", sandbox.url, folder / "requests", poll_seconds=POLL_SECONDS, CATENA_METRICS_PORT=str(port)
        ) as server,
    ):
        time.sleep(4 * POLL_SECONDS)  # names are read
        for number in (1, viewers):
            command = [
                sys.executable,
                "-m",
                "benchmarks.viewers",
                server.entrance,
                str(number),
                f"{seconds + 10}",
            ]
            crowd = subprocess.Popen(command, cwd=rig.ROOT, stdout=subprocess.PIPE)
            time.sleep(5 + number * 0.02)  # some have come
            found[str(number)] = _per_minute(port, seconds)
            if not crowd.communicate(timeout=120)[0]:
                raise RuntimeError(f"{number} viewers could not watch.")
    return found


def _per_minute(port: int, seconds: float) -> float:
    polls: list[tuple[float, float, float]] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        number, answers = (sum(map(float, pattern.findall(text))) for pattern in (POLLS, ANSWERS))
        if not polls or number > polls[-1][1]:
            polls.append((time.monotonic(), number, answers))
        time.sleep(0.1)
    began, ended = polls[1], polls[-1]
    return 60 * (ended[2] - began[2]) / (ended[0] - began[0])
