"""A new link, to be handed over: it is shown once."""

from __future__ import annotations

import base64
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from dashboard.configuration.checks import is_loopback
from dashboard.invitations import qr
from dashboard.invitations.formatting import mailto
from dashboard.service import service
from dashboard.sharing.share import Share
from dashboard.ui.sharing.state import sharing_state
from dashboard.ui.sharing.words import shown, when


def show() -> None:
    """Show the link that was just made over the page, if there is one, until its maker is done with it."""
    if sharing_state().made is not None:
        _card()


@st.dialog("The link is ready", width="medium", dismissible=False)
def _card() -> None:
    state = sharing_state()
    share, link = state.made, state.link
    if share is None:
        st.rerun()
        return
    st.html(_html(share, link))
    st.code(link, language=None, wrap_lines=True)
    st.caption("Copy it now: it cannot be shown again, because the dashboard keeps no copy of it.")
    if is_loopback(urlsplit(link).hostname or ""):
        st.caption(
            ":material/info: This address opens on this machine only. Before you share, open the dashboard at its "
            "public address, or set CATENA\\_PUBLIC\\_URL."
        )
    _draft(share, link)
    with st.container(horizontal=True):
        if st.button("Done", type="primary", icon=":material/check:"):
            state.made, state.link = None, ""
            st.rerun()
        st.download_button(
            "QR code",
            lambda: qr.png(link, 20),
            "share-link.png",
            "image/png",
            icon=":material/download:",
            on_click="ignore",
        )


def message(share: Share, link: str, company: str, until: str) -> str:
    """Draft what to write to guests."""
    code = " It asks for a pass code, which you get separately." if share.has_pass_code else ""
    return (
        f"Hello,\n\n{company} shares a live map with you: {share.label}. Open this link; you need no account.{code}"
        f"\n\n{link}\n\nIt works until {until}. Whoever has the link sees the map, so please keep it to yourself."
    )


def _html(share: Share, link: str) -> str:
    source = "data:image/svg+xml;base64," + base64.b64encode(qr.svg(link)).decode()
    return (
        f'<section class="share-made"><img alt="QR code of the new link" src="{source}"><div>'
        f'<p class="label">{escape(share.label)}</p><p>Until {escape(when(share.expires_at))}.</p>'
        f"<p>{escape(shown(share))}</p>"
        "<p>To see what guests see, open it in a private window: in this one it would make you a guest.</p>"
        "</div></section>"
    )


def _draft(share: Share, link: str) -> None:
    company = service().settings.inviter
    with st.expander("Write an e-mail", icon=":material/mail:"):
        subject = st.text_input(
            "Subject", f"{company}: live map {share.label}", key=f"share-subject-{share.id}"
        )
        body = st.text_area(
            "Message",
            message(share, link, company, when(share.expires_at)),
            key=f"share-message-{share.id}",
            height=220,
        )
        st.link_button("Open as e-mail", mailto("", subject, body), icon=":material/mail:")
        st.caption("Nothing is sent from here: your own mail program opens with the draft.")
