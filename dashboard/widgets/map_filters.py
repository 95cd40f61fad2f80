"""The map's filters: Fleet and Source in sight, the others one click away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.map.colours import COLOUR_BY
from dashboard.map.filters import Known
from dashboard.map.filters import sentence as filters_in_words
from dashboard.markdown import plain
from dashboard.scope import Choices
from dashboard.widgets import map_density, map_trailers, map_view
from dashboard.widgets.map_controls import key_in_popover, put, value
from dashboard.widgets.map_link import Wanted, clear, kiosk

IN_SIGHT = {"fleets": "Fleet", "sources": "Source"}
"""Field of `Filters` to the label of its control."""
MORE = {
    "providers": "Provider",
    "states": "State",
    "ages": "Last fix",
    "speeds": "Speed",
    "fuels": "Fuel level",
}
COLOUR_LABELS = {
    "source": "Source",
    "fleet": "Fleet",
    "state": "State",
    "speed": "Speed",
    "fuel": "Fuel level",
    "age": "Age of last fix",
}


def in_sight(offered: Choices) -> None:
    """Show the filters by fleet and by source."""
    for kind, label in IN_SIGHT.items():
        _multiselect(kind, label, offered, metric=False, placeholder=f"All {label.lower()}s")


def more(offered: Choices, *, metric: bool) -> None:
    """Show the button that opens the other filters, and says how many of them are set."""
    asked = sum(bool(value(kind)) for kind in MORE)
    with st.popover(
        f"More filters ({asked})" if asked else "More filters", icon=":material/tune:", key="more"
    ):
        for kind, label in MORE.items():
            _multiselect(kind, label, offered, metric=metric, placeholder="Any")
        st.button("Clear all filters", on_click=clear, icon=":material/filter_alt_off:", key="clear_in_more")


def sentence(asked: Wanted, known: Known) -> None:
    """Say in words what is filtered, with a button that clears it; nothing when nothing is."""
    if not asked.filters:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="map_sentence"):
        st.markdown(plain(filters_in_words(asked.filters, known, metric=asked.look.metric)), width="content")
        st.button(
            "Clear all", on_click=clear, type="tertiary", icon=":material/filter_alt_off:", key="clear_all"
        )


def view(asked: Wanted) -> None:
    """Show the buttons that fit the map to the vehicles shown, and that open how it is drawn."""
    st.button(
        "Fit to fleet" if len(asked.filters.fleets) == 1 else "Fit to all",
        icon=":material/fit_screen:",
        on_click=map_view.ask,
        args=("shown",),
        key="fit",
        help="Move the map so that all vehicles shown are in sight.",
    )
    with st.popover("View", icon=":material/palette:", key="view"):
        st.selectbox(
            "Colour by", COLOUR_BY, format_func=COLOUR_LABELS.__getitem__, key=key_in_popover("colour_by")
        )
        st.toggle("Kilometres and °C", key=key_in_popover("metric"), help="Otherwise miles and °F.")
        map_density.choice()
        map_trailers.choice()
        st.button(
            "Show on a wall screen",
            icon=":material/tv:",
            on_click=kiosk,
            key="kiosk",
            help="Only the map and big numbers. To come back, open the address without “kiosk”.",
        )


def _multiselect(kind: str, label: str, offered: Choices, *, metric: bool, placeholder: str) -> None:
    labels, numbers = offered.known.labels(kind, metric=metric), offered.counts.get(kind, {})
    # A fleet that left takes its place in the filter with it.
    put(kind, [one for one in value(kind) or [] if one in labels])
    st.multiselect(
        label,
        list(labels),
        format_func=partial(_option, labels, numbers),
        key=key_in_popover(kind),
        placeholder=placeholder,
    )


def _option(labels: Mapping[str, str], counts: Mapping[str, int], option: str) -> str:
    label = labels.get(option, option)
    return f"{label} ({counts[option]:,})" if option in counts else label
