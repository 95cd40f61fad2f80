"""The map on a screen on the wall: nothing but the vehicles, a few big numbers and the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import streamlit as st

from dashboard.access.scope import Scope
from dashboard.fleet.counters import fleet_on_show
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.map import camera, chart, defect, status
from dashboard.ui.map.permalink import MapRequest

STYLE = """
<style>
header[data-testid="stHeader"], [data-testid="stElementToolbar"], .st-key-simulated_notice { display: none; }
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
.kiosk .trouble { flex-basis: 100%; color: #ffd591; }
</style>
"""


def show(scope: Scope, request: MapRequest, tick: float) -> None:
    """Show the kiosk until the link without `kiosk` is opened, anew each `tick` seconds."""
    st.html(STYLE)
    st.fragment(_screen, run_every=tick)(scope, request)


@defect.contained("What these filters leave")
def _screen(scope: Scope, request: MapRequest) -> None:
    if sign_in.viewer().visibility != scope.visibility:
        st.rerun()
    state, feed = service().poller.state, service().feed.vehicles
    snapshot, now = state.snapshot, datetime.now(UTC)
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
    trouble = status.health(state, now).brief or next(old, "")
    local = now.astimezone(viewer_zone())
    st.html(
        '<div class="kiosk" role="status">'
        + (f'<p class="trouble">{escape(trouble)}</p>' if trouble else "")
        + (f'<p class="fleet">{escape(name)}</p>' if name else "")
        + "".join(
            f"<p><b>{count:,}</b>{singular if count == 1 else plural}</p>"
            for count, singular, plural in (
                (numbers.vehicles, "vehicle", "vehicles"),
                (numbers.moving, "moving", "moving"),
                (numbers.fleets, "fleet", "fleets"),
                (numbers.providers, "provider", "providers"),
            )
        )
        + f'<p class="clock"><b>{local:%H:%M}</b>{local:%A, %B %d}</p></div>'
    )
