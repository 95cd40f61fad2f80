"""The script shows a page to those alone whom the door let in, as who they are now."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from catena_client import Secret
from dashboard.access.viewer import OPERATOR
from dashboard.configuration.settings import Settings
from dashboard.configuration.sign_in import Provider
from dashboard.door.connections import HEADER
from dashboard.ui import sign_in

ANN = replace(OPERATOR, name="ann@example.com", session="a")
BOB = replace(OPERATOR, name="bob@example.com", session="b")


def page():
    import streamlit as st  # noqa: PLC0415 - the body is a script of its own

    from dashboard.ui import sign_in  # noqa: PLC0415

    viewer = sign_in.require_viewer()
    st.write(f"the map of {viewer.name}, {len(st.session_state)}")
    st.session_state["kept"] = viewer.name
    st.write(f"now {sign_in.viewer().role}")


@pytest.fixture
def door(monkeypatch):
    """Who stands at the other end of each connection, and on which one the script runs."""
    found = SimpleNamespace(viewers={"1": ANN, "2": BOB}, connection="1")
    connections = SimpleNamespace(viewer=found.viewers.get)
    monkeypatch.setattr(sign_in, "service", lambda: SimpleNamespace(connections=connections, prefix="/maps"))
    headers = type("Context", (), {"headers": property(lambda _: {HEADER: found.connection})})()
    monkeypatch.setattr(sign_in.st, "context", headers)
    return found


def texts(app):
    assert not app.exception
    return [text.value for text in app.markdown]


def test_who_was_let_in_sees_the_page_and_what_they_had_chosen(door):
    app = AppTest.from_function(page).run()
    assert texts(app) == ["the map of ann@example.com, 1", "now operator"]
    assert texts(app.run()) == ["the map of ann@example.com, 2", "now operator"]


def test_nothing_of_one_session_is_left_for_another(door):
    app = AppTest.from_function(page).run()
    door.connection = "2"
    assert texts(app.run()) == ["the map of bob@example.com, 1", "now operator"]
    assert app.session_state["kept"] == "bob@example.com"


def test_nobody_sees_nothing(door):
    app = AppTest.from_function(page).run()
    door.viewers.clear()
    assert texts(app.run()) == []
    assert "session has ended" in app.info[0].value


def test_who_has_not_come_through_the_door_is_nobody(monkeypatch):
    app = AppTest.from_function(page).run()
    assert texts(app) == []


def test_a_part_of_the_page_that_runs_alone_asks_who_looks_now(door):
    def part():
        import streamlit as st  # noqa: PLC0415

        from dashboard.ui import sign_in  # noqa: PLC0415

        st.write(sign_in.viewer().role)

    app = AppTest.from_function(part)
    app.session_state["viewer"] = ANN
    assert texts(app.run()) == ["operator"]
    door.viewers["1"] = replace(ANN, role="viewer")
    assert texts(app.run()) == ["viewer"]
    door.viewers["1"] = BOB
    assert texts(app.run()) == []


REAL = Settings(client_id="id", client_secret=Secret("s"))
SIGN_IN = replace(REAL, sign_in=(Provider("office", "https://login.example.com"),))


@pytest.mark.parametrize(
    ("settings", "viewer", "shown"),
    [
        (SIGN_IN, replace(ANN, name="<b>ann"), ["&lt;b&gt;ann", ">Sign out</a>"]),
        (REAL, ANN, [">Close this session</a>"]),
        (Settings(), ANN, []),
    ],
    ids=["signed in", "key", "simulated"],
)
def test_everybody_is_shown_how_to_leave(door, settings, viewer, shown):
    def leaving(viewer, settings):
        from dashboard.ui import sign_in  # noqa: PLC0415

        sign_in.way_out(viewer, settings)

    app = AppTest.from_function(leaving, args=(viewer, settings)).run()
    assert not app.exception
    html = "".join(part.proto.body for part in app.main if part.type == "html") or "".join(
        inner.proto.body
        for block in app.main.children.values()
        for inner in getattr(block, "children", {}).values()
    )
    assert bool(html) == bool(shown)
    for text in shown:
        assert text in html
    assert ('href="/maps/signout" target="_self"' in html) == bool(shown)
