"""The page Sharing, run by Streamlit's own test driver: from the form to a guest, and back to the record."""

import re
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from catena_client import Secret
from dashboard.access.viewer import OPERATOR, Visibility
from dashboard.configuration.settings import Settings
from dashboard.fleet.filters import Filters
from dashboard.sharing.shares import LEAST_SECONDS
from dashboard.ui.sharing.form import link_of
from dashboard.ui.sharing.links import state_of
from dashboard.ui.sharing.state import SharingState
from dashboard.ui.sharing.words import fleets_in_words, shown
from tests.dashboard.ui.sharing.conftest import HOSTILE

ANN = replace(OPERATOR, name="ann@example.com", address="192.0.2.1")
BOB = replace(
    OPERATOR,
    name="bob@example.com",
    visibility=Visibility(frozenset({"fleet-1"})),
    fleet_refs=frozenset({"r"}),
)
DAY = 86_400.0


def script():
    """What the main script does before this page."""
    import streamlit as st  # noqa: PLC0415 - the driver runs the source of this function alone

    from dashboard.access.viewer import OPERATOR  # noqa: PLC0415 - as above
    from pages import sharing  # noqa: PLC0415 - as above

    st.session_state.setdefault("viewer", OPERATOR)
    sharing.render()


def opened(viewer=ANN, filters=None):
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = viewer
    if filters is not None:
        page.session_state["sharing"] = SharingState(filters=filters)
    page.run()
    assert not page.exception
    return page


def named(widgets, label):
    (found,) = (widget for widget in widgets if widget.label == label)
    return found


def choose(page, *fleets):
    named(page.multiselect, "Fleets").set_value(list(fleets)).run()


def press(page, label):
    named(page.button, label).click().run()
    assert not page.exception
    return page


