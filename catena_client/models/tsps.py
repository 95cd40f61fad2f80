"""Providers of telematics (TSPs)."""

from catena_client.models.base import Model, NonNegativeInt, Time


class Tsp(Model, kw_only=True, frozen=True):
    """A provider a fleet can connect."""

    id: str
    """Id of the TSP."""
    slug: str | None = None
    """Short name, unique."""
    name: str | None = None
    """Name to show."""
    source_name: str | None = None
    """Platform; several TSPs share one."""
    conn_type: str | None = None
    """How a fleet signs in to it, e.g. `api_key`."""
    created_at: Time | None = None
    """When it was added."""
    updated_at: Time | None = None
    """When it last changed."""
    description: str | None = None
    """Free text."""
    websites: list[str] | None = None
    """Addresses."""
    status: str | None = None
    """`active`, `inactive` or `deleted`."""
    is_sandbox: bool | None = None
    """Whether it is a simulation."""
    logo_url: str | None = None
    """Address of its logo."""
    logo_dark_url: str | None = None
    """Address of its logo for dark pages."""
    registry: str | None = None
    """Authority that lists it, e.g. fmcsa."""
    compliance_status: str | None = None
    """`compliant`, `non_compliant` or `unknown`."""


class TspIntegrations(Model, kw_only=True, frozen=True):
    """What Catena can read from a TSP."""

    tsp_id: str
    """Id of the TSP."""
    integrations: dict[str, str] | None = None
    """Resource to `implemented`, `not_implemented` or `not_supported`."""
    implemented_count: NonNegativeInt | None = None
    """How many are implemented."""
    not_implemented_count: NonNegativeInt | None = None
    """How many are not implemented."""
    not_supported_count: NonNegativeInt | None = None
    """How many the TSP does not offer."""
    slug: str | None = None
    """Short name of the TSP."""
    source_name: str | None = None
    """Platform of the TSP."""
