"""`/v2/telematics` for trailers: the list, their locations now and before, and the live view."""

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.errors import json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query
from sandbox.api.selecting import among, page_of, read_window, rows_for, selected, visible_row
from sandbox.api.trailer_rows import TrailerRowBuilder
from sandbox.context import Context
from sandbox.world.motion import Floats, Ints

PERIOD = 900.0  # seconds between a trailer's fixes


class TrailerEndpoints:
    """Trailer endpoints of the telematics host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    def _latest(self, trailers: Ints, now: float) -> Floats:
        """Return the epoch seconds of each trailer's newest fix."""
        columns = self._world.rows.trailers
        return np.floor(self._world.horizons(columns.connection[trailers], now) / PERIOD) * PERIOD

    def _select(self, query: Query, resource: str) -> Ints:
        trailer_ids, sources = query.uuids("trailer_ids"), query.texts("source_ids")
        vehicles = query.uuids("vehicle_ids") if resource == "trailer_location" else []
        numbers = among(
            self._world, selected(self._context, query, "trailers", resource), "trailer", trailer_ids
        )
        if vehicles:
            rows = [row for one in vehicles if (row := self._world.row_of("vehicle", one)) is not None]
            trailers = self._world.rows.trailers
            hooked = np.isinf(trailers.dropped_at[numbers])
            numbers = numbers[np.isin(trailers.tows[numbers], rows) & hooked]
        if sources:
            starts = {source.removeprefix("trl:") for source in sources}
            starting = np.array([one[:8] in starts for one in self._world.ids_of("trailer")], dtype=bool)
            numbers = numbers[starting[numbers]]
        return numbers

    async def list_trailers(self, request: Request) -> Response:
        """Answer GET /trailers."""
        query = Query(request)
        rows, size = TrailerRowBuilder(rows_for(self._context, query)), query.size()
        trailers = self._select(query, "trailer")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        return page_of(query, size, trailers, rows.trailer_list)

    async def get_trailer(self, request: Request) -> Response:
        """Answer GET /trailers/{id}."""
        query = Query(request)
        rows = TrailerRowBuilder(rows_for(self._context, query))
        query.done()
        row = visible_row(
            self._world, request, name="trailer_id", kind="trailer", table="trailers", resource="trailer"
        )
        return json_response(rows.trailer_list(row)[0])

    async def list_locations(self, request: Request) -> Response:
        """Answer GET /trailer-locations; a history may cover many trailers, one after another."""
        query = Query(request)
        rows, size = TrailerRowBuilder(rows_for(self._context, query)), query.size()
        latest = query.flag("only_latest", default=True)
        trailers = self._select(query, "trailer_location")
        span = read_window(query, rows.now, ignored=latest)
        query.done()
        newest = self._latest(trailers, rows.now)
        if latest:
            ordinal = np.arange(len(trailers))
            return page_of(
                query,
                size,
                ordinal,
                lambda part: rows.locations(trailers[part], newest[part], latest=True),
            )
        # Fix k of a trailer lies at k * PERIOD; `first` and `count` per trailer give every row in closed form.
        first = int(np.ceil(span[0] / PERIOD))
        after = np.minimum(np.ceil(span[1] / PERIOD), newest / PERIOD + 1)
        count = np.maximum(after - first, 0).astype(np.int64)
        ends = np.cumsum(count)
        total = int(ends[-1]) if len(ends) else 0
        page = cut(query, size, total, window=span)
        numbers = np.arange(page.start, page.stop)
        which = np.searchsorted(ends, numbers, side="right")
        k = first + numbers - (ends[which] - count[which])
        return json_response(page.body(rows.locations(trailers[which], k * PERIOD, latest=False)))

    async def list_live_locations(self, request: Request) -> Response:
        """Answer GET /analytics/trailers/live-locations."""
        query = Query(request)
        rows, size = TrailerRowBuilder(rows_for(self._context, query)), query.size()
        trailers = self._select(query, "trailer_location")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        return page_of(query, size, trailers, lambda part: rows.live(part, self._latest(part, rows.now)))

    def routes(self) -> list[Route]:
        """Return the trailer routes."""
        secured, base = self._context.tokens.secured, "/v2/telematics"
        return [
            Route(f"{base}/trailers", secured(self.list_trailers)),
            Route(f"{base}/trailers/{{trailer_id}}", secured(self.get_trailer)),
            Route(f"{base}/trailer-locations", secured(self.list_locations)),
            Route(f"{base}/analytics/trailers/live-locations", secured(self.list_live_locations)),
        ]
