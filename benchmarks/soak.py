"""Bad days: `python -m benchmarks.soak [MINUTES] --vehicles 10000 --viewers 20 --seed 7 --json FILE --picture FILE`.

The dashboard polls each second a Catena with which something else goes wrong every few seconds, while viewers come and
go. In the end all is well with Catena again. Printed as JSON. Exit code 1, and a sentence for each, when something is
not as it must be: see `judged`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from benchmarks.soak_crowd import Crowd
from benchmarks.soak_faults import episodes
from benchmarks.soak_picture import picture
from benchmarks.soak_watch import Sample, Shown, Watched, defects, quarters
from sandbox import Sandbox, SandboxConfig
from sandbox.world.roster import ids
from tests.browser import rig

BEGIN, FAULTY = 0.05, 0.8
"""Parts of the time: before the first fault, and with faults; the rest is calm."""
MOST_GROWTH = 1.05
"""The last quarter's memory may be so many times the second one's."""
WARM_MINUTES, WARMING_GROWTH = 10, 1.6
"""The same of a soak so short that what is kept for viewers still comes together meanwhile."""
PATIENCE_SECONDS = 400.0
"""How long it may take until all is shown: the longest pause after failures is 300 s."""
LEAST_CALM_SECONDS = 20.0
TRAILS = 3
SAMPLES = 400


def main() -> int:
    """Soak, print and judge."""
    parser = argparse.ArgumentParser(description="The dashboard on a bad day.")
    parser.add_argument("minutes", type=float, nargs="?", default=20)
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument("--viewers", type=int, default=20, help="at a time")
    parser.add_argument("--seed", type=int, default=7, help="the same seed has the same faults")
    parser.add_argument("--json", type=Path, help="where the result is kept")
    parser.add_argument("--picture", type=Path, help="where it is drawn, as SVG")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it started ends with it
    config = SandboxConfig(
        vehicles=asked.vehicles, fleets=max(6, asked.vehicles // 330), seed=asked.seed, token_seconds=30
    )
    sandbox, metrics_port = Sandbox(config), rig.free_port()
    with tempfile.TemporaryDirectory() as name, served(sandbox) as url:
        server = started(Path(name), url, config, metrics_port)
        try:
            server.wait_until(f"{server.url}/_stcore/health")
            watched = Watched(server.process.pid, metrics_port)
            found = asyncio.run(soak(asked, sandbox, server, watched))
            log = server.log()
        finally:
            server.stop()
    found = {
        **{name: getattr(asked, name) for name in ("minutes", "vehicles", "viewers", "seed")},
        **found,
        "defects": defects(log),
        "warnings": log.count(" WARNING "),
    }
    wrong = judged(found)
    result = json.dumps({**found, "wrong": wrong})
    print(result)
    if asked.json is not None:
        asked.json.write_text(result + "\n")
    if asked.picture is not None:
        asked.picture.write_text(picture(found))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


async def soak(
    asked: argparse.Namespace, sandbox: Sandbox, server: rig.Server, watched: Watched
) -> dict[str, Any]:
    """Let it all happen; gives what was seen."""
    seconds, chance = 60 * asked.minutes, random.Random(asked.seed)
    trailed = ids(sandbox.world.rows.vehicles.key[:TRAILS], "vehicle")
    looks = ["&".join(f"trail={one}" for one in trailed) + "&hours=6", f"vehicle={trailed[0]}&at=40,-95,5"]
    crowd, happened = Crowd(server, looks, random.Random(asked.seed + 1)), list[dict[str, Any]]()
    async with httpx.AsyncClient(timeout=10) as http:
        before = await settled(watched, http, lambda now: now.vehicles == asked.vehicles)
        began, samples = time.monotonic(), list[Sample]()
        tasks = [
            asyncio.create_task(watch(watched, http, samples, seconds / SAMPLES)),
            asyncio.create_task(crowd.come_and_go(asked.viewers)),
        ]
        await asyncio.sleep(BEGIN * seconds)
        for episode in episodes(chance):
            at = time.monotonic() - began
            if at >= (BEGIN + FAULTY) * seconds:
                break
            sandbox.faults = episode.faults
            await asyncio.sleep(episode.seconds)
            sandbox.faults = ()
            happened.append(
                {"at": round(at, 1), "seconds": round(episode.seconds, 1), "faults": episode.words}
            )
            await asyncio.sleep(episode.pause)
        ended = time.monotonic() - began
        after = await settled(watched, http, lambda now: as_before(now, before))
        recovered = time.monotonic() - began
        tasks[1].cancel()
        calm = await crowd.stay(asked.viewers, max(seconds - recovered, LEAST_CALM_SECONDS))
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    means = quarters(samples)
    return {
        "load_average": round(os.getloadavg()[2], 1),
        "episodes": happened,
        "visits": crowd.visits,
        "failures": dict(crowd.failures),
        "recovered_seconds": round(recovered - ended, 1),
        "before": essence(before),
        "after": essence(after),
        "calm": [
            {
                "query": one.query,
                "rows": len(one.feed_urls),
                "news": sum(tick.news for tick in one.ticks),
                "failures": dict(one.failures),
                "lost": one.lost,
            }
            for one in calm
        ],
        "quarters_mb": [round(one, 1) for one in means],
        "growth": round(means[3] / means[1], 3),
        "samples": [
            (round(one.at, 1), round(one.mb, 1), None if one.age is None else round(one.age, 1), one.failing)
            for one in samples
        ],
    }


def judged(found: dict[str, Any]) -> list[str]:
    """A sentence for each thing that is not as it must be.

    Whatever Catena does: nothing fails that nobody has caught, and each viewer is answered. Once all is well with
    Catena: each vehicle is on the map again, its positions are fresh, and nobody is lost. Memory stays as it is.
    """
    wrong = []
    if found["defects"]:
        wrong.append(f"{len(found['defects'])} defects stand in the log, the first: {found['defects'][0]}")
    refused = {what: n for what, n in found["failures"].items() if what.startswith("HTTPStatusError")}
    if refused:
        wrong.append(f"The dashboard refused viewers: {refused}.")
    if not found["before"] or not found["after"] or found["after"] != found["before"]:
        wrong.append(
            f"Not all is shown again: {found['before']} before the faults, {found['after']} after them."
        )
    wrong += [
        f"A viewer was lost after the last fault: {one}."
        for one in found["calm"]
        if one["lost"] or one["failures"] or not one["rows"] or not one["news"]
    ]
    if found["growth"] > (MOST_GROWTH if found["minutes"] >= WARM_MINUTES else WARMING_GROWTH):
        wrong.append(f"The last quarter held {found['growth']} times the second one's memory.")
    return wrong


async def settled(
    watched: Watched, http: httpx.AsyncClient, is_as_wanted: Callable[[Shown], bool]
) -> Shown | None:
    """What is shown once it is fresh and as wanted, or when it is waited for no longer."""
    ends, now = time.monotonic() + PATIENCE_SECONDS, None
    while time.monotonic() < ends:
        now = await watched.shown(http) or now
        if now is not None and now.ready and not now.failing and is_as_wanted(now):
            break
        await asyncio.sleep(0.5)
    return now


def as_before(now: Shown, before: Shown | None) -> bool:
    """Whether faults have left no trace."""
    return before is not None and essence(now) == essence(before)


def essence(shown: Shown | None) -> dict[str, Any]:
    """What of it must be the same again."""
    return {} if shown is None else {name: value for name, value in asdict(shown).items() if name != "age"}


async def watch(watched: Watched, http: httpx.AsyncClient, samples: list[Sample], every: float) -> None:
    """Write down memory and age, until cancelled."""
    began = time.monotonic()
    while True:
        now = await watched.shown(http)
        samples.append(
            Sample(
                time.monotonic() - began,
                watched.mb(),
                None if now is None else now.age,
                now is not None and now.failing,
            )
        )
        await asyncio.sleep(every)


def started(folder: Path, catena: str, config: SandboxConfig, metrics_port: int) -> rig.Server:
    """The dashboard in a process of its own."""
    port = rig.free_port()
    environ = {
        "CATENA_API_URL": catena,
        "CATENA_AUTH_URL": f"{catena}/realms/catena",
        "CATENA_CLIENT_ID": config.client_id,
        "CATENA_CLIENT_SECRET": config.client_secret,
        "CATENA_DATA_FOLDER": str(folder / "kept"),
        "CATENA_METRICS_PORT": str(metrics_port),
    }
    return rig.run(
        ["-m", "benchmarks.soaked", str(port)], environ, folder / "dashboard.log", f"http://127.0.0.1:{port}"
    )


@contextmanager
def served(sandbox: Sandbox) -> Iterator[str]:
    """A simulated Catena in a thread, so that its faults can be changed; gives its address."""
    port = rig.free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            sandbox.app, port=port, log_level="critical", access_log=False, timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    sys.exit(main())
