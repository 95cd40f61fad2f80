"""How many vehicles there are where: hexagons in place of vehicles."""

from __future__ import annotations

import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.deck.layers import hexagons_layer
from dashboard.feed.summary import Summary
from dashboard.fleet.display_options import DisplayOptions
from dashboard.fleet.hexagons import SIZES
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import swatches
from dashboard.ui.map.controls import key_in_popover, set_control

SUGGESTED_ABOVE = 20_000
"""Vehicles on the map from which hexagons say more than icons."""
LABELS = {"": "Off", "coarse": "Coarse", "medium": "Medium", "fine": "Fine"}


def control() -> None:
    """Show the control for hexagons."""
    st.segmented_control(
        "Hexagons",
        ("", *SIZES),
        format_func=LABELS.__getitem__,
        required=True,
        key=key_in_popover("hexagons"),
        help="Count vehicles in hexagons about 120, 17 or 2.5 km across, instead of drawing each.",
    )


def suggestion(summary: Summary, display: DisplayOptions) -> None:
    """Offer hexagons where there are more vehicles than an eye can tell apart."""
    if suggested(summary, display):
        st.button(
            "Many vehicles: show hexagons",
            icon=":material/hexagon:",
            type="tertiary",
            on_click=_turn_on,
            key="suggest_hexagons",
        )


def suggested(summary: Summary, display: DisplayOptions) -> bool:
    """Whether that is so."""
    return summary.shown > SUGGESTED_ABOVE and not display.hexagons


def layers(snapshot: Snapshot, scope: Scope, size: str) -> list[pdk.Layer]:
    """The hexagons of a scope."""
    return [hexagons_layer(service().feed.hexagons.url(snapshot, scope, size, sign_in.viewer().feed))]


def legend(snapshot: Snapshot, scope: Scope, size: str) -> None:
    """Say what the hexagons' colours mean, and that all vehicles are in them."""
    hexagons = service().feed.hexagons.hexagons(snapshot, scope, size)
    noun = "vehicle" if hexagons.vehicles == 1 else "vehicles"
    where = "hexagon" if hexagons.hexagons == 1 else "hexagons"
    swatches.show(
        f"{hexagons.vehicles:,} {noun} in {hexagons.hexagons:,} {where}. Vehicles per hexagon:",
        "Vehicles per hexagon",
        [(entry.colour, _range(entry.smallest, entry.largest)) for entry in hexagons.legend],
    )


def _range(smallest: int, largest: int) -> str:
    return f"{smallest:,}" if smallest == largest else f"{smallest:,} to {largest:,}"


def _turn_on() -> None:
    set_control("hexagons", next(iter(SIZES)))
