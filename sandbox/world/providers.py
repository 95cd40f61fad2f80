"""The TSPs (telematics service providers) a fleet can connect, and how each one's data looks.

(source_name, slug) pairs of the first rows are ones seen in real answers; the rest are platforms of the
contract's `TspEnum` under a slug of our own making. Logos are null: nothing here may point to another host.
"""

import uuid
from dataclasses import dataclass
from functools import cache

NAMESPACE = uuid.UUID("5b9f4d52-3c1d-5e0e-9a53-0d5d3a1f7c11")

_ALL = frozenset({"vehicle", "vehicle_location", "user", "engine_status"})
_TRAILERS = _ALL | {"trailer", "trailer_location"}


@cache
def _tsp_id(slug: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"tsp:{slug}"))


@dataclass(frozen=True)
class Provider:
    """One TSP. The shares (0 to 1) say how many of its vehicles lack a value, as real records do."""

    slug: str
    source_name: str
    name: str
    conn_type: str = "api_key"
    is_sandbox: bool = False
    resources: frozenset[str] = _ALL
    no_speed: float = 0.1
    no_odometer: float = 0.15
    no_fuel: float = 0.5
    engine_hours: bool = False
    engine_sensors: bool = False
    address: str = "empty"  # "full" | "empty" (an object of three nulls) | "none"
    interval: tuple[float, float] = (15.0, 45.0)

    @property
    def id(self) -> str:
        """The TSP's id, the same in every sandbox."""
        return _tsp_id(self.slug)

    @property
    def live_source_name(self) -> str:
        """`source_name` as the live-locations endpoint spells it (it differs for one real TSP)."""
        return self.slug if self.source_name == "catena_simulator" else self.source_name


PROVIDERS: tuple[Provider, ...] = (
    Provider("samsara", "samsara", "Samsara", "oauth2", resources=_TRAILERS, no_speed=0.02, no_odometer=0.05,
             no_fuel=0.2, engine_hours=True, address="full", interval=(10.0, 20.0)),
    Provider("samsara-api-key", "samsara", "Samsara (API key)", "samsara", resources=_TRAILERS, no_speed=0.04,
             address="full", interval=(10.0, 30.0)),
    Provider("geotab", "geotab", "Geotab", "geotab", resources=_TRAILERS, no_speed=0.15),
    Provider("motive", "motive", "Motive", "oauth2", no_speed=0.1, no_fuel=0.35, address="full"),
    Provider("isaac", "isaac", "ISAAC Instruments", "isaac", resources=_TRAILERS, no_speed=0.3, no_fuel=0.9),
    Provider("3pl-tek", "hos247", "3PL Tek", "company_id", no_speed=1.0, no_odometer=0.6, no_fuel=1.0,
             resources=frozenset({"vehicle", "vehicle_location", "user"}), interval=(30.0, 60.0)),
    Provider("raven", "raven", "Raven", "api_key", no_speed=0.6, address="none", interval=(20.0, 60.0)),
    Provider("groundhog", "catena_simulator", "Groundhog", "token", is_sandbox=True, no_speed=0.0,
             no_odometer=0.0, no_fuel=0.0,
             engine_hours=True, engine_sensors=True, address="full", interval=(10.0, 15.0)),
    Provider("eroad-us", "eroad", "EROAD", "api_key", no_speed=0.2),
    Provider("zonar-systems", "zonar", "Zonar", "api_basic", resources=_TRAILERS),
    Provider("omnitracs-es", "omnitracs", "Omnitracs", "api_basic"),
    Provider("verizon-reveal", "verizon_connect", "Verizon Connect Reveal", "verizon_connect"),
    Provider("teletrac", "teletracnavman_director", "Teletrac Navman", "api_basic"),
    Provider("trimble-transportation", "trimble", "Trimble", "client_id_secret"),
    Provider("lytx-fleet", "lytxv3", "Lytx", "api_key"),
    Provider("netradyne-driveri", "netradyne", "Netradyne", "client_id_secret"),
    Provider("orbcomm-platform", "orbcomm", "ORBCOMM", "api_basic", resources=_TRAILERS),
    Provider("skybitz-trailers", "skybitz", "SkyBitz", "api_basic", resources=_TRAILERS),
    Provider("phillips", "phillips_connect", "Phillips Connect", "api_key", resources=_TRAILERS),
    Provider("fleet-complete", "fleetcompletehub", "Fleet Complete", "api_key"),
    Provider("gps-insight", "gpsinsight", "GPS Insight", "api_basic"),
    Provider("azuga-fleet", "azuga", "Azuga", "azuga_slc"),
    Provider("linxup-eld", "linxup", "Linxup", "api_key"),
    Provider("ezlogz-eld", "ezlogz", "EZLOGZ", "ezlogz"),
    Provider("factor-eld", "factor_eld", "Factor ELD", "factor_eld"),
    Provider("truckx-eld", "truckx", "TruckX", "truckx_creds"),
    Provider("webfleet-connect", "webfleet", "Webfleet", "api_basic"),
    Provider("powerfleet", "fleetcomplete", "Powerfleet", "api_key"),
    Provider("samsara-sandbox", "samsara", "Samsara Sandbox", "api_key", is_sandbox=True),
    Provider("geotab-sandbox", "geotab", "Geotab Sandbox", "geotab", is_sandbox=True),
)  # fmt: skip

BY_SLUG: dict[str, Provider] = {provider.slug: provider for provider in PROVIDERS}
BY_ID: dict[str, Provider] = {provider.id: provider for provider in PROVIDERS}
SEEDED: tuple[str, ...] = (
    *("samsara", "geotab", "motive", "samsara-api-key", "isaac", "3pl-tek", "raven", "groundhog", "eroad-us"),
)


def allowed(limit: list[str] | None) -> list[Provider]:
    """Return the TSPs an invitation allows; null allows all.

    What `limit_tsps` holds is not documented: each value is read as a slug, else as a platform, else as an id.
    """
    if limit is None:
        return list(PROVIDERS)
    wanted: set[str] = set()
    for value in limit:
        for attribute in ("slug", "source_name", "id"):
            if same := {one.slug for one in PROVIDERS if getattr(one, attribute) == value}:
                wanted |= same
                break
    return [one for one in PROVIDERS if one.slug in wanted]
