"""When a page's map is drawn anew: once for each snapshot, when the next one is expected."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.door import streamlit_internals
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.service import service
from dashboard.ui.map import status

RETRY_SECONDS = 5.0
"""A page that has found no newer snapshot looks again after so long, or a poll if that is shorter; it reads memory
only."""
MOST_SECONDS = 30.0
"""However far apart polls are, a page looks this often whether what its viewer may see has changed."""
LATE_SECONDS = 1.0
"""How much later than a poll after the last one a snapshot is expected, so that it is there when it is asked for."""
SPREAD_SECONDS = 0.03
"""About what a run costs. The pages that are open ask one after the other, each always at its own time, so that a click
does not wait for all of them; however many they are, they are done before the next poll."""
FOLDER = Path(__file__).parent / "static"


def _nothing() -> None:
    """A trigger is one only if somebody listens to it."""


def beat(
    soon: float | None = None,
    *,
    still: bool = False,
    on_due: Callable[[], None] = _nothing,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Let the fragment in which this is called run again when there is something to see.

    `soon`: at the latest in so many seconds. `still`: something else draws it anew meanwhile. `on_due` is called before
    that run, as the callbacks of widgets are. `texts` is what the browser writes into elements of the page, by CSS
    selector, until this is called again. Elements of the classes `pulse-age`, `pulse-time` and `pulse-day` are kept
    right by the browser. It stands in no place of its own.
    """
    state, now = service().poller.state, datetime.now(UTC)
    share: float = st.session_state.setdefault("map_pulse_share", random.random())  # noqa: S311 - no secret
    seconds = due(state, now, share * len(service().connections) * SPREAD_SECONDS)
    data = {
        "age": (now - state.snapshot.taken_at).total_seconds() if state.snapshot else None,
        "due": None if still else seconds if soon is None else min(seconds, soon),
        "retry": retry(state),
        "texts": dict(texts or {}),
    }
    name = streamlit_internals.serve_component("catena", "pulse", FOLDER)
    _component(name)(key="map_pulse", data=data, on_due_change=on_due)


def due(state: PollState[Snapshot], now: datetime, turn: float) -> float:
    """In how many seconds a page is to look for a newer snapshot; it lets `turn` seconds pass for others."""
    wait = retry(state)
    if state.snapshot is None or status.health(state, now).state != "Live":
        return wait  # what is said of that changes meanwhile
    late = min(LATE_SECONDS, state.poll_seconds / 5) + min(turn, state.poll_seconds / 2)
    published_at = state.published_at or state.snapshot.taken_at
    expected = state.poll_seconds + late - (now - published_at).total_seconds()
    return min(MOST_SECONDS, expected) if expected > 0 else wait


def retry(state: PollState[Snapshot]) -> float:
    """Seconds after which a page looks again that has found nothing new."""
    return min(RETRY_SECONDS, state.poll_seconds)


@cache
def _component(name: str) -> Any:
    return st.components.v2.component(name, js="pulse.js")
