"""Where vehicles have been: their trails on the map, and a replay that moves all of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import Any

import pydeck as pdk
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.deck.assets import FROM_PAGES
from dashboard.deck.layers import replay_colours, replay_layer, trail_layers
from dashboard.feed.trail_sets import TrailSet
from dashboard.fleet import bins, units
from dashboard.fleet.colours import bin_colours
from dashboard.fleet.playback import Playback
from dashboard.fleet.replay import positions
from dashboard.ingest.history import MOST_VEHICLES, WINDOWS_HOURS
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.frame import theme
from dashboard.ui.map import basemaps, camera, replay, swatches
from dashboard.ui.map.controls import control_value, set_control
from dashboard.ui.markdown import plain

TICK_SECONDS = 1.0
"""How often a running replay moves."""
PROGRESS_SECONDS = 0.5
USUAL_HOURS = 6
SET, FRAMED = "trail_set", "trail_framed"

STYLE = """
<style>
.trails { overflow-x: auto; }
.trails table { border-collapse: collapse; width: 100%; font-size: .9rem; }
.trails th, .trails td { text-align: left; padding: .3rem .8rem .3rem 0; white-space: nowrap;
  border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.trails td { font-variant-numeric: tabular-nums; }
.trails i { display: inline-block; width: .75rem; height: .75rem; border-radius: 50%; margin-right: .45rem; }
</style>
"""


def held() -> TrailSet | None:
    """The trails that this viewer has asked for, fetched or not; put away once they may see something else."""
    trail_set: TrailSet | None = st.session_state.get(SET)
    viewer = sign_in.viewer()
    if trail_set and not (viewer.may_see_trails and trail_set.visibility == viewer.visibility):
        close()
        return None
    return trail_set


def ready() -> TrailSet | None:
    """The same once they can be drawn."""
    trail_set, snapshot = held(), service().poller.state.snapshot
    if trail_set is None or not trail_set.progress.finished:
        return None
    if snapshot is not None and snapshot.version != trail_set.named:  # a page asks several times
        names = service().feed.trail_sets.names(snapshot, trail_set.visibility, list(trail_set.names))
        trail_set.call(names, snapshot.version)
    return trail_set


def state() -> tuple[str, bool, bool]:
    """What the page around the map depends on: which trails, whether they can be drawn, whether the replay runs."""
    trail_set = held()
    return (
        ("", False, False)
        if trail_set is None
        else (trail_set.id, trail_set.progress.finished, replay.playing())
    )


def add(vehicle_ids: Sequence[str]) -> None:
    """Show the trails of some vehicles beside those already shown."""
    trail_set = held()
    if trail_set is None:
        _begin(vehicle_ids, USUAL_HOURS)
    else:
        _begin([*trail_set.names, *vehicle_ids], trail_set.hours)


def show_only(vehicle_ids: Sequence[str], hours: int) -> None:
    """Show the trails of these vehicles and no others, anew only where it is not so already."""
    trail_set = held()
    shown = ((), 0) if trail_set is None else (tuple(trail_set.names), trail_set.hours)
    if (tuple(vehicle_ids), hours) != shown:
        _begin(vehicle_ids, hours)


def frame(setting: str) -> None:
    """Look at the trails when they have come, unless a link says where else; `setting` is the map under them."""
    trail_set = ready()
    if trail_set is None or st.session_state.get(FRAMED) == trail_set.id:
        return
    st.session_state[FRAMED] = trail_set.id
    if control_value("at") is None:
        camera.fit_to(*trail_set.positions(), setting)


def close() -> None:
    """Put all trails away."""
    st.session_state[SET] = None
    replay.forget()


def button(vehicle_id: str) -> None:
    """Show the button that adds the trail of one vehicle, to who may see it."""
    if not sign_in.viewer().may_see_trails:
        return
    trail_set = held()
    if trail_set is not None and vehicle_id in trail_set.names:
        st.button("Trail shown", icon=":material/route:", disabled=True, key=f"trail_{vehicle_id}")
        return
    label = "Add to trails" if trail_set else "Show trail"
    st.button(label, icon=":material/route:", on_click=add, args=([vehicle_id],), key=f"trail_{vehicle_id}")


def progress() -> None:
    """Show how far the fetching is, with a way to stop it; nothing once it is over."""
    if st.session_state.pop("trail_refused", ""):
        st.warning(f"Trails can be shown for {MOST_VEHICLES} vehicles at once. Take some away first.")
    trail_set = held()
    if trail_set is not None and not trail_set.progress.finished:
        st.fragment(_progress, run_every=PROGRESS_SECONDS)(trail_set)


def legend(scope: Scope) -> None:
    """Say what the colours of the lines mean."""
    labels = bins.speed_labels(metric=scope.metric)
    colours = zip(bins.keys(bins.SPEED_BINS), bin_colours(bins.SPEED_BINS, theme=scope.theme), strict=True)
    swatches.show("Speed:", "Colours of the trails", [(rgb, labels[name]) for name, rgb in colours])


def layers(trail_set: TrailSet, scope: Scope) -> list[pdk.Layer]:
    """What lies over the map: lines, stops, and the vehicles where they were at the replay's moment."""
    feed, theme, session = service().feed.trails, scope.theme, sign_in.viewer().feed
    drawn = trail_layers(
        feed.url(trail_set, scope, "lines", session),
        feed.url(trail_set, scope, "stops", session),
        theme=theme,
    )
    play = replay.current(trail_set)
    if play is None:
        return drawn
    moment = play.moment(time.monotonic())
    spots = [
        spot | {"label": _whereabouts(spot, metric=scope.metric)}
        for spot in positions(trail_set.trails, moment)
    ]
    glide_ms = int(TICK_SECONDS * 1000) if replay.playing() else 0
    return [
        *drawn,
        replay_layer(spots, trail_set.names, theme=theme, assets_url=FROM_PAGES, glide_ms=glide_ms),
    ]


def controls(trail_set: TrailSet, scope: Scope) -> None:
    """Show what steers trails and says them in numbers, over the map's lower part while trails are on it."""
    st.html(STYLE)
    # A browser says which vehicles by their names, and says again those that they have lost meanwhile.
    vehicles = f"trail_vehicles_{trail_set.id}_{hash(tuple(trail_set.names.values()))}"
    with st.container(key="trails", border=True, gap="small"):
        play = replay.current(trail_set)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            if play is not None:
                replay.transport(play)
            st.segmented_control(
                "Look back",
                WINDOWS_HOURS,
                default=trail_set.hours,
                format_func=lambda hours: f"{hours} h",
                required=True,
                key=f"trail_hours_{trail_set.id}",
                on_change=_again,
                args=(trail_set, vehicles),
            )
            if play is not None:
                st.button(
                    "Fit to trails",
                    icon=":material/fit_screen:",
                    on_click=_fit,
                    args=(trail_set,),
                    key="fit_trails",
                )
            st.button("Close trails", icon=":material/close:", on_click=close, key="close_trails")
        if play is not None:
            replay.slider(play)
        for note in trail_set.notes:
            st.caption(f":material/info: {plain(note)}")
        st.multiselect(
            f"Vehicles with a trail (up to {MOST_VEHICLES})",
            list(trail_set.names),
            default=list(trail_set.names),
            format_func=trail_set.names.__getitem__,
            key=vehicles,
            on_change=_again,
            args=(trail_set, vehicles),
        )
        if trail_set.trails:
            st.html(_table(trail_set, play, scope))
        st.caption(
            f"The last {units.last_hours(trail_set.hours)}. Lines have the colour of the speed; where nothing was "
            "heard for 15 minutes there is no line. Circles are stops of 5 minutes or more. "
            "Live vehicles are pale meanwhile."
        )


def _begin(vehicle_ids: Sequence[str], hours: int) -> None:
    viewer, snapshot = sign_in.viewer(), service().poller.state.snapshot
    chosen = list(dict.fromkeys(vehicle_ids))
    if len(chosen) > MOST_VEHICLES:
        st.session_state["trail_refused"] = True
        return
    close()
    set_control("at", None)
    if chosen and snapshot is not None and viewer.may_see_trails:
        st.session_state[SET] = service().feed.trail_sets.begin(viewer, snapshot, chosen, hours)


def _again(trail_set: TrailSet, vehicles: str) -> None:
    if trail_set is held():  # a busy browser may still show the controls of trails that were replaced
        show_only(st.session_state[vehicles], st.session_state[f"trail_hours_{trail_set.id}"])


def _progress(trail_set: TrailSet) -> None:
    progress = trail_set.progress
    if progress.finished:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="trail_progress"):
        st.progress(
            progress.done / max(1, progress.vehicles),
            text=f"Fetching the last {units.last_hours(trail_set.hours)}: {plain(progress.sentence)}",
        )
        st.button("Cancel", icon=":material/close:", on_click=trail_set.cancel, key="cancel_trails")


