"""The controls of a replay: play, pause, how fast, and which moment."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard.feed.trail_sets import TrailSet
from dashboard.fleet.playback import SPEEDS, Playback
from dashboard.fleet.replay import time_range

PLAY, MOMENT, SPEED, RECENT = "trail_play", "trail_moment", "trail_speed", "trail_recent"
STEP = timedelta(seconds=1)
ECHOES = 5
"""How many moments a busy browser may lag behind: it sends the one it shows with whatever it sends."""


def playing() -> bool:
    """Whether a replay runs now."""
    play: Playback | None = st.session_state.get(PLAY)
    return play is not None and play.playing(time.monotonic())


def current(trail_set: TrailSet) -> Playback | None:
    """The replay's clock, made when the trails have come; None where there is nothing to replay."""
    play: Playback | None = st.session_state.get(PLAY)
    if play is None and (span := time_range(trail_set.trails.values())) is not None:
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
    # On the slider's own steps, so that what a browser sends back unmoved is known.
    moment = play.start + STEP * round((play.moment(time.monotonic()) - play.start) / STEP)
    # Sliders know only naive times; these are UTC.
    st.session_state[MOMENT] = moment.replace(tzinfo=None)
    recent: deque[datetime] = st.session_state.setdefault(RECENT, deque(maxlen=ECHOES))
    recent.append(moment)
    # A trail of a single fix has no length, and a slider must have some.
    end = play.start + STEP * max(1, round((play.end - play.start) / STEP))
    st.slider(
        "Moment of the replay (UTC)",
        play.start.replace(tzinfo=None),
        end.replace(tzinfo=None),
        step=STEP,
        format="MMM D, HH:mm:ss",
        key=MOMENT,
        on_change=_seek,
    )


def _start() -> None:
    _change(lambda play: play.play(time.monotonic()))


def _pause() -> None:
    _change(lambda play: play.pause(time.monotonic()))


def _seek() -> None:
    """Go to the moment that the slider was moved to, not to an older one that the browser was late to replace."""
    moment = st.session_state[MOMENT].replace(tzinfo=UTC)
    if any(abs(moment - recent) < STEP / 2 for recent in st.session_state[RECENT]):
        return
    st.session_state[RECENT].clear()  # moved by hand, and may be moved back
    _change(lambda play: play.seek(moment, time.monotonic()))


def _faster() -> None:
    speed = st.session_state[SPEED]
    _change(lambda play: play.at_speed(speed, time.monotonic()))


def _change(change: Callable[[Playback], Playback]) -> None:
    """Change the replay; a click that comes after it was put away changes nothing."""
    play: Playback | None = st.session_state.get(PLAY)
    if play is not None:
        st.session_state[PLAY] = change(play)
