"""What a sandbox is asked to be: its size, its seed, its credentials and the faults it shows."""

from dataclasses import dataclass
from typing import Final

from sandbox.faults import Fault

CLIENT_ID: Final = "sandbox-partner"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105  opens nothing but the simulated world


@dataclass(frozen=True)
class SandboxConfig:
    """Settings of one sandbox; everything else follows from them and the clock.

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

    def __repr__(self) -> str:
        return f"SandboxConfig(vehicles={self.vehicles}, fleets={self.fleets}, seed={self.seed})"