def _fit(trail_set: TrailSet) -> None:
    camera.fit_to(*trail_set.positions(), basemaps.setting(theme()))


def _whereabouts(spot: dict[str, Any], *, metric: bool) -> str:
    if spot["held_seconds"]:
        return f"not heard of for {units.duration(spot['held_seconds'])}"
    return units.speed(spot["speed"], metric=metric) or "speed unknown"


def _table(trail_set: TrailSet, play: Playback | None, scope: Scope) -> str:
    colours, metric = replay_colours(trail_set.names, scope.theme), scope.metric
    then = {}
    if play is not None:
        spots = positions(trail_set.trails, play.moment(time.monotonic()))
        then = {spot["vehicle_id"]: _whereabouts(spot, metric=metric) for spot in spots}
    rows = []
    for vehicle, trail in trail_set.trails.items():
        stats = trail.stats
        top = units.speed(stats.top_speed, metric=metric) or "unknown"
        stopped = f" ({units.duration(stats.stopped_seconds)})" if trail.stops else ""
        texts = (
            units.distance(stats.distance, metric=metric),
            units.duration(stats.moving_seconds),
            f"{len(trail.stops)}{stopped}",
            f"about {top}" if stats.top_speed_derived else top,
            then.get(vehicle, "not yet heard of") if play else "",
        )
        cells = "".join(f"<td>{escape(text or '')}</td>" for text in texts)
        dot = f'<i style="background:{colours[vehicle]}"></i>'
        rows.append(f'<tr><th scope="row">{dot}{escape(trail_set.names[vehicle])}</th>{cells}</tr>')
    heads = ("Vehicle", "Distance", "Moving", "Stops", "Top speed", "At this moment")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="trails" tabindex="0" role="region" aria-label="Trails in numbers">{table}</div>'
