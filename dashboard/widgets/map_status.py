"""The line over the map: how many vehicles, how old, and whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import streamlit as st

from dashboard.map import units
from dashboard.markdown import plain
from dashboard.polling.notices import summed
from dashboard.polling.poller import PollState
from dashboard.scope import Summary
from dashboard.snapshot import Snapshot

YOUNG_POLLS = 3
"""A snapshot older than so many polls is not live."""
PATIENCE_SECONDS = 10.0
"""A poll may take this long before it is said to be slow, and longer where polls are further apart."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the positions are those of now."""

    state: Literal["Live", "Slow", "Interrupted"]
    sentence: str = ""
    """What is the matter, as plain text with text from outside; "" when live."""

    @property
    def live(self) -> bool:
        """Whether the map may say so."""
        return self.state == "Live"


def health(state: PollState, now: datetime) -> Health:
    """Judge it; every page that says "live", or shows positions without a word, asks here."""
    again = _again(state, now)
    if state.problem and state.snapshot is None:
        return Health("Interrupted", f"No positions yet. {state.problem} {again}")
    if state.problem and state.snapshot is not None:
        old = f"Positions on the map are {age(state.snapshot, now)} old, because the last poll failed."
        return Health("Interrupted", f"{old} {state.problem} {again}")
    waiting = (now - state.started_at).total_seconds() if state.started_at else 0.0
    young = state.snapshot is None or _seconds_old(state.snapshot, now) <= YOUNG_POLLS * state.poll_seconds
    if state.started_at and (waiting > max(state.poll_seconds, PATIENCE_SECONDS) or not young):
        return Health("Slow", f"Slow: waiting for Catena since {units.duration(waiting)}.")
    if not young and state.snapshot is not None:
        return Health("Interrupted", f"Positions on the map are {age(state.snapshot, now)} old.")
    return Health("Live")


def trouble(state: PollState, summary: Summary | None, now: datetime) -> None:
    """Say what went wrong, or why there is nothing to see; nothing when all is well."""
    judged = health(state, now)
    if state.snapshot is None or summary is None:
        if state.problem:
            st.error(plain(judged.sentence), icon=":material/cloud_off:")
        else:
            reading = "Reading the first positions from Catena …"
            st.info(f"{reading} {plain(judged.sentence)}", icon=":material/hourglass_top:")
        return
    if state.problem:
        st.warning(plain(judged.sentence), icon=":material/cloud_off:")
    if stale := [notice for notice in summary.notices if notice.stale]:
        st.warning("\n\n".join(map(plain, summed(stale, now))), icon=":material/history:")
    if state.problem or stale:
        return
    if summary.total == 0:
        st.info("No fleet shares vehicles with you yet. Create an invitation to connect the first one.")
    elif summary.shown == 0:
        st.info("No vehicle that can be drawn matches the filters.")


def numbers(state: PollState, snapshot: Snapshot, summary: Summary, now: datetime) -> None:
    """Say how many vehicles are shown, how old that is, whether the map is live, and what is degraded."""
    judged = health(state, now)
    if judged.live:
        st.badge("Live", icon=":material/sensors:", color="green")
    elif judged.state == "Slow":
        st.badge(plain(judged.sentence.rstrip(".")), icon=":material/hourglass_top:", color="orange")
    else:
        st.badge("Interrupted", icon=":material/sensors_off:", color="orange")
    st.markdown(
        f"**{summary.shown:,}** shown of **{summary.total:,}** vehicles · updated {age(snapshot, now)} ago",
        width="content",
    )
    if summary.unplaceable:
        with st.popover(f"{sum(summary.unplaceable.values()):,} not placeable", type="tertiary"):
            st.write("These vehicles match the filters but cannot be drawn:")
            st.table({"Vehicles": summary.unplaceable})
    if summary.notices:
        with st.popover(_counted(len(summary.notices)), type="tertiary", icon=":material/info:"):
            st.markdown("\n\n".join(map(plain, summed(summary.notices, now, most=20))))


def age(snapshot: Snapshot, now: datetime) -> str:
    """How old a snapshot is, in words."""
    return units.duration(_seconds_old(snapshot, now)) or "0 s"


def _seconds_old(snapshot: Snapshot, now: datetime) -> float:
    return (now - snapshot.taken_at).total_seconds()


def _again(state: PollState, now: datetime) -> str:
    """When Catena is asked again."""
    if state.started_at is not None or state.retry_at is None or state.retry_at <= now:
        return "Trying again now."
    return f"Trying again in {units.duration((state.retry_at - now).total_seconds() + 1)}."


def _counted(notices: int) -> str:
    return "1 notice" if notices == 1 else f"{notices} notices"
