"""Rows on purpose unreadable: fields of an answer replaced by JSON that the contract does not allow."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from cachetools import LRUCache

from sandbox.context import Context
from sandbox.faults import ROW_FAULTS, Fault
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
        self._context = context
        self._lowest: LRUCache[object, int] = LRUCache(64)

    def put(self, name: str, faults: Sequence[Fault], body: bytes) -> bytes:
        """Return the body of a list's page, of a plain array or of a single object with the faults in it."""
        if body.startswith(b"["):
            return msgspec.json.encode(self._rows(name, faults, _LIST.decode(body)))
        page = _ROW.decode(body)
        if "items" not in page:
            return msgspec.json.encode(self._rows(name, faults, [page])[0])
        items = self._rows(name, faults, _LIST.decode(page["items"]))
        return msgspec.json.encode({**page, "items": items})

    def _rows(self, name: str, faults: Sequence[Fault], rows: list[Row]) -> list[Row | msgspec.Raw]:
        key = _KEYS.get(name, "id")
        bounds = [(fault, self._bound(fault, name)) for fault in faults]
        return [self._row(name, bounds, row, bytes(row.get(key) or row["tsp_id"])) for row in rows]

    def _row(self, name: str, bounds: list[tuple[Fault, int]], row: Row, key: bytes) -> Row | msgspec.Raw:
        for fault, bound in bounds:
            number = _draw(fault.kind, key)
            if number >= bound:
                continue
            row_fault = ROW_FAULTS[fault.kind]
            put = row_fault.put[number % len(row_fault.put)].replace(b"#", str(number).encode())
            if not row_fault.fields[name]:
                return msgspec.Raw(put)
            row = row | {field: msgspec.Raw(put) for field in row_fault.fields[name] if field in row}
        return row

    def _bound(self, fault: Fault, name: str) -> int:
        """Return what a row's draw must be below to be hit: the share, and above the lowest of all rows."""
        if fault.amount <= 0:
            return 0
        version = (
            self._context.world.version,
            len(self._context.invitations.all),
            len(self._context.webhooks.all),
        )
        key = (fault.kind, name, version)
        lowest = self._lowest.get(key)
        if lowest is None:
            draws = (_draw(fault.kind, f'"{row_id}"'.encode()) for row_id in self._existing(name))
            lowest = self._lowest[key] = min(draws, default=0)
        return max(lowest + 1, int(fault.amount * _DRAWS))

    def _existing(self, name: str) -> Iterable[str]:
        """Return the ids of the rows that a list has, whatever it is filtered by."""
        world, shared = self._context.world, self._context.world.fleets_sharing(None)
        vehicles, trailers = world.rows.vehicles, world.rows.trailers
        if name in {"vehicles", "vehicle-locations"}:
            return ids(vehicles.key[world.located()], "vehicle")
        if name in {"trailers", "trailer-locations"}:
            return ids(trailers.key[world.select("trailers", "trailer_location", [], [], None)], "trailer")
        if name == "users":
            numbers = world.select("vehicles", "user", [], [], None)
            return ids(vehicles.key[numbers[vehicles.has_driver[numbers]]], "driver")
        if name in {"connections", "data-freshness"}:
            return (entity.id for entity in world.connections if shared[entity.fleet])
        few: dict[str, Iterable[HasId]] = {
            "fleets": (entity for number, entity in enumerate(world.fleets) if shared[number]),
            "invitations": self._context.invitations.listed(None),
            "share-agreements": world.agreements,
            "tsps": PROVIDERS,
            "webhooks": (entity for entity in self._context.webhooks.all if entity.status != "deleted"),
        }
        return (entity.id for entity in few[name])


def _draw(kind: str, key: bytes) -> int:
    """Return a number from 0 to 2^32 - 1 that is another for each fault and row, and the same every time."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=4, key=kind.encode()).digest(), "big")
