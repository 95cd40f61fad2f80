"""What the colours on the map mean. Each entry can be clicked to show only its vehicles."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from dashboard.fleet.colours import LegendEntry, Theme
from dashboard.ui.map import shapes
from dashboard.ui.map.controls import chosen_options, set_control
from dashboard.ui.markdown import plain


def show(legend: tuple[LegendEntry, ...], chosen: dict[str, tuple[str, ...]], theme: Theme) -> None:
    """One button per colour, with the number of vehicles in it, and the key of the shapes.

    `chosen` are the filters set now, by kind.
    """
    shown = _shown(legend)
    swatches = "".join(
        f".st-key-legend_{n} button::before{{background:rgb{entry.colour}}}" for n, entry in shown.items()
    )
    with st.container(horizontal=True, gap="xsmall", key="map_legend"):
        st.html(f"<style>{swatches}</style>")
        for n, entry in shown.items():
            picked = bool(entry.values) and set(entry.values) <= set(chosen.get(entry.kind, ()))
            st.button(
                f"{plain(entry.label)} **{entry.count:,}**",
                key=f"legend_{n}",
                type="secondary" if picked else "tertiary",
                disabled=not entry.values,
                on_click=_toggle,
                args=(entry,),
                help="Show all again" if picked else "Show only these",
            )
        if shown:
            shapes.key(theme)


def counts(legend: tuple[LegendEntry, ...]) -> dict[str, str]:
    """The numbers in it, by the CSS selectors of where they stand."""
    return {f".st-key-legend_{n} button strong": f"{entry.count:,}" for n, entry in _shown(legend).items()}


def without_counts(legend: tuple[LegendEntry, ...]) -> tuple[Hashable, ...]:
    """What else is said in it."""
    return tuple((entry.label, entry.colour, entry.kind, entry.values) for entry in _shown(legend).values())


def _shown(legend: tuple[LegendEntry, ...]) -> dict[int, LegendEntry]:
    """Those with vehicles, by their places among all: one that comes or goes moves no other to its place."""
    return {n: entry for n, entry in enumerate(legend) if entry.count}


def _toggle(entry: LegendEntry) -> None:
    values = chosen_options(entry.kind)
    if set(entry.values) <= set(values):
        set_control(entry.kind, [value for value in values if value not in entry.values])
    else:
        set_control(entry.kind, [*values, *(value for value in entry.values if value not in values)])
