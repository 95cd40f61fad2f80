"""How a viewer wants the map drawn, apart from the filters: from a link and back into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.fleet.colours import COLOUR_BY
from dashboard.fleet.hexagons import SIZES

UNITS = ("us", "metric")


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


PARAMS = ("color", "units", "vehicle", "kiosk", "hex", "trailers")
"""The names in a link."""


def parse(
    query: Mapping[str, Sequence[str]], may_see: Callable[[str], bool]
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

    kiosk = value_of("kiosk", lambda value: value in {"0", "1", "cycle"}, "the kiosk mode")
    options = DisplayOptions(
        colour_by=value_of("color", lambda value: value in COLOUR_BY, "colours by") or COLOUR_BY[0],
        metric=value_of("units", lambda value: value in UNITS, "the units") == "metric",
        vehicle=value_of("vehicle", may_see, "the vehicle"),
        kiosk=kiosk in {"1", "cycle"},
        cycle=kiosk == "cycle",
        hexagons=value_of("hex", lambda value: value in SIZES, "hexagons"),
        trailers=value_of("trailers", lambda value: value in {"0", "1"}, "trailers") == "1",
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
    }
    return {name: [value] for name, value in query.items() if value}
