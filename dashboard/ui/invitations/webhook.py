"""The button that asks Catena to notify this dashboard."""

import streamlit as st

from catena_client import CatenaError
from dashboard.invitations.webhooks import missing, register
from dashboard.service import service
from dashboard.ui.markdown import plain


def show() -> None:
    """Offer to register the webhook, where a public address and a secret are set."""
    settings = service().settings
    with st.expander("Notifications from Catena", icon=":material/notifications:"):
        st.write(
            "This page looks by itself every few seconds. With notifications it looks as soon as something happens. "
            "Losing one loses nothing."
        )
        if not settings.public_url or settings.webhook_secret is None:
            st.caption(
                "To use them, set CATENA_PUBLIC_URL and CATENA_WEBHOOK_SECRET, and start the dashboard again."
            )
            return
        if not st.button("Register with Catena", icon=":material/add_alert:"):
            return
        try:
            with st.spinner("Waiting for Catena …"):
                events = register(service().client, settings.public_url, settings.webhook_secret)
                left = missing(service().client, settings.public_url)
        except CatenaError as error:
            st.error(plain(str(error)))
            return
        if left:
            st.warning(f"Catena does not list these yet: {plain(', '.join(left))}.")
        elif events:
            st.success(f"Registered for {plain(', '.join(events))}.")
        else:
            st.success("Registered already; nothing was changed.")
