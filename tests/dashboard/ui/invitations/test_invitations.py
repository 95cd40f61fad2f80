"""The invitations page, run by Streamlit's own test driver against a small Catena."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.invitations.bulk import BulkRun
from dashboard.invitations.models import AlreadyInvited
from dashboard.service import Service
from dashboard.ui.invitations import card
from dashboard.ui.invitations.form import as_agreed
from tests.dashboard.invitations.fakes import FakeCatena, refreshed, stamp
from tests.dashboard.waiting import until


def script() -> None:
    """What the main script does before this page."""
    import streamlit as st  # noqa: PLC0415 - the driver runs the source of this function alone

    from dashboard.access.viewer import OPERATOR  # noqa: PLC0415 - as above
    from pages import invitations  # noqa: PLC0415 - as above

    st.session_state.setdefault("viewer", OPERATOR)
    invitations.render()


@pytest.fixture
def page(served: Service) -> AppTest:
    return AppTest.from_function(script, default_timeout=20).run()


def field(page: AppTest, label: str) -> object:
    return next(widget for widget in page.text_input if widget.label == label)


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def create(page: AppTest, ref: str) -> AppTest:
    field(page, "Fleet reference").set_value(ref)
    return press(page, "Create invitation")


def words(page: AppTest) -> str:
    """Everything that is written on the page, with the escapes of Markdown taken back."""
    kinds = (page.markdown, page.success, page.warning, page.error, page.info, page.caption, page.code)
    text = "\n".join(str(element.value) for kind in kinds for element in kind)
    return text.replace("\\", "").replace("\u2060", "")


def cards(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def select_tab(page: AppTest, name: str) -> AppTest:
    page.session_state["invitations-tab"] = name
    return page.run()


def test_creating_shows_the_code_the_link_and_what_happened(page: AppTest, catena: FakeCatena) -> None:
    create(page, " NORD-1 ")
    assert not page.exception
    (made,) = catena.invitations
    assert "**Created** a new invitation for NORD-1" in words(page)
    assert cards(page).count("Works until") == 1
    assert not re.search("until|expires", words(page), re.IGNORECASE), "said once"
    assert 'alt="QR code for NORD-1"' in cards(page)
    assert "Acme Insurance invites" in cards(page)
    assert [code.value for code in page.code] == [made["magic_link"]]
    (link,) = [link for link in page.get("link_button") if link.proto.label == "Open invitation link"]
    assert link.proto.url == made["magic_link"]
    assert {button.proto.label for button in page.get("download_button")} >= {"PNG", "SVG", "PDF to print"}
    assert field(page, "Fleet reference").value == ""


def test_a_live_invitation_is_sent_again_only_after_asking(page: AppTest, catena: FakeCatena) -> None:
    create(page, "NORD-1")
    create(page, "NORD-1")
    assert len(catena.posted) == 1
    assert "NORD-1 has an invitation already" in words(page)
    press(page, "Send it again")
    assert len(catena.posted) == 2
    assert "**Refreshed** the invitation that NORD-1 already had" in words(page)


def test_the_question_can_be_declined_or_answered_with_the_existing_one(
    page: AppTest, catena: FakeCatena
) -> None:
    old = catena.invite("OLD", status="declined", decline_reason="no *budget*")
    create(page, "OLD")
    assert "no *budget*" in words(page)
    assert "revives" in words(page)
    press(page, "Cancel")
    assert "has an invitation already" not in words(page)
    create(page, "OLD")
    press(page, "Show the one there is")
    assert [code.value for code in page.code] == [old["magic_link"]]
    assert not catena.posted


def test_problems_stand_beside_their_fields_and_the_input_is_kept(page: AppTest, catena: FakeCatena) -> None:
    field(page, "Fleet reference").set_value("A\tB")
    field(page, "E-mail").set_value("nonsense")
    field(page, "Hours until it expires (1 to 672)").set_value("1.5")
    press(page, "Create invitation")
    assert not catena.posted
    text = words(page)
    assert "Remove the line breaks, tabs" in text
    assert "Write one e-mail address" in text
    assert "whole number of hours" in text
    assert field(page, "E-mail").value == "nonsense"
    assert field(page, "Hours until it expires (1 to 672)").value == "1.5"


@pytest.mark.parametrize(
    "ref", ["<script>alert(1)</script>", "🚚 **Nord**", "[x](http://evil.example)", "$a$ :red[b]"]
)
def test_any_accepted_reference_is_shown_as_text(page: AppTest, ref: str) -> None:
    create(page, ref)
    assert not page.exception
    assert "<script>" not in cards(page)
    assert ref in words(page)


def test_the_servers_own_objection_stands_beside_the_field(page: AppTest, catena: FakeCatena) -> None:
    detail = [
        {"path": "body.fleet_phone", "input": "x", "message": "not a phone", "error_type": "value_error"}
    ]
    catena.fault = lambda request: (
        httpx.Response(422, json={"code": 422, "message": "Unprocessable", "detail": detail})
        if request.method == "POST"
        else None
    )
    create(page, "NORD-1")
    assert "Catena refused this: not a phone." in words(page)
    assert field(page, "Fleet reference").value == "NORD-1"


def test_an_outage_is_a_sentence_and_the_input_is_kept(page: AppTest, catena: FakeCatena) -> None:
    catena.fault = lambda _request: httpx.Response(503, text="<html>down</html>")
    create(page, "NORD-1")
    assert not page.exception
    assert page.error
    assert field(page, "Fleet reference").value == "NORD-1"
    catena.fault = lambda _request: None
    create(page, "NORD-1")
    assert "**Created**" in words(page)


def test_an_outage_never_looks_like_an_empty_table(served: Service, catena: FakeCatena) -> None:
    catena.fault = lambda _request: httpx.Response(503, text="down")
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Follow up")
    assert "cannot be read just now" in words(page)
    assert "no invitations yet" not in words(page)


def test_filters_and_pages_of_the_table(served: Service, catena: FakeCatena) -> None:
    for number in range(250):
        catena.invite(f"F{number}", status="declined" if number % 5 == 0 else "active", fleet_name="Nord")
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Follow up")
    assert len(page.dataframe[0].value) == 100
    assert "250 of 250 invitations" in words(page)
    field(page, "Search").set_value("nord f24").run()
    assert set(page.dataframe[0].value["fleet"]) == {"F24", *(f"F24{n}" for n in range(10))}
    page.session_state["follow-status"] = ["declined"]
    page.run()
    assert set(page.dataframe[0].value["fleet"]) == {"F240", "F245"}
    assert set(page.dataframe[0].value["status"]) == {"Declined"}
    field(page, "Search").set_value("nobody").run()
    assert "No invitation matches" in words(page)


def test_neither_ids_nor_links_are_in_the_table(served: Service, catena: FakeCatena) -> None:
    made = catena.invite("A", fleet_name=None)
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Follow up")
    assert made["id"] not in page.dataframe[0].value.to_csv()


def test_a_fleet_on_the_map_is_announced_on_its_card(
    served: Service, catena: FakeCatena, page: AppTest
) -> None:
    create(page, "NORD-1")
    assert "Waiting for the fleet" in words(page)
    (made,) = catena.invitations
    made.update(status="accepted", fleet_id="f1", accepted_at=stamp(catena.now))
    catena.agreements.append(
        {
            "id": "a",
            "fleet_id": "f1",
            "partner_id": "p",
            "status": "active",
            "effective_date": stamp(catena.now),
        }
    )
    read_again(served, page)
    assert "Waiting for the fleet to connect a provider" in words(page)
    catena.connections.append(
        {
            "id": "c",
            "created_at": stamp(catena.now),
            "updated_at": stamp(catena.now),
            "fleet_id": "f1",
            "tsp_id": "t",
            "source_name": "samsara",
            "credentials": {},
            "status": "active",
            "description": None,
        }
    )
    vehicles = pd.DataFrame(
        {
            "fleet_id": pd.Categorical(["f1"] * 3),
            "fleet": pd.Categorical(["Nord Fracht"] * 3),
            "position_error": pd.Categorical(["", "", "no position reported"]),
            "occurred_at": pd.to_datetime([datetime.now(UTC)] * 3).as_unit("us"),
        }
    )
    served.poller.state = PollState(Snapshot(1, datetime.now(UTC), vehicles))
    read_again(served, page)
    assert "**Nord Fracht is on the map:** 3 vehicles, 2 on the map." in words(page)
    assert any(button.label == "Fly there" for button in page.button)


def read_again(served: Service, page: AppTest) -> None:
    """Let the service read everything anew, and the page show it."""
    served.invitations.invalidate()
    before = served.invitations.peek(OPERATOR).taken_at
    for _ in range(200):
        page.run()
        if served.invitations.peek(OPERATOR).taken_at != before:
            break
    page.run()
    page.run()


def test_a_declined_one_says_why(served: Service, catena: FakeCatena, page: AppTest) -> None:
    create(page, "NORD-1")
    catena.invitations[0].update(
        status="declined", declined_at=stamp(catena.now), decline_reason="We use another <b>broker</b>"
    )
    read_again(served, page)
    assert "The fleet declined: “We use another <b>broker</b>”" in words(page)


def test_the_card_goes_on_the_stage(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(card, "open_stage", opened.append)
    create(page, "NORD-1")
    press(page, "Show on the stage")
    assert opened == [page.session_state["invitations"].shown]


def test_the_funnel_is_there(served: Service, catena: FakeCatena) -> None:
    catena.invite("A", status="declined", decline_reason="no", declined_at=stamp(catena.now))
    catena.invite("B", created_at=stamp(catena.now - timedelta(hours=3)))
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Progress")
    assert "Invited 2, Accepted 0" in cards(page)
    assert set(page.dataframe[0].value["Fleet"]) == {"A", "B"}
    assert "3 h" in set(page.dataframe[0].value["Since"])


def test_whoever_may_not_invite_sees_nothing(served: Service, catena: FakeCatena) -> None:
    catena.invite("A")
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = Viewer("guest")
    page.run()
    assert not page.text_input
    assert not page.get("dataframe")
    assert "not invite fleets" in words(page)
    assert not catena.calls


def run_of(served: Service) -> BulkRun:
    run = served.bulk_runs.of(OPERATOR)
    assert run is not None
    return run


def finished(served: Service) -> None:
    run = run_of(served)
    until(lambda: not run.running)


def test_odd_data_is_shown_as_unknown(served: Service, catena: FakeCatena) -> None:
    catena.invite("GOOD")
    for number, (name, value) in enumerate(
        [
            ("status", None),
            ("status", "*of tomorrow*"),
            ("created_at", "x"),
            ("expires_at", None),
            ("expires_at", "9999-12-31T23:59:59Z"),
            ("permissions", 3),
            ("limit_tsps", {}),
            ("fleet_ref", None),
        ]
    ):
        catena.invite(f"ODD-{number}")[name] = value
    catena.agreements = [{"id": "a", "fleet_id": "f1", "status": None, "effective_date": "x"}]
    catena.connections = [{"id": "c", "fleet_id": "f1", "status": None}]
    catena.freshness = [{"resource": "vehicle", "fleet_id": None, "connection_id": "c"}]
    catena.tsps = [{"id": "t"}]
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Follow up")
    assert not page.exception
    table = page.dataframe[0].value
    assert len(table) == 9
    assert list(table["created"])[-1] == "unknown"
    assert set(table["status"]) == {"Waiting", "unknown", "*of tomorrow*"}
    assert "unknown" in set(table["expires"])
    assert "unknown" in set(table["fleet"])
    select_tab(page, "Progress")
    assert not page.exception
    assert "samsara (unknown)" not in str(page.dataframe[0].value)
    assert "unknown (unknown)" in " ".join(page.dataframe[0].value["Provider connected"])
    select_tab(page, "Invite")
    for item in served.invitations.peek(OPERATOR).invitations:
        page.session_state["invitations"].shown = item.handle
        page.run()
        assert not page.exception
        assert "QR code for" in cards(page)


FILE = ("fleets.csv", b"fleet_ref\nA\nB\n", "text/csv")


def test_each_row_of_an_uploaded_result_is_counted_once(served: Service) -> None:
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Many at once")
    data = b"fleet_ref,result\nA,created\nB,unknown\nC,\n"
    page.file_uploader[0].set_value(("fleets.csv", data, "text/csv")).run()
    assert "**1** rows can be sent, **1** cannot, **1** skipped." in words(page)
    assert "**Row 2** is skipped: it was created in an earlier run." in words(page)
    assert "the answer was lost" in words(page)


def test_two_tabs_start_one_run(served: Service, catena: FakeCatena) -> None:
    first, second = (
        select_tab(AppTest.from_function(script, default_timeout=20).run(), "Many at once") for _ in range(2)
    )
    for tab in (first, second):
        tab.file_uploader[0].set_value(FILE).run()
    press(first, "Create 2 invitations")
    started = run_of(served)
    press(second, "Create 2 invitations")
    assert run_of(served) is started
    assert "nothing was started from here" in words(second)
    assert "nothing was started from here" not in words(first)
    until(lambda: not started.running)
    assert len(catena.posted) == 2
    second.run()
    press(second, "New file")
    first.run()
    assert first.file_uploader


def test_a_run_without_the_list_says_so_and_continues(served: Service, catena: FakeCatena) -> None:
    catena.invite("A", status="declined")
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Many at once")
    page.file_uploader[0].set_value(FILE).run()
    catena.fault = lambda _request: httpx.Response(503, text="down")
    press(page, "Create 2 invitations")
    finished(served)
    page.run()
    assert "Nothing was sent, because the list of invitations cannot be read" in words(page)
    catena.fault = lambda _request: None
    press(page, "Continue with 2 rows")
    finished(served)
    assert run_of(served).counts() == {"skipped": 1, "created": 1}


def test_the_page_appears_with_a_sentence_while_the_host_is_silent(
    served: Service, catena: FakeCatena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.invitations.FIRST_LOOK_SECONDS", 0.05)
    answer = threading.Event()

    def hang(_request: httpx.Request) -> None:
        assert answer.wait(60)

    catena.fault = hang
    page = AppTest.from_function(script, default_timeout=20).run()
    assert "Waiting for Catena's answer since" in words(page)
    for tab in ("Follow up", "Progress", "Many at once"):
        select_tab(page, tab)
        assert not page.exception
        assert "no invitations yet" not in words(page)
        assert "No fleet was invited yet" not in words(page)
    press(select_tab(page, "Invite"), "Limit providers")
    assert "The list of providers was not read yet" in words(page)
    answer.set()
    refreshed(served.invitations)


def test_trouble_says_since_when_and_when_it_is_asked_again(served: Service, catena: FakeCatena) -> None:
    detail = {"retry_after_seconds": 3600, "message": "slow *down*"}
    catena.fault = lambda _request: httpx.Response(
        429, json={"code": 429, "message": "Too Many Requests", "detail": detail}
    )
    page = AppTest.from_function(script, default_timeout=20).run()
    refreshed(served.invitations)
    page.run()
    text = words(page)
    assert "The invitations cannot be read just now, since" in text
    assert "The next try is in 59 min" in text
    assert "slow *down*" in text


def test_what_was_agreed_to_is_what_is_refreshed(served: Service, page: AppTest, catena: FakeCatena) -> None:
    made = catena.invite("OLD")
    create(page, "OLD")
    assert "extends its expiry" in words(page)
    made.update(status="declined")
    press(page, "Send it again")
    assert not catena.posted
    assert "The fleet has declined" in words(page)
    press(page, "Send it again")
    assert len(catena.posted) == 1


def test_resending_asks_again_when_it_stands_elsewhere_by_now(served: Service, catena: FakeCatena) -> None:
    made = catena.invite("OLD")
    item = refreshed(served.invitations).invitations[0]
    made.update(status="declined")
    with pytest.raises(AlreadyInvited) as caught:
        served.invitations.resend(OPERATOR, item.handle, may_refresh=as_agreed([item]))
    assert [one.status for one in caught.value.live] == ["declined"]
    assert not catena.posted


def test_a_file_is_checked_sent_and_answered(served: Service, catena: FakeCatena) -> None:
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Many at once")
    data = b"fleet_ref,fleet_email\nA,a@b.co\nB,wrong\nC,\n"
    page.file_uploader[0].set_value(("fleets.csv", data, "text/csv")).run()
    assert "**2** rows can be sent, **1** cannot" in words(page)
    assert "**Row 3** B: fleet_email: Write one e-mail address" in words(page)
    press(page, "Create 2 invitations")
    finished(served)
    page.run()
    assert sorted(sent["fleet_ref"] for sent in catena.posted) == ["A", "C"]
    labels = {button.proto.label for button in page.get("download_button")}
    assert labels >= {"Result (CSV)", "QR codes (PDF)"}
    press(page, "New file")
    assert served.bulk_runs.of(OPERATOR) is None


def test_each_skipped_row_is_named_with_its_reason(served: Service, catena: FakeCatena) -> None:
    catena.invite("OLD", status="accepted")
    page = select_tab(AppTest.from_function(script, default_timeout=20).run(), "Many at once")
    data = b"fleet_ref,fleet_name\nA,\n,\nOLD,\n , \n,\nA,\n"
    page.file_uploader[0].set_value(("fleets.csv", data, "text/csv")).run()
    assert "**2** rows can be sent, **1** cannot, **3** skipped." in words(page)
    assert "**Rows 3, 5 to 6** are skipped: the row is blank." in words(page)
    press(page, "Create 2 invitations")
    finished(served)
    page.run()
    text = words(page)
    assert run_of(served).counts() == {"created": 1, "failed": 1, "skipped": 4}
    assert "**Rows 3, 5 to 6** are skipped: the row is blank." in text
    assert "**Row 4** is skipped: the fleet has an invitation already (accepted)." in text
    assert "**Row 7** A: Fleet reference: row 2 has the same one." in text


HERE = replace(
    OPERATOR,
    name="here@example.com",
    visibility=Visibility(frozenset({"f1"})),
    fleet_refs=frozenset({"OWN-1", "OWN-2"}),
)
"""An operator of two references; the fleet f1 has one of them."""
HIDDEN = "Hidden"
"""Stands in everything that they may not see."""
THEIRS = f"fleet-{HIDDEN}"


def of_two_companies(served: Service, catena: FakeCatena) -> None:
    """Invitations, agreements, connections and vehicles of ours, and as many that are hidden."""
    for ref, fleet in (("OWN-1", "f1"), (f"{HIDDEN}-1", THEIRS)):
        accepted = {"status": "accepted", "fleet_id": fleet, "accepted_at": stamp(catena.now)}
        catena.invite(ref, fleet_name=f"{ref} fleet", fleet_email=f"{ref}@example.com", **accepted)
        catena.agreements.append({"id": fleet, "fleet_id": fleet, "status": "active", "fleet_ref": ref})
        catena.connections.append({"id": fleet, "fleet_id": fleet, "status": "active", "source_name": ref})
    catena.invite("OWN-2", status="declined", decline_reason="too dear", declined_at=stamp(catena.now))
    catena.invite(f"{HIDDEN}-2", status="declined", decline_reason=HIDDEN, declined_at=stamp(catena.now))
    catena.invite(
        "OWN-2", fleet_id=THEIRS, status="accepted", fleet_name=HIDDEN, created_at="2020-01-01T00:00:00Z"
    )
    vehicles = pd.DataFrame(
        {
            "fleet_id": pd.Categorical(["f1", THEIRS, THEIRS]),
            "fleet": pd.Categorical(["Own fleet", HIDDEN, HIDDEN]),
            "position_error": pd.Categorical([""] * 3),
            "occurred_at": pd.to_datetime([datetime.now(UTC)] * 3).as_unit("us"),
        }
    )
    served.poller.state = PollState(Snapshot(1, datetime.now(UTC), vehicles))
    refreshed(served.invitations)
    refreshed(served.invitations)


def opened(viewer: Viewer, tab: str = "") -> AppTest:
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = viewer
    page.run()
    return select_tab(page, tab) if tab else page


def everything(page: AppTest) -> str:
    """All that is sent to the browser, tables included."""
    tables = [table.value.to_csv() for table in page.get("arrow_data_frame")]
    return "\n".join([str(element.proto) for element in page.main] + tables + [words(page), cards(page)])


@pytest.mark.parametrize(
    "viewer", [Viewer("guest"), replace(HERE, role="viewer"), replace(OPERATOR, role="viewer")]
)
def test_a_viewer_reads_whom_to_ask(served: Service, catena: FakeCatena, viewer: Viewer) -> None:
    of_two_companies(served, catena)
    page = opened(viewer)
    assert [info.value for info in page.info] == [
        "You may look at the live map, but not invite fleets. Ask an operator of this dashboard."
    ]
    assert "OWN" not in everything(page)
    assert HIDDEN not in everything(page)


@pytest.mark.parametrize(
    ("tab", "shows"),
    [
        ("Invite", []),
        ("Follow up", ["3 of 3 invitations", "OWN-1", "OWN-2", "too dear"]),
        ("Progress", ["Invited 2, Accepted 1", "Own fleet", "OWN-2"]),
        ("Many at once", ["Upload a CSV file"]),
    ],
)
def test_a_limited_operator_sees_theirs_alone(
    served: Service, catena: FakeCatena, tab: str, shows: list[str]
) -> None:
    of_two_companies(served, catena)
    page = opened(HERE, tab)
    assert not page.exception
    sent = everything(page)
    assert [text for text in shows if text not in sent] == []
    assert HIDDEN not in sent
    assert tab not in ("Follow up", "Progress") or HIDDEN in everything(opened(OPERATOR, tab)), (
        "this test sees it"
    )


def test_the_card_is_of_ones_own_invitations_alone(served: Service, catena: FakeCatena) -> None:
    of_two_companies(served, catena)
    for invitation in served.invitations.peek(OPERATOR).invitations:
        page = opened(HERE)
        page.session_state["invitations"].shown = invitation.handle
        page.run()
        assert not page.exception
        own = invitation.fleet_ref.startswith("OWN") and invitation.fleet_id != THEIRS
        assert ("QR code for" in cards(page)) is own
        assert bool(page.code) is own
        assert HIDDEN not in everything(page)


def test_a_limited_operator_invites_under_their_references_alone(served: Service, catena: FakeCatena) -> None:
    of_two_companies(served, catena)
    page = opened(HERE)
    create(page, f"{HIDDEN}-2")
    assert "you may not invite under this fleet reference" in words(page)
    assert "has an invitation already" not in words(page)
    page = opened(replace(HERE, fleet_refs=frozenset({"OWN-3"})))
    create(page, "OWN-3")
    assert "**Created** a new invitation for OWN-3" in words(page)
    assert [sent["fleet_ref"] for sent in catena.posted] == ["OWN-3"]
    page = select_tab(opened(HERE), "Many at once")
    page.file_uploader[0].set_value(("fleets.csv", b"fleet_ref\nOWN-9\nOWN-1\n", "text/csv")).run()
    assert "**1** rows can be sent, **1** cannot" in words(page)
    assert "you may not invite under this reference" in words(page)


def test_notifications_are_for_who_sees_all_fleets(served: Service) -> None:
    assert [one.label for one in opened(OPERATOR, "Progress").expander] == ["Notifications from Catena"]
    assert not opened(HERE, "Progress").expander


def test_a_link_on_a_page_that_is_drawn_often_is_revealed_once(served: Service, page: AppTest) -> None:
    create(page, "NORD-1")
    for _ in range(3):
        page.run()
    assert [entry.event for entry in served.audit.latest()] == ["link revealed", "invitation made"]
