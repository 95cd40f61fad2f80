"""What many pages cost that are open at once, counted: runs, messages, and what Catena is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
import pytest

from benchmarks.viewers import Viewer
from tests.browser import rig
from tests.browser.world import World

pytestmark = pytest.mark.browser
LOCATIONS = "/v2/telematics/vehicle-locations"
POLLS = 3
MOST_MESSAGES = 12
"""Of a run that brings the next snapshot, while the line over the map and the legend stay as they are."""


async def look(server: rig.Server, viewers: int, over: Callable[[], bool]) -> list[Viewer]:
    """Let some pages be open until something is over."""
    async with httpx.AsyncClient(timeout=60, follow_redirects=True) as http:
        (await http.get(server.entrance)).raise_for_status()
        crowd = [Viewer(server.url, http) for _ in range(viewers)]
        tasks = [asyncio.create_task(one.watch(90, 0)) for one in crowd]
        while not all(one.opening_seconds == one.opening_seconds for one in crowd):
            await asyncio.sleep(0.1)
        for one in crowd:
            one.ticks.clear()
        while not over():
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return crowd


def test_twenty_pages_run_once_a_snapshot_and_ask_catena_for_no_more_than_one(
    dashboard, small: World
) -> None:
    server = dashboard({**small.settings, "CATENA_POLL_SECONDS": "4"}, hasty=False)
    asked: dict[int, float] = {}
    crowds: dict[int, list[Viewer]] = {}
    with ThreadPoolExecutor(1) as thread:
        for viewers in (1, 20):
            begun: list[tuple[int, int]] = []

            def over(begun: list[tuple[int, int]] = begun) -> bool:
                begun.append((small.asked[LOCATIONS], small.asked.total()))
                return begun[-1][0] >= begun[0][0] + POLLS

            # Playwright has the loop of this thread.
            crowds[viewers] = thread.submit(asyncio.run, look(server, viewers, over)).result()
            (polls, everything), (polls_after, everything_after) = begun[0], begun[-1]
            asked[viewers] = (everything_after - everything) / (polls_after - polls)
    assert asked[20] <= asked[1] + 1, "requests of any kind per poll; lists are read anew by the clock"
    for one in crowds[20]:
        assert one.lost == 0
        news = [tick for tick in one.ticks if tick.news]
        assert 1 <= len(news) <= POLLS + 1, "more than one run for a snapshot"
        assert median(tick.messages for tick in news) <= MOST_MESSAGES
