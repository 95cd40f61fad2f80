"""`/v2/telematics`: vehicles, users, locations, trailers, engine statuses, analytics."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.context import Context
from sandbox.errors import ApiError, json_response
from sandbox.motion import Ints
from sandbox.paging import cut, window
from sandbox.query import Query, path_uuid
from sandbox.roster import DAY
from sandbox.rows import Rows
from sandbox.world import World

MAX_SPAN_DAYS = 45
Make = Callable[[Rows, Ints], Sequence[Any]]


def rows_for(context: Context, query: Query) -> Rows:
    """Return a builder of rows for this moment."""
    source_data = query.flag("include_source_data", default=False)
    return Rows(context.world, context.world.clock(), context.faults.amount, source_data=source_data)


def selected(context: Context, query: Query, table: str, resource: str) -> Ints:
    """Return the rows that the fleet and connection filters let through."""
    fleets, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
    return context.world.select(table, resource, fleets, refs, query.uuid("connection_id"))


def among(world: World, found: Ints, kind: str, wanted: list[str]) -> Ints:
    """Keep the rows of these ids; all of them where none is wanted in particular."""
    if not wanted:
        return found
    rows = [row for row in (world.row_of(kind, one) for one in wanted) if row is not None]
    return np.intersect1d(found, np.array(rows, dtype=np.int64))


def page_of(
    context: Context, query: Query, size: int, found: Ints, make: Callable[[Ints], Sequence[Any]]
) -> Response:
    """Answer with one page of the found rows."""
    page = cut(query, size, len(found), repeats=context.faults.repeats_cursor)
    return json_response(page.body(make(found[page.start : page.stop])))


def visible_row(world: World, request: Request, *, name: str, kind: str, table: str, resource: str) -> Ints:
    """Return the row of the path's id; 404 if there is none or it is not shared."""
    row = world.row_of(kind, path_uuid(request, name))
    if row is not None and row in world.select(table, resource, [], [], None):
        return np.array([row])
    raise ApiError(404, f"{kind.title()} not found")


