"""The line over the map: how many vehicles, how old, and whether all is well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

import streamlit as st

from dashboard.feed.summary import Summary
from dashboard.fleet import units
from dashboard.fleet.notices import reasons, summed
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.ui import sign_in
from dashboard.ui.markdown import plain

YOUNG_POLLS = 3
"""A snapshot older than so many polls is not live."""
INVITATIONS = "invitations"
"""The path of the page on which fleets are invited."""
PATIENCE_SECONDS = 10.0
"""A poll may take this long before it is said to be slow, and longer where polls are further apart."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the positions are those of now."""

    state: Literal["Live", "Starting", "Slow", "Interrupted"]
    what: str = ""
    """What is the matter, a sentence; "" when nothing is."""
    again: str = ""
    """When Catena is asked again, a sentence."""

    @property
    def sentence(self) -> str:
        """It as plain text, without the reason; "" when nothing is the matter."""
        return " ".join(part for part in (self.what, self.again) if part)


def health(state: PollState[Snapshot], now: datetime) -> Health:
    """Judge it; every page that says "live", or shows positions without a word, asks here."""
    snapshot = state.snapshot
    if state.problem:
        old = "No positions yet."
        if snapshot is not None:
            why = (
                "the replicas of this dashboard cannot share newer ones"
                if state.apart
                else "the last poll failed"
            )
            old = f"Positions on the map are {age(snapshot, now)} old, because {why}."
        return Health("Interrupted", old, again(None if state.started_at else state.retry_at, now))
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
    matter = health(state, now).sentence
    why = [state.problem] if state.problem else []
    if state.snapshot is None or summary is None:
        if state.problem:
            st.error(plain(matter), icon=":material/cloud_off:")
            _details(why, expanded=True)
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
        st.warning(_paragraphs(summed(grave, now)), icon=":material/history:")
    _details([*why, *reasons(grave)])
    if state.problem or grave or summary.shown:
        return
    if summary.total == 0:
        _empty()
    elif summary.unplaceable and sum(summary.unplaceable.values()) >= summary.total:
        st.info("None of the vehicles has a position, so there are none on the map. The list has them all.")


def _empty() -> None:
    """Say what there is to do where there is no vehicle at all."""
    if not sign_in.viewer().may_invite:
        st.info("There are no vehicles to see here now; they are shown as soon as there are some.")
        return
    with st.container(key="map_empty", border=True, gap="small"):
        st.markdown(
            "**No fleet shares vehicles with you yet.** Invite one: once it has connected, it is on the map."
        )
        if st.button("Invite a first fleet", type="primary", icon=":material/qr_code_2:", key="invite_first"):
            st.switch_page(st.Page(lambda: None, title="Invitations", url_path=INVITATIONS))


def _details(why: Sequence[str], *, expanded: bool = False) -> None:
    """Fold away what only operators can make something of: the words of the errors."""
    if why and sign_in.viewer().may_see_reasons:
        with st.expander("Details", icon=":material/troubleshoot:", expanded=expanded):
            st.markdown(_paragraphs(why))


def numbers(state: PollState[Snapshot], snapshot: Snapshot, summary: Summary, now: datetime) -> None:
    """Say how many vehicles are shown, how old that is, whether the map is live, and what is degraded."""
    judged = health(state, now)
    if judged.state == "Live":
        st.badge("Live", icon=":material/sensors:", color="green")
    elif judged.state == "Slow":
        st.badge(plain(judged.sentence.rstrip(".")), icon=":material/hourglass_top:", color="orange")
    else:
        st.badge("Interrupted", icon=":material/sensors_off:", color="orange")
    with st.container(key="map_count", width="content"):
        st.markdown(f"**{summary.shown:,}** shown of **{summary.total:,}** vehicles", width="content")
    st.html(f'<span class="pulse-age">updated {escape(age(snapshot, now))} ago</span>', width="content")
    if summary.unplaceable:
        with st.popover(f"{sum(summary.unplaceable.values()):,} without position", type="tertiary"):
            st.write("These vehicles match the filters, but there is no place to draw them at:")
            rows = (f"| {plain(reason)} | {number:,} |" for reason, number in summary.unplaceable.items())
            # A table of Streamlit's is a data frame, which would be a fifth of what each run costs.
            st.markdown("\n".join(("| Reason | Vehicles |", "| :-- | --: |", *rows)))
    if summary.notices:
        with st.popover(_counted(len(summary.notices)), type="tertiary", icon=":material/info:"):
            st.markdown(_paragraphs(summed(summary.notices, now, most=20)))
            _details(reasons(summary.notices))


def counts(summary: Summary) -> dict[str, str]:
    """How many vehicles are shown and of how many, by the CSS selectors of where that stands."""
    number = ".st-key-map_count strong:nth-of-type"
    return {f"{number}(1)": f"{summary.shown:,}", f"{number}(2)": f"{summary.total:,}"}


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


def _paragraphs(sentences: Sequence[str]) -> str:
    return "\n\n".join(map(plain, sentences))


def _counted(notices: int) -> str:
    return "1 notice" if notices == 1 else f"{notices} notices"
