"""Share agreements between a fleet and a partner."""

from catena_client.models.base import Model, Time


class ShareAgreement(Model, kw_only=True, frozen=True):
    """What a fleet shares with the partner, and from when to when."""

    id: str
    """Id of the agreement."""
    fleet_id: str
    """Id of the fleet."""
    status: str | None = None
    """`active`, `paused`, `cancelled`, `deleted` or `expired`."""
    effective_date: Time | None = None
    """Start."""
    partner_id: str | None = None
    """Id of the partner."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    expiration_date: Time | None = None
    """End; None is open."""
    scopes: dict[str, str] | None = None
    """Resource to `read` or `read_write`."""
