"""The form that makes a share link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard.access.viewer import Viewer, Visibility
from dashboard.fleet.filters import FilterOptions, Filters, sentence, to_query
from dashboard.fleet.names import apart
from dashboard.fleet.search import fold
from dashboard.service import service
from dashboard.sharing import pass_codes
from dashboard.sharing.refusals import NotShared
from dashboard.sharing.routes import PATH
from dashboard.sharing.shares import LABEL
from dashboard.sharing.store import StoreFailed
from dashboard.ui import sign_in
from dashboard.ui.markdown import plain
from dashboard.ui.sharing.state import SharingState, sharing_state
from dashboard.ui.sharing.words import DAY, HIDABLE, LENGTHS, fleets_in_words

AS_FILTERED, CHOSEN = "The map as filtered now", "Fleets that I choose"


class Wanted(NamedTuple):
    """Which vehicles a link is to show."""

    fleets: frozenset[str]
    sources: frozenset[str] | None = None
    view: str = ""
    """The query of the map's address with which it opens."""


def known(viewer: Viewer) -> FilterOptions:
    """What a viewer can share: the fleets that they see, with or without vehicles, and what else filters name."""
    snapshot = service().poller.state.snapshot
    seen = (
        FilterOptions()
        if snapshot is None
        else service().feed.vehicles.facets(snapshot, viewer.visibility).options
    )
    names = service().poller.directory.names.fleets
    fleets = {fleet: name for fleet, name in names.items() if viewer.visibility.includes(fleet)} | {
        **seen.fleets
    }
    fleets = apart(fleets)
    return replace(seen, fleets=dict(sorted(fleets.items(), key=lambda item: (fold(item[1]), item[0]))))


def show() -> None:
    """Show the form."""
    viewer, state = sign_in.viewer(), sharing_state()
    options = known(viewer)
    if not options.fleets:
        st.info("There are no fleets to share yet. They appear here with their first vehicles.")
        return
    key = f"share-{{}}-{state.turn}".format
    with st.container(border=True, key="share_form"):
        wanted = _wanted(options, state)
        seconds = st.segmented_control(
            "How long",
            list(LENGTHS),
            default=DAY,
            required=True,
            format_func=LENGTHS.__getitem__,
            key=key("long"),
        )
        hidden, rounded, trails, export = _limits(viewer, key)
        usual = fleets_in_words(wanted.fleets, options.fleets)[:LABEL] if wanted.fleets else ""
        left, right = st.columns(2)
        label = left.text_input(
            "Label",
            max_chars=LABEL,
            placeholder=usual or "Such as: Storm watch, November",
            help="Guests see it as the title of their map. Left empty, the fleets are named.",
            key=key("label"),
        )
        # In sight: Streamlit drops what was typed into a hidden one when Tab leads to the button that shows it.
        code = right.text_input(
            "Pass code (optional)",
            max_chars=pass_codes.MOST,
            autocomplete="off",
            help="Guests type it once. Tell it to them on another way than the link.",
            key=key("code"),
        )
        # A second click comes when the form is empty again, and must not be one on that.
        if st.button(
            "Make the link",
            type="primary",
            icon=":material/add_link:",
            disabled=not wanted.fleets,
            key=key("make"),
        ):
            state.problem = ""
            try:
                share, token = service().shares.make(
                    viewer,
                    label or usual,
                    Visibility(wanted.fleets, wanted.sources, hidden, rounded),
                    seconds,
                    may_export=export,
                    may_see_trails=trails,
                    view=wanted.view,
                    pass_code=code,
                )
            except (NotShared, StoreFailed) as error:
                state.problem = str(error)
            else:
                state.made, state.link = share, link_of(token, st.context.url or "")
                state.turn += 1
            st.rerun()
        if state.problem:
            st.error(plain(state.problem))


def link_of(token: str, opened_at: str) -> str:
    """The address of a link; `opened_at` is the one in its maker's browser, used unless CATENA_PUBLIC_URL is set."""
    if public := service().settings.public_url:
        return f"{public}{PATH}{token}"
    parts = urlsplit(opened_at)
    return f"{parts.scheme}://{parts.netloc}{service().prefix}{PATH}{token}"


def _wanted(options: FilterOptions, state: SharingState) -> Wanted:
    if state.filters is not None:
        what = st.segmented_control(
            "What it shows",
            [AS_FILTERED, CHOSEN],
            default=AS_FILTERED,
            required=True,
            key=f"share-what-{state.turn}",
        )
        if what == AS_FILTERED:
            wanted = of_filters(state.filters, options)
            words = sentence(replace(state.filters, fleets=()), options)
            st.markdown(
                plain(f"{fleets_in_words(wanted.fleets, options.fleets)}. {words}".strip()), width="content"
            )
            st.caption(
                "Fleet and source are limits: guests see nothing else. They can change the other filters. "
                "A fleet that connects later is not added."
            )
            return wanted
    chosen = st.multiselect(
        "Fleets",
        list(options.fleets),
        format_func=partial(_name, options),
        placeholder="Choose the fleets that guests see",
        key=f"share-fleets-{state.turn}",
    )
    return Wanted(frozenset(chosen))


def of_filters(filters: Filters, options: FilterOptions) -> Wanted:
    """What the map shows with some filters: its fleets and sources are the limit, the rest only a way to look at it."""
    fleets = frozenset(options.fleets).intersection(filters.fleets or options.fleets)
    query = to_query(replace(filters, fleets=(), sources=()))
    return Wanted(fleets, frozenset(filters.sources) or None, urlencode(query, doseq=True))


def _name(options: FilterOptions, fleet: str) -> str:
    return options.fleets.get(fleet, fleet)


def _limits(viewer: Viewer, key: Callable[[str], str]) -> tuple[frozenset[str], bool, bool, bool]:
    """What guests do not see of a vehicle, whether places are rounded, whether there are trails, and export."""
    left, right = st.columns(2)
    with left, st.container(gap="xsmall"):
        st.markdown(":small[Hide from guests]")
        hidden = [
            field
            for field, label in HIDABLE.items()
            if st.checkbox(f"{label[0].upper()}{label[1:]}", value=True, key=key(field))
        ]
        rounded = st.checkbox(
            "Exact places (about 1 km instead)",
            key=key("rounded"),
            help="There are no trails then.",
        )
    with right, st.container(gap="xsmall"):
        st.markdown(":small[Let guests also]")
        trails = st.checkbox(
            "See trails",
            key=key("trails"),
            disabled=rounded or not viewer.may_see_trails,
            help="Where a vehicle has been, and its replay.",
        )
        export = st.checkbox(
            "Download the vehicles", key=key("export"), disabled=not viewer.may_export, help="As a file."
        )
    return frozenset(hidden), rounded, trails, export
