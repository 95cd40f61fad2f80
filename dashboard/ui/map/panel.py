"""The panel of the chosen vehicle: what is known of it, and how to follow it."""

from __future__ import annotations

from datetime import datetime
from html import escape

import pandas as pd
import streamlit as st

from dashboard.access.scope import Scope
from dashboard.fleet import details
from dashboard.fleet.snapshot import Snapshot
from dashboard.ui.map import camera, trails
from dashboard.ui.map.controls import control_value, key, set_control
from dashboard.ui.map.permalink import choose
from dashboard.ui.markdown import plain

FOLLOW = "follow"


def selection_bar(row: pd.DataFrame) -> None:
    """The chosen vehicle's name, and what to do with it; stays in sight above the map."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="map_chosen"):
        if row["lon"].isna().all():
            st.markdown(f"**{plain(details.title(row))}** · without position", width="content")
        else:
            st.markdown(f"**{plain(details.title(row))}**", width="content")
            st.toggle("Follow", key=key(FOLLOW), help="Keeps the vehicle in the middle. Turn off to let go.")
            st.button(
                "Go there",
                icon=":material/my_location:",
                on_click=camera.ask,
                args=("vehicle",),
                key="go_there",
            )
        trails.button(str(row["vehicle_id"].iloc[0]))
        st.button("Close", icon=":material/close:", type="tertiary", on_click=_leave, key="close_panel")


def show(row: pd.DataFrame, scope: Scope, snapshot: Snapshot, now: datetime) -> None:
    """What is known of one vehicle; `row` is the snapshot's frame cut down to it."""
    connection = str(row["connection_id"].iloc[0])
    with st.container(key="map_panel", border=True, gap="small"):
        facts = details.details_of(
            row, now, metric=scope.metric, delivered_at=snapshot.deliveries.get(connection)
        )
        st.html(_table(facts))
        if scope.visibility.rounded:
            return  # the links would claim a place that is not the vehicle's
        with st.container(horizontal=True):
            for site, url in details.place_links(float(row["lon"].iloc[0]), float(row["lat"].iloc[0])):
                st.link_button(site, url, icon=":material/open_in_new:", type="tertiary")


def _table(facts: list[details.Detail]) -> str:
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts)
    return f'<dl class="facts">{rows}</dl>'


def follows() -> bool:
    """Whether the map keeps the chosen vehicle in its middle."""
    return bool(control_value(FOLLOW))


def _leave() -> None:
    choose("")
    set_control(FOLLOW, new=False)
