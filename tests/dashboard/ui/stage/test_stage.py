"""The stage, run by Streamlit's own test driver against a small Catena."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from catena_client import CatenaClient
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.configuration.settings import Settings
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.invitations import watches
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from dashboard.service import Service, install
from dashboard.ui.map.window import KEPT, Window
from dashboard.ui.stage import arrival, codes, performance, state
from tests.dashboard import frames
from tests.dashboard.invitations.fakes import FakeCatena, refreshed, stamp
from tests.dashboard.waiting import running, until

CONNECTION = {
    "id": "c", "created_at": "2026-03-02T12:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "fleet_id": "f1",
    "tsp_id": "t", "source_name": "samsara", "credentials": {}, "status": "active", "description": None,
}  # fmt: skip


def script() -> None:
    """What the main script does before this page."""
    import streamlit as st  # noqa: PLC0415 - the driver runs the source of this function alone

    from dashboard.access.viewer import OPERATOR  # noqa: PLC0415 - as above
    from pages import stage  # noqa: PLC0415 - as above

    st.session_state.setdefault("viewer", OPERATOR)
    stage.render()


@pytest.fixture
def served(catena: FakeCatena, client: CatenaClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    for pause in ("EVERY_SECONDS", "SETTLED_SECONDS"):
        monkeypatch.setattr(watches, pause, 0.01)
    catena.now = datetime.now(UTC)
    made = Service(Settings(company_name="Acme Insurance"))
    made.client.close()
    made.invitations = InvitationService(client, made.audit)
    made.first_data = FirstDataTracker(client)
    made.overview = Overview(made.invitations, made.first_data, lambda: made.poller.state.snapshot)
    yield install(made)
    client.close()
    until(lambda: not running("stage"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The stage's seconds, as a list of one that a test may change."""
    now = [1000.0]
    for module in (codes, performance, state):
        monkeypatch.setattr(module, "seconds", lambda: now[0])
    return now


@pytest.fixture
def page(served: Service, clock: list[float]) -> AppTest:
    return AppTest.from_function(script, default_timeout=20).run()


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def scene(page: AppTest) -> str:
    """What is on the stage, as HTML."""
    bodies = (str(element.proto.body) for element in page.get("html"))
    return "".join(body for body in bodies if body.startswith('<section class="stage'))


def seen(page: AppTest, text: str) -> str:
    """Let the stage look again and again until something is on it."""
    found: list[str] = []

    def shown() -> bool:
        found[:] = [scene(page.run())]
        return text in found[0]

    until(shown)
    assert not page.exception
    return found[0]


def shown_code(page: AppTest, reference: str = "", name: str = "") -> AppTest:
    for label, value in (("Fleet reference", reference), ("Fleet name", name)):
        next(field for field in page.text_input if field.label == label).set_value(value)
    return press(page, "Show the code")


def accept(catena: FakeCatena, number: int = -1, fleet_id: str = "f1") -> None:
    catena.invitations[number].update(
        status="accepted", fleet_id=fleet_id, accepted_at=stamp(datetime.now(UTC))
    )


def report(served: Service, *vehicles: dict[str, Any]) -> None:
    """Let these vehicles be on the map."""
    version = served.poller.state.snapshot.version + 1 if served.poller.state.snapshot else 1
    frame = frames.vehicles(*vehicles)
    served.poller.state = PollState(Snapshot(version, datetime.now(UTC), frame))


TRUCK = {"fleet_id": "f1", "fleet": "Falcon Freight", "lon": -88.0, "lat": 42.0, "name": "T1", "age": 10}


def test_a_code_takes_one_click_and_its_steps_light_up_one_after_the_other(
    page: AppTest, served: Service, catena: FakeCatena
) -> None:
    shown_code(page, name="Falcon Freight")
    (made,) = catena.invitations
    assert (made["fleet_ref"], made["fleet_name"]) == ("VISITOR-0001", "Falcon Freight")
    first = seen(page, '<img alt="QR code')
    assert "Falcon Freight" in first
    assert "Acme Insurance invites" in first
    assert [name in first for name in ("Link opened", "Accepted", "Provider connected", "On the map")] == [
        True
    ] * 4
    assert ": done" not in first
    served.invitations.opened("VISITOR-0001", datetime.now(UTC))
    assert 'Link opened<em class="unseen">: done' in seen(page, ": done")
    accept(catena)
    used = seen(page, "stage used")
    assert "<img" not in used, "the used code is off the stage"
    assert 'Accepted<em class="unseen">: done' in used
    catena.connections.append(CONNECTION)
    assert "samsara" in seen(page, 'Provider connected<em class="unseen">: done')
    report(served, TRUCK, TRUCK | {"name": "T2"}, TRUCK | {"fleet_id": "f2", "fleet": "Others"})
    assert "<b>Falcon Freight</b> is live: 2 trucks" in seen(page, "is live")
    report(served, TRUCK | {"fleet_id": "f2", "fleet": "Others"})
    assert "<img" not in seen(page, "stage used"), "it shares no more"


