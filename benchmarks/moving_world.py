"""A simulated Catena for ticks: `python -m benchmarks.moving_world PORT VEHICLES [SHARE]`.

Who drives tells its place each second. In `python -m sandbox` what a provider knows arrives each 15 seconds at once, so
that of ticks 3 seconds apart four in five would bring nothing new.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import uvicorn

from sandbox import Sandbox, SandboxConfig
from tests.browser import rig


def world(vehicles: int, share: float | None = None) -> Sandbox:
    """A world in which many drive and some stand, as ever; or this share drives without a rest and all others stand.

    With a share nobody is silent or without a speed, as such a vehicle may move.
    """
    sandbox = Sandbox(SandboxConfig(vehicles=vehicles, fleets=max(6, vehicles // 330)))
    rows = sandbox.world.rows.vehicles
    motion = replace(
        rows.motion, interval=np.ones(len(rows)), sparse=rows.motion.sparse * rows.motion.interval
    )
    if share is not None:
        moves = np.random.default_rng(7).random(len(rows)) < share
        cruise = np.where(moves, np.maximum(motion.cruise, 15.0), 0.0)
        motion = replace(motion, cruise=cruise, drive=np.where(moves, motion.period, motion.drive))
        rows = replace(
            rows, has_speed=np.ones(len(rows), dtype=bool), silent_since=np.full(len(rows), np.inf)
        )
    sandbox.world.replace_vehicles(replace(rows, motion=motion))
    sandbox.world.horizons = lambda connection, now: np.full(len(connection), now)  # type: ignore[method-assign]
    return sandbox


@contextmanager
def served(folder: Path, vehicles: int, share: float | None = None) -> Iterator[rig.Server]:
    """Such a world in a process of its own."""
    port = rig.free_port()
    url = f"http://127.0.0.1:{port}"
    asked = [str(port), str(vehicles), *([] if share is None else [str(share)])]
    server = rig.run(["-m", "benchmarks.moving_world", *asked], {}, folder / f"world-{port}.log", url)
    try:
        server.wait_until(f"{url}/connect/style.css")
        yield server
    finally:
        server.stop()


if __name__ == "__main__":
    port, vehicles, *shares = sys.argv[1:]
    app = world(int(vehicles), *map(float, shares)).app
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)
