"""What surrounds the pages of guests, viewers and operators."""

import re

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.access.grants import viewer_of
from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility
from dashboard.configuration.settings import Settings
from dashboard.ui import sign_in

LABEL = '"><b>Storm</b>'
GUEST = "a guest"


@pytest.fixture
def opened(serve, monkeypatch):
    def opened(viewer, settings=None, base_path=""):
        service = serve(settings, base_path)
        if viewer == GUEST:
            share, _ = service.shares.make(OPERATOR, LABEL, Visibility(frozenset({"fleet-1"})), 86_400.0)
            viewer = viewer_of(share.grant, {})
        monkeypatch.setattr(sign_in, "require_viewer", lambda: viewer)
        monkeypatch.setattr(sign_in, "viewer", lambda: viewer)
        app = AppTest.from_file("../../../../dashboard/main.py", default_timeout=30).run()
        assert not app.exception
        return app

    return opened


def header(app):
    return "".join(element.proto.body for element in app.get("html") if 'class="guest"' in element.proto.body)


def test_a_guest_reads_who_shares_what_until_when_and_can_leave(opened):
    app = opened(GUEST, Settings(company_name="<i>Acme</i>", brand_color="#123a8c"), "maps")
    html = header(app)
    assert "&lt;i&gt;Acme&lt;/i&gt;" in html
    assert "&quot;&gt;&lt;b&gt;Storm&lt;/b&gt;" in html
    assert re.search(r"until \w{3} \d+ \w{3} \d{4}, \d\d:\d\d UTC", html)
    assert "simulated data" in html
    assert '<a href="/maps/signout">Leave</a>' in html
    assert "--brand:#123a8c" in html


def test_a_company_without_a_name_is_the_products(opened):
    assert '<span class="company">Catena Live Map</span>' in header(opened(GUEST))


@pytest.mark.parametrize(
    ("viewer", "titles"),
    [
        (OPERATOR, ["Live map", "Invitations", "Stage", "Sharing", "Status"]),
        (Viewer("vera@example.com", EVERYTHING, "viewer"), ["Live map"]),
        (GUEST, ["Live map"]),
    ],
    ids=["operator", "viewer", "guest"],
)
def test_there_are_only_the_pages_that_somebody_may_use(opened, monkeypatch, viewer, titles):
    offered = []
    navigation = st.navigation

    def listen(given, **how):
        offered.append(([page.title for page in given], how["position"]))
        return navigation(given, **how)

    monkeypatch.setattr(st, "navigation", listen)
    app = opened(viewer)
    assert offered == [(titles, "hidden")]
    links = [link.proto.label for link in app.get("page_link")]
    assert links == (titles if len(titles) > 1 else [])
    assert bool(header(app)) is (viewer == GUEST)


def test_a_link_that_is_not_known_any_more_leaves_the_label(opened):
    html = header(opened(Viewer("Storm", Visibility(frozenset({"fleet-1"})), share="gone")))
    assert "<strong>Storm</strong>" in html
    assert "until" not in html
