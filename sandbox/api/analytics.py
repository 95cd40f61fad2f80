"""`/v2/telematics/analytics`: counts, and one row per fleet reference."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.errors import json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query
from sandbox.api.selecting import selected
from sandbox.context import Context


class Analytics:
    """Summaries of the telematics host; the analytics lists of vehicles lie with the vehicles."""

    def __init__(self, context: Context) -> None:
        self._all = context
        self._world = context.world

    async def overview(self, request: Request) -> Response:
        """Answer GET /analytics/overview."""
        query = Query(request)
        fleets, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
        vehicles = selected(self._all, query, "vehicles", "vehicle")
        users = selected(self._all, query, "vehicles", "user")
        trailers = selected(self._all, query, "trailers", "trailer")
        query.done()
        shared = self._world.fleets_sharing(None)
        count = sum(
            shared[n] and (not fleets or one.id in fleets) and (not refs or one.ref in refs)
            for n, one in enumerate(self._world.fleets)
        )
        drivers = int(self._world.rows.vehicles.has_driver[users].sum())
        return json_response(
            {"fleets": count, "vehicles": len(vehicles), "drivers": drivers, "trailers": len(trailers)}
        )

    async def list_fleet_summaries(self, request: Request) -> Response:
        """Answer GET /analytics/fleets: one row per fleet_ref."""
        query = Query(request)
        size = query.size()
        wanted, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
        connection = query.uuid("connection_id")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        shared, rows = self._world.fleets_sharing("vehicle"), self._world.rows.vehicles
        by_ref: dict[str, list[int]] = {}
        for number, fleet in enumerate(self._world.fleets):
            if shared[number] and (not wanted or fleet.id in wanted) and (not refs or fleet.ref in refs):
                by_ref.setdefault(fleet.ref, []).append(number)
        connected = [one for one in self._world.connections if connection is None or one.id == connection]
        if connection is not None:
            with_it = {one.fleet for one in connected}
            by_ref = {ref: found for ref, found in by_ref.items() if with_it & set(found)}
        page = cut(query, size, len(by_ref))
        items = []
        for ref in list(by_ref)[page.start : page.stop]:
            ids = [self._all.fleet_id(number) for number in by_ref[ref]]
            found = self._world.select("vehicles", "vehicle", ids, [], connection)
            items.append(
                {
                    "fleet_ref": ref,
                    "fleet_ids": ids,
                    "connections": sum(one.fleet in by_ref[ref] for one in connected),
                    "drivers": int(rows.has_driver[found].sum()),
                    "vehicles": len(found),
                    "vehicles_with_locations": int(rows.has_location[found].sum()),
                }
            )
        return json_response(page.body(items))

    def routes(self) -> list[Route]:
        """Return the routes of the summaries."""
        secured, base = self._all.tokens.secured, "/v2/telematics/analytics"
        return [
            Route(f"{base}/overview", secured(self.overview)),
            Route(f"{base}/fleets", secured(self.list_fleet_summaries)),
        ]
