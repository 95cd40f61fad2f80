"""The card that is handed over to a fleet: QR code, link, downloads, drafts, and what becomes of it, live."""

import base64
import html
import re
from collections.abc import Callable
from datetime import tzinfo

import streamlit as st

from dashboard.access.viewer import Viewer
from dashboard.invitations import qr
from dashboard.invitations.card import Card, invitation_pdf
from dashboard.invitations.formatting import local_time, mailto, message, sms
from dashboard.invitations.models import UNKNOWN, InvitationNotFound, InvitationSummary
from dashboard.invitations.permissions import bundle_of
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.clock import viewer_zone
from dashboard.ui.invitations import progress, reach
from dashboard.ui.invitations.state import page_state
from dashboard.ui.stage.state import open_stage


def show(fly: Callable[[str], None]) -> None:
    """Show the invitation that the page state names, if there is one; `fly` opens the live map on a fleet id."""
    state = page_state()
    invitation = _shown()
    if invitation is None:
        reach.warn_if_unreachable()
        return
    card = card_of(sign_in.viewer(), invitation, reach.opened_at(), viewer_zone())
    reach.warn_if_unreachable(card.link if card else "")
    if state.note:
        st.success(state.note, icon=":material/check_circle:")
    if card is None:
        if invitation.status == "accepted":
            progress.show(invitation.handle, fly)
        else:
            st.warning(
                "Catena has sent no link of this invitation that can be read. Resend it under Follow up."
            )
        return
    st.html(_html(card, "invite-card"))
    progress.show(invitation.handle, fly)
    st.caption("The link. It is meant for this fleet alone: whoever has it can use it.")
    st.code(card.link, language=None, wrap_lines=True)
    _actions(card, invitation)
    _drafts(card, invitation)
    st.subheader("Invite another fleet", anchor=False)


def _shown() -> InvitationSummary | None:
    handle, lists = page_state().shown, service().invitations.peek(sign_in.viewer())
    return next((known for known in lists.invitations if known.handle == handle), None)


def link_of(viewer: Viewer, invitation: InvitationSummary, opened_at: str) -> str:
    """Return the link to hand over; "" when there is none for this viewer, or none that can be read.

    `opened_at` is the address that links are made for, as from `reach.opened_at`.
    """
    try:
        magic_link = service().invitations.link(viewer, invitation.handle)
    except InvitationNotFound:
        return ""
    return service().reachable_link(magic_link, opened_at) if magic_link else ""


def card_of(viewer: Viewer, invitation: InvitationSummary, opened_at: str, zone: tzinfo) -> Card | None:
    """Put together what a fleet is shown, times in the operator's `zone`; None without a link as from `link_of`."""
    link = link_of(viewer, invitation, opened_at)
    if not link:
        return None
    settings, bundle = service().settings, bundle_of(invitation.permissions)
    return Card(
        company=settings.inviter,
        fleet=invitation.fleet_name or invitation.fleet_ref or "your fleet",
        fleet_ref=invitation.fleet_ref or UNKNOWN,
        link=link,
        expires=local_time(invitation.expires_at, zone) or "a time that Catena did not say",
        expired=invitation.status == "expired",
        agrees=bundle.agrees if bundle else "the data listed on the next page",
        color=settings.brand_color,
    )


def _html(card: Card, classes: str) -> str:
    """Return the card as HTML, every text in it escaped."""
    source = "data:image/svg+xml;base64," + base64.b64encode(qr.svg(card.link)).decode()
    # Streamlit drops an attribute that seems to end a comment or an element, so a space keeps those apart.
    named = re.sub(r"(<)(?=/)|([-\]])(?=>)", r"\g<0> ", card.fleet_ref)
    alt = html.escape(f"QR code for {named}", quote=True)
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in card.steps)
    return (
        f'<section class="{classes}" style="--brand:{html.escape(card.color, quote=True)}">'
        f'<div class="qr"><img alt="{alt}" src="{source}"></div><div class="say">'
        f'<p class="from">{html.escape(card.company)} invites</p><p class="fleet">{html.escape(card.fleet)}</p>'
        f"<p>You agree to share {html.escape(card.agrees)}.</p><ol>{steps}</ol>"
        f'<p class="until">{html.escape(card.until)}</p></div></section>'
    )


def _actions(card: Card, invitation: InvitationSummary) -> None:
    state = page_state()
    name = file_name(invitation.fleet_ref)
    with st.container(horizontal=True):
        st.link_button("Open invitation link", card.link, icon=":material/open_in_new:")
        if st.button("Show on the stage", icon=":material/co_present:"):
            open_stage(invitation.handle)
        st.download_button(
            "PNG",
            lambda: qr.png(card.link, 20),
            f"{name}.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "SVG",
            lambda: qr.svg(card.link),
            f"{name}.svg",
            "image/svg+xml",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "PDF to print",
            lambda: invitation_pdf(card),
            f"{name}.pdf",
            "application/pdf",
            icon=":material/print:",
            on_click="ignore",
        )
        if st.button("Close", type="tertiary", key="close-card"):
            state.shown = ""
            st.rerun()


def _drafts(card: Card, invitation: InvitationSummary) -> None:
    """Let the operator edit a message and open it in their own mail or messages program."""
    # What was edited stays as long as the link is the one that it holds.
    turn = hash((invitation.handle, card.link, card.expires))
    with st.expander("Write to the fleet", icon=":material/mail:"):
        subject = st.text_input(
            "Subject", f"{card.company} invites you to connect your telematics", key=f"s-{turn}"
        )
        body = st.text_area(
            "Message",
            message(
                company=card.company,
                fleet=invitation.fleet_name,
                link=card.link,
                expires=card.expires,
                agrees=card.agrees,
            ),
            key=f"m-{turn}",
            height=240,
        )
        with st.container(horizontal=True):
            st.link_button("Open as e-mail", mailto(invitation.email, subject, body), icon=":material/mail:")
            st.link_button("Open as text message", sms(invitation.phone, body), icon=":material/sms:")
        st.caption("Nothing is sent from here: your own mail or messages program opens with the draft.")


def file_name(fleet_ref: str) -> str:
    """Return a file name for a fleet's invitation that every system accepts."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", fleet_ref).strip("-")[:60]
    return f"invitation-{safe or 'fleet'}"