def said(page):
    """What the page says, without Markdown's escapes."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.code)
    text = "\n".join(str(element.value) for kind in kinds for element in kind)
    html = "\n".join(element.proto.body for element in page.get("html"))
    return re.sub(r"\\(.)", r"\1", text).replace("\u2060", "") + html


def link(page):
    return page.code[0].value


def table(page, column):
    (found,) = (frame.value for frame in page.dataframe if column in frame.value)
    return found


def act(page, *keys):
    """Choose the first link, and click on buttons: one in a dialog together with the one that opens it."""
    for key in keys:
        (button,) = (one for one in page.button if (one.key or "").startswith(key))
        button.click()
    (found,) = (frame for frame in page.dataframe if "label" in frame.value)
    states = page._tree.get_widget_states()
    states.widgets.add(id=found.proto.id, string_value='{"selection":{"rows":[0],"columns":[],"cells":[]}}')
    page._run(states)
    assert not page.exception
    return page


@pytest.mark.parametrize("role", ["viewer", "guest"])
def test_only_operators_see_the_page(service, role):
    service.shares.make(ANN, "Storm", Visibility(frozenset({"fleet-1"})), DAY)
    page = opened(replace(ANN, role=role))
    assert "but not share it" in said(page)
    assert not page.button
    assert not page.dataframe
    assert "Storm" not in said(page)


def test_without_fleets_there_is_nothing_to_share(serve, catena):
    catena.rows["/v2/orgs/fleets"] = []
    catena.locations([])
    serve()
    page = opened()
    assert "no fleets to share yet" in said(page)
    assert not page.multiselect


def test_a_link_is_made_with_a_few_clicks_shown_once_and_kept_without_its_token(service):
    page = opened()
    assert named(page.button, "Make the link").disabled
    choose(page, "fleet-1")
    press(page, "Make the link")
    token = link(page).rpartition("/s/")[2]
    share = service.shares.find(token)
    assert share.label == "Line fleet-1"
    assert share.visibility == Visibility(
        frozenset({"fleet-1"}), hidden=frozenset({"driver", "vin", "plate"})
    )
    assert (share.may_export, share.may_see_trails, share.has_pass_code, share.view) == (
        False,
        False,
        False,
        "",
    )
    assert share.expires_at - share.made_at == DAY
    assert share.made_by == ANN.name
    assert "cannot be shown again" in said(page)
    assert 'alt="QR code of the new link"' in said(page)
    press(page, "Done")
    assert not page.code
    assert token not in said(page) + str(table(page, "label")) + str(table(page, "event"))
    assert named(page.button, "Make the link").disabled, "the form is empty again"


def test_a_second_click_makes_no_second_link_without_its_pass_code(service):
    page = opened(filters=Filters())
    named(page.text_input, "Pass code (optional)").set_value("4711").run()
    named(page.button, "Make the link").click()
    clicked = page._tree.get_widget_states()
    page._run(clicked)
    page._run(clicked)  # what a browser sends that has not shown yet what the first has done
    (share,) = service.shares.listed(ANN)
    assert share.has_pass_code


def test_all_that_the_form_offers_arrives_in_the_link(service):
    page = opened()
    choose(page, "fleet-2", "fleet-3")
    for label in ("Drivers", "Plates", "See trails", "Download the vehicles"):
        box = named(page.checkbox, label)
        (box.uncheck if box.value else box.check)()
    page.segmented_control[0].set_value(LEAST_SECONDS)
    named(page.text_input, "Label").set_value(HOSTILE)
    named(page.text_input, "Pass code (optional)").set_value("4711")
    page.run()
    press(page, "Make the link")
    (share,) = service.shares.listed(ANN)
    assert share.label == HOSTILE
    assert share.visibility == Visibility(frozenset({"fleet-2", "fleet-3"}), hidden=frozenset({"vin"}))
    assert (share.may_export, share.may_see_trails, share.has_pass_code) == (True, True, True)
    assert share.expires_at - share.made_at == LEAST_SECONDS
    assert "4711" not in said(page)


def test_what_is_typed_before_fleets_are_chosen_stays(service):
    page = opened()
    named(page.text_input, "Label").set_value("Storm").run()
    named(page.text_input, "Pass code (optional)").set_value("4711").run()
    choose(page, "fleet-1")
    press(page, "Make the link")
    (share,) = service.shares.listed(ANN)
    assert (share.label, share.has_pass_code) == ("Storm", True)


def test_rounded_places_have_no_trails(service):
    page = opened()
    choose(page, "fleet-1")
    named(page.checkbox, "See trails").check().run()
    named(page.checkbox, "Exact places (about 1 km instead)").check().run()
    assert named(page.checkbox, "See trails").disabled
    press(page, "Make the link")
    (share,) = service.shares.listed(ANN)
    assert (share.visibility.rounded, share.may_see_trails) == (True, False)


@pytest.mark.parametrize("right", ["may_export", "may_see_trails"])
def test_nobody_gives_what_they_do_not_have(service, right):
    page = opened(replace(ANN, **{right: False}))
    label = "Download the vehicles" if right == "may_export" else "See trails"
    assert named(page.checkbox, label).disabled


def test_an_operator_of_some_fleets_shares_these_alone_and_sees_no_others_links(service):
    service.shares.make(ANN, "Of Ann", Visibility(frozenset({"fleet-1", "fleet-2"})), DAY)
    page = opened(BOB)
    assert named(page.multiselect, "Fleets").options == ["Line fleet-1"]
    assert "There are no links yet" in said(page)
    assert "You see what you did yourself" in said(page)
    assert "Of Ann" not in said(page)
    assert not page.dataframe
    choose(page, "fleet-1")
    press(page, "Make the link")
    press(page, "Done")
    assert list(table(page, "label")["by"]) == [BOB.name]
    assert list(table(page, "event")["who"]) == [BOB.name]


@pytest.mark.parametrize(
    ("filters", "fleets", "sources", "view", "words"),
    [
        (Filters(), {"fleet-1", "fleet-2", "fleet-3"}, None, {}, "No vehicles yet"),
        (
            Filters(fleets=("fleet-2",), states=("moving",)),
            {"fleet-2"},
            None,
            {"state": ["moving"]},
            "moving",
        ),
        (Filters(fleets=("fleet-1", "gone")), {"fleet-1"}, None, {}, "Line fleet-1"),
        (
            Filters(sources=("samsara",), text="a b&c"),
            {"fleet-1", "fleet-2", "fleet-3"},
            {"samsara"},
            {"q": ["a b&c"]},
            "Samsara",
        ),
    ],
    ids=["all", "fleet-and-state", "fleet-that-left", "source-and-text"],
)
def test_the_map_as_filtered_gives_fleets_and_sources_as_limits_and_the_rest_as_a_view(
    service, filters, fleets, sources, view, words
):
    page = opened(filters=filters)
    assert words in said(page)
    press(page, "Make the link")
    (share,) = service.shares.listed(ANN)
    assert share.visibility.fleets == fleets
    assert share.visibility.sources == sources
    assert parse_qs(share.view) == view


def test_who_comes_from_the_map_can_choose_fleets_instead(service):
    page = opened(filters=Filters(fleets=("fleet-2",)))
    page.segmented_control[0].set_value("Fleets that I choose").run()
    choose(page, "fleet-1")
    press(page, "Make the link")
    assert service.shares.listed(ANN)[0].visibility.fleets == {"fleet-1"}


def test_what_cannot_be_made_is_said_beside_the_button(service):
    page = opened()
    choose(page, "fleet-1")
    named(page.text_input, "Pass code (optional)").set_value("abc")
    press(page, "Make the link")
    assert "4 to 64 characters" in said(page)
    assert service.shares.listed(ANN) == []


@pytest.mark.parametrize(
    ("public_url", "base", "opened_at", "expected"),
    [
        (
            "https://maps.example.com/live",
            "live",
            "http://10.0.0.5/live/",
            "https://maps.example.com/live/s/t",
        ),
        ("", "live", "https://maps.example.com/live/sharing?x=1#y", "https://maps.example.com/live/s/t"),
        ("", "", "http://[::1]:8501/sharing", "http://[::1]:8501/s/t"),
    ],
    ids=["public-address", "base-path", "port"],
)
def test_the_address_is_the_public_one_or_that_of_the_browser(serve, public_url, base, opened_at, expected):
    serve(Settings(public_url=public_url), base)
    assert link_of("t", opened_at) == expected


@pytest.mark.parametrize(
    ("public_url", "local"), [("https://maps.example.com", False), ("http://localhost:8501", True)]
)
def test_an_address_of_this_machine_alone_is_told(serve, public_url, local):
    serve(Settings(public_url=public_url))
    page = opened()
    choose(page, "fleet-1")
    press(page, "Make the link")
    assert ("opens on this machine only" in said(page)) is local


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "A demonstration"),
        (
            {"client_id": "id", "client_secret": Secret("secret")},
            "on this machine only until sign-in is set up",
        ),
        ({"client_id": "id", "client_secret": Secret("secret"), "sign_in": ("default",)}, ""),
    ],
    ids=["simulated", "no-sign-in", "sign-in"],
)
def test_the_page_says_where_links_work(service, settings, words):
    service.settings = replace(service.settings, **settings)
    page = opened()
    texts = ("A demonstration", "on this machine only until sign-in is set up")
    assert [text for text in texts if text in said(page)] == [text for text in texts if text == words]


def test_the_message_names_what_guests_need(service):
    service.settings = replace(service.settings, company_name="Acme Insurance")
    page = opened()
    choose(page, "fleet-1")
    named(page.text_input, "Pass code (optional)").set_value("4711")
    press(page, "Make the link")
    message = page.text_area[0].value
    assert link(page) in message
    assert "Acme Insurance shares a live map with you: Line fleet-1." in message
    assert "asks for a pass code" in message
    assert "4711" not in message


def test_links_are_listed_as_text_and_one_can_be_chosen(service):
    service.shares.make(ANN, HOSTILE, Visibility(frozenset({"fleet-1", "fleet-2"})), DAY)
    page = opened()
    listed = table(page, "label")
    assert list(listed["label"]) == [HOSTILE]
    assert list(listed["state"]) == ["Open"]
    assert list(listed["used"]) == ["Never"]
    assert HOSTILE not in said(page)
    assert HOSTILE in said(act(page))


@pytest.mark.parametrize(("sure", "ends"), [("confirm-yes", 7 * DAY), ("confirm-no", DAY)])
def test_a_link_is_prolonged_from_now(service, sure, ends):
    share, _ = service.shares.make(ANN, "Storm", Visibility(frozenset({"fleet-1"})), DAY)
    page = act(act(opened()), f"prolong-{share.id}")
    named(page.segmented_control, "Ends, from now, in").set_value(7 * DAY)
    act(page, f"prolong-{share.id}", sure)
    assert service.shares.get(share.id).expires_at - share.made_at == pytest.approx(ends, abs=60)


@pytest.mark.parametrize(("sure", "revoked"), [("confirm-yes", True), ("confirm-no", False)])
def test_a_link_is_revoked_after_a_question_and_then_there_is_nothing_left_to_do(service, sure, revoked):
    share, _ = service.shares.make(ANN, "Storm", Visibility(frozenset({"fleet-1"})), DAY)
    page = act(act(opened()), f"revoke-{share.id}")
    assert not service.shares.get(share.id).revoked
    act(page, f"revoke-{share.id}", sure)
    assert service.shares.get(share.id).revoked is revoked
    page = act(opened())
    assert list(table(page, "state")["state"]) == ["Revoked" if revoked else "Open"]
    assert (f"revoke-{share.id}" in [button.key for button in page.button]) is not revoked


def test_what_was_revoked_meanwhile_is_said_in_the_question(service, monkeypatch):
    share, _ = service.shares.make(ANN, "Storm", Visibility(frozenset({"fleet-1"})), DAY)
    page = act(act(opened()), f"prolong-{share.id}")
    service.shares.revoke(ANN, share.id)
    monkeypatch.setattr(service.shares, "listed", lambda _viewer: [share])
    act(page, f"prolong-{share.id}", "confirm-yes")
    assert "cannot be undone" in said(page)


def test_the_number_of_open_pages_is_that_of_each_link(service):
    def script():
        import streamlit as st  # noqa: PLC0415 - the driver runs the source of this function alone

        from dashboard.access.viewer import OPERATOR  # noqa: PLC0415 - as above
        from dashboard.service import service  # noqa: PLC0415 - as above
        from dashboard.ui.sharing import links  # noqa: PLC0415 - as above

        st.session_state.setdefault("viewer", OPERATOR)
        second = service().shares.listed(OPERATOR)[0]
        links.show(lambda: {second.id: 3, "of another dashboard": 9})

    for label in ("First", "Second"):
        service.shares.make(ANN, label, Visibility(frozenset({"fleet-1"})), DAY)
    page = AppTest.from_function(script, default_timeout=20).run()
    rows = table(page, "label")
    assert dict(zip(rows["label"], rows["now"], strict=True)) == {"Second": 3, "First": 0}


def test_the_record_is_filtered_by_what_happened(service):
    share, _ = service.shares.make(ANN, HOSTILE, Visibility(frozenset({"fleet-1"})), DAY)
    service.shares.revoke(ANN, share.id)
    service.audit.record("export", "carl@example.com", "198.51.100.7", "vehicles.csv")
    page = opened()
    rows = table(page, "event")
    assert list(rows["event"]) == ["Export", "Share revoked", "Share made"]
    assert list(rows["what"]) == ["vehicles.csv", HOSTILE, HOSTILE]
    assert list(rows["address"]) == ["198.51.100.7", "192.0.2.1", "192.0.2.1"]
    named(page.get("button_group"), "Show only").set_value(["export"]).run()
    assert list(table(page, "event")["who"]) == ["carl@example.com"]


def test_a_store_that_fails_is_said_and_takes_nothing_else_along(service):
    page = opened()
    choose(page, "fleet-1")
    service.store.close()
    press(page, "Make the link")
    assert said(page).count("cannot be read or written now") == 2
    assert "What happened" in [title.value for title in page.subheader]


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([], "No fleet"),
        (["b"], "B"),
        (["b", "a"], "A and B"),
        (["c", "b", "a"], "A, B and C"),
        (["c", "b", "a", "0123456789"], "A, B and 2 more"),
        (["0123456789"], "Fleet 01234567"),
    ],
)
def test_fleets_in_words(ids, words):
    assert fleets_in_words(ids, {"a": "A", "b": "B", "c": "C"}) == words


def test_what_a_link_shows_is_said_in_words_and_whether_it_works(service):
    visibility = Visibility(
        frozenset({"f"}), frozenset({"samsara"}), frozenset({"vin", "plate"}), rounded=True
    )
    share, _ = service.shares.make(OPERATOR, "x", Visibility(frozenset({"f"})), DAY)
    assert shown(share) == "Vehicles with drivers, VINs and plates, no trails, no export."
    assert shown(replace(share, visibility=visibility, may_export=True, has_pass_code=True)) == (
        "Vehicles without VINs and plates, places to about 1 km, only from Samsara, no trails, with export, "
        "a pass code is asked for."
    )
    ends = share.expires_at
    assert [state_of(share, now) for now in (ends - 1, ends)] == ["Open", "Ended"]
    assert state_of(replace(share, revoked=True), ends) == "Revoked"
