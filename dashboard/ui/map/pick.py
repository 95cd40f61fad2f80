"""What was clicked on the map.

The browser holds what is selected, by layer and row, and sends it with whatever it sends: also after a restart, which
numbers the vehicles anew, and after another vehicle was chosen elsewhere. A second click on what it holds lets go of
that. So a layer of vehicles gets a new id as soon as what the browser holds in it is not what is chosen, or no longer
in that row: the browser drops it, and what still comes for the old id goes nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.access.viewer import Visibility
from dashboard.feed.drawing import Layer
from dashboard.ui.map.permalink import choose

LAYERS, BEFORE, HELD, SEEN = "map_pick_layers", "map_pick_before", "map_pick_held", "map_pick_seen"


class Held(NamedTuple):
    """What the browser holds as selected."""

    layer: Layer | None = None
    row: int = -1
    ordinal: int = -1
    vehicle: str = ""
    """Its id."""


NOTHING = Held()


def layer_ids(
    chosen: str, version: int, visibility: Visibility, drawn: Mapping[Layer, bytes]
) -> dict[Layer, list[str]]:
    """Ids of the vehicles' layers, each from the bottom up; the last can be clicked.

    `chosen` is the id of the vehicle chosen now, `version` the snapshot's, `drawn` as in its `Summary`. A new id loads
    its rows anew: until the next snapshot the layer of before stays under it, so that the vehicles do not blink.
    Whoever may see something else than before gets new ones too: their vehicles have other numbers.
    """
    state = st.session_state
    ids: dict[Layer, str] = state.setdefault(LAYERS, {})
    before: dict[Layer, tuple[str | None, int]] = state.setdefault(BEFORE, {})
    held: Held = state.get(HELD, NOTHING)
    numbered_anew = state.get(SEEN) != visibility
    state[SEEN] = visibility
    if numbered_anew or (held.layer and (held.vehicle != chosen or _moved(held, drawn[held.layer]))):
        state[HELD] = NOTHING
    dropped = held.layer if state.get(HELD, NOTHING) == NOTHING else None
    for layer in drawn:
        if layer not in ids or numbered_anew or layer == dropped:
            before[layer] = ids.get(layer), version
            ids[layer] = f"vehicles-{layer}-{secrets.token_hex(4)}"
    return {
        layer: [below, ids[layer]]
        if (below := before[layer][0]) and before[layer][1] == version
        else [ids[layer]]
        for layer in drawn
    }


def forget() -> None:
    """The vehicles are not drawn, so the browser drops what was selected; the choice stays."""
    st.session_state.pop(LAYERS, None)
    st.session_state[HELD] = NOTHING


def taken(event: Any, frame: pd.DataFrame) -> bool:
    """Take over a click on the map: the vehicle under it is chosen, a click beside all lets go of it.

    `event` is what `st.pydeck_chart` returned, `frame` the vehicles the viewer may see. Gives whether the choice
    has changed. The row's ordinal is what counts: its index may belong to another vehicle by now.
    """
    state, selection = st.session_state, event["selection"]
    ids: dict[Layer, str] = state.get(LAYERS, {})
    layer = next((layer for layer, layer_id in ids.items() if selection["objects"].get(layer_id)), None)
    if not ids or (selection["objects"] and layer is None):
        return False  # nothing, or something that is no vehicle or was not selected here
    held = NOTHING
    if layer is not None:
        (clicked, *_), (row, *_) = (selection[part][ids[layer]] for part in ("objects", "indices"))
        ordinal = int(clicked["n"])
        found = frame["vehicle_id"].to_numpy()[(frame["ordinal"] == ordinal).to_numpy()]
        held = Held(layer, int(row), ordinal, str(found[0]) if len(found) else "")
    if held.ordinal == state[HELD].ordinal:
        return False
    state[HELD] = held
    choose(held.vehicle)
    return True


def _moved(held: Held, ordinals: bytes) -> bool:
    """Whether a row now belongs to another vehicle than the one that is held."""
    return held.ordinal not in np.frombuffer(ordinals, np.int32)[held.row : held.row + 1].tolist()
