"""The map's filters, kept in the page's URL so that a link reopens the same view."""

from __future__ import annotations

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
    chosen: dict[str, tuple[str, ...]] = {}
    columns = st.columns(len(WIDGETS))
    for column, (kind, label) in zip(columns, WIDGETS.items(), strict=True):
        labels, numbers = known.labels(kind), offered.counts.get(kind, {})
        with column:
            chosen[kind] = tuple(
                st.multiselect(
                    label,
                    list(labels),
                    format_func=lambda value, labels=labels, numbers=numbers: (
                        f"{labels.get(value, value)} ({numbers.get(value, 0):,})"
                    ),
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
