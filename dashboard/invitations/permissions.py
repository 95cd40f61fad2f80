"""What a fleet is asked to share, as three bundles in plain language over the API's permission keys."""

from collections.abc import Mapping
from dataclasses import dataclass

# ResourceEnum of the API's organisation endpoints; `group_message` is missing from that copy, so it is not asked for.
RESOURCES = (
    "asset",
    "driver_association",
    "driver_vehicle_association",
    "driver_event_log",
    "driver_safety_event",
    "dvir_log",
    "dvir_log_defect",
    "engine_log",
    "engine_status",
    "fuel_transaction",
    "hos_availability",
    "hos_daily_snapshot",
    "hos_event",
    "hos_event_annotation",
    "hos_event_attachment",
    "hos_violation",
    "ifta_summary",
    "location_segment",
    "message",
    "user",
    "vehicle",
    "vehicle_location",
    "vehicle_sensor",
    "vehicle_region_segment",
    "trailer",
    "trailer_association",
    "trailer_vehicle_association",
    "trailer_location",
    "trailer_status",
    "workflow",
)


@dataclass(frozen=True)
class Bundle:
    """A set of permissions that a fleet can understand."""

    key: str
    label: str
    agrees: str
    """What the fleet agrees to, as the end of "You agree to share ..."."""
    resources: tuple[str, ...]

    @property
    def permissions(self) -> dict[str, str]:
        """Resource to share level, as the API wants it: reading only, never writing."""
        return dict.fromkeys(self.resources, "read")


BUNDLES = {
    bundle.key: bundle
    for bundle in (
        Bundle("map", "Map only", "your vehicles and where they are", ("vehicle", "vehicle_location")),
        Bundle(
            "drivers",
            "Map and drivers",
            "your vehicles, where they are, and who drives them",
            ("vehicle", "vehicle_location", "user"),
        ),
        Bundle(
            "everything",
            "Everything",
            "your telematics data in full: vehicles, trailers, drivers, locations, hours of "
            "service, inspections, engine, fuel and safety data",
            RESOURCES,
        ),
    )
}


def bundle_of(permissions: Mapping[str, str]) -> Bundle | None:
    """Return the bundle an invitation's permissions equal, or None for any other set."""
    keys = set(permissions)
    return next((b for b in BUNDLES.values() if set(b.resources) == keys), None)
