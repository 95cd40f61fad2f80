"""The record of all replicas as one: a stream in Redis, beside the file of each."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

import msgspec

from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.runtime.audit import KEPT, Audit, Entry
from dashboard.runtime.workers import Workers

log = logging.getLogger(__name__)

NAME = "audit"
KEPT_SECONDS = 90 * 86_400
"""For so long an entry is shared; files keep theirs."""
MOST = 5_000
"""Entries that are shared, about; the page shows the newest `KEPT`."""
ADD = """
local now = redis.call('TIME')[1]
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'entry', ARGV[1])
local oldest = string.format('%.0f', (now - ARGV[3]) * 1000)
for _, old in ipairs(redis.call('XRANGE', KEYS[1], '-', oldest, 'COUNT', 100)) do
  redis.call('XDEL', KEYS[1], old[1])
end
"""
NEWEST = """
local found = {}
for at, one in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1])) do found[at] = one[2][2] end
return found
"""


class SharedAudit(Audit):
    """An `Audit` whose entries all replicas show. What cannot be written now is written with the next entry."""

    def __init__(
        self,
        store: SharedStore,
        path: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """As `Audit`."""
        super().__init__(path, now)
        self._add, self._newest = store.script(ADD), store.script(NEWEST)
        self._unsent: deque[Entry] = deque(maxlen=KEPT)
        self._sender = Workers(1, "audit")

    def close(self) -> None:
        """Close the file, and share no more."""
        self._sender.close()
        super().close()

    def latest(self) -> list[Entry]:
        """The newest of all replicas, and what this one knows beyond them; that alone while Redis cannot be reached."""
        own = super().latest()
        self._sender.submit(self._send)
        with suppress(Unreachable):
            shared = [entry for text in self._newest([NAME], KEPT) if (entry := _read(text))]
            beyond = (Counter(own) - Counter(shared)).elements()
            return sorted([*beyond, *shared], key=attrgetter("at"), reverse=True)[:KEPT]
        return own

    def _keep(self, entry: Entry) -> None:
        super()._keep(entry)
        self._unsent.append(entry)
        self._sender.submit(self._send)

    def _send(self) -> None:
        """Only in the thread of `_sender`."""
        while self._unsent:
            entry = self._unsent[0]
            try:
                self._add([NAME], msgspec.json.encode(entry), MOST, KEPT_SECONDS)
            except Unreachable:
                return
            with suppress(IndexError, ValueError):  # so many came meanwhile that it has fallen out
                self._unsent.remove(entry)


def _read(text: bytes) -> Entry | None:
    try:
        return msgspec.json.decode(text, type=Entry)
    except msgspec.DecodeError:
        log.warning("An entry of the shared record cannot be read and is passed over")
        return None
