"""What only the viewer's browser knows: how large the map is, whether it can be drawn, what it can reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.deck.viewport import MARGIN, Padding
from dashboard.door import streamlit_internals

MOST_PIXELS = 20_000
NO_PADDING = Padding()
FOLDER = Path(__file__).parent / "static"
KEPT = "map_window_said"
OVER = ", ".join(
    (
        ".st-key-map_remarks > *",
        ".st-key-map_over > *",
        ".st-key-map_below > *",
        ".st-key-map_side",
        ".kiosk",
        ".stage.live .arrived",
        ".stage.live .words",
        ".stage.live .wall",
        ".st-key-stage_bar",
    )
)
"""What may lie over the map's edges: whatever is fitted into the map is kept clear of it."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a browser has said; until then what most of them are."""

    width: int = 1000
    """Of the map, in CSS pixels."""
    height: int = 520
    padding: Padding = NO_PADDING
    """At the map's edges, what lies over it."""
    known: bool = False
    """Whether the browser has said how large the map is."""
    draws: bool = True
    """Whether it can draw the map at all (WebGL 2)."""
    slow: bool = False
    """Whether its processor draws the map, for want of a graphics card."""
    still: bool = False
    """Whether the viewer wants nothing to move that need not."""
    unreachable: str = ""
    """The address of a map style that was asked for in vain."""
    untouched: float = 0.0
    """For how many seconds nobody had moved the map by hand when the browser said this."""

    def leaves_less_room(self, before: Window) -> bool:
        """Whether what was fitted into another one may be cut off or covered in this one.

        A little more than before is within the margin that a fit leaves.
        """
        edges, former = astuple(self.padding), astuple(before.padding)
        grown = max(now - then for now, then in zip(edges, former, strict=True))
        return (self.width, self.height) != (before.width, before.height) or grown > MARGIN / 2

    @property
    def room(self) -> tuple[int, int, Padding]:
        """What something is fitted into."""
        return self.width, self.height, self.padding


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
    data = {"over": OVER, "style": style, "keep": keep}
    result = _component(name)(key="map_window", data=data, on_window_change=_nothing)
    if isinstance(said := result.get("window"), Mapping):
        st.session_state[KEPT] = read(said)


def read(said: Mapping[str, Any]) -> Window:
    """Take what a browser says; what is no size is as if nothing were said of it."""
    width, height, *edges = (
        _pixels(said.get(name)) for name in ("width", "height", "top", "right", "bottom", "left")
    )
    known = bool(width and height)
    usual = Window()
    return Window(
        width=width if known else usual.width,
        height=height if known else usual.height,
        padding=Padding(*edges) if known else usual.padding,
        known=known,
        draws=said.get("draws") is not False,
        slow=said.get("slow") is True,
        still=said.get("still") is True,
        unreachable=str(said.get("unreachable") or ""),
        untouched=seconds if isinstance(seconds := said.get("untouched"), int | float) else usual.untouched,
    )


def _pixels(said: object) -> int:
    return round(said) if isinstance(said, int | float) and 1 <= said <= MOST_PIXELS else 0


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(name, js="window.js")


def _nothing() -> None:
    """Streamlit keeps the values only that somebody listens to."""
