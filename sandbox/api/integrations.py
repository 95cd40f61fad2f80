"""`/v2/integrations`: connections, their freshness and schedules, and what each TSP supports."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import body as checks
from sandbox.api.body import problems_of, read_object
from sandbox.api.errors import ApiError, Problem, json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query, path_uuid
from sandbox.context import Context
from sandbox.contract import RESOURCES, enum
from sandbox.world.entities import SCHEDULE_SECONDS, Connection, iso
from sandbox.world.providers import BY_ID, PROVIDERS, Provider

_CONNECTION_STATUSES = enum("ConnectionStatusEnum")
# What a connection's schedules do; `paused` ones of the records kept delivering.
_SCHEDULE_STATUS = {"active": "active", "paused": "active", "failed": "paused", "stale": "stale"}


def integrations_body(provider: Provider) -> dict[str, Any]:
    """Return a TspIntegrationsRead."""
    table = {name: "implemented" if name in provider.resources else "not_supported" for name in RESOURCES}
    done = len(provider.resources)
    return {
        "tsp_id": provider.id,
        "slug": provider.slug,
        "source_name": provider.source_name,
        "integrations": table,
        "implemented_count": done,
        "not_implemented_count": 0,
        "not_supported_count": len(table) - done,
    }


class Integrations:
    """Endpoints of the integrations host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    def _body(self, connection: Connection) -> dict[str, Any]:
        fleet = self._world.fleets[connection.fleet]
        return {
            "id": connection.id,
            "created_at": iso(connection.created_at),
            "updated_at": iso(connection.updated_at),
            "fleet_id": fleet.id,
            "fleet_ref": fleet.ref,
            "tsp_id": connection.provider.id,
            "source_name": connection.provider.source_name,
            "credentials": {"api_key": "*****", "url": None, "user_id": None},
            "status": connection.status,
            "description": connection.description,
        }

    def _visible(self, query: Query) -> list[Connection]:
        fleets, refs = query.uuids("fleet_ids"), query.texts("fleet_refs")
        shared, world = self._world.fleets_sharing(None), self._world
        return [
            connection
            for connection in world.connections
            if shared[connection.fleet]
            and connection.status != "deleted"
            and (not fleets or world.fleets[connection.fleet].id in fleets)
            and (not refs or world.fleets[connection.fleet].ref in refs)
        ]

    def _one(self, request: Request) -> Connection:
        connection_id, shared = path_uuid(request, "connection_id"), self._world.fleets_sharing(None)
        for connection in self._world.connections:
            if connection.id == connection_id and connection.status != "deleted" and shared[connection.fleet]:
                return connection
        raise ApiError(404, "Connection not found")

    async def list_connections(self, request: Request) -> Response:
        """Answer GET /connections; the page has no total."""
        query = Query(request)
        tsp, size = query.uuid("tsp_id"), query.size()
        connections = [
            connection for connection in self._visible(query) if tsp is None or connection.provider.id == tsp
        ]
        query.done()
        page = cut(query, size, len(connections))
        items = [self._body(connection) for connection in connections[page.start : page.stop]]
        return json_response(page.body(items, with_total=False))

    async def get_connection(self, request: Request) -> Response:
        """Answer GET /connections/{id}; a single one carries no fleet_ref, as in records."""
        return json_response({**self._body(self._one(request)), "fleet_ref": None})

    async def data_freshness(self, request: Request) -> Response:
        """Answer GET /connections/data-freshness: a plain array, a row per connection and resource."""
        query, now = Query(request), self._world.clock()
        connections = self._visible(query)
        query.done()
        scopes = {
            connection.fleet: connection.scopes
            for connection in self._world.agreements
            if connection.shares(None, now)
        }
        return json_response(
            [
                self._freshness(connection, resource, scopes[connection.fleet][resource], now)
                for connection in connections
                for resource in sorted(connection.provider.resources & scopes[connection.fleet].keys())
            ]
        )

    def _freshness(self, connection: Connection, resource: str, level: str, now: float) -> dict[str, Any]:
        fleet, last = self._world.fleets[connection.fleet], connection.horizon(now)
        runs = connection.status in {"active", "paused"}
        return {
            "resource": resource,
            "share_level": level,
            "fleet_id": fleet.id,
            "fleet_ref": fleet.ref,
            "connection_id": connection.id,
            "connection_description": connection.description,
            "schedule_id": connection.schedule_id(resource),
            "source_name": connection.provider.source_name,
            "tsp_id": connection.provider.id,
            "tsp_slug": connection.provider.slug,
            "last_successful_execution_at": iso(last),
            "next_execution_at": iso(now // SCHEDULE_SECONDS * SCHEDULE_SECONDS + SCHEDULE_SECONDS)
            if runs
            else None,
            "schedule_status": _SCHEDULE_STATUS.get(connection.status, "inactive"),
        }

    async def list_schedules(self, request: Request) -> Response:
        """Answer GET /connections/{id}/schedules."""
        query, now = Query(request), self._world.clock()
        resource, size = query.choice("resource", RESOURCES), query.size()
        query.done()
        connection = self._one(request)
        resources = sorted(name for name in connection.provider.resources if resource in (None, name))
        page = cut(query, size, len(resources))
        failing = 5 if connection.status == "failed" else 0
        items = [
            {
                "id": connection.schedule_id(name),
                "connection_id": connection.id,
                "resource": name,
                "execution_interval_seconds": SCHEDULE_SECONDS,
                "status": _SCHEDULE_STATUS.get(connection.status, "inactive"),
                "consecutive_error_count": failing,
                "consecutive_error_threshold": 5,
                "max_concurrent_executions": 1,
                "cursor": None,
                "last_data_at": iso(connection.horizon(now)),
            }
            for name in resources[page.start : page.stop]
        ]
        return json_response(page.body(items, with_total=False))

    # --- writes: the fleet's own, with the token of its invitation

    async def create_connection(self, request: Request) -> Response:
        """Answer POST /connections: any credentials pass, none are kept."""
        body = await read_object(request)
        rules: dict[str, checks.Check] = {
            "tsp_id": checks.uuid,
            "credentials": checks.mapping,
            "description": checks.text,
        }
        if problems := problems_of(body, rules, ("tsp_id", "credentials")):
            raise ApiError(422, problems)
        provider = BY_ID.get(body["tsp_id"].lower())
        if provider is None:
            raise ApiError(422, [Problem("body.tsp_id", body["tsp_id"], "Unknown TSP", "value_error")])
        connection = self._context.connect_provider(request.state.fleet, provider, body.get("description"))
        return json_response(self._body(connection))

    async def update_connection(self, request: Request) -> Response:
        """Answer PATCH /connections/{id}: description and status."""
        connection = self._own(request)
        body = await read_object(request)
        rules: dict[str, checks.Check] = {
            "credentials": checks.mapping,
            "description": checks.text,
            "status": checks.choice(_CONNECTION_STATUSES),
        }
        if problems := problems_of(body, rules, ()):
            raise ApiError(422, problems)
        with self._world.lock:
            connection.description = body.get("description", connection.description)
            if body.get("status"):
                self._context.set_status(connection, body["status"])
        return json_response(self._body(connection))

    async def delete_connection(self, request: Request) -> Response:
        """Answer DELETE /connections/{id}: history stays readable, new data stops."""
        self._context.set_status(self._own(request), "deleted")
        return Response(status_code=204)

    def _own(self, request: Request) -> Connection:
        connection = self._one(request)
        if connection.fleet != request.state.fleet:
            raise ApiError(404, "Connection not found")
        return connection

    # --- TSPs

    async def list_tsps(self, request: Request) -> Response:
        """Answer GET /tsps, to anybody."""
        query = Query(request)
        size = query.size()
        query.done()
        page = cut(query, size, len(PROVIDERS))
        items = [integrations_body(provider) for provider in PROVIDERS[page.start : page.stop]]
        return json_response(page.body(items, with_total=False))

    async def get_tsp(self, request: Request) -> Response:
        """Answer GET /tsps/{id}, to anybody."""
        provider = BY_ID.get(path_uuid(request, "tsp_id"))
        if provider is None:
            raise ApiError(404, "TSP not found")
        return json_response(integrations_body(provider))

    def routes(self) -> list[Route]:
        """Return the integrations routes."""
        secured, base = self._context.tokens.secured, "/v2/integrations"
        single = f"{base}/connections/{{connection_id}}"
        return [
            Route(f"{base}/connections", secured(self.list_connections), methods=["GET"]),
            Route(
                f"{base}/connections",
                secured(self.create_connection, fleet_only=True),
                methods=["POST"],
            ),
            Route(f"{base}/connections/data-freshness", secured(self.data_freshness)),
            Route(single, secured(self.get_connection), methods=["GET"]),
            Route(single, secured(self.update_connection, fleet_only=True), methods=["PATCH"]),
            Route(single, secured(self.delete_connection, fleet_only=True), methods=["DELETE"]),
            Route(f"{single}/schedules", secured(self.list_schedules)),
            Route(f"{base}/tsps", self.list_tsps),
            Route(f"{base}/tsps/{{tsp_id}}", self.get_tsp),
        ]
