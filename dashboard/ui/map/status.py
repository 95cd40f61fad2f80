"""The line over the map: how many vehicles, how old, and whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import streamlit as st

from dashboard.feed.summary import Summary
from dashboard.fleet import units
from dashboard.fleet.notices import summed
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.ui import sign_in
from dashboard.ui.markdown import plain

YOUNG_POLLS = 3
"""A snapshot older than so many polls is not live."""
PATIENCE_SECONDS = 10.0
"""A poll may take this long before it is said to be slow, and longer where polls are further apart."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the positions are those of now."""

    state: Literal["Live", "Starting", "Slow", "Interrupted"]
    what: str = ""
    """What is the matter, a sentence; "" when nothing is."""
    problem: str = ""
    """Why, plain text from outside."""
    again: str = ""
    """When Catena is asked again, a sentence."""

    @property
    def sentence(self) -> str:
        """All of it as plain text; "" when nothing is the matter."""
        return " ".join(part for part in (self.what, self.problem, self.again) if part)

    @property
    def brief(self) -> str:
        """The same without the reason."""
        return " ".join(part for part in (self.what, self.again) if part)


def health(state: PollState[Snapshot], now: datetime) -> Health:
    """Judge it; every page that says "live", or shows positions without a word, asks here."""
    snapshot = state.snapshot
    if state.problem:
        old = "No positions yet."
        if snapshot is not None:
            old = f"Positions on the map are {age(snapshot, now)} old, because the last poll failed."
        return Health(
            "Interrupted", old, state.problem, again(None if state.started_at else state.retry_at, now)
        )
    waiting = (now - state.started_at).total_seconds() if state.started_at else 0.0
    young = snapshot is None or _seconds_old(snapshot, now) <= YOUNG_POLLS * state.poll_seconds
    if state.started_at and (waiting > max(state.poll_seconds, PATIENCE_SECONDS) or not young):
        return Health("Slow", f"Slow: waiting for Catena since {units.duration(waiting)}.")
    if snapshot is None:
        return Health("Starting")
    return (
        Health("Live")
        if young
        else Health("Interrupted", f"Positions on the map are {age(snapshot, now)} old.")
    )


def trouble(state: PollState[Snapshot], summary: Summary | None, now: datetime) -> None:
    """Say what went wrong, or why there is nothing to see; nothing when all is well."""
    viewer, judged = sign_in.viewer(), health(state, now)
    matter = judged.sentence if viewer.may_see_reasons else judged.brief
    if state.snapshot is None or summary is None:
        if state.problem:
            st.error(plain(matter), icon=":material/cloud_off:")
        else:
            st.info(
                f"Reading the first positions from Catena … {plain(matter)}",
                icon=":material/hourglass_top:",
            )
        return
    if state.problem:
        st.warning(plain(matter), icon=":material/cloud_off:")
    # Whoever sees no vehicles at all is told everything that may be the reason.
    grave = [notice for notice in summary.notices if notice.stale or summary.total == 0]
    if grave:
        sentences = summed(grave, now, reasons=viewer.may_see_reasons)
        st.warning(_paragraphs(sentences), icon=":material/history:")
    if state.problem or grave:
        return
    if summary.total == 0 and not viewer.may_invite:
        st.info("There are no vehicles to see here now; they are shown as soon as there are some.")
    elif summary.total == 0:
        st.info("No fleet shares vehicles with you yet. Create an invitation to connect the first one.")
    elif summary.shown == 0:
        st.info("No vehicle that can be drawn matches the filters.")


def numbers(state: PollState[Snapshot], snapshot: Snapshot, summary: Summary, now: datetime) -> None:
    """Say how many vehicles are shown, how old that is, whether the map is live, and what is degraded."""
    judged = health(state, now)
    if judged.state == "Live":
        st.badge("Live", icon=":material/sensors:", color="green")
    elif judged.state == "Slow":
        st.badge(plain(judged.brief.rstrip(".")), icon=":material/hourglass_top:", color="orange")
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
            reasons = sign_in.viewer().may_see_reasons
            st.markdown(_paragraphs(summed(summary.notices, now, most=20, reasons=reasons)))


def age(snapshot: Snapshot, now: datetime) -> str:
    """How old a snapshot is, in words."""
    return units.duration(_seconds_old(snapshot, now)) or "0 s"


def _seconds_old(snapshot: Snapshot, now: datetime) -> float:
    return (now - snapshot.taken_at).total_seconds()


def again(retry_at: datetime | None, now: datetime) -> str:
    """When Catena is asked again, a sentence; None: that is under way."""
    if retry_at is None or retry_at <= now:
        return "Trying again now."
    return f"Trying again in {units.duration((retry_at - now).total_seconds() + 1)}."


def _paragraphs(sentences: list[str]) -> str:
    return "\n\n".join(map(plain, sentences))


def _counted(notices: int) -> str:
    return "1 notice" if notices == 1 else f"{notices} notices"
