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
from dashboard.invitations.items import Gone, Item
from dashboard.invitations.permissions import bundle_of
from dashboard.invitations.words import UNKNOWN, local, mailto, message, sms, zone
from dashboard.service import Service
from dashboard.ui.invitations.progress import live_status
from dashboard.ui.invitations.state import page_state

HIDE_CHROME = """<style>
[data-testid="stSidebar"],[data-testid="stHeader"],[data-testid="stSidebarCollapsedControl"]{display:none!important}
[data-testid="stMainBlockContainer"]{max-width:none!important;padding:3rem 1rem 1rem!important}
</style>"""


def invitation_card(service: Service, viewer: Viewer, fly: Callable[[str], None]) -> None:
    """Show the invitation that the page state names, if there is one."""
    state = page_state()
    item = next((i for i in service.invitations.peek().items if i.handle == state.shown), None)
    if item is None:
        return
    card = _card(service, item)
    if state.note:
        st.success(state.note, icon=":material/check_circle:")
    if card is None:
        st.warning("Catena has sent no link of this invitation that can be read. Resend it under Follow up.")
        return
    st.html(_html(card, "invite-card"))
    live_status(service, viewer, item.handle, fly)
    st.caption("The link. It is meant for this fleet alone: whoever has it can use it.")
    st.code(card.link, language=None, wrap_lines=True)
    _actions(card, item)
    _drafts(card, item)
    st.subheader("Invite another fleet", anchor=False)


def stage(service: Service, viewer: Viewer, fly: Callable[[str], None]) -> bool:
    """Fill the screen with the card when asked to; return whether it did."""
    state = page_state()
    if not state.on_stage:
        return False
    item = next((i for i in service.invitations.peek().items if i.handle == state.shown), None)
    card = _card(service, item) if item else None
    if item is None or card is None:
        state.on_stage = False
        return False
    st.html(HIDE_CHROME + _html(card, "invite-card invite-stage"))
    live_status(service, viewer, item.handle, fly)
    if st.button("Back to the invitation", icon=":material/close_fullscreen:"):
        state.on_stage = False
        st.rerun()
    return True


def _card(service: Service, item: Item) -> Card | None:
    return card_of(service, item, st.context.url or "", zone(st.context.timezone))


def card_of(service: Service, item: Item, opened_at: str, where: tzinfo) -> Card | None:
    """Put together what a fleet is shown; None when the invitation is gone or its link is unknown.

    `opened_at` is the address in the operator's browser, `where` their time zone.
    """
    try:
        secret = service.invitations.link(item.handle)
    except Gone:
        return None
    if not secret:
        return None
    bundle = bundle_of(item.permissions)
    return Card(
        company=service.settings.company_name or "Our company",
        fleet=item.fleet_name or item.fleet_ref or "your fleet",
        fleet_ref=item.fleet_ref or UNKNOWN,
        link=service.reachable_link(secret, opened_at),
        expires=local(item.expires_at, where) or "a time that Catena did not say",
        over=item.status == "expired",
        agrees=bundle.agrees if bundle else "the data listed on the next page",
        color=service.settings.brand_color,
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


def _actions(card: Card, item: Item) -> None:
    state = page_state()
    name = file_name(item.fleet_ref)
    with st.container(horizontal=True):
        st.link_button("Open invitation link", card.link, icon=":material/open_in_new:")
        if st.button("Show to the fleet", icon=":material/fullscreen:"):
            state.on_stage = True
            st.rerun()
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


def _drafts(card: Card, item: Item) -> None:
    """Let the operator edit a message and open it in their own mail or messages program."""
    with st.expander("Write to the fleet", icon=":material/mail:"):
        subject = st.text_input(
            "Subject", f"{card.company} invites you to connect your telematics", key=f"s-{item.handle}"
        )
        body = st.text_area(
            "Message",
            message(
                company=card.company,
                fleet=item.fleet_name,
                link=card.link,
                expires=card.expires,
                agrees=card.agrees,
            ),
            key=f"m-{item.handle}",
            height=240,
        )
        with st.container(horizontal=True):
            st.link_button("Open as e-mail", mailto(item.email, subject, body), icon=":material/mail:")
            st.link_button("Open as text message", sms(item.phone, body), icon=":material/sms:")
        st.caption("Nothing is sent from here: your own mail or messages program opens with the draft.")


def file_name(fleet_ref: str) -> str:
    """Return a file name for a fleet's invitation that every system accepts."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", fleet_ref).strip("-")[:60]
    return f"invitation-{safe or 'fleet'}"
