"""Progress: how far all fleets have come, as a picture and one line per fleet."""

import html
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

import pandas as pd
import streamlit as st

from dashboard.fleet.units import duration
from dashboard.invitations.formatting import local_time
from dashboard.invitations.funnel import STEPS, FleetProgress, totals
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.invitations.style import table_and_choice
from dashboard.ui.invitations.table import PAGE_ROWS
from dashboard.ui.markdown import plain
from dashboard.ui.tables import rows_key

TICK_SECONDS = 5.0
COLUMNS = {
    "Fleet": st.column_config.TextColumn(width="medium"),
    "Waiting for": st.column_config.TextColumn(width="medium"),
    "Since": st.column_config.TextColumn(width=110),
    "Sharing": st.column_config.TextColumn(width="small"),
    "Provider connected": st.column_config.TextColumn(width="large"),
}


def show(fly: Callable[[str], None]) -> None:
    """Show the funnel, refreshed by itself; `fly` opens the live map on a fleet id. Reads memory only."""
    st.fragment(_funnel, run_every=TICK_SECONDS)(fly)


def _funnel(fly: Callable[[str], None]) -> None:
    viewer, now = sign_in.viewer(), datetime.now(UTC)
    fleets = service().overview.fleets(viewer, now)
    if not fleets:
        if service().invitations.peek(viewer).taken_at is None:
            st.info("The invitations were not read yet.", icon=":material/hourglass_empty:")
        else:
            st.info("No fleet was invited yet. Create the first invitation under “Invite”.")
        return
    st.html(picture(totals(fleets)))
    only_stuck = st.toggle(
        f"Only fleets that need you ({sum(fleet.stuck for fleet in fleets):,})", key="funnel-stuck"
    )
    shown = [fleet for fleet in fleets if fleet.stuck or not only_stuck]
    if not shown:
        st.success("Nothing is stuck.")
        return
    pages = math.ceil(len(shown) / PAGE_ROWS)
    page = min(st.pagination(pages, key=f"funnel-page-{pages}"), pages) if pages > 1 else 1
    shown = shown[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    service().first_data.request(fleet.fleet_id for fleet in shown if fleet.reached >= 5)
    table, choice = table_and_choice("funnel")
    picked = table.dataframe(
        frame(shown, now, viewer_zone()),
        key=rows_key("funnel", [fleet.fleet_id or fleet.handle for fleet in shown]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config=COLUMNS,
        height=min(38 + 35 * len(shown), 460),
        alt="Fleets and how far each has come",
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(shown):
        with choice:
            _steps(shown[rows[0]], fly)
    else:
        choice.caption("Choose a fleet to see its steps, or to fly there.")


def _steps(fleet: FleetProgress, fly: Callable[[str], None]) -> None:
    """Show one fleet's steps below each other."""
    zone = viewer_zone()
    st.markdown(f"**{plain(fleet.fleet)}**  \n{plain(fleet.waiting or 'Data flows')}.")
    if fleet.reached == len(STEPS) and st.button(
        "Fly there", icon=":material/flight_takeoff:", key="funnel-fly"
    ):
        fly(fleet.fleet_id)
    st.markdown(
        "\n".join(
            f"1. {'**' + name + '**' if step.done else name} {plain(local_time(step.at, zone))} "
            f"{plain(_cell(fleet, index).removeprefix('✓').removeprefix(' · '))}"
            for index, (name, step) in enumerate(zip(STEPS, fleet.steps, strict=True))
        )
    )


def picture(numbers: Sequence[int]) -> str:
    """Draw the totals as bars that shrink from step to step."""
    most = max(numbers[0], 1)
    rows = []
    for index, (name, number) in enumerate(zip(STEPS, numbers, strict=True)):
        share = f"{number / most:.0%}" if index else ""
        rows.append(
            f"<div>{html.escape(name)}</div><div class='row'>"
            f"<div class='bar' style='width:{max(number / most * 75, 0.5):.1f}%'></div>"
            f"<div class='n'><b>{number:,}</b> {share}</div></div>"
        )
    return f"<div class='funnel' role='img' aria-label='{_label(numbers)}'>{''.join(rows)}</div>"


def _label(numbers: Sequence[int]) -> str:
    return html.escape(
        ", ".join(f"{name} {number}" for name, number in zip(STEPS, numbers, strict=True)), quote=True
    )


def frame(fleets: Sequence[FleetProgress], now: datetime, zone: tzinfo) -> pd.DataFrame:
    """Write the fleets for people, one a row: what each step took, what is waited for and since when."""
    rows = []
    for fleet in fleets:
        row = {
            "Fleet": fleet.fleet,
            "Waiting for": fleet.waiting or "Nothing: data flows",
            "Since": duration((now - fleet.since).total_seconds()) if fleet.since else "",
            "Invited": local_time(fleet.steps[0].at, zone) or fleet.steps[0].note,
        }
        row |= {name: _cell(fleet, index) for index, name in enumerate(STEPS) if index}
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(fleet: FleetProgress, index: int) -> str:
    """Write one step: done or not, how long it took, and what is special about it."""
    step, took = fleet.steps[index], fleet.took(index)
    parts = [
        "✓" if step.done else "",
        f"after {duration(took.total_seconds())}" if took is not None else "",
        step.note,
    ]
    return " · ".join(part for part in parts if part)
