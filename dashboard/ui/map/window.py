"""What only the viewer's browser knows: how large the map is, whether it can be drawn, what it can reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.door import streamlit_internals

FOLDER = Path(__file__).parent / "static"
KEPT = "map_window_said"


@dataclass(frozen=True, slots=True)
class Window:
    """What a browser has said; until then what most of them are."""

    width: int = 1000
    """Of the map, in CSS pixels."""
    height: int = 520
    known: bool = False
    """Whether the browser has said how large the map is."""
    draws: bool = True
    """Whether it can draw the map at all (WebGL 2)."""
    still: bool = False
    """Whether the viewer wants nothing to move that need not."""
    unreachable: str = ""
    """The address of a map style that was asked for in vain."""


def window() -> Window:
    """What the browser has said so far."""
    found: Window = st.session_state.get(KEPT, Window())
    return found


def listen(style: str, keep: str) -> None:
    """Take what the browser says, before the map is drawn; it stands in no place of its own.

    `style`: the address of a map style that it is to check, "" for none. `keep`: a cookie that it is to write, as
    `document.cookie` takes it; "" for none.
    """
    name = streamlit_internals.serve_component("catena", "window", FOLDER)
    result = _component(name)(key="map_window", data={"style": style, "keep": keep}, on_window_change=_nothing)
    if isinstance(said := result.get("window"), Mapping):
        st.session_state[KEPT] = read(said)


def read(said: Mapping[str, Any]) -> Window:
    """Take what a browser says; what is not a size is as if nothing were said of it."""
    usual = Window()
    width, height = (said.get(name) for name in ("width", "height"))
    known = all(isinstance(size, int | float) and 1 <= size <= 20_000 for size in (width, height))
    return Window(
        width=round(width) if known else usual.width,  # type: ignore[arg-type]
        height=round(height) if known else usual.height,  # type: ignore[arg-type]
        known=known,
        draws=said.get("draws") is not False,
        still=said.get("still") is True,
        unreachable=str(said.get("unreachable") or ""),
    )


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(name, js="window.js")


def _nothing() -> None:
    """Streamlit keeps the values only that somebody listens to."""
