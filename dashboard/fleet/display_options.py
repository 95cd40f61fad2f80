"""How a viewer wants the map drawn, apart from the filters: from a link and back into it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from dashboard.fleet.colours import COLOUR_BY
from dashboard.fleet.geo import MAX_LATITUDE
from dashboard.fleet.hexagons import SIZES

UNITS = ("us", "metric")
MOST_ZOOM = 22.0
Spot = tuple[float, float, float]
"""A place on the map: latitude and longitude in degrees, and zoom."""


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """What a link says about the view besides its filters."""

    colour_by: str = COLOUR_BY[0]
    """One of `COLOUR_BY`."""
    metric: bool = False
    """Kilometres and °C instead of miles and °F."""
    vehicle: str = ""
    """Id of the chosen vehicle; "" for none."""
    kiosk: bool = False
    """For a screen on the wall."""
    cycle: bool = False
    """Kiosk: show one fleet after the other."""
    hexagons: str = ""
    """Counts in hexagons of one of `hexagons.SIZES` instead of vehicles; "": vehicles."""
    trailers: bool = False
    """Trailers as well."""
    basemap: str = ""
    """What lies under the vehicles, one of the maps offered; "" for the usual one."""
    at: Spot | None = None
    """Where the map looks; None where the rest says it."""
    trails: tuple[str, ...] = ()
    """Ids of the vehicles whose trails are shown."""
    hours: int = 0
    """How far back these go; 0 without trails."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a viewer may be shown beside vehicles."""

    maps: Collection[str] = ()
    """The maps that can lie under the vehicles."""
    windows: Collection[int] = ()
    """The hours that trails can go back; none for who may not see trails."""
    usual_window: int = 0
    most_trails: int = 0


PARAMS = ("color", "units", "vehicle", "kiosk", "hex", "trailers", "map", "at", "trail", "hours")
"""The names in a link."""


def parse(
    query: Mapping[str, Sequence[str]], may_see: Callable[[str], bool], offered: Offered = Offered()
) -> tuple[DisplayOptions, list[str]]:
    """Read the options from a link's parameters, with a sentence for each value that was ignored.

    `may_see` tells whether a vehicle id is one of this viewer's; one that is not is reported like one that does
    not exist.
    """
    notes: list[str] = []

    def value_of(name: str, allowed: Callable[[str], bool], meant: str) -> str:
        value = next(iter(query.get(name, ())), "").strip()
        if value and not allowed(value):
            shown = value if len(value) <= 40 else f"{value[:39]}…"
            notes.append(f"The link asks for {meant} “{shown}”, which is not known here; it was ignored.")
            return ""
        return value

    at = value_of("at", lambda value: spot(value) is not None, "the place")
    trails, hours = _trails(query, may_see, offered, notes)
    kiosk = value_of("kiosk", lambda value: value in {"0", "1", "cycle"}, "the kiosk mode")
    options = DisplayOptions(
        colour_by=value_of("color", lambda value: value in COLOUR_BY, "colours by") or COLOUR_BY[0],
        metric=value_of("units", lambda value: value in UNITS, "the units") == "metric",
        vehicle=value_of("vehicle", may_see, "the vehicle"),
        kiosk=kiosk in {"1", "cycle"},
        cycle=kiosk == "cycle",
        hexagons=value_of("hex", lambda value: value in SIZES, "hexagons"),
        trailers=value_of("trailers", lambda value: value in {"0", "1"}, "trailers") == "1",
        basemap=value_of("map", offered.maps.__contains__, "the map"),
        at=spot(at),
        trails=trails,
        hours=hours,
    )
    return options, notes


def to_query(options: DisplayOptions) -> dict[str, list[str]]:
    """Write the parameters that `parse` turns back into `options`; what is as usual is left out."""
    query = {
        "color": options.colour_by if options.colour_by != COLOUR_BY[0] else "",
        "units": "metric" if options.metric else "",
        "vehicle": options.vehicle,
        "kiosk": "cycle" if options.kiosk and options.cycle else "1" if options.kiosk else "",
        "hex": options.hexagons,
        "trailers": "1" if options.trailers else "",
        "map": options.basemap,
        "at": "" if options.at is None else "{:.5f},{:.5f},{:.2f}".format(*options.at),
        "hours": str(options.hours) if options.trails else "",
    }
    trails = {"trail": list(options.trails)} if options.trails else {}
    return {**{name: [value] for name, value in query.items() if value}, **trails}


def spot(text: str) -> Spot | None:
    """Read a place such as `39.7392,-104.9903,10`; None where it is none."""
    try:
        latitude, longitude, zoom = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not all(map(isfinite, (latitude, longitude, zoom))):
        return None
    if abs(latitude) > MAX_LATITUDE or abs(longitude) > 180 or not 0 <= zoom <= MOST_ZOOM:
        return None
    return latitude, longitude, zoom


def _trails(
    query: Mapping[str, Sequence[str]], may_see: Callable[[str], bool], offered: Offered, notes: list[str]
) -> tuple[tuple[str, ...], int]:
    """The vehicles whose trails a link asks for, and the hours that these go back."""
    wanted = list(dict.fromkeys(query.get("trail", ())))
    if not wanted:
        return (), 0
    if not offered.windows:
        notes.append("The link asks for trails, which are not shown to you; only where vehicles are now.")
        return (), 0
    if len(wanted) > offered.most_trails:
        notes.append(f"The link asks for more trails than {offered.most_trails}; the others were left out.")
        wanted = wanted[: offered.most_trails]  # before they are looked up, each among all vehicles
    seen = tuple(vehicle for vehicle in wanted if may_see(vehicle))
    if unknown := len(wanted) - len(seen):
        notes.append(f"Trails of vehicles that are not known here were left out of the link ({unknown}).")
    hours = next(iter(query.get("hours", ())), str(offered.usual_window))
    if hours not in map(str, offered.windows):
        notes.append("The link asks for trails over other hours than there are; the usual ones are shown.")
        hours = str(offered.usual_window)
    return seen, int(hours) if seen else 0
