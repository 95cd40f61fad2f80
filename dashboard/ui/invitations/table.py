"""Follow up: all invitations with their countdown and next step, and what can be done about one of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from catena_client import CatenaError
from dashboard.access.viewer import Viewer
from dashboard.fleet.names import masked
from dashboard.invitations.formatting import (
    STATUS_LABELS,
    expiry,
    local_time,
    next_step,
    status_label,
)
from dashboard.invitations.models import (
    UNKNOWN,
    AlreadyInvited,
    AnswerLost,
    InvitationNotFound,
    InvitationSummary,
    NotSent,
)
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.confirm import confirm
from dashboard.ui.invitations import reach
from dashboard.ui.invitations.card import link_of
from dashboard.ui.invitations.form import as_agreed, consequence, outcome
from dashboard.ui.invitations.state import INVITE_TAB, page_state
from dashboard.ui.invitations.style import table_and_choice
from dashboard.ui.markdown import plain
from dashboard.ui.tables import rows_key

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


def show() -> None:
    """Show the table, its filters, and the actions of the chosen row."""
    left, right = st.columns([2, 3])
    with left:
        search = st.text_input(
            "Search", key="follow-search", type="search", placeholder="Reference, name or e-mail"
        )
    with right:
        statuses = st.pills(
            "Status",
            list(STATUS_LABELS),
            selection_mode="multi",
            format_func=STATUS_LABELS.__getitem__,
            key="follow-status",
        )
    st.fragment(_rows, run_every=TICK_SECONDS)(search or "", tuple(statuses or ()))


def matching(
    invitations: Sequence[InvitationSummary], search: str, statuses: Sequence[str]
) -> list[InvitationSummary]:
    """Return the invitations that contain every word searched for and have one of the statuses, if any is chosen."""
    words = search.casefold().split()
    return [
        invitation
        for invitation in invitations
        if (not statuses or invitation.status in statuses)
        and all(
            word in f"{invitation.fleet_ref} {invitation.fleet_name} {invitation.email}".casefold()
            for word in words
        )
    ]


def _rows(search: str, statuses: tuple[str, ...]) -> None:
    viewer, now = sign_in.viewer(), datetime.now(UTC)
    lists = service().invitations.lists(viewer)
    matches = matching(lists.invitations, search, statuses)
    if not lists.invitations:
        if lists.taken_at is not None:
            st.info("There are no invitations yet. Create the first one under “Invite”.")
        else:
            st.info("The invitations were not read yet.", icon=":material/hourglass_empty:")
        return
    if not matches:
        st.info("No invitation matches. Clear the search or the status filter.")
        return
    pages = math.ceil(len(matches) / PAGE_ROWS)
    page = 1
    if pages > 1:
        page = min(st.pagination(pages, key=f"follow-page-{pages}"), pages)
    shown = matches[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    st.caption(f"{len(matches):,} of {len(lists.invitations):,} invitations")
    waiting = {
        fleet.handle: fleet.waiting or "On the map"
        for fleet in service().overview.fleets(viewer, now)
        if fleet.handle
    }
    table, choice = table_and_choice("follow")
    picked = table.dataframe(
        pd.DataFrame([_cells(invitation, waiting, now) for invitation in shown], columns=list(COLUMNS)),
        key=rows_key("follow", [invitation.handle for invitation in shown]),
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
        with choice:
            _actions(viewer, shown[rows[0]], waiting)
    else:
        choice.caption("Choose an invitation to see its link, to resend or to delete it.")


def _cells(invitation: InvitationSummary, waiting: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Write an invitation for people, by column; `waiting` says what accepted fleets wait for, by handle."""
    return {
        "fleet": masked(invitation.fleet_ref) or UNKNOWN,
        "status": status_label(invitation.status),
        "expires": expiry(invitation.status, invitation.expires_at, now),
        "next": next_step(
            invitation.status,
            invitation.expires_at,
            now,
            invitation.decline_reason,
            waiting.get(invitation.handle, ""),
        ),
        "name": masked(invitation.fleet_name),
        "created": local_time(invitation.created_at, viewer_zone()) or UNKNOWN,
        "by": invitation.created_by or "-",
    }


def _actions(viewer: Viewer, invitation: InvitationSummary, waiting: Mapping[str, str]) -> None:
    state = page_state()
    cells = _cells(invitation, waiting, datetime.now(UTC))
    st.markdown(
        f"**{plain(cells['fleet'])}** {plain(cells['name'])}  \n{plain(cells['status'])}, "
        f"created {plain(cells['created'])}"
        + (f" by {plain(invitation.created_by)}" if invitation.created_by else "")
        + (f", expires {plain(cells['expires'])}" if invitation.status == "active" else "")
        + f"  \n{plain(cells['next'])}."
    )
    with st.container(horizontal=True):
        if st.button("Show QR code and link", icon=":material/qr_code_2:", key=f"show-{invitation.handle}"):
            state.shown, state.note, state.go_to = invitation.handle, "", INVITE_TAB
            st.rerun()
        if st.button("Resend", icon=":material/autorenew:", key=f"resend-{invitation.handle}"):
            _confirm_resend(invitation)
        if invitation.status != "deleted" and st.button(
            "Delete",
            icon=":material/delete:",
            key=f"delete-{invitation.handle}",
            disabled=invitation.status == "accepted",
            help="An accepted invitation cannot be deleted: end the share agreement instead."
            if invitation.status == "accepted"
            else None,
        ):
            _confirm_delete(invitation)
    if invitation.status == "active" and (link := link_of(viewer, invitation, reach.opened_at())):
        st.code(link, language=None, wrap_lines=True)


@st.dialog("Resend this invitation?")
def _confirm_resend(invitation: InvitationSummary) -> None:
    st.write(f"**{plain(masked(invitation.fleet_ref))}**")
    st.write(consequence(invitation))
    st.caption(
        "It is sent with the options it was created with. The link may change: hand over the one shown then."
    )

    def resend() -> None:
        state = page_state()
        try:
            result = service().invitations.resend(
                sign_in.viewer(), invitation.handle, may_refresh=as_agreed([invitation])
            )
        except AlreadyInvited as question:
            state.question = (
                question  # it stands elsewhere by now, or the fleet has others: asked beside the form
            )
        else:
            state.shown, state.note = result.invitation.handle, outcome(result)
        state.go_to = INVITE_TAB

    _confirm("Resend", invitation.handle, resend)


@st.dialog("Delete this invitation?")
def _confirm_delete(invitation: InvitationSummary) -> None:
    st.write(f"**{plain(masked(invitation.fleet_ref))}**")
    st.write(
        "Its link and QR code stop working at once. This cannot be undone, but you can invite the fleet again."
    )
    _confirm(
        "Delete",
        invitation.handle,
        lambda: service().invitations.delete(sign_in.viewer(), invitation.handle),
    )


def _confirm(label: str, handle: str, act: Callable[[], None]) -> None:
    def wait() -> None:
        with st.spinner("Waiting for Catena …"):
            act()

    confirm(label, handle, wait, (CatenaError, InvitationNotFound, NotSent, AnswerLost))
