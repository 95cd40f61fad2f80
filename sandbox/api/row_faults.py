"""Rows on purpose unreadable: fields of an answer replaced by JSON that the contract does not allow."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from cachetools import LRUCache

from sandbox.context import Context
from sandbox.faults import ROWS, Fault
from sandbox.world.providers import PROVIDERS
from sandbox.world.roster import ids


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Its id."""


Row = dict[str, msgspec.Raw]
_KEYS = {
    "vehicle-locations": "vehicle_id",
    "trailer-locations": "trailer_id",
    "data-freshness": "connection_id",
}
_DRAWS = 2**32
_ROW = msgspec.json.Decoder(Row)
_LIST = msgspec.json.Decoder(list[Row])


class RowFaults:
    """Puts the row faults into answers. The same rows are hit every time, and one at least of those that exist."""

    def __init__(self, context: Context) -> None:
        self._all = context
        self._lowest: LRUCache[object, int] = LRUCache(64)

    def put(self, name: str, faults: Sequence[Fault], body: bytes) -> bytes:
        """Return the body of a list's page, of a plain array or of a single object with the faults in it."""
        if body.startswith(b"["):
            return msgspec.json.encode(self._rows(name, faults, _LIST.decode(body)))
        whole = _ROW.decode(body)
        if "items" not in whole:
            return msgspec.json.encode(self._rows(name, faults, [whole])[0])
        items = self._rows(name, faults, _LIST.decode(whole["items"]))
        return msgspec.json.encode({**whole, "items": items})

    def _rows(self, name: str, faults: Sequence[Fault], rows: list[Row]) -> list[Row | msgspec.Raw]:
        key = _KEYS.get(name, "id")
        bounds = [(fault, self._bound(fault, name)) for fault in faults]
        return [self._row(name, bounds, row, bytes(row.get(key) or row["tsp_id"])) for row in rows]

    def _row(self, name: str, bounds: list[tuple[Fault, int]], row: Row, key: bytes) -> Row | msgspec.Raw:
        for fault, bound in bounds:
            number = _draw(fault.kind, key)
            if number >= bound:
                continue
            what = ROWS[fault.kind]
            put = what.put[number % len(what.put)].replace(b"#", str(number).encode())
            if not what.fields[name]:
                return msgspec.Raw(put)
            row = row | {field: msgspec.Raw(put) for field in what.fields[name] if field in row}
        return row

    def _bound(self, fault: Fault, name: str) -> int:
        """Return what a row's draw must be below to be hit: the share, and above the lowest of all rows."""
        if fault.amount <= 0:
            return 0
        version = (self._all.world.version, len(self._all.invitations.all), len(self._all.webhooks.all))
        key = (fault.kind, name, version)
        lowest = self._lowest.get(key)
        if lowest is None:
            draws = (_draw(fault.kind, f'"{one}"'.encode()) for one in self._existing(name))
            lowest = self._lowest[key] = min(draws, default=0)
        return max(lowest + 1, int(fault.amount * _DRAWS))

    def _existing(self, name: str) -> Iterable[str]:
        """Return the ids of the rows that a list has, whatever it is filtered by."""
        world, shared = self._all.world, self._all.world.fleets_sharing(None)
        vehicles, trailers = world.rows.vehicles, world.rows.trailers
        if name in {"vehicles", "vehicle-locations"}:
            return ids(vehicles.key[world.located()], "vehicle")
        if name in {"trailers", "trailer-locations"}:
            return ids(trailers.key[world.select("trailers", "trailer_location", [], [], None)], "trailer")
        if name == "users":
            found = world.select("vehicles", "user", [], [], None)
            return ids(vehicles.key[found[vehicles.has_driver[found]]], "driver")
        if name in {"connections", "data-freshness"}:
            return (one.id for one in world.connections if shared[one.fleet])
        few: dict[str, Iterable[HasId]] = {
            "fleets": (one for number, one in enumerate(world.fleets) if shared[number]),
            "invitations": self._all.invitations.listed(None),
            "share-agreements": world.agreements,
            "tsps": PROVIDERS,
            "webhooks": (one for one in self._all.webhooks.all if one.status != "deleted"),
        }
        return (one.id for one in few[name])


def _draw(kind: str, key: bytes) -> int:
    """Return a number from 0 to 2^32 - 1 that is another for each fault and row, and the same every time."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=4, key=kind.encode()).digest(), "big")
