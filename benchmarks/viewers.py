"""Many viewers of one running dashboard, without browsers: `python -m benchmarks.viewers URL VIEWERS SECONDS`.

Each is a real WebSocket session that behaves as Streamlit's page does: it runs the script once, obeys the automatic
reruns of its fragments and our own pulse, and fetches the feed when its URL in the deck changes. Printed as JSON: how
long reruns took, how many were lost, and what the tool itself cost.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from statistics import quantiles
from urllib.parse import urljoin, urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FEED = re.compile(r"feed/vehicles/\w+\.json\?[^\"\\]+")
NAMES = re.compile(r"feed/names/[^\"]*?v=([0-9]+)\.")
"""Where a deck with more than a few vehicles says which snapshot it draws."""
LOST_SECONDS = 60.0
"""A rerun not answered for this long counts as lost."""
PULSE = "pulse"
"""In the name of the script of the element that asks for a run when the next snapshot is due."""


@dataclass(frozen=True)
class Tick:
    """One rerun of a fragment."""

    asked: float
    """Seconds of the monotonic clock."""
    seconds: float
    """From then until it had ended, and the rows that it named were there."""
    news: bool
    """Whether it named rows that were not there before."""
    messages: int = 0
    """That answered it."""
    version: int = 0
    """Of the snapshot that was drawn; 0 where that is not said."""
    taken: float = float("nan")
    """When that was taken, as far as this viewer can tell: late by what its message took to come."""


@dataclass
class Viewer:
    """One session and what it saw."""

    url: str
    http: httpx.AsyncClient
    query: str = ""
    """Of the page's address, without the question mark."""
    ticks: list[Tick] = field(default_factory=list)
    opening_seconds: float = float("nan")
    """Until the script had run once and its rows were there."""
    feed_urls: set[str] = field(default_factory=set)
    feed_bytes: int = 0
    socket_bytes: int = 0
    lost: int = 0
    """Connections and requests that failed, and reruns that nobody answered."""
    failures: Counter[str] = field(default_factory=Counter)
    """What failed of them, in the words of the one who noticed."""
    _timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)
    _hash: str = ""
    _fetches: set[asyncio.Task[None]] = field(default_factory=set)
    _ends: set[asyncio.Task[None]] = field(default_factory=set)
    _news: bool = False
    _messages: int = 0
    _version: int = 0
    _taken: float = float("nan")

    def forget(self) -> None:
        """Be as one who has not looked yet."""
        self.ticks.clear()
        self.feed_urls.clear()
        self.opening_seconds = float("nan")

    async def watch(self, seconds: float, begin_after: float) -> None:
        """Look for some time."""
        await asyncio.sleep(begin_after)
        parts = urlsplit(self.url)
        address = f"ws://{parts.netloc}{parts.path.rstrip('/')}/_stcore/stream"
        held = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                async with connect(
                    address,
                    origin=f"http://{parts.netloc}",
                    subprotocols=["streamlit"],
                    additional_headers={"Cookie": held},
                    max_size=None,
                    open_timeout=LOST_SECONDS,
                ) as socket:
                    await self._rerun(socket)
                    while True:
                        await self._hear(socket, await socket.recv(), began)
        except TimeoutError:
            pass
        except ConnectionClosed as error:
            self._failed(error)
        finally:
            now = time.monotonic()
            self.lost += sum(now - at > LOST_SECONDS for at in self._asked.values())
            for task in (*self._timers.values(), *self._fetches, *self._ends):
                task.cancel()
            self._timers.clear()
            self._asked.clear()

    async def _rerun(self, socket: ClientConnection, fragment: str = "", pulse: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._hash
        message.rerun_script.context_info.url = self.url
        message.rerun_script.context_info.timezone = "UTC"
        if fragment:
            message.rerun_script.fragment_id = fragment
        if pulse:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = f"$$STREAMLIT_INTERNAL_KEY_{pulse}__events"
            widget.json_trigger_value = json.dumps([{"event": "due", "value": True}])
        elif fragment:
            message.rerun_script.is_auto_rerun = True
        else:
            message.rerun_script.widget_states.SetInParent()
        await socket.send(message.SerializeToString())

    async def _hear(self, socket: ClientConnection, raw: str | bytes, began: float) -> None:
        raw = raw if isinstance(raw, bytes) else raw.encode()
        self.socket_bytes += len(raw)
        self._messages += 1
        message = ForwardMsg.FromString(raw)
        match message.WhichOneof("type"):
            case "new_session":
                self._hash = message.new_session.page_script_hash
            case "auto_rerun":
                interval = message.auto_rerun.interval
                if message.auto_rerun.fragment_id not in self._timers:
                    self._repeat(socket, message.auto_rerun.fragment_id, interval, interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    if timer := self._timers.pop(fragment, None):
                        timer.cancel()
            case "delta":
                self._look(socket, message.delta, raw)
            case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                asked, self._asked = list(self._asked.values()), {}
                run = Tick(0, 0, self._news, self._messages, self._version, self._taken)
                self._news, self._messages = False, 0
                task = asyncio.create_task(self._end(began, asked, run))
                self._ends.add(task)
                task.add_done_callback(self._ends.discard)

    async def _end(self, began: float, asked: Sequence[float], run: Tick) -> None:
        await asyncio.gather(*self._fetches)
        now = time.monotonic()
        if self.feed_urls and self.opening_seconds != self.opening_seconds:
            self.opening_seconds = now - began
        self.ticks += [replace(run, asked=at, seconds=now - at) for at in asked]

    def _repeat(
        self, socket: ClientConnection, fragment: str, first: float, interval: float, pulse: str = ""
    ) -> None:
        async def repeat() -> None:
            await asyncio.sleep(first)
            while True:
                if fragment not in self._asked:
                    self._asked[fragment] = time.monotonic()
                    await self._rerun(socket, fragment, pulse)
                await asyncio.sleep(interval)

        if fragment in self._timers:
            self._timers[fragment].cancel()
        self._timers[fragment] = asyncio.create_task(repeat())

    def _look(self, socket: ClientConnection, delta: Delta, raw: bytes) -> None:
        element = delta.new_element.bidi_component
        if PULSE in element.js_source_path:
            said = json.loads(element.json)
            if said["age"] is not None:
                self._taken = time.monotonic() - said["age"]
            if said["due"] is not None:
                self._repeat(socket, delta.fragment_id, said["due"], said["retry"], element.id)
        text = raw.decode("utf-8", "replace")
        if drawn := NAMES.search(text):
            self._version = int(drawn[1])
        found = FEED.findall(text)
        for address in {url.replace("\\u0026", "&") for url in found} - self.feed_urls:
            self.feed_urls.add(address)
            self._news = True
            task = asyncio.create_task(self._fetch(address))
            self._fetches.add(task)
            task.add_done_callback(self._fetches.discard)

    async def _fetch(self, address: str) -> None:
        full = urljoin(self.url.rstrip("/") + "/", address)
        try:
            try:
                self.feed_bytes += await self._read(full)
            except (httpx.RemoteProtocolError, httpx.ReadError):
                # The server closed an idle connection just then; browsers ask again.
                self.feed_bytes += await self._read(full)
        except httpx.HTTPError as error:
            self._failed(error)

    async def _read(self, address: str) -> int:
        """The bytes of an answer, which are not unpacked: what that costs here no server would pay."""
        async with self.http.stream("GET", address) as answer:
            answer.raise_for_status()
            async for _ in answer.aiter_raw():
                pass
            return answer.num_bytes_downloaded

    def _failed(self, error: Exception) -> None:
        self.lost += 1
        self.failures[
            f"{type(error).__name__} {getattr(getattr(error, 'response', ''), 'status_code', '')}".strip()
        ] += 1


async def watch(url: str, viewers: int, seconds: float) -> dict[str, float]:
    """Let viewers come within the first tenth of the time and watch to its end; `url` may have the start's key.

    Each has a session of their own, as people have.
    """
    async with AsyncExitStack() as stack:
        crowd = []
        for _ in range(viewers):
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=LOST_SECONDS))
            await http.get(url)  # for the cookie, if there is one
            crowd.append(Viewer(url.partition("?")[0], http))
        spread = random.Random(7)
        starts = [spread.uniform(0, seconds / 10) for _ in crowd]
        await asyncio.gather(
            *(one.watch(seconds - start, start) for one, start in zip(crowd, starts, strict=True))
        )
    ticks = [tick.seconds for one in crowd for tick in one.ticks]
    return {
        "viewers": viewers,
        "ticks": len(ticks),
        "p50_seconds": percentile(ticks, 50),
        "p95_seconds": percentile(ticks, 95),
        "opening_p95_seconds": percentile([one.opening_seconds for one in crowd], 95),
        "lost": sum(one.lost for one in crowd),
        "feed_urls": len({address for one in crowd for address in one.feed_urls}),
        "feed_bytes": sum(one.feed_bytes for one in crowd),
        "own_cpu_seconds": time.process_time(),
    }


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile; NaN of nothing."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else float("nan")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(watch(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
