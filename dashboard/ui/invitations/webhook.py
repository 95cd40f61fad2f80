"""The button that asks Catena to notify this dashboard."""

import streamlit as st

from catena_client import CatenaError
from dashboard.invitations import rights
from dashboard.invitations.webhooks import register
from dashboard.service import service
from dashboard.ui import sign_in
from dashboard.ui.markdown import plain


def show() -> None:
    """Offer to register the webhook to who sees all fleets, where a public address and a secret are set."""
    viewer, settings = sign_in.viewer(), service().settings
    if rights.is_limited(viewer):
        return
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
                done = register(viewer, service().client, settings.public_url, settings.webhook_secret)
        except CatenaError as error:
            st.error(plain(str(error)))
            return
        if done.missing:
            st.warning(f"Catena does not list these yet: {plain(', '.join(done.missing))}.")
        elif done.new:
            st.success(f"Registered for {plain(', '.join(done.new))}.")
        else:
            st.success("Registered already; nothing was changed.")
