"""`/v2/telematics`: vehicles, users, locations, trailers, engine statuses, analytics."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.analytics_rows import vehicle_live_locations, vehicle_summaries
from sandbox.api.errors import ApiError, json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query
from sandbox.api.rows import RowBuilder
from sandbox.api.selecting import among, page_of, read_window, rows_for, selected, visible_row
from sandbox.context import Context
from sandbox.world.motion import Ints

Make = Callable[[RowBuilder, Ints], Sequence[Any]]


class Telematics:
    """Endpoints of the telematics host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    # --- vehicles and users

    async def list_vehicles(self, request: Request) -> Response:
        """Answer GET /vehicles."""
        return self._vehicles(request, RowBuilder.vehicle_list, _VEHICLE_ORDERS)

    async def list_vehicle_summaries(self, request: Request) -> Response:
        """Answer GET /analytics/vehicles."""
        return self._vehicles(request, vehicle_summaries, _VEHICLE_ORDERS)

    async def list_live_locations(self, request: Request) -> Response:
        """Answer GET /analytics/vehicles/live-locations."""
        return self._vehicles(request, vehicle_live_locations, _VEHICLE_ORDERS, located=True)

    def _vehicles(
        self, request: Request, make: Make, orders: Sequence[str], *, located: bool = False
    ) -> Response:
        query = Query(request)
        rows, size = rows_for(self._context, query), query.size()
        vehicle_ids, sources = query.uuids("vehicle_ids"), query.texts("source_ids")
        drivers = query.uuids("driver_ids") if located else []
        numbers = selected(self._context, query, "vehicles", "vehicle_location" if located else "vehicle")
        by, order = query.text("sort_by"), query.choice("sort_order", ("asc", "desc"))
        if by and by not in orders:
            query.problem("sort_by", by, f"Input should be one of {', '.join(orders)}", "enum")
        query.done()
        numbers = among(self._world, numbers, "vehicle", vehicle_ids)
        numbers = among(self._world, numbers, "driver", drivers)
        if sources:
            starts = {source.removeprefix("veh:") for source in sources}
            starting = np.array(
                [vehicle_id[:8] in starts for vehicle_id in self._world.ids_of("vehicle")], dtype=bool
            )
            numbers = numbers[starting[numbers]]
        if located:
            numbers = numbers[self._world.rows.vehicles.has_location[numbers]]
        numbers = self._ordered(numbers, by, order == "desc")
        return page_of(query, size, numbers, lambda part: make(rows, part))

    def _ordered(self, numbers: Ints, by: str | None, descending: bool) -> Ints:
        vehicles = self._world.rows.vehicles
        if by is not None:
            keys = {"vehicle_name": vehicles.name, "vin": vehicles.vin}.get(by, vehicles.begin)[numbers]
            numbers = numbers[np.argsort(keys.astype(str) if keys.dtype == object else keys, kind="stable")]
        return numbers[::-1] if descending else numbers

    async def get_vehicle(self, request: Request) -> Response:
        """Answer GET /vehicles/{id}."""
        query = Query(request)
        rows = rows_for(self._context, query)
        query.done()
        row = visible_row(
            self._world, request, name="vehicle_id", kind="vehicle", table="vehicles", resource="vehicle"
        )
        return json_response(rows.vehicle_list(row)[0])

    async def list_users(self, request: Request) -> Response:
        """Answer GET /users: the drivers (the simulated world has no other users)."""
        query = Query(request)
        rows, size, driver = rows_for(self._context, query), query.size(), query.optional_flag("is_driver")
        user_ids, sources = query.uuids("user_ids"), query.texts("source_ids")
        numbers = selected(self._context, query, "vehicles", "user")
        query.choice("sort_order", ("asc", "desc"))
        query.done()
        numbers = among(self._world, numbers, "driver", user_ids)
        numbers = numbers[self._world.rows.vehicles.has_driver[numbers]]
        if driver is False:
            numbers = numbers[:0]
        if sources:
            starts = {source.removeprefix("user:") for source in sources}
            starting = np.array(
                [user_id[:8] in starts for user_id in self._world.ids_of("driver")], dtype=bool
            )
            numbers = numbers[starting[numbers]]
        return page_of(query, size, numbers, rows.users)

    async def get_user(self, request: Request) -> Response:
        """Answer GET /users/{id}."""
        query = Query(request)
        rows = rows_for(self._context, query)
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
        return self._fixes(request, RowBuilder.vehicle_locations, "vehicle_location")

    async def list_engine_statuses(self, request: Request) -> Response:
        """Answer GET /engine-statuses."""
        return self._fixes(request, RowBuilder.engine_statuses, "engine_status")

    def _fixes(self, request: Request, make: Callable[..., Sequence[Any]], resource: str) -> Response:
        query = Query(request)
        rows, size = rows_for(self._context, query), query.size()
        latest = query.flag("only_latest", default=True)
        vehicles, drivers = query.uuids("vehicle_ids"), query.uuids("driver_ids")
        numbers = selected(self._context, query, "vehicles", resource)
        span = read_window(query, rows.now, ignored=latest)
        if not latest and {len(vehicles), len(drivers)} != {0, 1}:
            query.problem(
                "only_latest",
                "false",
                "Value error, needs exactly one vehicle_ids value or one driver_ids value",
                "value_error",
            )
        query.done()
        numbers = among(self._world, numbers, "vehicle", vehicles)
        numbers = among(self._world, numbers, "driver", drivers)
        numbers = numbers[self._world.rows.vehicles.has_location[numbers]]
        if latest:
            return page_of(
                query,
                size,
                numbers,
                lambda part: make(rows, part, rows.latest(part), latest=True),
            )
        times = self._world.history(int(numbers[0]), *span, rows.now) if len(numbers) else np.zeros(0)
        page = cut(query, size, len(times), window=span)
        t = times[page.start : page.stop]
        part = np.repeat(numbers[:1], len(t))
        return json_response(page.body(make(rows, part, t, latest=False)))

    def routes(self) -> list[Route]:
        """Return the routes of vehicles, users, locations and analytics."""
        secured, base = self._context.tokens.secured, "/v2/telematics"
        return [
            Route(f"{base}/vehicles", secured(self.list_vehicles)),
            Route(f"{base}/vehicles/{{vehicle_id}}", secured(self.get_vehicle)),
            Route(f"{base}/users", secured(self.list_users)),
            Route(f"{base}/users/{{user_id}}", secured(self.get_user)),
            Route(f"{base}/vehicle-locations", secured(self.list_vehicle_locations)),
            Route(f"{base}/engine-statuses", secured(self.list_engine_statuses)),
            Route(f"{base}/analytics/vehicles", secured(self.list_vehicle_summaries)),
            Route(f"{base}/analytics/vehicles/live-locations", secured(self.list_live_locations)),
        ]


_VEHICLE_ORDERS = ("vehicle_name", "vin", "created_at", "updated_at", "occurred_at")
