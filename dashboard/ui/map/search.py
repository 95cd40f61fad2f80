"""Find a vehicle: one box over name, VIN, plate, driver and fleet."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.access.viewer import Visibility
from dashboard.fleet.search import Hit, SearchIndex
from dashboard.ui.map import camera
from dashboard.ui.map.controls import key, set_control
from dashboard.ui.map.permalink import choose
from dashboard.ui.markdown import plain

BOX = "search"
MOST = 8
"""Results shown; typing on narrows them."""
FINDABLE = {"name": "Name", "plate": "plate", "vin": "VIN", "driver": "driver", "fleet": "fleet"}
FIELD_LABELS = {"vin": "VIN", "plate": "plate", "driver": "driver"}
"""Where it was found, unless that is seen anyway; then the plate tells vehicles of one name apart."""


def findable(visibility: Visibility) -> str:
    """What a viewer's vehicles can be found by, in words."""
    return ", ".join(word for name, word in FINDABLE.items() if name not in visibility.unseen)


def show(visibility: Visibility, index: Callable[[], SearchIndex] | None) -> None:
    """Show the search box, and under it what was found. `index` is None while there are no vehicles."""
    with st.container(key="map_find", gap=None):
        typed = st.text_input(
            "Find a vehicle",
            key=key(BOX),
            type="search",
            icon=":material/search:",
            placeholder=findable(visibility),
            live=True,
        )
        if index is not None and typed and typed.strip():
            _results(typed, index())


def _results(typed: str, index: SearchIndex) -> None:
    """List what was found. Choosing one flies there and opens its panel."""
    hits = index.find(typed, MOST + 1)
    with st.container(key="map_results", border=True, gap="xsmall"):
        if not hits:
            st.caption(f"No vehicle of yours matches “{plain(typed.strip()[:60])}”.")
        for hit in hits[:MOST]:
            st.button(
                _label(hit),
                key=f"map_result_{hit.vehicle_id}",
                type="tertiary",
                on_click=_go,
                args=(hit.vehicle_id,),
            )
        if hits:
            with st.container(horizontal=True):
                st.button("Show only matches on the map", on_click=_keep, args=(typed,), key="map_keep")
                if len(hits) > MOST:
                    st.caption("There are more. Type on to narrow them down.")


def _label(hit: Hit) -> str:
    why = FIELD_LABELS.get(hit.field)
    detail = f"{why} {hit.value}" if why else f"plate {hit.plate}" if hit.plate else ""
    return " · ".join(plain(part) for part in (hit.name, hit.fleet, detail) if part)


def _go(vehicle_id: str) -> None:
    choose(vehicle_id)
    set_control(BOX, "")
    camera.ask("vehicle")


def _keep(typed: str) -> None:
    set_control("text", typed)
    set_control(BOX, "")
