"""The API's answers as types, one module per area."""

from catena_client.models.agreements import ShareAgreement
from catena_client.models.analytics import (
    FleetSummary,
    ResourceCount,
    TrailerLiveLocation,
    VehicleLiveLocation,
    VehicleSummary,
)
from catena_client.models.base import InferredAddress, Page, coordinates
from catena_client.models.connections import Connection, DataFreshness
from catena_client.models.fleets import Fleet
from catena_client.models.invitations import Invitation, InvitationCreate, InvitationResult
from catena_client.models.trailers import Trailer, TrailerLocation
from catena_client.models.tsps import Tsp, TspIntegrations
from catena_client.models.users import User
from catena_client.models.vehicles import Vehicle, VehicleLocation
from catena_client.models.webhooks import Webhook, WebhookFilters

__all__ = [
    "Connection",
    "DataFreshness",
    "Fleet",
    "FleetSummary",
    "InferredAddress",
    "Invitation",
    "InvitationCreate",
    "InvitationResult",
    "Page",
    "ResourceCount",
    "ShareAgreement",
    "Trailer",
    "TrailerLiveLocation",
    "TrailerLocation",
    "Tsp",
    "TspIntegrations",
    "User",
    "Vehicle",
    "VehicleLiveLocation",
    "VehicleLocation",
    "VehicleSummary",
    "Webhook",
    "WebhookFilters",
    "coordinates",
]
