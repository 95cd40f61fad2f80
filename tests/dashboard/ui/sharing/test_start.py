"""From the map to the page Sharing."""

from streamlit.testing.v1 import AppTest

from dashboard.fleet.filters import Filters
from dashboard.ui.sharing.state import SharingState


def script():
    import streamlit as st  # noqa: PLC0415 - the driver runs the source of this function alone

    from dashboard.fleet.filters import Filters  # noqa: PLC0415 - as above
    from dashboard.ui.sharing import start  # noqa: PLC0415 - as above

    def live_map():
        if st.button("Share"):
            start.share_this(Filters(fleets=("fleet-2",)))

    def sharing():
        st.title("Sharing")

    pages = [st.Page(live_map, default=True), st.Page(sharing, url_path=start.URL_PATH)]
    st.navigation(pages).run()


def test_the_page_opens_with_the_maps_filters_and_without_a_link_from_before():
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["sharing"] = SharingState(link="http://map.test/s/token", turn=4)
    page.run().button[0].click().run()
    assert [title.value for title in page.title] == ["Sharing"]
    assert page.session_state["sharing"] == SharingState(filters=Filters(fleets=("fleet-2",)), turn=5)
