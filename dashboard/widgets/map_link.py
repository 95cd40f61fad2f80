"""What a viewer asks of the map, kept in the page's URL so that a link reopens the same view.

A field of `Filters` or `Look` is the name of its control. The URL is read when it is not what was last written there
(a link was opened), and written after the controls have run.
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
from dashboard.markdown import plain
from dashboard.widgets.map_controls import put, value

LOOKS = tuple(field.name for field in fields(Look))
OURS = (*filter_link.PARAMS.values(), *look_link.PARAMS)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the URL, and so the controls, ask for."""

    filters: Filters
    look: Look


def take(known: Known, may_see: Callable[[str], bool]) -> None:
    """Set the controls when somebody opened a link or came back to the page; remember what was ignored."""
    state, query = st.session_state, _query()
    entered = value("fleets") is None
    if entered and not query and "map_asked" in state:
        asked: Wanted = state["map_asked"]
        ignored: list[str] = []
    elif entered or query != state.get("map_query"):
        filters, ignored = filter_link.parse(query, known)
        look, more = look_link.parse(query, may_see)
        asked, ignored = Wanted(filters, look), [*ignored, *more]
    else:
        return
    state["map_notes"] = ignored
    for kind in (*KINDS, "text"):
        values = getattr(asked.filters, kind)
        put(kind, list(values) if isinstance(values, tuple) else values)
    for name in LOOKS:
        put(name, getattr(asked.look, name))
    state["map_query"] = query
    state["map_asked"] = asked


def wanted() -> Wanted:
    """What the controls say now."""
    chosen: dict[str, Any] = {kind: tuple(value(kind) or ()) for kind in KINDS}
    plain = Look()
    return Wanted(
        Filters(**chosen, text=value("text") or ""),
        Look(
            colour_by=value("colour_by") or plain.colour_by,
            metric=bool(value("metric")),
            vehicle=value("vehicle") or "",
            kiosk=bool(value("kiosk")),
            cycle=bool(value("cycle")),
            hexagons=value("hexagons") or "",
            trailers=bool(value("trailers")),
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
    put("vehicle", vehicle_id)


def kiosk() -> None:
    """Turn this page into a screen on the wall, with the filters as they are."""
    asked = wanted()
    query = {**filter_link.to_query(asked.filters), **look_link.to_query(replace(asked.look, kiosk=True))}
    st.query_params.from_dict(query)


def clear() -> None:
    """Take all filters away."""
    for kind in KINDS:
        put(kind, [])
    put("text", "")


def notes() -> None:
    """Say what of a link was ignored, until the next link."""
    for note in st.session_state.get("map_notes", ()):
        st.caption(f":material/info: {plain(note)}")


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in OURS if name in st.query_params}
