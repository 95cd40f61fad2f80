"""What the endpoint modules share."""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.api.auth import Tokens
from sandbox.api.errors import ApiError
from sandbox.api.faults import Faults
from sandbox.config import SandboxConfig
from sandbox.invitations import Invitations
from sandbox.webhooks import Webhooks
from sandbox.world.entities import Connection
from sandbox.world.providers import Provider
from sandbox.world.roster import ids
from sandbox.world.world import World


@dataclass(frozen=True)
class Context:
    """One sandbox's parts."""

    config: SandboxConfig
    world: World
    tokens: Tokens
    faults: Faults
    invitations: Invitations
    webhooks: Webhooks

    def connect_url(self, request: Request) -> str:
        """Return the prefix of magic links: as configured, else where this request found us."""
        return self.config.connect_url or f"{str(request.base_url).rstrip('/')}/connect"

    def fleet_id(self, number: int) -> str:
        """Return a fleet's id by its number."""
        return self.world.fleets[number].id

    def visible_fleet(self, fleet_id: str) -> int:
        """Return a fleet's number by its id; 404 unless it shares something with us now."""
        shared = self.world.fleets_sharing(None)
        for number, fleet in enumerate(self.world.fleets):
            if fleet.id == fleet_id and shared[number]:
                return number
        raise ApiError(404, "Fleet not found")

    def connect_provider(self, fleet: int, provider: Provider, description: str | None = None) -> Connection:
        """Connect a fleet to a TSP: 5 to 15 vehicles that deliver at once. Credentials are no matter here."""
        world = self.world
        with world.lock:
            connection = Connection(
                world.new_id(), fleet, provider, created_at=world.clock(), description=description
            )
            count = int(world.rng.integers(5, 16))
            world.add_connection(connection, count, settled=False)
            vehicles = ids(world.rows.vehicles.key[-count:], "vehicle")
        self._announce("connection.created", connection)
        self._announce("fleet_connection.created", connection)
        self._announce_vehicles(connection, vehicles)
        return connection

    def _announce_vehicles(self, connection: Connection, vehicles: list[str]) -> None:
        fleet = self.world.fleets[connection.fleet]
        for vehicle_id in vehicles:
            data = {
                "id": vehicle_id,
                "connection_id": connection.id,
                "fleet_id": fleet.id,
                "fleet_ref": fleet.ref,
            }
            self.webhooks.announce("vehicle.added", connection.fleet, fleet.ref, data)

    def set_status(self, connection: Connection, status: str) -> None:
        """Change a connection's status: data flows while it is active or paused and stops otherwise."""
        world = self.world
        with world.lock:
            now = world.clock()
            flows = status in {"active", "paused"}
            connection.frozen_at = float("inf") if flows else connection.horizon(now)
            connection.status, connection.updated_at = status, now
            world.changed()
        if status == "stale":
            self._announce("connection.staled", connection)

    def _announce(self, event: str, connection: Connection) -> None:
        fleet = self.world.fleets[connection.fleet]
        data = {
            "id": connection.id,
            "fleet_id": fleet.id,
            "fleet_ref": fleet.ref,
            "tsp_id": connection.provider.id,
            "source_name": connection.provider.source_name,
            "status": connection.status,
        }
        self.webhooks.announce(event, connection.fleet, fleet.ref, data)
