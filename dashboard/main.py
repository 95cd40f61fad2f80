"""The main script: who is it, may they enter, and which page do they want."""

from __future__ import annotations

import streamlit as st

from dashboard.service import service
from dashboard.ui import frame, sign_in
from dashboard.ui.sharing import start
from dashboard.ui.stage import state
from pages import invitations, live_map, sharing, stage, status

st.set_page_config(page_title=service().settings.title, page_icon=frame.ICON, layout="wide")
frame.style()
viewer = sign_in.require_viewer()
pages = [st.Page(live_map.render, title="Live map", icon=":material/map:", url_path="live_map", default=True)]
if viewer.may_invite:
    pages += [
        st.Page(invitations.render, title="Invitations", icon=":material/qr_code_2:", url_path="invitations"),
        st.Page(stage.render, title="Stage", icon=":material/co_present:", url_path=state.URL_PATH),
        st.Page(sharing.render, title="Sharing", icon=":material/share:", url_path=start.URL_PATH),
        st.Page(status.render, title="Status", icon=":material/monitor_heart:", url_path="status"),
    ]
page = st.navigation(pages, position="hidden")
if viewer.role == "guest":
    frame.guest_header(viewer)
else:
    frame.header(viewer, pages)
page.run()
