"""The map's filters, kept in the page's URL so that a link reopens the same view."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from dashboard.map.filters import PARAMS, Filters, Known, parse, to_query
from dashboard.scope import Choices

WIDGETS = {"fleets": "Fleet", "sources": "Source"}
"""Field of `Filters` to the label of its control."""


def controls(offered: Choices) -> Filters:
    """Show the controls and give what is asked for."""
    known = offered.known
    if known.fleets or known.sources:
        _take_from_url(known)
    chosen: dict[str, Any] = {}
    with st.container(horizontal=True):
        for kind, label in WIDGETS.items():
            labels, numbers = known.labels(kind), offered.counts.get(kind, {})
            chosen[kind] = tuple(
                st.multiselect(
                    label,
                    list(labels),
                    format_func=partial(_option, labels, numbers),
                    key=_key(kind),
                    placeholder=f"All {label.lower()}s",
                )
            )
    filters = Filters(**chosen)
    if known.fleets or known.sources:
        _write_to_url(filters)
    for note in st.session_state.get("filter_notes", ()):
        st.caption(f":material/info: {note}")
    return filters


def _option(labels: Mapping[str, str], counts: Mapping[str, int], value: str) -> str:
    return f"{labels.get(value, value)} ({counts.get(value, 0):,})"


def _key(kind: str) -> str:
    return f"filter_{kind}"


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in PARAMS.values() if name in st.query_params}


def _take_from_url(known: Known) -> None:
    """Set the controls from the URL, when it is not what the controls themselves last wrote there."""
    query = _query()
    if query == st.session_state.get("filter_query"):
        return
    filters, st.session_state["filter_notes"] = parse(query, known)
    for kind in WIDGETS:
        st.session_state[_key(kind)] = list(getattr(filters, kind))


def _write_to_url(filters: Filters) -> None:
    wanted = to_query(filters)
    if wanted != _query():
        others = {
            name: st.query_params.get_all(name) for name in st.query_params if name not in PARAMS.values()
        }
        st.query_params.from_dict({**others, **wanted})
    st.session_state["filter_query"] = wanted
