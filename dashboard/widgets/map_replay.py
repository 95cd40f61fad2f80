"""The controls of a replay: play, pause, how fast, and which moment."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard.map.playback import SPEEDS, Playback
from dashboard.map.replay import time_range
from dashboard.trail_sets import TrailSet

PLAY, MOMENT, SPEED = "trail_play", "trail_moment", "trail_speed"


def playing() -> bool:
    """Whether a replay runs now."""
    play: Playback | None = st.session_state.get(PLAY)
    return play is not None and play.playing(time.monotonic())


def current(found: TrailSet) -> Playback | None:
    """The replay's clock, made when the trails have come; None where there is nothing to replay."""
    play: Playback | None = st.session_state.get(PLAY)
    if play is None and (span := time_range(found.trails.values())) is not None:
        play = st.session_state[PLAY] = Playback(*span, at=span[1])
    return play


def forget() -> None:
    """Put the clock away with its trails."""
    st.session_state[PLAY] = None


def transport(play: Playback) -> None:
    """Show play or pause, and the speeds."""
    if play.playing(time.monotonic()):
        st.button("Pause", icon=":material/pause:", type="primary", on_click=_pause, key="trail_pause")
    else:
        st.button("Play", icon=":material/play_arrow:", type="primary", on_click=_start, key="trail_start")
    st.session_state[SPEED] = play.speed
    st.segmented_control(
        "Times faster",
        SPEEDS,
        format_func=lambda speed: f"{speed}x",
        required=True,
        key=SPEED,
        on_change=_faster,
    )


def slider(play: Playback) -> None:
    """Show the moment of the replay, to be moved by hand too."""
    moment = play.moment(time.monotonic())
    # Sliders know only naive times; these are UTC.
    st.session_state[MOMENT] = moment.replace(tzinfo=None)
    # A trail of a single fix has no length, and a slider must have some.
    end = max(play.end, play.start + timedelta(seconds=1))
    st.slider(
        "Moment of the replay (UTC)",
        play.start.replace(tzinfo=None),
        end.replace(tzinfo=None),
        step=timedelta(seconds=1),
        format="MMM D, HH:mm:ss",
        key=MOMENT,
        on_change=_seek,
    )


def _start() -> None:
    st.session_state[PLAY] = st.session_state[PLAY].play(time.monotonic())


def _pause() -> None:
    st.session_state[PLAY] = st.session_state[PLAY].pause(time.monotonic())


def _seek() -> None:
    moment: datetime = st.session_state[MOMENT]
    st.session_state[PLAY] = st.session_state[PLAY].seek(moment.replace(tzinfo=UTC), time.monotonic())


def _faster() -> None:
    st.session_state[PLAY] = st.session_state[PLAY].at_speed(st.session_state[SPEED], time.monotonic())
