"""What a sandbox is asked to be: its size, its seed, its credentials and the faults it shows."""

from dataclasses import dataclass
from typing import Final

CLIENT_ID: Final = "sandbox-partner"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105  opens nothing but the simulated world

STATUS_FAULTS: Final = frozenset({400, 401, 403, 404, 409, 422, 429, 500, 501, 502, 503, 504})
NAMED_FAULTS: Final = (
    "latency",
    "truncated",
    "html",
    "token-revoked",
    "repeat-cursor",
    "null-coordinates",
    "bad-coordinates",
    "future-clock",
)


@dataclass(frozen=True)
class Fault:
    """One fault switch.

    `kind` is a status code as text or a name of `NAMED_FAULTS`. `amount` is milliseconds for `latency`, the
    share of vehicles (0 to 1) for the last three names, and the share of requests (0 to 1) otherwise.
    """

    kind: str
    amount: float

    def __post_init__(self) -> None:
        if self.kind not in NAMED_FAULTS and self.kind not in {str(code) for code in STATUS_FAULTS}:
            codes = ", ".join(str(code) for code in sorted(STATUS_FAULTS))
            raise ValueError(
                f"Unknown fault {self.kind!r}: use {', '.join(NAMED_FAULTS)} or a status code ({codes})."
            )
        if self.kind == "latency":
            if not 0 <= self.amount <= 60_000:
                raise ValueError("The fault latency takes milliseconds from 0 to 60000, e.g. latency:250.")
        elif not 0 <= self.amount <= 1:
            raise ValueError(f"The fault {self.kind} takes a share from 0 to 1, e.g. {self.kind}:0.05.")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read `kind:amount`, e.g. `429:0.05`. Raises ValueError with one sentence on anything else."""
        kind, colon, amount = text.strip().partition(":")
        try:
            number = float(amount)
        except ValueError:
            number = None
        if not colon or number is None:
            raise ValueError(f"A fault is written kind:amount, e.g. 429:0.05 or latency:250, not {text!r}.")
        return cls(kind, number)


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
