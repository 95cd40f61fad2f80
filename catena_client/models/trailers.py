"""Trailers and where they are."""

from typing import Any

from catena_client.models.base import InferredAddress, NonNegativeInt, SourceRow, Time


class Trailer(SourceRow, kw_only=True, frozen=True):
    """A trailer of one connection."""

    trailer_name: str | None = None
    """Name."""
    oem: str | None = None
    """Maker."""
    model_type: str | None = None
    """Model."""
    model_year: NonNegativeInt | None = None
    """Year of the model."""
    vin: str | None = None
    """Vehicle identification number."""
    license_plate_region: str | None = None
    """Region of the plate."""
    license_plate_country: str | None = None
    """Country of the plate, in no fixed form."""
    license_plate_number: str | None = None
    """Plate."""
    started_at: Time | None = None
    """In service since."""
    ended_at: Time | None = None
    """In service until."""
    is_active: bool | None = None
    """Whether in service."""
    status: str | None = None
    """Free text."""
    notes: str | None = None
    """Free text."""
    total_axles: NonNegativeInt | None = None
    """Number of axles."""
    external_id: str | None = None
    """Further id in the TSP's system."""
    trailer_length: float | None = None
    """Length; the contract names no unit."""
    trailer_type: str | None = None
    """Kind, free text."""


class TrailerLocation(SourceRow, kw_only=True, frozen=True):
    """Where a trailer was."""

    trailer_id: str | None = None
    """Id of the trailer."""
    source_trailer_id: str | None = None
    """Id of the trailer in the TSP's system."""
    vehicle_id: str | None = None
    """Id of the vehicle that pulled it."""
    source_vehicle_id: str | None = None
    """Id of that vehicle in the TSP's system."""
    location: Any = None
    """As sent: mostly a GeoJSON point or None. Read it with `coordinates`."""
    h3_index_11: NonNegativeInt | None = None
    """H3 cell of resolution 11, a 64-bit integer: exact here, to be sent to a browser as text."""
    inferred_address: InferredAddress | None = None
    """City, province and country, each maybe None."""
