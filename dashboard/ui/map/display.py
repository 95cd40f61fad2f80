"""How the map is drawn: fitted to the vehicles, coloured, counted in hexagons, on a wall screen."""

from __future__ import annotations

import streamlit as st

from dashboard.fleet.colours import COLOUR_BY
from dashboard.ui import sign_in
from dashboard.ui.map import basemaps, camera, density, permalink, trailers
from dashboard.ui.map.controls import key, key_in_popover, set_control
from dashboard.ui.map.permalink import MapRequest
from dashboard.ui.sharing import start

COLOUR_LABELS = {
    "source": "Source",
    "fleet": "Fleet",
    "state": "State",
    "speed": "Speed",
    "fuel": "Fuel level",
    "age": "Age of last fix",
}


SHEET = "tools"


def sheet_switch() -> None:
    """Show the switch that opens the rest of the toolbar on a phone, where it is a sheet (see style.py)."""
    st.checkbox("Filters and view", key=key(SHEET))


def close_sheet() -> None:
    """Close that sheet, since what was chosen in it is seen on the map."""
    set_control(SHEET, new=False)


def controls(request: MapRequest) -> None:
    """Show the buttons that fit the map to the vehicles shown, and that open how it is drawn."""
    st.button(
        "Fit to fleet" if len(request.filters.fleets) == 1 else "Fit to all",
        icon=":material/fit_screen:",
        on_click=_fit,
        key="fit",
        help="Move the map so that all vehicles shown are in sight.",
    )
    start.forget()
    if sign_in.viewer().may_invite and st.button(
        "Share",
        icon=":material/share:",
        key="share",
        help="Make a link for people without an account, to the map as filtered now.",
    ):
        start.share_this(request.filters)
    with st.popover("View", icon=":material/palette:", key="view"):
        st.selectbox(
            "Colour by", COLOUR_BY, format_func=COLOUR_LABELS.__getitem__, key=key_in_popover("colour_by")
        )
        st.toggle("Kilometres and °C", key=key_in_popover("metric"), help="Otherwise miles and °F.")
        basemaps.control()
        density.control()
        trailers.control()
        st.button(
            "Show on a wall screen",
            icon=":material/tv:",
            on_click=permalink.open_kiosk,
            key="kiosk",
            help="Only the map and big numbers. Escape brings you back.",
        )


def _fit() -> None:
    camera.ask("shown")
    close_sheet()
