"""What was clicked on the map.

The browser holds what is selected, by layer and row, and sends it with whatever it sends: also after a restart, which
numbers the vehicles anew, and after another vehicle was chosen elsewhere. A second click on what it holds lets go of
that. So the vehicles' layer gets a new id as soon as what the browser holds is not what is chosen: the browser drops
it, and what still comes for the old id goes nowhere.
"""

from __future__ import annotations

import secrets
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.access.viewer import Visibility
from dashboard.ui.map.permalink import choose

LAYER, BEFORE, PICKED, SEEN = "map_pick_layer", "map_pick_before", "map_picked", "map_pick_seen"
NONE = (-1, "")
"""Ordinal and id of the vehicle that the browser holds as selected."""


def layer_ids(chosen: str, version: int, visibility: Visibility) -> list[str]:
    """Ids of the vehicles' layers, from the bottom up; the last can be clicked.

    `chosen` is the id of the vehicle chosen now, `version` the snapshot's. A new id loads its rows anew: until the
    next snapshot the layer of before stays under it, so that the vehicles do not blink. Whoever may see something
    else than before gets one too: their vehicles have other numbers.
    """
    state = st.session_state
    ordinal, vehicle = state.get(PICKED, NONE)
    numbered_anew = state.get(SEEN) != visibility
    state[SEEN] = visibility
    if LAYER not in state or numbered_anew or (ordinal != -1 and vehicle != chosen):
        state[BEFORE] = state.get(LAYER), version
        state[LAYER], state[PICKED] = f"vehicles-{secrets.token_hex(4)}", NONE
    before, since = state[BEFORE]
    return [before, state[LAYER]] if before and since == version else [state[LAYER]]


def forget() -> None:
    """The vehicles are not drawn, so the browser drops what was selected; the choice stays."""
    st.session_state.pop(LAYER, None)
    st.session_state[PICKED] = NONE


def taken(event: Any, frame: pd.DataFrame) -> bool:
    """Take over a click on the map: the vehicle under it is chosen, a click beside all lets go of it.

    `event` is what `st.pydeck_chart` returned, `frame` the vehicles the viewer may see. Gives whether the choice
    has changed. The row's ordinal is what counts: its index may belong to another vehicle by now.
    """
    state, objects = st.session_state, event["selection"]["objects"]
    rows = objects.get(state.get(LAYER), [])
    if LAYER not in state or (objects and not rows):
        return False  # nothing, or something that is no vehicle or was not selected here
    ordinal = int(rows[0]["n"]) if rows else -1
    if ordinal == state[PICKED][0]:
        return False
    ids = frame["vehicle_id"].to_numpy()[(frame["ordinal"] == ordinal).to_numpy()]
    vehicle = str(ids[0]) if len(ids) else ""
    state[PICKED] = ordinal, vehicle
    choose(vehicle)
    return True
