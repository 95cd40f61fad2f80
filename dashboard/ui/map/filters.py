"""The map's filters: Fleet and Source in sight, the others one click away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.feed.summary import FacetCounts
from dashboard.fleet.filters import FilterOptions
from dashboard.fleet.filters import sentence as filters_in_words
from dashboard.ui.map.controls import control_value, key_in_popover, set_control
from dashboard.ui.map.permalink import MapRequest, clear
from dashboard.ui.markdown import plain

PRIMARY = {"fleets": "Fleet", "sources": "Source"}
"""Field of `Filters` to the label of its control."""
MORE = {
    "providers": "Provider",
    "states": "State",
    "ages": "Last fix",
    "speeds": "Speed",
    "fuels": "Fuel level",
}


def primary_filters(facets: FacetCounts) -> None:
    """Show the filters by fleet and by source."""
    for kind, label in PRIMARY.items():
        _multiselect(kind, label, facets, metric=False, placeholder=f"All {label.lower()}s")


def more(facets: FacetCounts, *, metric: bool) -> None:
    """Show the button that opens the other filters, and says how many of them are set."""
    number = sum(bool(control_value(kind)) for kind in MORE)
    with st.popover(
        f"More filters ({number})" if number else "More filters", icon=":material/tune:", key="more"
    ):
        for kind, label in MORE.items():
            _multiselect(kind, label, facets, metric=metric, placeholder="Any")
        st.button("Clear all filters", on_click=clear, icon=":material/filter_alt_off:", key="clear_in_more")


def sentence(request: MapRequest, known: FilterOptions) -> None:
    """Say in words what is filtered, with a button that clears it; nothing when nothing is."""
    if not request.filters:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="map_sentence"):
        st.markdown(
            plain(filters_in_words(request.filters, known, metric=request.display.metric)), width="content"
        )
        st.button(
            "Clear all", on_click=clear, type="tertiary", icon=":material/filter_alt_off:", key="clear_all"
        )


def _multiselect(kind: str, label: str, facets: FacetCounts, *, metric: bool, placeholder: str) -> None:
    labels, numbers = facets.options.labels(kind, metric=metric), facets.counts.get(kind, {})
    # A fleet that left takes its place in the filter with it.
    set_control(kind, [option for option in control_value(kind) or [] if option in labels])
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
