"""What a viewer asks of the map, kept in the page's URL so that a link reopens the same view.

The controls' values live in the session under `key(...)`. The URL is read when it is not what was last written
there (a link was opened), and written after the controls have run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from dashboard.map import filters as filter_link
from dashboard.map import look as look_link
from dashboard.map.filters import KINDS, Filters, Known
from dashboard.map.look import Look

LOOKS = tuple(field.name for field in fields(Look))
OURS = (*filter_link.PARAMS.values(), *look_link.PARAMS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the URL, and so the controls, ask for."""

    filters: Filters
    look: Look


def key(name: str) -> str:
    """The session key of a control's value: a field of `Filters` or `Look`."""
    return f"map_{name}"


def take(known: Known, may_see: Callable[[str], bool]) -> None:
    """Set the controls when somebody opened a link or came back to the page; remember what was ignored."""
    state, query = st.session_state, _query()
    entered = key("fleets") not in state
    if entered and not query and "map_asked" in state:
        asked: Wanted = state["map_asked"]
        ignored: list[str] = []
    elif entered or query != state.get("map_query"):
        filters, ignored = filter_link.parse(query, known)
        look, more = look_link.parse(query, may_see)
        asked, ignored = Wanted(filters, look), [*ignored, *more]
    else:
        for name in LOOKS:
            # Said anew in each run: a control in a popover opened later would otherwise begin with its default.
            state[key(name)] = state[key(name)]
        return
    state["map_notes"] = ignored
    for kind in (*KINDS, "text"):
        value = getattr(asked.filters, kind)
        state[key(kind)] = list(value) if isinstance(value, tuple) else value
    for name in LOOKS:
        state[key(name)] = getattr(asked.look, name)
    state["map_query"] = query
    state["map_asked"] = asked


def wanted() -> Wanted:
    """What the controls say now."""
    state = st.session_state
    chosen: dict[str, Any] = {kind: tuple(state.get(key(kind)) or ()) for kind in KINDS}
    plain = Look()
    return Wanted(
        Filters(**chosen, text=state.get(key("text")) or ""),
        Look(
            colour_by=state.get(key("colour_by")) or plain.colour_by,
            metric=bool(state.get(key("metric"))),
            vehicle=state.get(key("vehicle")) or "",
            kiosk=bool(state.get(key("kiosk"))),
            cycle=bool(state.get(key("cycle"))),
            hexagons=state.get(key("hexagons")) or "",
            trailers=bool(state.get(key("trailers"))),
        ),
    )


def write(asked: Wanted) -> None:
    """Put what is asked for into the URL, beside parameters of others."""
    query = {**filter_link.to_query(asked.filters), **look_link.to_query(asked.look)}
    if query != _query():
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in OURS}
        st.query_params.from_dict({**others, **query})
    st.session_state["map_query"] = query
    st.session_state["map_asked"] = asked


def chosen(asked: Wanted) -> dict[str, tuple[str, ...]]:
    """The values asked for, by kind of filter."""
    return {kind: getattr(asked.filters, kind) for kind in KINDS}


def choose(vehicle_id: str) -> None:
    """Choose a vehicle, or none with ""."""
    st.session_state[key("vehicle")] = vehicle_id


def kiosk() -> None:
    """Turn this page into a screen on the wall, with the filters as they are."""
    asked = wanted()
    query = {**filter_link.to_query(asked.filters), **look_link.to_query(replace(asked.look, kiosk=True))}
    st.query_params.from_dict(query)


def clear() -> None:
    """Take all filters away."""
    for kind in KINDS:
        st.session_state[key(kind)] = []
    st.session_state[key("text")] = ""


def notes() -> None:
    """Say what of a link was ignored, until the next link."""
    for note in st.session_state.get("map_notes", ()):
        st.caption(f":material/info: {note}")


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in OURS if name in st.query_params}
