"""What a viewer costs: `python -m benchmarks.load --viewers 100 --poll 5 --identities 40 --filters 10 --seconds 40`.

Starts the simulated Catena and the dashboard as a user does, lets viewers come (see `benchmarks.viewers`), and measures
once all of them are there. Printed as JSON; what each figure means stands in `figures`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import httpx
import psutil

from benchmarks.viewers import LOST_SECONDS, Tick, Viewer, percentile
from sandbox import SandboxConfig
from tests.browser import rig, signing

COMING_PER_SECOND = 12.0
SETTLING_POLLS = 1.5
"""After the last one has come, before it is measured."""
LOST_POLLS = 3
ALONE_SECONDS = 20
"""One viewer is there before the others come: what the first one costs, and a young process, is not what each costs."""
MEMORY_POLLS = 2
"""So long memory is looked at then; with all viewers it is all the time that is measured."""
MEMORY_EVERY_SECONDS = 0.5


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a viewer of the map costs the server.")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--poll", type=float, default=15, help="seconds between two polls")
    parser.add_argument("--vehicles", type=int, default=10_000)
    parser.add_argument(
        "--identities", type=int, default=0, help="people who sign in; 0: all come by the start's key"
    )
    parser.add_argument("--filters", type=int, default=1, help="how many different things they look at")
    parser.add_argument("--seconds", type=float, default=45, help="how long it is measured")
    parser.add_argument("--open", action="store_true", help="one more page is opened meanwhile")
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often; the medians are given, and the spread"
    )
    parser.add_argument("--json", type=Path, help="a file that all of it is written to as well")
    asked = parser.parse_args()
    rounds = [once(asked) for _ in range(asked.rounds)]
    found = {**{name: str(value) for name, value in vars(asked).items()}, **summed(rounds), "rounds": rounds}
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found if asked.rounds > 1 else {**found, "rounds": 1}))
    return 0


def once(asked: argparse.Namespace) -> dict[str, Any]:
    """Measure one dashboard from its start to its end."""
    config, port = SandboxConfig(), rig.free_port()
    arguments = ("--vehicles", str(asked.vehicles), "--fleets", str(max(6, asked.vehicles // 330)))
    with tempfile.TemporaryDirectory() as name, rig.sandbox(Path(name), *arguments) as sandbox:
        environ = {
            "CATENA_API_URL": sandbox.url,
            "CATENA_AUTH_URL": f"{sandbox.url}/realms/catena",
            "CATENA_CLIENT_ID": config.client_id,
            "CATENA_CLIENT_SECRET": config.client_secret,
            "CATENA_POLL_SECONDS": f"{asked.poll:g}",
        }
        secrets = signing.SECRETS.format(port=port).replace(signing.OPERATOR, "@example.com")
        with rig.dashboard(
            Path(name), environ, secrets=secrets if asked.identities else "", port=port
        ) as server:
            before = os.getloadavg()[0]
            found = {"load_before": before, **asyncio.run(measure(server, asked))}
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def summed(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure, and beside it the least and the most."""
    found: dict[str, Any] = {}
    for name, first in rounds[0].items():
        values = [one[name] for one in rounds]
        if not isinstance(first, int | float):
            found[name] = first if len(rounds) == 1 else values
            continue
        found[name] = median(values)
        if len(rounds) > 1:
            found[f"{name}_spread"] = [min(values), max(values)]
    return found


