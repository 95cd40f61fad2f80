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
        self._context = context
        self._world = context.world

    async def overview(self, request: Request) -> Response:
        """Answer GET /analytics/overview."""
        query = Query(request)
        fleets, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
        vehicles = selected(self._context, query, "vehicles", "vehicle")
        users = selected(self._context, query, "vehicles", "user")
        trailers = selected(self._context, query, "trailers", "trailer")
        query.done()
        shared = self._world.fleets_sharing(None)
        count = sum(
            shared[n] and (not fleets or fleet.id in fleets) and (not refs or fleet.ref in refs)
            for n, fleet in enumerate(self._world.fleets)
        )
        drivers = int(self._world.rows.vehicles.has_driver[users].sum())
        return json_response(
            {"fleets": count, "vehicles": len(vehicles), "drivers": drivers, "trailers": len(trailers)}
        )

    async def list_fleet_summaries(self, request: Request) -> Response:
        """Answer GET /analytics/fleets: one row per fleet_ref."""
        query = Query(request)
        size = query.size()
        fleet_ids, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
        connection_id = query.uuid("connection_id")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        shared, columns = self._world.fleets_sharing("vehicle"), self._world.rows.vehicles
        by_ref: dict[str, list[int]] = {}
        for number, fleet in enumerate(self._world.fleets):
            if (
                shared[number]
                and (not fleet_ids or fleet.id in fleet_ids)
                and (not refs or fleet.ref in refs)
            ):
                by_ref.setdefault(fleet.ref, []).append(number)
        connected = [
            connection
            for connection in self._world.connections
            if connection_id is None or connection.id == connection_id
        ]
        if connection_id is not None:
            with_it = {connection.fleet for connection in connected}
            by_ref = {ref: fleets for ref, fleets in by_ref.items() if with_it & set(fleets)}
        page = cut(query, size, len(by_ref))
        items = []
        for ref in list(by_ref)[page.start : page.stop]:
            ids = [self._context.fleet_id(number) for number in by_ref[ref]]
            vehicles = self._world.select("vehicles", "vehicle", ids, [], connection_id)
            items.append(
                {
                    "fleet_ref": ref,
                    "fleet_ids": ids,
                    "connections": sum(connection.fleet in by_ref[ref] for connection in connected),
                    "drivers": int(columns.has_driver[vehicles].sum()),
                    "vehicles": len(vehicles),
                    "vehicles_with_locations": int(columns.has_location[vehicles].sum()),
                }
            )
        return json_response(page.body(items))

    def routes(self) -> list[Route]:
        """Return the routes of the summaries."""
        secured, base = self._context.tokens.secured, "/v2/telematics/analytics"
        return [
            Route(f"{base}/overview", secured(self.overview)),
            Route(f"{base}/fleets", secured(self.list_fleet_summaries)),
        ]