class Telematics:
    """Endpoints of the telematics host."""

    def __init__(self, context: Context) -> None:
        self._all = context
        self._world = context.world

    # --- vehicles and users

    async def list_vehicles(self, request: Request) -> Response:
        """Answer GET /vehicles."""
        return self._vehicles(request, Rows.vehicle_list, _VEHICLE_ORDERS)

    async def list_vehicle_summaries(self, request: Request) -> Response:
        """Answer GET /analytics/vehicles."""
        return self._vehicles(request, Rows.vehicle_summaries, _VEHICLE_ORDERS)

    async def list_live_locations(self, request: Request) -> Response:
        """Answer GET /analytics/vehicles/live-locations."""
        return self._vehicles(request, Rows.vehicle_live_locations, _VEHICLE_ORDERS, located=True)

    def _vehicles(
        self, request: Request, make: Make, orders: Sequence[str], *, located: bool = False
    ) -> Response:
        query = Query(request)
        rows, size = rows_for(self._all, query), query.size()
        wanted, sources = query.uuids("vehicle_ids"), query.texts("source_ids")
        drivers = query.uuids("driver_ids") if located else []
        found = selected(self._all, query, "vehicles", "vehicle_location" if located else "vehicle")
        by, order = query.text("sort_by"), query.choice("sort_order", ("asc", "desc"))
        if by and by not in orders:
            query.problem("sort_by", by, f"Input should be one of {', '.join(orders)}", "enum")
        query.done()
        found = among(self._world, found, "vehicle", wanted)
        found = among(self._world, found, "driver", drivers)
        if sources:
            kept = {source.removeprefix("veh:") for source in sources}
            short = np.array([one[:8] in kept for one in self._world.ids_of("vehicle")], dtype=bool)
            found = found[short[found]]
        if located:
            found = found[self._world.rows.vehicles.has_location[found]]
        found = self._ordered(found, by, order == "desc")
        return page_of(self._all, query, size, found, lambda part: make(rows, part))

    def _ordered(self, found: Ints, by: str | None, descending: bool) -> Ints:
        vehicles = self._world.rows.vehicles
        if by is not None:
            keys = {"vehicle_name": vehicles.name, "vin": vehicles.vin}.get(by, vehicles.begin)[found]
            found = found[np.argsort(keys.astype(str) if keys.dtype == object else keys, kind="stable")]
        return found[::-1] if descending else found

    async def get_vehicle(self, request: Request) -> Response:
        """Answer GET /vehicles/{id}."""
        query = Query(request)
        rows = rows_for(self._all, query)
        query.done()
        row = visible_row(
            self._world, request, name="vehicle_id", kind="vehicle", table="vehicles", resource="vehicle"
        )
        return json_response(rows.vehicle_list(row)[0])

    async def list_users(self, request: Request) -> Response:
        """Answer GET /users: the drivers (the simulated world has no other users)."""
        query = Query(request)
        rows, size, driver = rows_for(self._all, query), query.size(), query.optional_flag("is_driver")
        wanted, sources = query.uuids("user_ids"), query.texts("source_ids")
        found = selected(self._all, query, "vehicles", "user")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        found = among(self._world, found, "driver", wanted)
        found = found[self._world.rows.vehicles.has_driver[found]]
        if driver is False:
            found = found[:0]
        if sources:
            kept = {source.removeprefix("user:") for source in sources}
            short = np.array([one[:8] in kept for one in self._world.ids_of("driver")], dtype=bool)
            found = found[short[found]]
        return page_of(self._all, query, size, found, rows.users)

    async def get_user(self, request: Request) -> Response:
        """Answer GET /users/{id}."""
        query = Query(request)
        rows = rows_for(self._all, query)
        query.done()
        row = visible_row(
            self._world, request, name="user_id", kind="driver", table="vehicles", resource="user"
        )
        if not self._world.rows.vehicles.has_driver[row[0]]:
            raise ApiError(404, "User not found")
        return json_response(rows.users(row)[0])

    # --- locations

    async def list_vehicle_locations(self, request: Request) -> Response:
        """Answer GET /vehicle-locations."""
        return self._fixes(request, Rows.vehicle_locations, "vehicle_location")

    async def list_engine_statuses(self, request: Request) -> Response:
        """Answer GET /engine-statuses."""
        return self._fixes(request, Rows.engine_statuses, "engine_status")

    def _fixes(self, request: Request, make: Callable[..., Sequence[Any]], resource: str) -> Response:
        query = Query(request)
        rows, size = rows_for(self._all, query), query.size()
        latest = query.flag("only_latest", default=True)
        vehicles, drivers = query.uuids("vehicle_ids"), query.uuids("driver_ids")
        found = selected(self._all, query, "vehicles", resource)
        span = read_window(query, rows.now, ignored=latest)
        if not latest and {len(vehicles), len(drivers)} != {0, 1}:
            query.problem(
                "only_latest",
                "false",
                "Value error, needs exactly one vehicle_ids value or one driver_ids value",
                "value_error",
            )
        query.done()
        found = among(self._world, found, "vehicle", vehicles)
        found = among(self._world, found, "driver", drivers)
        found = found[self._world.rows.vehicles.has_location[found]]
        if latest:
            return page_of(
                self._all,
                query,
                size,
                found,
                lambda part: make(rows, part, self._world.latest(part, rows.now), latest=True),
            )
        times = self._world.history(int(found[0]), *span, rows.now) if len(found) else np.zeros(0)
        page = cut(query, size, len(times), window=span, repeats=self._all.faults.repeats_cursor)
        t = times[page.start : page.stop]
        part = np.repeat(found[:1], len(t))
        return json_response(page.body(make(rows, part, t, latest=False)))

    # --- analytics

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
        page = cut(query, size, len(by_ref), repeats=self._all.faults.repeats_cursor)
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
        """Return the routes of vehicles, users, locations and analytics."""
        secured, base = self._all.tokens.secured, "/v2/telematics"
        return [
            Route(f"{base}/vehicles", secured(self.list_vehicles)),
            Route(f"{base}/vehicles/{{vehicle_id}}", secured(self.get_vehicle)),
            Route(f"{base}/users", secured(self.list_users)),
            Route(f"{base}/users/{{user_id}}", secured(self.get_user)),
            Route(f"{base}/vehicle-locations", secured(self.list_vehicle_locations)),
            Route(f"{base}/engine-statuses", secured(self.list_engine_statuses)),
            Route(f"{base}/analytics/overview", secured(self.overview)),
            Route(f"{base}/analytics/fleets", secured(self.list_fleet_summaries)),
            Route(f"{base}/analytics/vehicles", secured(self.list_vehicle_summaries)),
            Route(f"{base}/analytics/vehicles/live-locations", secured(self.list_live_locations)),
        ]


_VEHICLE_ORDERS = ("vehicle_name", "vin", "created_at", "updated_at", "occurred_at")


def read_window(query: Query, now: float, *, ignored: bool) -> tuple[float, float]:
    """Return [from, to) of a history in epoch seconds: by default the last day; at most 45 days.

    A cursor keeps the window of its first page. With `ignored` (only_latest) the span is not checked.
    """
    begin, end = query.time("from_datetime"), query.time("to_datetime")
    kept = window(query)
    if kept is not None:
        return kept
    end = now if end is None else end
    begin = end - DAY if begin is None and end < now - DAY else (now - DAY if begin is None else begin)
    if not ignored and end - begin > MAX_SPAN_DAYS * DAY:
        query.problem("from_datetime", "", f"The span is at most {MAX_SPAN_DAYS} days", "value_error")
    return begin, end