def test_only_the_watched_invitation_is_asked_about(page: AppTest, catena: FakeCatena) -> None:
    shown_code(page, "A")
    refreshes = catena.calls["GET /v2/orgs/invitations"]
    one = f"GET /v2/orgs/invitations/{catena.invitations[0]['id']}"
    until(lambda: catena.calls[one] > 3)
    page.run()
    assert catena.calls["GET /v2/orgs/invitations"] == refreshes


def test_openings_are_left_out_where_nobody_tells_of_them(
    page: AppTest, served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "hears_of_openings", False)
    shown_code(page, "A")
    assert "Link opened" not in scene(page)
    assert "Accepted" in scene(page)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "declined"}, "The fleet has declined."),
        ({"status": "expired"}, "This code has expired."),
        ({"status": "deleted"}, "This invitation was withdrawn."),
    ],
    ids=["declined", "expired", "deleted"],
)
def test_a_code_that_is_of_no_more_use_says_so(
    page: AppTest, catena: FakeCatena, changes: dict[str, str], words: str
) -> None:
    shown_code(page, "A")
    catena.invitations[0].update(changes)
    assert "<img" not in seen(page, words)


def test_one_that_was_withdrawn_says_so(page: AppTest, catena: FakeCatena) -> None:
    shown_code(page, "A")
    catena.invitations.clear()
    assert "<img" not in seen(page, "This invitation was withdrawn.")


def test_an_outage_is_a_sentence_without_its_reason(page: AppTest, catena: FakeCatena) -> None:
    shown_code(page, "A")
    catena.fault = lambda _request: httpx.Response(503, text="down")
    said = seen(page, "Catena cannot be read just now.")
    assert "<img" in said, "the code works all the same"
    press(page, "Next fleet")
    said = seen(page, "Catena did not take the invitation just now.")
    assert "503" not in said
    assert "/v2/" not in said


def test_the_next_fleet_gets_the_next_number(page: AppTest, catena: FakeCatena) -> None:
    catena.invite("VISITOR-0001")  # by another stage, and not read yet
    catena.invite("VISITOR-0041", status="expired")
    shown_code(page)
    press(page, "Next fleet")
    assert [made["fleet_ref"] for made in catena.invitations][2:] == ["VISITOR-0042", "VISITOR-0043"]
    assert "VISITOR-0043" in seen(page, "VISITOR-0043")
    catena.fault = lambda request: httpx.Response(503, json={}) if request.method == "POST" else None
    press(page, "Next fleet")
    assert "There is no next code yet" in seen(page, "VISITOR-0043")
    press(page, "Leave the stage")
    assert "Show the code" in labels(page)
    assert len(catena.posted) == 2


def test_a_reference_that_has_an_invitation_is_shown_as_it_stands(page: AppTest, catena: FakeCatena) -> None:
    catena.invite("A", fleet_name="Nord")
    shown_code(page, "A")
    assert '<p class="fleet">Nord</p>' in scene(page)
    assert not catena.posted


@pytest.mark.parametrize("reference", ["a\x07b", "x" * 500], ids=["control", "long"])
def test_what_cannot_be_a_reference_is_said(page: AppTest, catena: FakeCatena, reference: str) -> None:
    shown_code(page, reference)
    assert page.error
    assert not catena.posted


def test_hostile_names_are_text(page: AppTest, catena: FakeCatena, served: Service) -> None:
    catena.invite("A", fleet_name="<img src=x onerror=alert(1)>|[x](y)🚚")
    shown_code(page, "A")
    assert "&lt;img src=x" in seen(page, "Accepted")
    accept(catena)
    report(served, TRUCK | {"fleet": "<b>x</b>", "name": "<i>🚚|"})
    assert "<b>&lt;b&gt;x&lt;/b&gt;</b> is live: 1 truck" in seen(page, "is live")


