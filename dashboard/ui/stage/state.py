"""What the stage remembers for one viewer between two runs of its script."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import streamlit as st

from dashboard.deck.viewport import Padding, ViewState

Act = Literal["code", "steps", "live"]
"""What is on the stage: a code, the steps of a fleet that has accepted, or its vehicles on the map."""
URL_PATH = "stage"


@dataclass
class StageState:
    """The state of one browser tab. An invitation is named by its handle, and never in the page's address."""

    handle: str = ""
    """The invitation on the stage; "": none."""
    settled_at: float = 0.0
    """When the stage saw that its code is of no more use (accepted, declined, run out), by `seconds`; 0 until then."""
    fleet_id: str = ""
    """The fleet whose vehicles are on the stage; "": none."""
    since: float = 0.0
    """Since when they are, by `seconds`."""
    shown: set[str] = field(default_factory=set)
    """Fleets whose vehicles were on the stage."""
    fair_since: datetime | None = None
    """Since when the next code comes by itself and a wall shows who has joined; None: they do not."""
    others: bool = False
    """Whether the other fleets are on the map too, pale."""
    problem: str = ""
    """Why there is no next code, a sentence for people."""
    again_at: float = 0.0
    """When it is tried again without being asked to, by `seconds`."""
    drawings: int = 0
    """How often the map was drawn since it is there: it begins with the whole continent and flies from there."""
    flights: int = 0
    """How often it has flown somewhere."""
    view: ViewState | None = None
    """Where it has flown to."""
    room: tuple[int, int, Padding] | None = None
    """What that was fitted into, as `Window.room`."""
    arriving: bool = False
    """Whether the vehicles were drawn in their middle, to glide to their places now."""
    rows: int = 0
    """Tells the vehicles drawn last from others, so that none glides to another's place."""

    def put_on(self, handle: str) -> None:
        """Put an invitation on the stage, in place of what is there."""
        self.handle, self.settled_at, self.problem, self.again_at = handle, 0.0, "", 0.0
        self.clear_map()

    def show_fleet(self, fleet_id: str) -> None:
        """Put a fleet's vehicles on the stage."""
        self.clear_map(drawings=self.drawings)
        self.fleet_id, self.since = fleet_id, seconds()
        self.shown.add(fleet_id)

    def clear_map(self, drawings: int = 0) -> None:
        """Take the vehicles off the stage."""
        self.fleet_id, self.view, self.rows, self.drawings = "", None, 0, drawings


def stage_state() -> StageState:
    """Return this tab's state, a new one at first."""
    return st.session_state.setdefault("stage", StageState())  # type: ignore[no-any-return]


def open_stage(handle: str) -> None:
    """Open the stage with an invitation on it. Ends the script's run."""
    stage_state().put_on(handle)
    st.switch_page(st.Page(lambda: None, title="Stage", url_path=URL_PATH))


def seconds() -> float:
    """A clock that only counts."""
    return time.monotonic()
