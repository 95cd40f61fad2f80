"""Connections between fleets and providers, and how fresh their data is."""

from catena_client.models.base import Model, Time


class Connection(Model, kw_only=True, frozen=True):
    """A fleet's access to a TSP. Its credentials are left out, though the API masks them."""

    id: str
    """Id of the connection."""
    created_at: Time | None = None
    """When it was made."""
    updated_at: Time | None = None
    """When it last changed."""
    fleet_id: str | None = None
    """Id of the fleet."""
    tsp_id: str | None = None
    """Id of the TSP."""
    source_name: str | None = None
    """Platform of the TSP."""
    status: str | None = None
    """`active`, `failed`, `cancelled`, `paused`, `stale` or `deleted`. A paused one may still bring data minutes
    old (seen in recorded answers)."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    description: str | None = None
    """Free text."""


class DataFreshness(Model, kw_only=True, frozen=True):
    """When a resource of a connection was last read."""

    resource: str
    """E.g. `vehicle_location`."""
    fleet_id: str | None = None
    """Id of the fleet."""
    connection_id: str
    """Id of the connection."""
    source_name: str | None = None
    """Platform of the TSP."""
    tsp_id: str | None = None
    """Id of the TSP."""
    tsp_slug: str | None = None
    """Short name of the TSP."""
    schedule_id: str | None = None
    """Id of the schedule that reads it."""
    share_level: str | None = None
    """`read` or `read_write`."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; not unique."""
    connection_description: str | None = None
    """Free text."""
    last_successful_execution_at: Time | None = None
    """The mark of freshness; None is never."""
    next_execution_at: Time | None = None
    """When it is read next."""
    schedule_status: str | None = None
    """`active`, `inactive`, `paused`, `stale`, `deleted`, `cancelled` or `cancelled_insufficient_scope`."""
