"""The same vehicles as on the map as a list: the map in words, for eyes, keyboards and screen readers alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.access.scope import Scope
from dashboard.feed.vehicle_list import COLUMNS, KEPT_SECONDS, PAGE_SIZES, ListPage, ListQuery, columns_for
from dashboard.fleet import details
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.map import camera, defect, export, trails
from dashboard.ui.map.permalink import choose
from dashboard.ui.map.search import findable
from dashboard.ui.markdown import plain

TEXT, BY, DOWN, SIZE, NUMBER = "list_text", "list_by", "list_down", "list_size", "list_page"
SELECTED = "list_selected"
STYLE = """
<style>
/* The table's own buttons would search and save this page alone, formulas and all. */
.st-key-list_rows [data-testid="stElementToolbar"] { display: none; }
/* Streamlit takes the space away that stands below a paragraph, also where a heading has none. */
.st-key-list_head h3 { padding: 0 0 1rem; }
.st-key-list_head { row-gap: .6rem; }
.st-key-list_head p { font-size: .9rem; }
</style>
"""
CHOSEN = "Chosen"
"""The column that marks the vehicle chosen on the map."""


def show(scope: Scope, chosen: str) -> None:
    """Show the list below the map; `chosen` is the id of the vehicle chosen on the map."""
    st.fragment(_list, run_every=KEPT_SECONDS)(scope, chosen)


@defect.contained("The list of what these filters leave")
def _list(scope: Scope, chosen: str) -> None:
    if sign_in.viewer().visibility != scope.visibility:
        st.rerun()
    lists = service().feed.lists
    snapshot = lists.snapshot(refresh=bool(st.session_state.pop("list_refresh", False)))
    if snapshot is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="list_head"):
        st.markdown("### Vehicles in a list", width="content")
        age = st.container(width="content")
        st.button(
            "Refresh", icon=":material/refresh:", type="tertiary", on_click=_refresh, key="list_refresh_now"
        )
        away = st.container(width="content")
    query = _controls(scope)
    size = st.session_state.get(SIZE) or PAGE_SIZES[1]
    page = lists.page(snapshot, query, st.session_state.get(NUMBER, 0), size, metric=scope.metric)
    st.session_state[NUMBER] = page.number
    with age:
        st.markdown(f"as of {page.taken_at:%H:%M:%S} UTC, renewed every {KEPT_SECONDS} s")
    with away:
        everything = page.total if not query.text else len(lists.rows(snapshot, replace(query, text="")))
        export.show(scope, snapshot, everything)
    _turn(page)
    _place_of_chosen(scope, snapshot, query, chosen, size)
    st.html(STYLE)
    with st.container(key="list_rows"):
        _table(page, chosen, narrowed=bool(scope.filters or query.text))


def _controls(scope: Scope) -> ListQuery:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="list_controls"):
        text = st.text_input(
            "Search in the list",
            key=TEXT,
            type="search",
            placeholder=findable(scope.visibility),
            on_change=_first,
        )
        columns = list(columns_for(scope.visibility))
        by = st.selectbox("Sort by", columns, format_func=COLUMNS.__getitem__, key=BY, on_change=_first)
        st.selectbox("Rows on a page", PAGE_SIZES, index=1, key=SIZE, on_change=_first)
        down = st.toggle("Descending", key=DOWN, on_change=_first)
    return ListQuery(scope.visibility, scope.filters, (text or "").strip(), by, descending=down)


def _turn(page: ListPage) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="list_pages"):
        noun = "vehicle" if page.total == 1 else "vehicles"
        st.markdown(
            f"**{page.total:,}** {noun} · page {page.number + 1:,} of {page.pages:,}", width="content"
        )
        if page.pages > 1:
            for label, icon, step, end in (
                ("Previous page", "chevron_left", -1, 0),
                ("Next page", "chevron_right", 1, page.pages - 1),
            ):
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    type="tertiary",
                    disabled=page.number == end,
                    on_click=_go,
                    args=(page.number + step,),
                    key=f"list_{icon}",
                )


def _place_of_chosen(scope: Scope, snapshot: Snapshot, query: ListQuery, chosen: str, size: int) -> None:
    """Say where in the list the vehicle is that was chosen on the map."""
    row = service().feed.frames.vehicle(snapshot, scope.visibility, chosen) if chosen else None
    if row is None:
        return
    number = service().feed.lists.page_of(snapshot, query, chosen, size)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="list_chosen"):
        where = "is not in this list" if number is None else f"is on page {number + 1:,}"
        st.markdown(f"Chosen on the map: **{plain(details.title(row))}** {where}.", width="content")
        if number is not None and number != st.session_state[NUMBER]:
            st.button("Go to that page", type="tertiary", on_click=_go, args=(number,), key="list_go")


def _table(page: ListPage, chosen: str, *, narrowed: bool) -> None:
    if not page.total:
        st.info(
            "No vehicle matches the filters and the search." if narrowed else "There are no vehicles yet."
        )
        return
    # Row numbers, which a selection is made of, mean other vehicles once these have changed.
    if page.ids != st.session_state.get("list_shown"):
        st.session_state["list_shown"] = page.ids
        st.session_state["list_turn"] = st.session_state.get("list_turn", 0) + 1
    cells = page.cells.copy()
    cells.insert(0, CHOSEN, ["chosen" if vehicle == chosen else "" for vehicle in page.ids])
    kept = set(st.session_state.get(SELECTED, ()))
    event: Any = st.dataframe(
        cells,
        hide_index=True,
        height=min(38 + 35 * len(cells), 560),
        on_select="rerun",
        selection_mode="multi-row",
        # Another page or another order is another table, in which what was selected stays so.
        key=f"list_table_{st.session_state['list_turn']}",
        selection_default={
            "selection": {"rows": [row for row, vehicle in enumerate(page.ids) if vehicle in kept]}
        },
        column_config={CHOSEN: st.column_config.TextColumn(CHOSEN, width="small")},
        alt="Vehicles, one a row. Select a row to choose the vehicle on the map.",
    )
    selected = [page.ids[row] for row in event["selection"]["rows"] if row < len(page.ids)]
    if selected and sign_in.viewer().may_see_trails:
        count = len(selected)
        st.button(
            "Show its trail" if count == 1 else f"Show the trails of {count}",
            icon=":material/route:",
            on_click=trails.add,
            args=(selected,),
            key="list_trails",
        )
    if selected != st.session_state.get(SELECTED, []):
        st.session_state[SELECTED] = selected
        if len(selected) == 1 and selected[0] != chosen:
            choose(selected[0])
            camera.ask("vehicle")
            st.rerun()


def _refresh() -> None:
    st.session_state["list_refresh"] = True


def _first() -> None:
    st.session_state[NUMBER] = 0


def _go(number: int) -> None:
    st.session_state[NUMBER] = number