def test_the_map_flies_from_the_continent_to_the_fleet_whose_vehicles_come_apart(
    page: AppTest, served: Service, catena: FakeCatena
) -> None:
    def drawn() -> dict[str, Any]:
        (chart,) = page.get("deck_gl_json_chart")
        found: dict[str, Any] = json.loads(chart.proto.json)
        return found

    def layers() -> dict[str, Any]:
        return {layer["id"]: layer for layer in drawn()["layers"] if "basemap" not in layer["id"]}

    shown_code(page, "A")
    assert not page.get("deck_gl_json_chart")
    accept(catena)
    seen(page, "stage used")
    assert not layers()
    continent = drawn()["initialViewState"]
    trucks = [TRUCK, TRUCK | {"name": "T2", "lon": -90.0}, TRUCK | {"fleet_id": "f2", "fleet": "Others"}]
    report(served, *trucks)
    seen(page, "is live")
    flown = drawn()["initialViewState"]
    assert flown["zoom"] > continent["zoom"]
    assert flown["transitionDuration"] > 1000
    gathered = layers()["arrived"]["data"]
    assert [row["p"] for row in gathered] == [[-89.0, 42.0]] * 2
    page.run()
    assert drawn()["initialViewState"] == flown
    apart = layers()
    assert [row["p"] for row in apart["arrived"]["data"]] == [[-88.0, 42.0], [-90.0, 42.0]]
    assert apart["arrived"]["transitions"]["getPosition"] > 1000
    assert [row["name"] for row in apart["names"]["data"]] == ["T1", "T2"]
    assert list(apart) == ["names", "arrived_rings", "arrived"]
    page.run()
    assert layers()["arrived"]["transitions"]["getPosition"] < apart["arrived"]["transitions"]["getPosition"]
    report(served, *trucks, TRUCK | {"name": "T3"})
    page.run()
    assert not layers()["arrived"].get("transitions"), "none glides to another's place"
    page.session_state[KEPT] = Window(still=True)
    page.run()
    assert not layers()["arrived"].get("transitions"), "who wants nothing to move sees it there"
    press(page, "Show other fleets")
    assert list(layers())[:2] == ["stage_others_standing", "stage_others_moving"]


def test_a_fleet_of_very_many_is_fetched_by_the_browser(
    page: AppTest, served: Service, catena: FakeCatena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "MOST_SENT", 1)
    shown_code(page, "A")
    accept(catena)
    seen(page, "stage used")
    report(served, TRUCK, TRUCK | {"name": "T2", "lon": -90.0})
    seen(page, "is live: 2 trucks")
    (chart,) = page.get("deck_gl_json_chart")
    drawn = json.loads(chart.proto.json)
    assert drawn["initialViewState"]["transitionDuration"] > 1000
    own = [layer for layer in drawn["layers"] if layer["id"].startswith("arrived")]
    assert [layer["data"].partition("?")[0] for layer in own] == [
        "feed/vehicles/standing.json",
        "feed/vehicles/moving.json",
    ]
    assert all(layer["opacity"] == 1.0 for layer in own)


