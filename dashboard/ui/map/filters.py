"""The map's filters: Fleet and Source in sight, the others one click away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.feed.summary import FacetCounts, Summary
from dashboard.fleet.filters import FilterOptions
from dashboard.fleet.filters import sentence as filters_in_words
from dashboard.ui.map.controls import (
    chosen_options,
    control_value,
    key_in_popover,
    remember_labels,
    set_control,
)
from dashboard.ui.map.permalink import MapRequest, clear
from dashboard.ui.markdown import plain

PRIMARY = {"fleets": "Fleet", "sources": "Source"}
"""Field of `Filters` to the label of its control."""
MORE = {
    "providers": "Connected as",
    "states": "State",
    "ages": "Last fix",
    "speeds": "Speed",
    "fuels": "Fuel level",
}

HELP = {
    "providers": "What the fleet chose when it connected, e.g. “Samsara (API key)”. One source may have several."
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


def sentence(request: MapRequest, known: FilterOptions, summary: Summary) -> None:
    """Say in words what is filtered, with a button that clears it, and whether that leaves nothing."""
    if not request.filters:
        return
    none = ""
    if summary.total and not summary.shown:
        # Those that cannot be drawn are counted, and the reasons given, in the line with the numbers.
        none = "None with a position matches. " if summary.unplaceable else "No vehicle matches. "
    with st.container(horizontal=True, vertical_alignment="center", key="map_sentence"):
        words = filters_in_words(request.filters, known, metric=request.display.metric)
        st.markdown(f"{none and f'**{none.strip()}** '}{plain(words)}", width="content")
        st.button(
            "Clear all", on_click=clear, type="tertiary", icon=":material/filter_alt_off:", key="clear_all"
        )


def _multiselect(kind: str, label: str, facets: FacetCounts, *, metric: bool, placeholder: str) -> None:
    labels, numbers = facets.options.labels(kind, metric=metric), facets.counts.get(kind, {})
    remember_labels(kind, labels)
    # A fleet that left takes its place in the filter with it.
    set_control(kind, [option for option in chosen_options(kind) if option in labels])
    st.multiselect(
        label,
        list(labels),
        format_func=partial(_option, labels, numbers),
        key=key_in_popover(kind),
        placeholder=placeholder,
        # What is typed is looked for as it stands: Enter takes what reads so, not whatever has these letters in it.
        filter_mode="contains",
        help=HELP.get(kind),
    )


def _option(labels: Mapping[str, str], counts: Mapping[str, int], option: str) -> str:
    label = labels.get(option, option)
    return f"{label} ({counts[option]:,})" if option in counts else label
