"""The open pages: who looks at each, and their end when that session ends."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from dashboard.access.grants import viewer_of
from dashboard.access.session import Session
from dashboard.access.viewer import Viewer
from dashboard.door.sessions import Sessions

log = logging.getLogger(__name__)

HEADER = "x-dashboard-connection"
"""By which the script knows on whose connection it runs; what comes under this name from outside is dropped."""
SWEEP_SECONDS = 1.0
CLOSING_SECONDS = 1.0
"""How long a page is waited for that does not take its end."""


@dataclass(slots=True, eq=False)
class Connection:
    """One open WebSocket."""

    session: Session
    cookies: Mapping[str, str]
    address: str
    close: Callable[[], Awaitable[None]]
    """Tells the browser that it is over."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    over: bool = False


class Connections:
    """All that are open now. Changed on the server's event loop alone; read from any thread."""

    def __init__(
        self,
        sessions: Sessions,
        refs: Callable[[], Mapping[str, str]],
        changed: Callable[[str], object] = lambda _connection_id: None,
    ) -> None:
        """`refs`: each fleet's reference as known now, by fleet id.

        `changed` is told, on the server's event loop, the id of each connection whose viewer may see or do something
        else than before.
        """
        self._sessions = sessions
        self._refs = refs
        self._changed = changed
        self._open: dict[str, Connection] = {}

    def open(self, connection: Connection) -> None:
        """Take one up."""
        self._open[connection.id] = connection

    def closed(self, connection: Connection) -> None:
        """Forget one."""
        self._open.pop(connection.id, None)

    def viewer(self, connection_id: str) -> Viewer | None:
        """Who looks over a connection, with what they may see now; None: nobody any more."""
        found = self._open.get(connection_id)
        if found is None or found.over:
            return None
        session = found.session
        return viewer_of(session.grant, self._refs(), session.id, found.address)

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def guests(self) -> Mapping[str, int]:
        """How many pages are open now by each share link, by its id."""
        return Counter(one.session.grant.share for one in self._now() if one.session.grant.share)

    def roles(self) -> Mapping[str, int]:
        """How many pages are open now, by the role of who looks."""
        return Counter(one.session.grant.role for one in self._now())

    def number(self, session_id: str, address: str) -> tuple[int, int]:
        """How many pages a session has open, and an address."""
        now = self._now()
        return sum(one.session.id == session_id for one in now), sum(one.address == address for one in now)

    async def end(self, session_id: str) -> None:
        """End all pages of a session."""
        await self._close([one for one in self._now() if one.session.id == session_id])

    async def sweep(self) -> None:
        """Ask for each page whether its session is still let in, as what, and end those that are not."""
        over, others = await run_in_threadpool(self._judged)
        await self._close(over)
        for one in others:
            self._changed(one.id)

    async def watch(self, before: Callable[[], object] = lambda: None) -> None:
        """Sweep once a second, until cancelled; `before` is called first, where it may wait for a file.

        A sweep does not wait for long for that, nor need it go well.
        """
        under_way: asyncio.Task[object] | None = None
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            under_way = under_way or asyncio.create_task(run_in_threadpool(before))
            if (await asyncio.wait({under_way}, timeout=SWEEP_SECONDS))[0]:
                if error := under_way.exception():
                    log.error(
                        "What open pages depend on could not be read; it is tried again", exc_info=error
                    )
                under_way = None
            try:
                await self.sweep()
            except Exception:
                log.exception("Open pages could not be checked; it is tried again")

    def _now(self) -> list[Connection]:
        return list(self._open.values())

    def _judged(self) -> tuple[list[Connection], list[Connection]]:
        """Those that are over, and those whose session may do or see something else now."""
        over, others = [], []
        for one in self._now():
            try:
                found = self._sessions.of(one.cookies)
            except Exception:  # the others are looked at all the same
                log.exception("A page could not be checked; it is tried again")
                continue
            if isinstance(found, Session) and found.id == one.session.id:
                if found.grant != one.session.grant:
                    others.append(one)
                one.session = found
            else:
                over.append(one)
        return over, others

    async def _close(self, over: list[Connection]) -> None:
        for one in over:
            one.over = True
            self.closed(one)
        await asyncio.gather(*(self._tell(one) for one in over))

    async def _tell(self, one: Connection) -> None:
        try:
            await asyncio.wait_for(one.close(), CLOSING_SECONDS)
        except (OSError, RuntimeError, TimeoutError):  # gone already
            log.debug("A page was gone before it was told of its end")
