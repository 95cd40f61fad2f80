"""What happens on the stage: the code, the steps of the fleet that used it, and its vehicles on the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from dashboard.fleet.names import masked
from dashboard.invitations.fleet_stats import FleetStats
from dashboard.invitations.joined import JoinedFleet
from dashboard.invitations.models import InvitationNotFound, Standing
from dashboard.service import service
from dashboard.ui import frame, sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.stage import arrival, codes, scenes, style
from dashboard.ui.stage.state import Act, StageState, seconds, stage_state

TICK_SECONDS = 0.5
"""How often the stage looks; it reads memory only, so a step is seen soon after Catena has told."""
MAP_TICK_SECONDS = 2.0
LIVE_SECONDS = 20.0
"""At a fair: how long a fleet's vehicles are on the stage."""
UNDER_WAY_SECONDS = 20.0
"""At a fair: how long the steps of a fleet are, before the next visitor gets a code; it goes on, on the wall."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stage knows at one moment."""

    standing: Standing | None
    """Of the invitation on the stage; None when it was withdrawn."""
    own: FleetStats | None
    """The numbers of that invitation's fleet; None while it has no vehicle."""
    joined: list[JoinedFleet]
    """At a fair: the fleets that joined today."""


def show(fly: Callable[[str], None]) -> None:
    """Show the stage until it is left; `fly` opens the live map on a fleet id."""
    state = stage_state()
    style.show(frame.theme())
    act = act_of(state, _see(state))
    with st.container(key="stage_map"):
        if act != "code":
            run_every = MAP_TICK_SECONDS if act == "live" else None
            st.fragment(arrival.show, run_every=run_every)(act)
    st.fragment(_play, run_every=TICK_SECONDS)(act)
    # Buttons, no switches: with the focus on one of those, Streamlit takes no key.
    with st.container(horizontal=True, key="stage_bar", vertical_alignment="center"):
        next_key = f"stage-next-{state.handle}"  # pressed twice, it is one code
        if st.button("Next fleet", icon=":material/skip_next:", shortcut="Right", key=next_key):
            codes.show_next()
            st.rerun()
        if act == "live":
            if st.button("Show only this fleet", icon=":material/map:", help="On the live map."):
                fly(state.fleet_id)
            if st.button("Hide other fleets" if state.others else "Show other fleets", key="stage-others"):
                state.others = not state.others
                st.rerun()
        if st.button("End the trade fair" if state.fair_since else "Trade fair", key="stage-fair-bar"):
            state.fair_since = None if state.fair_since else datetime.now(UTC)
            st.rerun()
        if st.button("Leave the stage", icon=":material/close_fullscreen:", shortcut="Esc", type="tertiary"):
            state.put_on("")
            st.rerun()


def _play(act: Act) -> None:
    """Draw what is on the stage now, and begin the next act when something has happened."""
    if not sign_in.viewer().may_invite:
        st.rerun()  # not any more: the page says so
    state = stage_state()
    seen = _see(state)
    if wants_next(state, seen):
        codes.show_next()
        seen = _see(state)
    if act_of(state, seen) != act:
        st.rerun()
    st.html(_scene(state, seen, act))


def act_of(state: StageState, seen: Seen) -> Act:
    """What is on the stage; the fleet whose turn it is gets on it, and leaves it when its time is over."""
    now = seconds()
    if state.fleet_id and state.fair_since is not None and now - state.since > LIVE_SECONDS:
        state.clear_map()
    invitation = seen.standing.invitation if seen.standing else None
    if not state.settled_at and (invitation is None or invitation.status not in ("active", "unknown")):
        state.settled_at = now
    if not state.fleet_id:
        fleet_id = (invitation.fleet_id or "") if invitation and seen.own and seen.own.placed else ""
        theirs = [
            fleet.fleet_id
            for fleet in reversed(seen.joined)
            if fleet.live and state.fair_since and fleet.at >= state.fair_since
        ]
        turn = next((known for known in (fleet_id, *theirs) if known and known not in state.shown), "")
        if turn:
            state.show_fleet(turn)
        elif fleet_id and state.fair_since is None:
            state.show_fleet(fleet_id)  # opened again
    if state.fleet_id:
        return "live"
    return "steps" if invitation and invitation.status == "accepted" else "code"


def wants_next(state: StageState, seen: Seen) -> bool:
    """Whether, at a fair, the next visitor is to get a code: the one there is was used, and its fleet had its time."""
    if state.fair_since is None or state.fleet_id or not state.settled_at or seconds() < state.again_at:
        return False
    invitation = seen.standing.invitation if seen.standing else None
    done = invitation is None or (invitation.fleet_id or "") in state.shown
    return done or seconds() - state.settled_at > UNDER_WAY_SECONDS


def _see(state: StageState) -> Seen:
    viewer, overview = sign_in.viewer(), service().overview
    if state.fleet_id and overview.stats(viewer, state.fleet_id) is None:
        state.clear_map()  # it shares no more, or not with this viewer
    try:
        standing = service().invitations.watch(viewer, state.handle)
    except InvitationNotFound:
        standing = None
    fleet_id = standing.invitation.fleet_id if standing else None
    today = datetime.now(viewer_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return Seen(
        standing,
        overview.stats(viewer, fleet_id) if fleet_id else None,
        overview.joined(viewer, today.astimezone(UTC)) if state.fair_since is not None else [],
    )


def _scene(state: StageState, seen: Seen, act: Act) -> str:
    wall = scenes.wall(seen.joined, viewer_zone()) if state.fair_since is not None else ""
    if act == "live":
        stats = service().overview.stats(sign_in.viewer(), state.fleet_id)
        return scenes.live(
            masked(stats.name) if stats else "", stats.vehicles if stats else 0, state.problem, wall
        )
    return scenes.before(seen.standing, state.problem, wall, used=act == "steps")
