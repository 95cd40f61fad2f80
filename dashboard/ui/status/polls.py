"""The polls of the last hour as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import streamlit as st

from dashboard.fleet import units
from dashboard.ingest.poll_log import KEPT, Gap, Poll
from dashboard.service import service
from dashboard.watch.polls import by_minute

HEIGHT = 240
MARK = {"clip": True, "aria": False}
"""Nothing is said of each mark: the picture has a sentence."""
NO_POLL = "no poll"
COLOURS = {"ok": "#0072b2", "slow": "#e69f00", "failed": "#d55e00", NO_POLL: "#8a949c"}
"""Told apart with any kind of colour vision; what failed has a cross too, and a gap is as high as the picture."""


def show() -> None:
    """Show the picture, and in a sentence what is to be seen in it."""
    st.subheader("Polls of the last hour", anchor=False)
    log = service().poller.log
    polls, gaps = log.polls(), log.gaps()
    if not polls:
        st.info("No poll has ended yet." if not gaps else "Catena was not asked within the last hour.")
        return
    said = sentence(polls, gaps)
    st.vega_lite_chart(spec=spec(polls, gaps, datetime.now(UTC)), alt=said)
    st.markdown(said)


def sentence(polls: Sequence[Poll], gaps: Sequence[Gap]) -> str:
    """How many there were, how they ended, and how long they usually took."""
    outcomes = [poll.outcome for poll in polls]
    counted = [f"{outcomes.count(word):,} {word}" for word in ("failed", "slow")]
    between = f"{len(gaps)} gap{'' if len(gaps) == 1 else 's'} without a poll"
    usual = seconds(median(poll.seconds for poll in polls))
    number = f"{len(polls):,} poll{'' if len(polls) == 1 else 's'}"
    return f"{number}: {', '.join(counted)}, {between}; half took less than {usual}."


def seconds(number: float) -> str:
    """A length of time that may be a fraction of a second."""
    return f"{number:.2f} s" if number < 10 else units.duration(number) or ""


def spec(polls: Sequence[Poll], gaps: Sequence[Gap], now: datetime) -> dict[str, Any]:
    """What Vega-Lite draws: a bar for each minute, as high as its longest poll, and a band for each gap."""
    bars = [
        {
            "since": _ms(minute.since),
            "until": _ms(minute.since) + 60_000,
            "middle": _ms(minute.since) + 30_000,
            "longest": minute.longest,
            "polls": minute.polls,
            "failed": minute.failed,
            "slow": minute.slow,
            "outcome": minute.outcome,
        }
        for minute in by_minute(polls)
    ]
    bands = [{"since": _ms(gap.since), "until": _ms(gap.until), "outcome": NO_POLL} for gap in gaps]
    hour = {"domain": [_ms(now - KEPT), _ms(now)]}
    x = {
        "field": "since",
        "type": "temporal",
        "title": None,
        "scale": hour,
        "axis": {"format": "%H:%M", "tickCount": 6},
    }
    colour = {
        "field": "outcome",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
        "legend": {"orient": "top", "symbolOpacity": 1},
    }
    tooltip = [
        {"field": "since", "type": "temporal", "title": "Minute", "format": "%H:%M"},
        *(
            {"field": name, "type": "quantitative", "title": name.capitalize()}
            for name in ("polls", "failed", "slow")
        ),
        {"field": "longest", "type": "quantitative", "title": "Longest, s", "format": ".2f"},
    ]
    longest = {
        "field": "longest",
        "type": "quantitative",
        "title": "Longest poll, s",
        "axis": {"tickCount": 4},
    }
    return {
        "height": HEIGHT,
        "padding": {
            "left": 0,
            "top": 5,
            "right": 16,
            "bottom": 5,
        },  # the last time on the axis is not cut off
        "layer": [
            {
                "data": {"values": bands},
                "mark": {"type": "rect", **MARK, "opacity": 0.35},
                "encoding": {"x": x, "x2": {"field": "until"}, "color": colour},
            },
            {
                "data": {"values": bars},
                "mark": {"type": "bar", **MARK},
                "encoding": {
                    "x": x,
                    "x2": {"field": "until"},
                    "y": longest,
                    "y2": {"datum": 0},
                    "color": colour,
                    "tooltip": tooltip,
                },
            },
            {
                "data": {"values": [bar for bar in bars if bar["failed"]]},
                "mark": {
                    "type": "point",
                    "aria": False,
                    "shape": "cross",
                    "size": 36,
                    "filled": True,
                    "yOffset": -9,
                },
                "encoding": {
                    "x": {**x, "field": "middle"},
                    "y": longest,
                    "color": colour,
                    "tooltip": tooltip,
                },
            },
        ],
    }


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
