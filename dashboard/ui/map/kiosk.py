"""The map on a screen on the wall: nothing but the vehicles, a few big numbers and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import streamlit as st

from dashboard.access.scope import Scope
from dashboard.feed.summary import Summary
from dashboard.fleet.counters import CYCLE_SECONDS, fleet_on_show
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.map import camera, chart, defect, permalink, pulse, status
from dashboard.ui.map.permalink import MapRequest

STYLE = """
<style>
header[data-testid="stHeader"], [data-testid="stElementToolbar"] { display: none; }
[data-testid="stMainBlockContainer"] { padding: 0 !important; }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0; }
[data-testid="stDeckGlJsonChart"] { height: 100dvh !important; border-radius: 0; }
.kiosk { position: fixed; z-index: 10; left: 0; right: 0; bottom: 0; display: flex; flex-wrap: wrap;
  gap: .5rem clamp(1.5rem, 5vw, 6rem); align-items: baseline; padding: 3rem clamp(1rem, 3vw, 4rem) 1rem;
  color: #fff; background: linear-gradient(transparent, #0f1722d9 3rem); pointer-events: none; }
.kiosk p { margin: 0; font-size: clamp(1rem, 1.6vw, 2.2rem); line-height: 1.2; }
.kiosk b { display: block; font-size: clamp(2.5rem, 6vw, 8rem); line-height: 1; font-variant-numeric: tabular-nums; }
.kiosk .clock { margin-left: auto; text-align: right; }
.kiosk .fleet { flex-basis: 100%; font-size: clamp(1.5rem, 3vw, 4rem); font-weight: 600; }
.kiosk ul { flex-basis: 100%; display: flex; flex-wrap: wrap; gap: .2rem 2vw; margin: 0; padding: 0; list-style: none;
  font-size: clamp(.9rem, 1.2vw, 1.8rem); }
.kiosk li { margin: 0; font-size: inherit; }
.kiosk i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 50%;
  box-shadow: 0 0 0 1px #ffffffb3; }
.kiosk-empty { position: fixed; z-index: 10; inset: 40% 0 auto; text-align: center; pointer-events: none;
  font-size: clamp(1.5rem, 3vw, 4rem); font-weight: 600; }
/* The way out is seen when a pointer comes, is pressed or is near, and while it has the keyboard's focus. */
.st-key-leave_kiosk { position: fixed; z-index: 20; top: 0; right: 0; width: auto !important;
  padding: 1rem 1rem 4rem 6rem; }
.st-key-leave_kiosk button { opacity: 0; }
[data-testid="stApp"]:hover .st-key-leave_kiosk button { animation: seen 6s; }
[data-testid="stApp"]:active .st-key-leave_kiosk button { animation: none; opacity: 1; }
.st-key-leave_kiosk:is(:hover, :focus-within) button { animation: none !important; opacity: 1; }
@keyframes seen { 0%, 80% { opacity: 1; } }
.kiosk .trouble { flex-basis: 100%; color: #ffd591; }
</style>
"""


def show(scope: Scope, request: MapRequest) -> None:
    """Show the kiosk until somebody leaves it, anew with each snapshot and each fleet's turn."""
    st.html(STYLE)
    st.button(
        "Leave the wall screen",
        icon=":material/close_fullscreen:",
        on_click=permalink.leave_kiosk,
        shortcut="Esc",
        key="leave_kiosk",
    )
    st.fragment(_screen)(scope, request)


@defect.contained("What these filters leave")
def _screen(scope: Scope, request: MapRequest) -> None:
    if sign_in.viewer().visibility != scope.visibility:
        st.rerun()
    state, feed = service().poller.state, service().feed.vehicles
    snapshot, now = state.snapshot, datetime.now(UTC)
    pulse.beat(CYCLE_SECONDS - now.timestamp() % CYCLE_SECONDS if request.display.cycle else None)
    if snapshot is None:
        status.trouble(state, None, now)
        chart.show([], None, scope, None)
        return
    turn = ""
    if request.display.cycle:
        known, chosen = feed.facets(snapshot, scope.visibility).options.fleets, scope.filters.fleets
        turn = fleet_on_show([fleet for fleet in sorted(known) if not chosen or fleet in chosen], now) or ""
        if turn:
            scope = replace(scope, filters=replace(scope.filters, fleets=(turn,)))
        if turn != st.session_state.get("kiosk_turn"):
            st.session_state["kiosk_turn"] = turn
            camera.ask("shown")
    summary = feed.summary(snapshot, scope)
    chart.show(chart.vehicles(snapshot, scope, summary, request.display.vehicle), snapshot, scope, None)
    numbers = feed.counters(snapshot, scope)
    name = feed.facets(snapshot, scope.visibility).options.fleets.get(turn, "") if turn else ""
    old = (notice.brief for notice in summary.notices if notice.stale)
    trouble = status.health(state, now).sentence or next(old, "")
    local = now.astimezone(viewer_zone())
    if not summary.shown:
        why = (
            "No vehicle matches the filters of this screen."
            if summary.total
            else "There are no vehicles yet."
        )
        st.html(f'<p class="kiosk-empty">{why}</p>')
    st.html(
        '<div class="kiosk" role="status">'
        + (f'<p class="trouble">{escape(trouble)}</p>' if trouble else "")
        + (f'<p class="fleet">{escape(name)}</p>' if name else "")
        + _legend(summary)
        + "".join(
            f"<p><b>{count:,}</b>{singular if count == 1 else plural}</p>"
            for count, singular, plural in (
                (numbers.vehicles, "vehicle", "vehicles"),
                (numbers.moving, "moving", "moving"),
                (numbers.fleets, "fleet", "fleets"),
                (numbers.sources, "source", "sources"),
            )
        )
        + f'<p class="clock" aria-live="off"><b class="pulse-time">{local:%H:%M}</b>'
        f'<span class="pulse-day">{local:%A, %B %d}</span></p></div>'
    )


def _legend(summary: Summary) -> str:
    """What the colours mean, each with the number of vehicles drawn in it."""
    items = "".join(
        f'<li><i style="background:rgb{entry.colour}"></i>{escape(entry.label)} {entry.count:,}</li>'
        for entry in summary.legend
        if entry.count
    )
    return f'<ul aria-label="Colours of the vehicles">{items}</ul>' if items else ""
