"""Pages with opaque cursors. A cursor is signed together with the query it belongs to."""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import msgspec

from sandbox.api.errors import ApiError
from sandbox.api.query import Query

_KEY = secrets.token_bytes(32)  # cursors do not outlive the process
_BAD = "The cursor is not one of this query"


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """What a cursor holds: go forward from `position` or backward to it; `window` fixes a history's times."""

    backward: bool
    position: int
    window: tuple[float, float] | None = None


def _sign(payload: bytes, scope: str) -> bytes:
    return hmac.digest(_KEY, payload + scope.encode(), hashlib.sha256)[:10]


def encode(mark: Mark, scope: str) -> str:
    """Return the opaque text of a cursor."""
    payload = msgspec.msgpack.encode(mark)
    return base64.urlsafe_b64encode(_sign(payload, scope) + payload).decode().rstrip("=")


def decode(text: str, scope: str) -> Mark:
    """Read a cursor; 400 if it is damaged or belongs to other filters."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(400, _BAD) from None
    if not hmac.compare_digest(raw[:10], _sign(raw[10:], scope)):
        raise ApiError(400, _BAD)
    return msgspec.msgpack.decode(raw[10:], type=Mark)


@dataclass(frozen=True)
class Slice:
    """Rows [start, stop) of a list of `total`, and the cursors around them."""

    start: int
    stop: int
    total: int
    links: dict[str, str | None]

    def body(self, items: object, *, with_total: bool = True) -> dict[str, object]:
        """Return the body of a page; integrations and notifications pages carry no total."""
        body: dict[str, object] = {"items": items, **self.links}
        if with_total:
            body["total"] = self.total
        return body


def cut(
    query: Query,
    size: int,
    total: int,
    *,
    window: tuple[float, float] | None = None,
) -> Slice:
    """Cut the asked page out of `total` rows."""
    mark = decode(query.cursor, query.scope) if query.cursor else Mark(False, 0, window)
    if mark.backward:
        stop = min(max(mark.position, 0), total)
        start = max(stop - size, 0)
    else:
        start = min(max(mark.position, 0), total)
        stop = min(start + size, total)

    def link(backward: bool, position: int) -> str:
        return encode(Mark(backward, position, window), query.scope)

    return Slice(
        start,
        stop,
        total,
        {
            "current_page": link(False, start),
            "current_page_backwards": link(True, stop),
            "previous_page": link(True, start) if start > 0 else None,
            "next_page": link(False, stop) if stop < total else None,
        },
    )


def window(query: Query) -> tuple[float, float] | None:
    """Return the time window that the query's cursor has fixed, if any."""
    return decode(query.cursor, query.scope).window if query.cursor else None