def test_whoever_may_not_invite_any_more_is_told_by_the_page(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rerun(Exception):
        pass

    def rerun() -> None:
        raise Rerun

    monkeypatch.setattr(performance.st, "rerun", rerun)
    monkeypatch.setattr(performance.sign_in, "viewer", lambda: replace(OPERATOR, role="viewer"))
    with pytest.raises(Rerun):
        performance._play("code")


def fair(page: AppTest) -> AppTest:
    return next(toggle for toggle in page.toggle if toggle.label == "Trade fair").set_value(True).run()


def test_at_a_fair_the_next_code_comes_when_a_fleet_is_live_and_had_its_time(
    page: AppTest, served: Service, catena: FakeCatena, clock: list[float]
) -> None:
    shown_code(fair(page), "A", "Falcon Freight")
    accept(catena)
    report(served, TRUCK)
    seen(page, "is live: 1 truck")
    clock[0] += performance.LIVE_SECONDS - 1
    assert "is live" in scene(page.run())
    clock[0] += 2
    assert "VISITOR-0001" in seen(page, "<img")
    served.invitations.invalidate()
    refreshed(served.invitations)
    wall = seen(page, "1 joined today")
    assert "<b>Falcon Freight</b>" in wall
    assert "1 truck" in wall
    assert len(catena.posted) == 2, "one code at a time"


def test_at_a_fair_a_fleet_that_is_on_its_way_makes_room_and_has_its_turn_when_it_is_live(
    page: AppTest, served: Service, catena: FakeCatena, clock: list[float]
) -> None:
    shown_code(fair(page), "A", "Falcon Freight")
    accept(catena)
    seen(page, "stage used")
    clock[0] += performance.UNDER_WAY_SECONDS + 1
    seen(page, "VISITOR-0001")
    refreshed(served.invitations)
    assert "on its way" in seen(page, "1 joined today")
    report(served, TRUCK)
    seen(page, "<b>Falcon Freight</b> is live: 1 truck")
    clock[0] += performance.LIVE_SECONDS + 1
    seen(page, "VISITOR-0001")
    assert len(catena.posted) == 2, "the code that nobody has used yet stays"


def test_at_a_fair_a_fleet_that_joins_elsewhere_has_its_turn_too(
    page: AppTest, served: Service, catena: FakeCatena, clock: list[float]
) -> None:
    catena.invite("EARLIER")
    accept(catena, fleet_id="f0")
    catena.invitations[0]["accepted_at"] = stamp(datetime.now(UTC) - timedelta(seconds=90))
    shown_code(fair(page))
    catena.invite("OTHER")
    accept(catena, fleet_id="f1")
    served.invitations.invalidate()
    refreshed(served.invitations)
    report(served, TRUCK, TRUCK | {"fleet_id": "f0", "fleet": "Earlier"})
    seen(page, "<b>Falcon Freight</b> is live: 1 truck")
    clock[0] += performance.LIVE_SECONDS + 1
    seen(page, "VISITOR-0001")
    assert "Falcon Freight</b> is live" not in scene(page.run())


def test_a_code_that_cannot_be_made_at_a_fair_is_said_and_tried_again_later(
    page: AppTest, served: Service, catena: FakeCatena, clock: list[float]
) -> None:
    shown_code(fair(page), "A")
    accept(catena)
    seen(page, "stage used")
    asked = []

    def down(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            asked.append(request)
            return httpx.Response(503, json={})
        return None

    catena.fault = down
    clock[0] += performance.UNDER_WAY_SECONDS + 1
    seen(page, "There is no next code yet")
    for _ in range(3):
        page.run()
    assert len(asked) == 1
    catena.fault = lambda _request: None
    clock[0] += 31
    assert "no next code" not in seen(page, "VISITOR-0001")


@pytest.mark.parametrize("role", ["guest", "viewer"])
def test_whoever_may_not_invite_sees_nothing(served: Service, catena: FakeCatena, role: str) -> None:
    catena.invite("A")
    handle = refreshed(served.invitations).invitations[0].handle
    catena.calls.clear()
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = Viewer("somebody", Visibility(None), role, fleet_refs=None)  # type: ignore[arg-type]
    page.session_state["stage"] = state.StageState(handle=handle)
    page.run()
    assert not page.button
    assert not scene(page)
    assert not catena.calls


def test_a_limited_operator_sees_no_other_invitation_and_no_other_fleet(
    served: Service, catena: FakeCatena
) -> None:
    catena.invite("OTHER", fleet_name="Hidden Line")
    handle = refreshed(served.invitations).invitations[0].handle
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = replace(
        OPERATOR, visibility=Visibility(frozenset({"f1"})), fleet_refs=frozenset({"A"})
    )
    page.session_state["stage"] = state.StageState(handle=handle, fair_since=datetime.now(UTC))
    page.run()
    assert not page.exception
    assert "Hidden" not in scene(page)
    press(page, "Next fleet")
    assert not catena.posted, "the next visitor's reference is not theirs"


def test_ids_and_links_are_in_nothing_that_the_page_is_sent_but_the_code(
    page: AppTest, catena: FakeCatena
) -> None:
    shown_code(page, "A")
    accept(catena)
    seen(page, "stage used")
    (made,) = catena.invitations
    sent = scene(page) + str(page.session_state["stage"]) + str(page.query_params)
    assert made["id"] not in sent
    assert made["magic_link"] not in sent
