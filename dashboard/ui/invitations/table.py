"""Follow up: all invitations with their countdown and next step, and what can be done about one of them."""

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from catena_client import CatenaError
from dashboard.access.viewer import Viewer
from dashboard.fleet.names import masked
from dashboard.invitations.items import AlreadyInvited, AnswerLost, Gone, Item, NotSent
from dashboard.invitations.overview import fleet_lines, may_see
from dashboard.invitations.words import STATUS_WORDS, UNKNOWN, expiry, local, next_step, status_word, zone
from dashboard.service import Service
from dashboard.ui.invitations.card import card_of
from dashboard.ui.invitations.form import agreed_to, consequence, outcome
from dashboard.ui.invitations.state import INVITE_TAB, page_state
from dashboard.ui.markdown import plain

PAGE_ROWS = 100
TICK_SECONDS = 10.0
COLUMNS = {
    "fleet": st.column_config.TextColumn("Fleet", width="medium"),
    "status": st.column_config.TextColumn("Status", width=90),
    "expires": st.column_config.TextColumn("Expires", width=120),
    "next": st.column_config.TextColumn("Next step", width="large"),
    "name": st.column_config.TextColumn("Name", width="medium"),
    "created": st.column_config.TextColumn("Created", width="medium"),
    "by": st.column_config.TextColumn(
        "Created by",
        width="small",
        help="As seen here since the dashboard started; Catena does not say.",
    ),
}


def invitation_table(service: Service, viewer: Viewer) -> None:
    """Show the table, its filters, and the actions of the chosen row."""
    left, right = st.columns([2, 3])
    with left:
        search = st.text_input(
            "Search", key="follow-search", type="search", placeholder="Reference, name or e-mail"
        )
    with right:
        statuses = st.pills(
            "Status",
            list(STATUS_WORDS),
            selection_mode="multi",
            format_func=STATUS_WORDS.__getitem__,
            key="follow-status",
        )
    st.fragment(_rows, run_every=TICK_SECONDS)(service, viewer, search or "", tuple(statuses or ()))


def matching(items: Sequence[Item], search: str, statuses: Sequence[str]) -> list[Item]:
    """Return the invitations that contain every word searched for and have one of the statuses, if any is chosen."""
    words = search.casefold().split()
    return [
        item
        for item in items
        if (not statuses or item.status in statuses)
        and all(word in f"{item.fleet_ref} {item.fleet_name} {item.email}".casefold() for word in words)
    ]


def rows_key(name: str, handles: Sequence[str]) -> str:
    """Return the key of a table: other rows make another table, so that a selection cannot slip to a neighbour."""
    return f"{name}-{zlib.crc32(' '.join(handles).encode()):x}"


def _rows(service: Service, viewer: Viewer, search: str, statuses: tuple[str, ...]) -> None:
    view, now = service.invitations.view(), datetime.now(UTC)
    mine = [item for item in view.items if may_see(viewer, item.fleet_id)]
    found = matching(mine, search, statuses)
    if not mine:
        if view.taken_at is not None:
            st.info("There are no invitations yet. Create the first one under “Invite”.")
        else:
            st.info("The invitations were not read yet.", icon=":material/hourglass_empty:")
        return
    if not found:
        st.info("No invitation matches. Clear the search or the status filter.")
        return
    pages = math.ceil(len(found) / PAGE_ROWS)
    page = 1
    if pages > 1:
        page = min(st.pagination(pages, key=f"follow-page-{pages}"), pages)
    shown = found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    st.caption(f"{len(found):,} of {len(mine):,} invitations. Choose one for what you can do about it.")
    steps = _steps(service, viewer, now)
    picked = st.dataframe(
        pd.DataFrame([_words(item, steps, now) for item in shown], columns=list(COLUMNS)),
        key=rows_key("follow", [item.handle for item in shown]),
        hide_index=True,
        column_config=COLUMNS,
        column_order=list(COLUMNS),
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * len(shown), 460),
        alt="Invitations",
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(shown):
        _actions(service, viewer, shown[rows[0]], steps)


