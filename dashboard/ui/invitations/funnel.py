"""Progress: how far all fleets have come, as a picture and one line per fleet."""

import html
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

import pandas as pd
import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.invitations.funnel import STEPS, Line, totals
from dashboard.invitations.overview import fleet_lines
from dashboard.invitations.words import duration, local, zone
from dashboard.service import Service
from dashboard.ui.invitations.table import PAGE_ROWS, rows_key
from dashboard.ui.markdown import plain

TICK_SECONDS = 5.0
COLUMNS = {
    "Fleet": st.column_config.TextColumn(width="medium"),
    "Waiting for": st.column_config.TextColumn(width="medium"),
    "Since": st.column_config.TextColumn(width=90),
    "Sharing": st.column_config.TextColumn(width="small"),
    "Provider connected": st.column_config.TextColumn(width="large"),
}


def invitation_funnel(service: Service, viewer: Viewer, fly: Callable[[str], None]) -> None:
    """Show the funnel; it refreshes itself from memory."""
    st.fragment(_funnel, run_every=TICK_SECONDS)(service, viewer, fly)


def _funnel(service: Service, viewer: Viewer, fly: Callable[[str], None]) -> None:
    now = datetime.now(UTC)
    lines = fleet_lines(service, viewer, now)
    if not lines:
        if service.invitations.peek().taken_at is None:
            st.info("The invitations were not read yet.", icon=":material/hourglass_empty:")
        else:
            st.info("No fleet was invited yet. Create the first invitation under “Invite”.")
        return
    st.html(picture(totals(lines)))
    only_stuck = st.toggle(
        f"Only fleets that need you ({sum(line.stuck for line in lines):,})", key="funnel-stuck"
    )
    shown = [line for line in lines if line.stuck or not only_stuck]
    if not shown:
        st.success("Nothing is stuck.")
        return
    pages = math.ceil(len(shown) / PAGE_ROWS)
    page = min(st.pagination(pages, key=f"funnel-page-{pages}"), pages) if pages > 1 else 1
    shown = shown[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    service.firsts.want(line.fleet_id for line in shown if line.reached >= 5)
    picked = st.dataframe(
        frame(shown, now, zone(st.context.timezone)),
        key=rows_key("funnel", [line.fleet_id or line.handle for line in shown]),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config=COLUMNS,
        height=min(38 + 35 * len(shown), 460),
        alt="Fleets and how far each has come",
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(shown):
        _steps(shown[rows[0]], fly)
    else:
        st.caption("Choose a fleet to see its steps, or to fly there.")


def _steps(line: Line, fly: Callable[[str], None]) -> None:
    """Show one fleet's steps below each other."""
    where = zone(st.context.timezone)
    with st.container(border=True):
        st.markdown(f"**{plain(line.fleet)}**  \n{plain(line.waiting or 'Data flows')}.")
        st.markdown(
            "\n".join(
                f"1. {'**' + name + '**' if step.done else name} {plain(local(step.at, where))} "
                f"{plain(_cell(line, index).removeprefix('✓').removeprefix(' · '))}"
                for index, (name, step) in enumerate(zip(STEPS, line.steps, strict=True))
            )
        )
        if line.reached == len(STEPS) and st.button(
            "Fly there", icon=":material/flight_takeoff:", key="funnel-fly"
        ):
            fly(line.fleet_id)


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


def frame(lines: Sequence[Line], now: datetime, where: tzinfo) -> pd.DataFrame:
    """Write the lines for people: what each step took, what is waited for and since when."""
    rows = []
    for line in lines:
        row = {
            "Fleet": line.fleet,
            "Waiting for": line.waiting or "Nothing: data flows",
            "Since": f"{duration(now - line.since)}" if line.since else "",
            "Invited": local(line.steps[0].at, where) or line.steps[0].note,
        }
        row |= {name: _cell(line, index) for index, name in enumerate(STEPS) if index}
        rows.append(row)
    return pd.DataFrame(rows)


def _cell(line: Line, index: int) -> str:
    """Write one step: done or not, how long it took, and what is special about it."""
    step, took = line.steps[index], line.took(index)
    parts = ["✓" if step.done else "", f"after {duration(took)}" if took is not None else "", step.note]
    return " · ".join(part for part in parts if part)
