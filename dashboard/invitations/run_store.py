"""What Redis holds of a bulk run: the file, what became of each row, and how it stands."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from dashboard.invitations.bulk import RowOutcome
from dashboard.invitations.bulk_csv import BulkRow
from dashboard.replicas.store import SharedStore

SCHEMA = 1
"""Of a run, with all its rows."""
KEPT_MILLISECONDS = 30 * 86_400_000
BEGUN = b"begun"
"""Of a row: it was about to be sent."""
NOT_READ = "It was begun by another version of the dashboard, which this one cannot read; put it away there."
DROP = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'gone', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
TAKE_ASKED = "local asked = redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) return asked"
ASKED_SECONDS = 60.0
"""A wish to pause that nobody has heard is given up."""
READ = "return {redis.call('HGETALL', KEYS[1]), redis.call('EXISTS', KEYS[2])}"
KEEP = "redis.call('PEXPIRE', KEYS[1], ARGV[1])"


class Told(msgspec.Struct, frozen=True):
    """A run as it was begun."""

    schema: int
    id: str
    again: bool
    rows: tuple[BulkRow, ...]


class Standing(msgspec.Struct, frozen=True):
    """What may change of it beside its rows, with the meanings of `BulkRun`."""

    running: bool
    halted: str = ""
    resumes_at: datetime | None = None


class SharedRun(msgspec.Struct, frozen=True):
    """All that Redis holds of a run."""

    told: Told
    standing: Standing
    outcomes: dict[int, RowOutcome]
    begun: frozenset[int]
    held: bool
    """Whether a replica sends it now."""


class RunStore:
    """The run of one owner in Redis."""

    def __init__(self, store: SharedStore, owner: str) -> None:
        # An owner is a mail address or a session: in a name of Redis, which may be logged, neither is shown.
        self.name = f"bulk:{hashlib.sha256(owner.encode()).hexdigest()[:32]}"
        self.store = store
        self.asks = f"{self.name}:asks"
        """What tells the replica that sends it to look whether somebody has asked for a pause."""
        self._keys = [self.name, f"{self.name}:lease"]

    def read(self) -> SharedRun | None:
        """Raises `Unreachable`, and `msgspec.DecodeError` where another version has written it."""
        read, held = self.store.script(READ)(self._keys)
        parts = iter(read)
        fields = {name.decode(): value for name, value in zip(parts, parts, strict=True)}
        if "run" not in fields:
            return None
        told = msgspec.json.decode(fields["run"], type=Told)
        if told.schema != SCHEMA:
            raise msgspec.DecodeError(NOT_READ)
        rows = {int(name[4:]): value for name, value in fields.items() if name.startswith("row ") and value}
        return SharedRun(
            told,
            msgspec.json.decode(fields.get("standing", b'{"running": false}'), type=Standing),
            {number: msgspec.json.decode(v, type=RowOutcome) for number, v in rows.items() if v != BEGUN},
            frozenset(number for number, value in rows.items() if value == BEGUN),
            bool(held),
        )

    def drop(self, run: str) -> bool:
        """Forget a run, unless it is being sent."""
        return bool(self.store.script(DROP)(self._keys, run, KEPT_MILLISECONDS))

    def was_dropped(self, run: str) -> bool:
        """Whether a run was put away on any replica."""
        return self.store.read(self.name, "gone") == [run.encode()]

    def ask_to_pause(self, run: str) -> None:
        """Ask the replica that sends a run to pause it."""
        self.store.put(f"{self.asks}:{run}", b"1", ASKED_SECONDS)
        self.store.notify(self.asks, "pause")

    def asked_to_pause(self, run: str) -> bool:
        """Whether somebody has asked for that since the last look."""
        return bool(self.store.script(TAKE_ASKED)([f"{self.asks}:{run}"]))

    def keep(self) -> None:
        """Let it be forgotten in a month."""
        self.store.script(KEEP)([self.name], KEPT_MILLISECONDS)
