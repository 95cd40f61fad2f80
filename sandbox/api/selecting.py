"""What the telematics endpoints share: filters, pages and time windows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from sandbox.api.errors import ApiError, json_response
from sandbox.api.paging import cut, window
from sandbox.api.query import Query, path_uuid
from sandbox.api.rows import RowBuilder
from sandbox.context import Context
from sandbox.world.motion import Ints
from sandbox.world.roster import DAY
from sandbox.world.world import World

MAX_SPAN_DAYS = 45


def rows_for(context: Context, query: Query) -> RowBuilder:
    """Return a builder of rows for this moment."""
    source_data = query.flag("include_source_data", default=False)
    return RowBuilder(context.world, context.world.clock(), context.faults.amount, source_data=source_data)


def selected(context: Context, query: Query, table: str, resource: str) -> Ints:
    """Return the rows that the fleet and connection filters let through."""
    fleets, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
    return context.world.select(table, resource, fleets, refs, query.uuid("connection_id"))


def among(world: World, numbers: Ints, kind: str, wanted_ids: list[str]) -> Ints:
    """Keep the rows of these ids; all of them where none is wanted in particular."""
    if not wanted_ids:
        return numbers
    rows = [row for row in (world.row_of(kind, wanted_id) for wanted_id in wanted_ids) if row is not None]
    return np.intersect1d(numbers, np.array(rows, dtype=np.int64))


def page_of(query: Query, size: int, numbers: Ints, make: Callable[[Ints], Sequence[Any]]) -> Response:
    """Answer with one page of the found rows."""
    page = cut(query, size, len(numbers))
    return json_response(page.body(make(numbers[page.start : page.stop])))


def visible_row(world: World, request: Request, *, name: str, kind: str, table: str, resource: str) -> Ints:
    """Return the row of the path's id; 404 if there is none or it is not shared."""
    row = world.row_of(kind, path_uuid(request, name))
    if row is not None and row in world.select(table, resource, [], [], None):
        return np.array([row])
    raise ApiError(404, f"{kind.title()} not found")


def read_window(query: Query, now: float, *, ignored: bool) -> tuple[float, float]:
    """Return [from, to) of a history in epoch seconds: by default the last day; at most 45 days.

    A cursor keeps the window of its first page. With `ignored` (only_latest) the span is not checked.
    """
    begin, end = query.time("from_datetime"), query.time("to_datetime")
    fixed = window(query)
    if fixed is not None:
        return fixed
    end = now if end is None else end
    begin = end - DAY if begin is None and end < now - DAY else (now - DAY if begin is None else begin)
    if not ignored and end - begin > MAX_SPAN_DAYS * DAY:
        query.problem("from_datetime", "", f"The span is at most {MAX_SPAN_DAYS} days", "value_error")
    return begin, end
