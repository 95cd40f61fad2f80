"""The map's page for a guest: nothing of what they may not see or do is in anything that it sends."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.access.scope import Scope
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.fleet.notices import Notice
from dashboard.ingest.polling import PollState
from dashboard.runtime.refusals import Refusal
from dashboard.ui.map import export
from tests.dashboard import catena as api
from tests.dashboard.catena import fleet, location, trailer_row, vehicle
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import asked, button, control, labels, layer, loaded, select, table, words
from tests.dashboard.waiting import until

PLATE, VIN = "QX-777", "1FTFW1ET5DFC10312"
FLEET_1 = Visibility(frozenset({"fleet-1"}))
SHARED = Visibility(frozenset({"fleet-1"}), hidden=frozenset({"driver", "vin", "plate"}), rounded=True)
GUEST = Viewer("Depot North", SHARED, share="share-1")
FORBIDDEN = ("fleet-2", "Secretline", "samsara", "hidden-truck", "Zorbazulu", "Quixpint", PLATE, "QX777", VIN)
"""Of the other fleet, and of what is hidden."""


@pytest.fixture
def catena():
    made, now = catena_with_histories(), datetime.now(UTC).isoformat()
    made.rows[api.FLEETS] = [fleet("fleet-1"), fleet("fleet-2", display_name="Secretline")]
    made.rows[api.VEHICLES] = [
        vehicle("a", vin=VIN, license_plate_number=PLATE),
        vehicle("b", vehicle_name=f"Van {PLATE}", vin="", license_plate_number=PLATE),
        vehicle("hidden-truck", fleet_id="fleet-2", vehicle_name="hidden-truck"),
    ]
    made.rows[api.USERS] = [
        {"id": "driver-1", "fleet_id": "fleet-1", "first_name": "Zorbazulu", "last_name": "Quixpint",
         "connection_id": "c", "source_name": "geotab", "source_id": "s", "source_data_hash": "0",
         "created_at": api.T0, "updated_at": api.T0}
    ]  # fmt: skip
    made.rows[api.TRAILERS] = [
        trailer_row("trailer", n, fleet_id=f"fleet-{n}", license_plate_number=PLATE) for n in (1, 2)
    ]
    made.rows[api.TRAILER_LOCATIONS] = [
        trailer_row("l", n, trailer_id=f"trailer-{n}", fleet_id=f"fleet-{n}", occurred_at=now,
                    location={"type": "Point", "coordinates": [-88.123987, 42.0]})
        for n in (1, 2)
    ]  # fmt: skip
    made.locations(
        [
            location("a", lon=-88.123987, lat=42.123987, at=now, inferred_address="Quixpint Street 12"),
            location("b", lon=-88.123987, at=now),
            location("hidden-truck", fleet_id="fleet-2", source_name="samsara", tsp_slug="samsara", at=now),
        ]
    )
    return made


@pytest.fixture
def as_guest(open_page, service, monkeypatch):
    """Opens the page for a viewer, with all names known."""

    def opened(viewer=GUEST, **query):
        monkeypatch.setattr("tests.dashboard.ui.map.page.VIEWER", viewer)
        service.poller.poll_once()
        until(lambda: service.poller.directory.names.drivers)
        return open_page(**query)

    return opened


def sent(app):
    """All that a page sends to the browser, as text."""
    return " ".join(
        str(element.proto) for element in app._tree if getattr(element, "proto", None) is not None
    )


PAGES = {
    "map": {},
    "chosen vehicle": {"vehicle": "a"},
    "colours by fleet": {"color": "fleet"},
    "hexagons": {"hex": "fine"},
    "trailers": {"trailers": "1"},
    "wall": {"kiosk": "1"},
    "wall, one fleet after the other": {"kiosk": "cycle"},
}


@pytest.mark.parametrize("query", PAGES.values(), ids=PAGES.keys())
def test_no_page_sends_what_a_guest_may_not_see(as_guest, service, query):
    app = as_guest(**query)
    if "trailers" in query:
        until(lambda: service.trailers.state.snapshot is not None)
        app.run()
    said = sent(app)
    assert "vehicle" in said
    for text in (*FORBIDDEN, "123987", "driver-1"):
        assert text not in said
    if "trailers" in query:
        assert "**1** trailer." in words(app)


def test_the_same_page_tells_an_operator(as_guest):
    said = sent(as_guest(OPERATOR, vehicle="a"))
    assert [text for text in (*FORBIDDEN[1:7], VIN, "123987") if text not in said] == []


@pytest.mark.parametrize(
    ("query", "ignored"),
    [
        ({"fleet": "fleet-2"}, "fleet-2"),
        ({"vehicle": "hidden-truck"}, "hidden-truck"),
        ({"source": "samsara"}, "samsara"),
    ],
)
def test_a_link_to_what_may_not_be_seen_is_like_one_to_what_is_not_there(as_guest, query, ignored):
    there = words(as_guest(**query))
    nowhere = words(as_guest(**dict.fromkeys(query, "no such thing")))
    assert "which is not known here; it was ignored." in there
    assert there.replace(ignored, "no such thing").split("updated")[0] == nowhere.split("updated")[0]
    assert "**2** shown of **2** vehicles" in there


def test_the_panel_has_no_line_and_no_link_for_what_is_hidden(as_guest):
    app = as_guest(vehicle="a")
    (facts,) = (
        element.proto.body for element in app.get("html") if '<dl class="facts">' in element.proto.body
    )
    assert "<dt>Fleet</dt><dd>Line fleet-1</dd>" in facts
    for label in ("Driver", "VIN", "Plate", "Place"):
        assert f"<dt>{label}</dt>" not in facts
    assert not app.get("link_button")
    assert as_guest(replace(GUEST, visibility=FLEET_1), vehicle="a").get("link_button")


def test_a_guest_searches_sorts_and_reads_only_what_they_may_see(as_guest):
    app = as_guest()
    assert set(table(app)["Vehicle"]) == {"Truck a", "Unnamed vehicle"}
    assert not {"Driver", "Plate", "Place"} & set(table(app).columns)
    assert not {"driver", "plate", "place"} & set(app.selectbox(key="list_by").options)
    box = control(app.text_input, "map_search")
    assert box.placeholder == "Name, fleet"
    for typed in (PLATE, "quix", VIN[-6:], "hidden"):
        control(app.text_input, "map_search").set_value(typed).run()
        assert "No vehicle of yours matches" in words(app)
    control(app.text_input, "map_search").set_value("truck").run()
    app.button(key="map_result_a").click().run()
    assert asked(app, "vehicle") == ["a"]


RIGHTS = [
    pytest.param(GUEST, False, False, id="neither"),
    pytest.param(replace(GUEST, may_export=True), True, False, id="files"),
    pytest.param(replace(GUEST, visibility=FLEET_1, may_see_trails=True), False, True, id="trails"),
    pytest.param(OPERATOR, True, True, id="an operator"),
]


@pytest.mark.parametrize(("viewer", "files", "trails"), RIGHTS)
def test_only_what_they_may_do_is_offered(as_guest, viewer, files, trails):
    app = as_guest(viewer, vehicle="a")
    assert bool(app.get("download_button")) == files
    assert ("Show trail" in labels(app)) == trails


def test_trails_are_put_away_from_who_may_no_longer_see_them(as_guest):
    viewer = replace(GUEST, visibility=FLEET_1, may_see_trails=True)
    app = as_guest(viewer, vehicle="a")
    button(app, "Show trail").click().run()
    loaded(app)
    assert layer(app, "trails")
    for other in (replace(viewer, may_see_trails=False), replace(viewer, visibility=Visibility())):
        app.session_state["viewer"] = other
        app.run()
        assert layer(app, "trails") is None
        assert app.session_state["trail_set"] is None


def test_a_file_is_written_down_and_not_made_for_who_may_not_have_it(as_guest, service):
    as_guest()
    snapshot = service.poller.state.snapshot
    with pytest.raises(PermissionError):
        export.build(GUEST, snapshot, Scope(GUEST.visibility), "csv")
    assert not service.audit.latest()
    viewer = replace(GUEST, may_export=True, address="192.0.2.7")
    body = export.build(viewer, snapshot, Scope(GUEST.visibility), "csv").decode()
    assert not [text for text in (*FORBIDDEN, "123987") if text in body]
    (entry,) = service.audit.latest()
    assert (entry.event, entry.who, entry.address) == ("export", "Depot North", "192.0.2.7")
    assert entry.what.startswith("vehicles-20")
    assert entry.what.endswith(".csv, vehicles: 2")


REASON = "GET /v2/telematics was answered 503 (request 4711)."


@pytest.mark.parametrize(("viewer", "told"), [(GUEST, False), (OPERATOR, True)], ids=["guest", "operator"])
@pytest.mark.parametrize("started", [True, False])
def test_why_catena_does_not_answer_is_for_operators(as_guest, service, viewer, told, started):
    app, now = as_guest(viewer, trailers="1"), datetime.now(UTC)
    notice = Notice(
        "The positions of Line fleet-1 could not be read", "So.", Refusal(REASON, now), "fleet-1", stale=True
    )
    snapshot = replace(service.poller.state.snapshot, version=99, notices=(notice,)) if started else None
    service.poller.state = PollState(snapshot, REASON, now, now)
    until(lambda: service.trailers.state.snapshot is not None)
    service.trailers.state = PollState(None, REASON, now, now)
    app.run()
    assert "Trying again" in words(app)
    assert ("4711" in sent(app)) == told


@pytest.mark.parametrize(
    ("role", "said"),
    [("guest", "There are no vehicles to see here now"), ("operator", "Invite one")],
)
def test_only_who_may_invite_is_told_to(as_guest, role, said):
    text = words(as_guest(Viewer("somebody", Visibility(), role)))
    assert said in text
    assert ("Invite" in text) == (role == "operator")


def test_the_page_turns_to_what_they_may_see_now(as_guest):
    app = as_guest()
    assert "shown of **2** vehicles" in words(app)
    app.session_state["viewer"] = replace(GUEST, visibility=Visibility(frozenset({"fleet-2"})))
    app.run()
    assert "shown of **1** vehicles" in words(app)
    assert "Line fleet-1" not in sent(app)


def test_a_click_chooses_by_the_numbers_of_what_may_be_seen(as_guest, service):
    other = replace(GUEST, visibility=Visibility(frozenset({"fleet-2"})))
    app = as_guest(other)
    frame = service.poller.state.snapshot.vehicles
    assert frame["ordinal"][frame["vehicle_id"] == "hidden-truck"].tolist() == [2]
    held = layer(app, "vehicles")["id"]
    select(app, held, {"n": 0})
    assert asked(app, "vehicle") == ["hidden-truck"]
    app.session_state["viewer"] = GUEST
    app.run()
    assert "hidden-truck" not in words(app), "it is only in the address, where it was"
    select(app, held, {"n": 1})
    assert asked(app, "vehicle") == ["hidden-truck"], "a click on rows that had other numbers goes nowhere"
    select(app, layer(app, "vehicles")["id"], {"n": 1})
    assert asked(app, "vehicle") == ["b"]
