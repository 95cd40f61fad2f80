"""What a sandbox is asked to be: its size, its seed, its credentials and the faults it shows."""

from dataclasses import dataclass
from typing import Final

from sandbox.faults import Fault
from sandbox.world.corridors import city_number

CLIENT_ID: Final = "sandbox-partner"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105  opens nothing but the simulated world

MIN_JOIN_SECONDS: Final = 10


@dataclass(frozen=True)
class SandboxConfig:
    """Settings of one sandbox; everything else follows from them and the clock.

    `city` puts all vehicles into and around one city; `join_every` seconds another fleet joins, 0 is never.
    `connect_url` is the prefix of every `magic_link`; None takes the request's own base URL plus `/connect`.
    """

    vehicles: int = 1200
    fleets: int = 6
    seed: int = 7
    token_seconds: int = 300
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    faults: tuple[Fault, ...] = ()
    connect_url: str | None = None
    city: str | None = None
    join_every: int = 0
    partner_name: str = "Sandbox Partner"  # who the Connect pages say is asking

    def __post_init__(self) -> None:
        if self.vehicles < 0 or self.fleets < 0:
            raise ValueError("The numbers of vehicles and fleets must be 0 or more.")
        if self.vehicles and not self.fleets:
            raise ValueError("Vehicles need a fleet: give at least 1 fleet, or 0 vehicles.")
        if self.seed < 0:
            raise ValueError("The seed must be 0 or more.")
        if self.token_seconds < 1:
            raise ValueError("A token must live at least 1 second.")
        if self.city is not None:
            city_number(self.city)
        if self.join_every and self.join_every < MIN_JOIN_SECONDS:
            raise ValueError(f"Fleets can join every {MIN_JOIN_SECONDS} seconds or more; 0 turns that off.")

    def __repr__(self) -> str:
        return f"SandboxConfig(vehicles={self.vehicles}, fleets={self.fleets}, seed={self.seed})"
