"""People who come, look for a while, and go."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence

import httpx

from benchmarks.viewers import LOST_SECONDS, Viewer
from tests.browser import rig

STAY_SECONDS = (5.0, 90.0)
VEHICLES = ("", "", "q=4", "state=moving", "age=live&units=metric", "color=speed", "kiosk=1")
"""What they look at, by the page's address: vehicles that move."""
OTHERS = ("hex=coarse", "hex=fine", "trailers=1", "kiosk=cycle", "q=nobody+has+this+name")


class Crowd:
    """Those who look at a dashboard; `looks` are more addresses, of vehicles that there are."""

    def __init__(self, server: rig.Server, looks: Sequence[str], chance: random.Random) -> None:
        self._server = server
        self._looks = (*VEHICLES, *OTHERS, *looks)
        self._chance = chance
        self.visits = 0
        self.failures: Counter[str] = Counter()
        """What failed for those who came and went."""

    async def come_and_go(self, number: int) -> None:
        """So many at a time, until cancelled."""
        await asyncio.gather(*(self._one_after_the_other() for _ in range(number)))

    async def stay(self, number: int, seconds: float) -> list[Viewer]:
        """So many come at once and look at vehicles to the end."""
        ends, there = time.monotonic() + seconds, list[Viewer]()

        async def one() -> None:
            async with self._client() as http:
                there.append(viewer := await self._enter(http, VEHICLES))
                await viewer.watch(ends - time.monotonic(), 0)

        await asyncio.gather(*(one() for _ in range(number)))
        return there

    async def _one_after_the_other(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0, 3))
            try:
                async with self._client() as http:
                    viewer = await self._enter(http, self._looks)
                    try:
                        await viewer.watch(self._chance.uniform(*STAY_SECONDS), 0)
                    finally:
                        self.visits += 1
                        self.failures.update(viewer.failures)
            except httpx.HTTPError as error:
                self.failures[type(error).__name__] += 1

    async def _enter(self, http: httpx.AsyncClient, looks: Sequence[str]) -> Viewer:
        (await http.get(self._server.entrance)).raise_for_status()
        return Viewer(self._server.url, http, query=self._chance.choice(looks))

    @staticmethod
    def _client() -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=LOST_SECONDS, follow_redirects=True)