def _steps(service: Service, viewer: Viewer, now: datetime) -> dict[str, str]:
    """Return what accepted fleets wait for, by handle."""
    return {
        line.handle: line.waiting or "On the map" for line in fleet_lines(service, viewer, now) if line.handle
    }


def _words(item: Item, steps: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Write an invitation for people, by column."""
    return {
        "fleet": masked(item.fleet_ref) or UNKNOWN,
        "status": status_word(item.status),
        "expires": expiry(item.status, item.expires_at, now),
        "next": next_step(item.status, item.expires_at, now, item.decline_reason, steps.get(item.handle, "")),
        "name": masked(item.fleet_name),
        "created": local(item.created_at, zone(st.context.timezone)) or UNKNOWN,
        "by": item.created_by or "-",
    }


def _actions(service: Service, viewer: Viewer, item: Item, steps: Mapping[str, str]) -> None:
    state = page_state()
    with st.container(border=True):
        words = _words(item, steps, datetime.now(UTC))
        st.markdown(
            f"**{plain(words['fleet'])}** {plain(words['name'])}  \n{plain(words['status'])}, "
            f"created {plain(words['created'])}"
            + (f" by {plain(item.created_by)}" if item.created_by else "")
            + (f", expires {plain(words['expires'])}" if item.status == "active" else "")
            + f"  \n{plain(words['next'])}."
        )
        if item.status == "active" and (card := card_of(service, item, st.context.url or "", UTC)):
            st.code(card.link, language=None, wrap_lines=True)
        with st.container(horizontal=True):
            if st.button("Show QR code and link", icon=":material/qr_code_2:", key=f"show-{item.handle}"):
                state.shown, state.note, state.go_to = item.handle, "", INVITE_TAB
                st.rerun()
            if st.button("Resend", icon=":material/autorenew:", key=f"resend-{item.handle}"):
                _confirm_resend(service, viewer, item)
            if item.status != "deleted" and st.button(
                "Delete",
                icon=":material/delete:",
                key=f"delete-{item.handle}",
                disabled=item.status == "accepted",
                help="An accepted invitation cannot be deleted: end the share agreement instead."
                if item.status == "accepted"
                else None,
            ):
                _confirm_delete(service, item)


@st.dialog("Resend this invitation?")
def _confirm_resend(service: Service, viewer: Viewer, item: Item) -> None:
    st.write(f"**{plain(masked(item.fleet_ref))}**")
    st.write(consequence(item))
    st.caption(
        "It is sent with the options it was created with. The link may change: hand over the one shown then."
    )

    def resend() -> None:
        state = page_state()
        try:
            made = service.invitations.resend(item.handle, by=viewer.name, agreed=agreed_to([item]))
        except (
            AlreadyInvited
        ) as known:  # it stands elsewhere by now, or the fleet has others: asked beside the form
            state.question = known
        else:
            state.shown, state.note = made.item.handle, outcome(made)
        state.go_to = INVITE_TAB

    _confirm("Resend", resend)


@st.dialog("Delete this invitation?")
def _confirm_delete(service: Service, item: Item) -> None:
    st.write(f"**{plain(masked(item.fleet_ref))}**")
    st.write(
        "Its link and QR code stop working at once. This cannot be undone, but you can invite the fleet again."
    )
    _confirm("Delete", lambda: service.invitations.delete(item.handle))


def _confirm(label: str, act: Callable[[], None]) -> None:
    with st.container(horizontal=True):
        yes = st.button(label, type="primary", key="confirm-yes")
        no = st.button("Cancel", key="confirm-no")
    if yes:
        try:
            with st.spinner("Waiting for Catena …"):
                act()
        except (CatenaError, Gone, NotSent, AnswerLost) as error:
            st.error(plain(str(error)))
        else:
            st.rerun()
    if no:
        st.rerun()
