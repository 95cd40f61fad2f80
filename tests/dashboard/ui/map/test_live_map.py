"""The live map page, run by Streamlit's own test runner: what it says and sends, in each situation."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state.query_params_proxy import QueryParamsProxy

from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.deck.deck import glide_for
from dashboard.fleet.counters import CYCLE_SECONDS, fleet_on_show
from dashboard.ingest.fetching import Fetched
from dashboard.ingest.notices import notices
from dashboard.ingest.polling import PollState
from dashboard.ingest.rows import Rows
from dashboard.runtime.refusals import Refusal
from dashboard.ui.map import chart, permalink
from dashboard.ui.map.window import KEPT, Window
from tests.dashboard.catena import FLEETS, LOCATIONS, VEHICLES, Catena, fleet, location, vehicle
from tests.dashboard.ui.map.page import asked, control, deck, late, layer, run, said, select
from tests.dashboard.waiting import until


@pytest.fixture
def catena():
    catena = Catena()
    catena.rows["/v2/orgs/fleets"] = [fleet("fleet-1"), fleet("fleet-2", display_name="<b>Bold</b> & Co")]
    catena.rows["/v2/telematics/vehicles"] = [
        vehicle("a"),
        vehicle("b", fleet_id="fleet-2", vehicle_name="0412"),
    ]
    now = datetime.now(UTC).isoformat()
    catena.locations(
        [
            location("a", at=now),
            location("b", fleet_id="fleet-2", source_name="samsara", tsp_slug="samsara", lon=-90.0, at=now),
            location("c", fleet_id="fleet-2", location=None, at=now),
        ]
    )
    return catena


def test_before_the_first_answer_the_page_opens_and_says_so(service):
    app = run()
    assert not app.exception
    assert "Reading the first positions" in said(app)
    assert layer(app, "vehicles") is None


def test_an_outage_at_start_is_said_and_never_looks_like_no_vehicles(service, catena):
    for path in (LOCATIONS, FLEETS):
        catena.failing[path] = (503, {"message": "down"})
    service.poller.poll_once()
    app = run()
    assert "No positions yet" in said(app)
    assert "503" in said(app)
    assert re.search(r"Trying again in 1[0-6] s", said(app)), "a few seconds may have passed"
    assert "No fleet shares" not in said(app)


def one_more_vehicle(catena, _directory):
    more = location("d", fleet_id="fleet-2", lon=-91.0, at=datetime.now(UTC).isoformat())
    catena.locations([*catena.rows[LOCATIONS], more])


def another_name(catena, directory):
    catena.rows[FLEETS] = [fleet("fleet-1"), fleet("fleet-2", display_name="Acme")]
    directory.refresh_fleets()


@pytest.mark.parametrize("change", [one_more_vehicle, another_name])
def test_what_is_chosen_stays_chosen_when_a_busy_browser_says_it_as_it_was_called(
    open_page, service, catena, change
):
    app = open_page()
    control(app.multiselect, "map_fleets").set_value(["fleet-2"]).run()
    before = late(app)
    change(catena, service.poller.directory)
    service.poller.poll_once()
    app.run()
    assert before != late(app)
    app._run(before)
    assert asked(app, "fleet") == ["fleet-2"]
    assert control(app.multiselect, "map_fleets").value == ["fleet-2"]


def test_without_the_list_of_fleets_the_map_is_live_and_says_what_is_missing(service, catena):
    catena.failing[FLEETS] = (403, {"message": "[Sign in](https://evil.example)"})
    service.poller.poll_once()
    app = run()
    assert "Live" in said(app)
    assert "2** shown of **3" in said(app)
    assert "1 notice" in str([element.proto for element in app.main])
    assert "The list of fleets could not be read for" in said(app)
    assert "[Sign in](" not in said(app)


def test_no_vehicles_and_no_list_of_fleets_is_not_said_to_be_nobody_who_shares(service, catena):
    catena.failing[FLEETS] = (403, {"message": "no"})
    catena.locations([])
    catena.rows[VEHICLES] = []
    service.poller.poll_once()
    app = run()
    assert "The list of fleets could not be read" in said(app)
    assert "No fleet shares" not in said(app)


def test_a_fleet_that_cannot_be_read_is_named_over_the_map(service, catena):
    service.poller.poll_once()
    good = service.poller.state.snapshot
    refusal = Refusal("GET /x was answered 403 *Forbidden*.", datetime.now(UTC) - timedelta(minutes=12))
    held = notices(
        Fetched(Rows(), {"fleet-2": refusal}, frozenset({"fleet-2"})), service.poller.directory.names, {}, {}
    )
    service.poller.state = PollState(replace(good, version=9, notices=held))
    app = run()
    (warning,) = (element.value for element in app.warning)
    assert r"positions of \<b\>Bold\</b\> \& Co could not be read for 12 min" in warning
    assert "403" not in warning
    details = app.expander[0]
    assert r"\*Forbidden\*" in details.markdown[0].value


def test_a_fleet_that_cannot_be_read_is_named_on_the_wall_without_the_reason(service):
    service.poller.poll_once()
    good = service.poller.state.snapshot
    refusal = Refusal("GET /x was answered 403.", datetime.now(UTC))
    held = notices(
        Fetched(Rows(), {"fleet-2": refusal}, frozenset({"fleet-2"})), service.poller.directory.names, {}, {}
    )
    service.poller.state = PollState(replace(good, version=9, notices=held))
    shown = " ".join(element.proto.body for element in run(kiosk=["1"]).get("html"))
    assert "The positions of &lt;b&gt;Bold&lt;/b&gt; &amp; Co could not be read. Its vehicles stay" in shown
    assert "403" not in shown


def test_vehicles_are_sent_as_an_address_not_as_rows(service):
    service.poller.poll_once()
    app = run()
    assert layer(app, "vehicles")["data"].startswith("feed/vehicles/moving.json?")
    assert "2** shown of **3" in said(app)
    assert "1 without position" in str([element.proto for element in app.main])


@pytest.mark.parametrize(
    ("poll_seconds", "milliseconds"), [(2, 500), (5, 1250), (6, 1500), (15, 1500), (60, 1500)]
)
def test_vehicles_rest_most_of_the_time_between_polls(poll_seconds, milliseconds):
    assert glide_for(poll_seconds) == milliseconds


def test_ids_of_layers_stay_and_only_the_same_rows_glide(service, catena):
    service.poller.poll_once()
    app = run()
    first = [entry["id"] for entry in deck(app)["layers"]]
    for _ in range(2):
        assert not layer(app, "vehicles").get("transitions"), (
            "what there is to glide from may not be there yet"
        )
        service.poller.poll_once()
        app.run()
    assert [entry["id"] for entry in deck(app)["layers"]] == first
    assert layer(app, "vehicles")["transitions"], "the same vehicles glide to their new places"
    catena.locations(catena.rows["/v2/telematics/vehicle-locations"][1:])
    service.poller.poll_once()
    app.run()
    assert not layer(app, "vehicles").get("transitions"), "after a vehicle left, nobody flies to its place"


@pytest.mark.parametrize(
    ("browser", "most", "glides"),
    [
        (Window(), 0, True),
        (Window(still=True), 2, False),
        (Window(slow=True), 2, True),
        (Window(slow=True), 1, False),
    ],
    ids=["usual", "who wants nothing to move", "no graphics card, few", "no graphics card, many"],
)
def test_vehicles_glide_where_that_is_welcome_and_can_be_drawn(service, monkeypatch, browser, most, glides):
    monkeypatch.setattr(chart, "SLOWLY_DRAWN", most)
    service.poller.poll_once()
    app = run()
    app.session_state[KEPT] = browser
    for _ in range(2):
        service.poller.poll_once()
        app.run()
    assert bool(layer(app, "vehicles").get("transitions")) == glides


def test_few_vehicles_have_their_names_beside_them_which_glide_too(service):
    service.poller.poll_once()
    until(lambda: service.poller.directory.names.vehicles)
    service.poller.poll_once()
    app = run()
    assert [row["name"] for row in layer(app, "names")["data"]] == ["Truck a", "0412"]
    assert not layer(app, "names").get("transitions")
    service.poller.poll_once()
    app.run()
    assert layer(app, "names")["transitions"]
    control(app.segmented_control, "map_hexagons").set_value("coarse").run()
    assert layer(app, "names") is None


def test_the_names_of_many_come_as_tiles(service, monkeypatch):
    monkeypatch.setattr("dashboard.ui.map.names.FEW", 1)
    service.poller.poll_once()
    until(lambda: service.poller.directory.names.vehicles)
    service.poller.poll_once()
    app = run()
    assert layer(app, "names") is None
    assert layer(app, "name")["data"].startswith("feed/names/{z}/{x}/{y}.json?")
    assert "Truck" not in str(deck(app)["layers"])


def test_a_link_sets_the_filters_and_the_filters_set_the_link(service):
    service.poller.poll_once()
    app = run(fleet=["fleet-2"], source=["samsara"])
    assert control(app.multiselect, "map_fleets").value == ["fleet-2"]
    assert control(app.multiselect, "map_sources").value == ["samsara"]
    assert "1** shown of **3" in said(app)
    control(app.multiselect, "map_sources").set_value([]).run()
    assert "source" not in app.query_params
    assert asked(app, "fleet") == ["fleet-2"]


def test_cleared_filters_stay_cleared_while_a_busy_browser_still_shows_them(service):
    service.poller.poll_once()
    app = run(fleet=["fleet-2"], source=["samsara"])
    before = late(app)
    app.button(key="clear_all").click().run()
    for _ in range(2):
        app._run(before)
        assert control(app.multiselect, "map_fleets").value == []
        assert control(app.multiselect, "map_sources").value == []
        assert "3** " in said(app)
        assert "fleet" not in app.query_params
    control(app.multiselect, "map_fleets").set_value(["fleet-1"]).run()
    assert asked(app, "fleet") == ["fleet-1"], "what is chosen next counts"


def test_what_was_chosen_outlives_the_address_of_before(service, monkeypatch):
    service.poller.poll_once()
    app = run(fleet=["fleet-2"])
    control(app.multiselect, "map_fleets").set_value(["fleet-1"]).run()
    app.query_params["fleet"] = ["fleet-2"]
    app.run()
    assert control(app.multiselect, "map_fleets").value == ["fleet-1"], "the browser has not heard of it yet"
    assert asked(app, "fleet") == ["fleet-1"]
    monkeypatch.setattr(permalink, "LATE_SECONDS", -1)
    app.query_params["fleet"] = ["fleet-2"]
    app.run()
    assert control(app.multiselect, "map_fleets").value == ["fleet-2"], "somebody went back"


def test_a_filter_set_by_the_legend_outlives_a_busy_browser(service):
    service.poller.poll_once()
    app = run()
    before = late(app)
    app.button(key="legend_0").click().run()
    chosen = asked(app, "source")
    app._run(before)
    assert asked(app, "source") == chosen
    assert control(app.multiselect, "map_sources").value == chosen


def test_the_wall_is_entered_and_left_though_a_busy_browser_still_says_addresses_of_before(service):
    service.poller.poll_once()
    app = run(fleet=["fleet-2"])
    left = [dict(app.query_params)]
    control(app.multiselect, "map_fleets").set_value(["fleet-1"]).run()
    for button, on_wall in (("kiosk", True), ("leave_kiosk", False)) * 2:
        left.append(dict(app.query_params))
        app.button(key=button).click().run()
        for before in (left[-1], left[0], left[-1]):
            app.query_params.clear()
            app.query_params.update(before)
            app.run()
            assert ("leave_kiosk" in {one.key for one in app.button}) == on_wall
            assert on_wall or asked(app, "fleet") == ["fleet-1"]


@pytest.mark.parametrize("entered", [False, True])
def test_the_wall_is_left_and_entered_in_runs_that_are_broken_off(service, monkeypatch, entered):
    service.poller.poll_once()
    app = run(fleet=["fleet-1"], **({} if entered else {"kiosk": ["1"]}))
    say, broken_off = QueryParamsProxy.from_dict, []

    def say_or_break_off(proxy, *given):
        say(proxy, *given)
        if len(broken_off) < 2:
            broken_off.append(given)
            raise RerunException(
                RerunData(query_string=urlencode({"fleet": "fleet-1"} | ({} if entered else {"kiosk": 1})))
            )

    monkeypatch.setattr(QueryParamsProxy, "from_dict", say_or_break_off)
    app.button(key="kiosk" if entered else "leave_kiosk").click().run()
    assert len(broken_off) == 2
    assert ("leave_kiosk" in {one.key for one in app.button}) == entered
    assert ("kiosk" in app.query_params) == entered
    assert asked(app, "fleet") == ["fleet-1"]


def test_labels_are_what_others_rely_on(service):
    service.poller.poll_once()
    app = run()
    assert [widget.label for widget in app.multiselect][:2] == ["Fleet", "Source"]
    assert list(control(app.multiselect, "map_sources").options) == ["Geotab (2)", "Samsara (1)"]


def test_an_unknown_fleet_in_a_link_is_ignored_with_a_note(service):
    service.poller.poll_once()
    app = run(fleet=["nobody"])
    assert "3** " in said(app)
    assert "nobody" in said(app)
    assert "ignored" in said(app)
    assert "fleet" not in app.query_params


def test_a_failed_poll_keeps_the_vehicles_and_says_their_age(service, catena):
    service.poller.poll_once()
    good = service.poller.state.snapshot
    catena.failing["/v2/telematics/vehicle-locations"] = (500, {"message": "x"})
    service.poller.poll_once()
    app = run()
    assert layer(app, "vehicles") is not None
    assert "Positions on the map are" in said(app)
    assert service.poller.state.snapshot is good


def test_no_fleets_at_all(service, catena):
    catena.locations([])
    catena.rows["/v2/orgs/fleets"] = []
    catena.rows["/v2/telematics/vehicles"] = []
    service.poller.poll_once()
    app = run()
    assert not app.exception
    assert "Invite one" in said(app)
    assert "no vehicle matches" not in said(app).lower()
    assert app.button(key="invite_first").label == "Invite a first fleet"


def test_choosing_a_vehicle_opens_its_panel_and_marks_it(service):
    service.poller.poll_once()
    app = run(vehicle=["a"])
    assert layer(app, "chosen")["data"][0]["p"][0] == -88.0
    assert "geotab" in str([element.proto for element in app.get("html")])
    app.button(key="close_panel").click().run()
    assert layer(app, "chosen") is None
    assert "vehicle" not in app.query_params


def test_what_is_clicked_on_the_map_is_chosen_and_let_go_of(service):
    service.poller.poll_once()
    app = run()
    drawn = layer(app, "vehicles")["id"]
    select(app, drawn, {"n": 1})
    assert asked(app, "vehicle") == ["b"]
    service.poller.poll_once()
    select(app, drawn, {"n": 1})
    assert layer(app, "vehicles")["id"] == drawn, (
        "the same id at each tick, or the vehicles would be loaded anew"
    )
    select(app, "trailers", {"name": "x"})
    assert asked(app, "vehicle") == ["b"]
    select(app)
    assert asked(app, "vehicle") == []


@pytest.mark.parametrize("layer_id", ["vehicles", "vehicles-0badcafe"])
def test_a_selection_of_another_process_chooses_nothing(service, layer_id):
    service.poller.poll_once()
    app = run()
    select(app, layer_id, {"n": 1})
    assert asked(app, "vehicle") == []


def test_a_vehicle_is_opened_again_by_a_click_after_its_panel_was_closed(service):
    service.poller.poll_once()
    app = run()
    first = layer(app, "vehicles")["id"]
    select(app, first, {"n": 0})
    app.button(key="close_panel").click().run()
    second = layer(app, "vehicles")["id"]
    assert second != first, "the browser would take the next click for letting go"
    ids = [one["id"] for one in deck(app)["layers"]]
    assert ids.index(first) < ids.index(second), "drawn below until the other has its rows"
    select(app, first, {"n": 0})
    assert asked(app, "vehicle") == [], "what is still sent for the old layer goes nowhere"
    select(app, second, {"n": 0})
    assert asked(app, "vehicle") == ["a"]
    service.poller.poll_once()
    select(app, second, {"n": 0})
    assert first not in [one["id"] for one in deck(app)["layers"]]


def ids_of_vehicles(app):
    return [one["id"] for one in deck(app)["layers"] if one["id"].startswith("vehicles-")]


def test_what_stands_lies_below_what_moves_and_both_can_be_clicked(service, catena):
    catena.rows[LOCATIONS][0]["speed"] = 0.0
    service.poller.poll_once()
    app = run()
    standing, moving = ids_of_vehicles(app)
    addresses = [
        one["data"].partition("?")[0] for one in deck(app)["layers"] if one["id"] in {standing, moving}
    ]
    assert addresses == ["feed/vehicles/standing.json", "feed/vehicles/moving.json"]
    select(app, standing, {"n": 0})
    assert asked(app, "vehicle") == ["a"]
    select(app, moving, {"n": 1}, place=0)
    assert asked(app, "vehicle") == ["b"]
    service.poller.poll_once()
    select(app, moving, {"n": 1}, place=0)
    assert ids_of_vehicles(app) == [standing, moving], "what the browser holds is what is chosen"
    select(app)
    assert asked(app, "vehicle") == []


def test_only_what_moves_glides(service, catena):
    catena.rows[LOCATIONS][0]["speed"] = 0.0
    service.poller.poll_once()
    app = run()
    for _ in range(2):
        service.poller.poll_once()
        app.run()
    glides = [
        bool(one.get("transitions")) for one in deck(app)["layers"] if one["id"].startswith("vehicles-")
    ]
    assert glides == [False, True]
    catena.rows[LOCATIONS][0]["speed"] = 9.0
    service.poller.poll_once()
    app.run()
    assert layer(app, "vehicles")["transitions"], "a row was added after those of before"


def test_a_layer_is_loaded_anew_once_the_row_that_the_browser_holds_is_of_another_vehicle(service, catena):
    service.poller.poll_once()
    app = run()
    standing, moving = ids_of_vehicles(app)
    select(app, moving, {"n": 1})
    catena.locations(catena.rows[LOCATIONS][1:])
    service.poller.poll_once()
    select(app, moving, {"n": 1})
    below, before, anew = ids_of_vehicles(app)
    assert (below, before) == (standing, moving)
    assert asked(app, "vehicle") == ["b"], "the choice stays"
    select(app, moving)
    assert asked(app, "vehicle") == ["b"], "the browser has let go of what it held in the old layer"
    select(app, anew, {"n": 1}, place=0)
    select(app)
    assert asked(app, "vehicle") == []


def test_a_click_counts_after_another_vehicle_was_chosen_elsewhere(service):
    service.poller.poll_once()
    until(lambda: service.poller.directory.names.vehicles)
    service.poller.poll_once()
    app = run()
    select(app, layer(app, "vehicles")["id"], {"n": 0})
    control(app.text_input, "map_search").set_value("0412").run()
    app.button(key="map_result_b").click().run()
    assert asked(app, "vehicle") == ["b"]
    select(app, layer(app, "vehicles")["id"], {"n": 0})
    assert asked(app, "vehicle") == ["a"]


def test_a_choice_outlives_hexagons_for_which_the_browser_drops_it(service):
    service.poller.poll_once()
    app = run()
    select(app, layer(app, "vehicles")["id"], {"n": 0})
    control(app.segmented_control, "map_hexagons").set_value("coarse").run()
    assert layer(app, "vehicles") is None
    select(app)
    assert asked(app, "vehicle") == ["a"]


def test_a_defect_in_counting_is_said_and_the_filters_stay_in_reach(service, monkeypatch):
    service.poller.poll_once()
    app = run(state=["moving"])

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("dashboard.feed.frames.Frames.filtered", fail)
    service.poller.poll_once()
    assert service.poller.state.snapshot.version == 2, "published for all others"
    service.feed.lists.snapshot(refresh=True)
    app.run()
    assert not app.exception
    assert "What these filters leave cannot be shown" in said(app)
    assert "The list of what these filters leave cannot be shown" in said(app)
    assert "no vehicle" not in said(app).lower()
    assert deck(app), "the map keeps its place and so its view"
    assert asked(app, "state") == ["moving"]
    kiosk = run(kiosk=["1"])
    assert not kiosk.exception
    assert "What these filters leave cannot be shown" in said(kiosk)
    monkeypatch.undo()
    app.button(key="clear_in_more").click().run()
    assert "cannot be shown" not in said(app)
    assert layer(app, "vehicles")


def test_following_moves_the_centre_and_leaves_the_zoom(service, catena):
    service.poller.poll_once()
    app = run(vehicle=["a"])
    before = deck(app)["initialViewState"]
    control(app.toggle, "map_follow").set_value(True).run()
    rows = catena.rows["/v2/telematics/vehicle-locations"]
    rows[0]["location"]["coordinates"] = [-80.0, 35.0]
    service.poller.poll_once()
    app.run()
    after = deck(app)["initialViewState"]
    assert (after["longitude"], after["latitude"]) == pytest.approx((-80.0, 35.0), abs=1e-5)
    assert after["zoom"] == before["zoom"]
    control(app.toggle, "map_follow").set_value(False).run()
    control(app.toggle, "map_follow").set_value(True).run()
    again = deck(app)["initialViewState"]
    assert again["longitude"] != after["longitude"], "told anew, as the map may have been moved meanwhile"
    assert again["latitude"] != after["latitude"]
    app.run()
    assert deck(app)["initialViewState"] == again


def test_the_view_stays_when_vehicles_move(service, catena):
    service.poller.poll_once()
    app = run()
    before = deck(app)["initialViewState"]
    catena.rows["/v2/telematics/vehicle-locations"][0]["location"]["coordinates"] = [-70.0, 45.0]
    service.poller.poll_once()
    app.run()
    assert deck(app)["initialViewState"] == before
    app.button(key="fit").click().run()
    assert deck(app)["initialViewState"] != before


def test_fitting_twice_moves_twice(service):
    service.poller.poll_once()
    app = run()
    app.button(key="fit").click().run()
    first = deck(app)["initialViewState"]
    app.button(key="fit").click().run()
    second = deck(app)["initialViewState"]
    # Streamlit moves the map only for a changed value, so each of the three differs, by less than anybody sees.
    for name in ("longitude", "latitude", "zoom"):
        assert 0 < abs(second[name] - first[name]) < 1e-5


def test_a_legend_entry_filters_and_takes_the_filter_away(service):
    service.poller.poll_once()
    app = run()
    app.button(key="legend_0").click().run()
    (chosen,) = asked(app, "source")
    assert control(app.multiselect, "map_sources").value == [chosen]
    number = next(n for n in range(2) if chosen in app.button(key=f"legend_{n}").label.lower())
    app.button(key=f"legend_{number}").click().run()
    assert "source" not in app.query_params


def test_names_are_text_wherever_they_come(service):
    service.poller.poll_once()
    app = run(fleet=["fleet-2"])
    everything = str([element.proto for element in app.main])
    assert "\\\\<b\\\\>Bold" in everything or "\\<b\\>Bold" in everything


def test_the_search_finds_and_goes(service):
    service.poller.poll_once()
    until(lambda: service.poller.directory.names.vehicles)
    service.poller.poll_once()
    app = run()
    control(app.text_input, "map_search").set_value("0412").run()
    before = late(app)
    app.button(key="map_result_b").click().run()
    for _ in range(2):
        assert asked(app, "vehicle") == ["b"]
        assert control(app.text_input, "map_search").value == ""
        app._run(before)  # a busy browser still shows what was typed


def test_kiosk_has_no_controls_and_big_numbers(service):
    service.poller.poll_once()
    app = run(kiosk=["1"])
    assert not app.multiselect
    assert [button.label for button in app.button] == ["Leave the wall screen"]
    html = str([element.proto for element in app.get("html")])
    assert "vehicles" in html
    assert "moving" in html


@pytest.mark.parametrize(
    ("viewer", "query", "shown"),
    [
        (OPERATOR, {}, {"Line fleet-1", "&lt;b&gt;Bold&lt;/b&gt; &amp; Co"}),
        (OPERATOR, {"fleet": ["fleet-1"]}, {"Line fleet-1"}),
        (Viewer("guest", Visibility(frozenset({"fleet-1"}))), {}, {"Line fleet-1"}),
        (Viewer("guest", Visibility(frozenset({"fleet-1"}))), {"fleet": ["fleet-2"]}, {"Line fleet-1"}),
    ],
)
def test_kiosk_goes_through_the_fleets_asked_for_that_the_viewer_may_see(
    service, monkeypatch, viewer, query, shown
):
    monkeypatch.setattr("tests.dashboard.ui.map.page.VIEWER", viewer)
    service.poller.poll_once()
    found, app = set(), run(kiosk=["cycle"], **query)
    for turn in range(4):
        at = datetime.now(UTC) + timedelta(seconds=CYCLE_SECONDS * turn)
        monkeypatch.setattr(
            "dashboard.ui.map.kiosk.fleet_on_show", lambda ids, _, at=at: fleet_on_show(ids, at)
        )
        app.run()
        html = " ".join(element.proto.body for element in app.get("html"))
        found |= set(re.findall(r'<p class="fleet">(.*?)</p>', html))
    assert found == shown


def test_an_old_snapshot_is_said_to_be_old(service):
    service.poller.poll_once()
    state = service.poller.state
    old = replace(state.snapshot, taken_at=datetime.now(UTC) - timedelta(minutes=41))
    service.poller.state = PollState(snapshot=old, problem="The API did not answer.")
    app = run()
    assert "41 min old" in said(app)