async def measure(server: rig.Server, asked: argparse.Namespace) -> dict[str, Any]:
    """Let the viewers of a dashboard come, and give the figures of the time after that."""
    process, spread = psutil.Process(server.process.pid), random.Random(7)
    coming = asked.viewers / COMING_PER_SECOND
    settled = coming + SETTLING_POLLS * asked.poll
    async with AsyncExitStack() as stack:
        crowd = [await _viewer(stack, server, asked, number) for number in range(asked.viewers + 1)]
        guest = crowd.pop()
        await _first_snapshot(guest)
        watched = ALONE_SECONDS + MEMORY_POLLS * asked.poll
        alone = asyncio.create_task(guest.watch(watched, 0))
        await asyncio.sleep(ALONE_SECONDS)
        before_mb = await _usual_memory_mb(process, MEMORY_POLLS * asked.poll)
        await alone
        guest.forget()
        begun = time.monotonic()
        starts = [spread.uniform(0, coming) for _ in crowd]
        tasks = [
            asyncio.create_task(one.watch(settled + asked.seconds - start, start))
            for one, start in zip(crowd, starts, strict=True)
        ]
        await asyncio.sleep(settled)
        since, cpu, own = time.monotonic(), _cpu_seconds(process), time.process_time()
        if asked.open:
            tasks.append(asyncio.create_task(guest.watch(asked.seconds / 2, asked.seconds / 3)))
        after_mb = await _usual_memory_mb(process, asked.seconds - 0.5)
        passed = time.monotonic() - since
        cpu, own = _cpu_seconds(process) - cpu, time.process_time() - own
        await asyncio.gather(*tasks)
    found: dict[str, Any] = figures([one.ticks for one in crowd], begun + settled, passed, asked.poll)
    return {
        **found,
        "errors": sum(one.lost for one in crowd),
        "failures": sum((one.failures for one in crowd), Counter[str]()),
        "opening_p95_seconds": percentile([one.opening_seconds for one in crowd], 95),
        **({"opened_under_load_seconds": guest.opening_seconds} if asked.open else {}),
        "server_cores": cpu / passed,
        "server_ms_per_viewer_and_poll": 1000 * cpu / passed * asked.poll / asked.viewers,
        "mb_per_viewer": (after_mb - before_mb) / asked.viewers,
        "feed_urls": len({address for one in crowd for address in one.feed_urls}),
        "socket_kb_per_viewer_and_poll": sum(one.socket_bytes for one in crowd)
        / 1000
        / asked.viewers
        / ((time.monotonic() - begun) / asked.poll),
        "own_cores": own / passed,
    }


def figures(crowd: Sequence[Sequence[Tick]], since: float, seconds: float, poll: float) -> dict[str, float]:
    """What the ticks of each viewer say of a span of time (seconds of the monotonic clock).

    `tick`: seconds from when a run is asked for that brings a new snapshot, to its last answer, rows included; if it
    brings none it counts as `idle`. `runs_per_poll`: of one viewer. `lost`: times that somebody had no new snapshot
    for 3 polls. `seen`: how old a snapshot is once its rows are there, so that no waiting hides; when it was
    taken is as the viewer says whose messages came quickest.
    """
    until = since + seconds
    within = [[tick for tick in one if since <= tick.asked < until] for one in crowd]
    news = [tick.seconds for one in within for tick in one if tick.news]
    idle = [tick.seconds for one in within for tick in one if not tick.news]
    taken: dict[int, float] = {}
    for tick in (tick for one in crowd for tick in one if tick.version):
        taken[tick.version] = min(tick.taken, taken.get(tick.version, tick.taken))
    seen = [
        tick.asked + tick.seconds - taken.get(tick.version, tick.taken)
        for one in within
        for tick in one
        if tick.news
    ]
    lost = 0
    for one in within:
        moments = [since, *(tick.asked + tick.seconds for tick in one if tick.news), until]
        gaps = [later - before for before, later in pairwise(moments)]
        lost += sum(gap > LOST_POLLS * poll for gap in gaps)
    return {
        "tick_p50_seconds": percentile(news, 50),
        "tick_p95_seconds": percentile(news, 95),
        "seen_p50_seconds": percentile(seen, 50),
        "seen_p95_seconds": percentile(seen, 95),
        "idle_p95_seconds": percentile(idle, 95),
        "messages_p50": percentile([tick.messages for one in within for tick in one if tick.news], 50),
        "runs_per_poll": (len(news) + len(idle)) / len(crowd) / (seconds / poll),
        "news_per_poll": mean(sum(tick.news for tick in one) for one in within) / (seconds / poll),
        "lost": lost,
    }


async def _viewer(
    stack: AsyncExitStack, server: rig.Server, asked: argparse.Namespace, number: int
) -> Viewer:
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=LOST_SECONDS, follow_redirects=True))
    if asked.identities:
        person = f"person{number % asked.identities}@example.com"
        http.cookies.set(signing.COOKIE, signing.held(server.url, email=person))
    answer = await http.get(server.entrance)
    answer.raise_for_status()
    what = number % asked.filters
    return Viewer(server.url, http, query=f"q={what}" if what else "")


async def _first_snapshot(guest: Viewer) -> None:
    """Until somebody has seen vehicles."""
    while not guest.feed_urls:
        await guest.watch(3, 0)


def _cpu_seconds(process: psutil.Process) -> float:
    found = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in found)


async def _usual_memory_mb(process: psutil.Process, seconds: float) -> float:
    """The median of some time, as a poll takes much for a moment."""
    samples, until = [], time.monotonic() + seconds
    while not samples or time.monotonic() < until:
        everything = (process, *process.children(recursive=True))
        samples.append(sum(one.memory_info().rss for one in everything) / 1e6)
        await asyncio.sleep(MEMORY_EVERY_SECONDS)
    return median(samples)


if __name__ == "__main__":
    sys.exit(main())
