"""Where the map looks, and which map it is: what is asked for by a link, by a button, and what a browser says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.access.viewer import OPERATOR
from dashboard.configuration.map_styles import Basemap
from dashboard.deck.viewport import Padding
from dashboard.ui.map import basemaps, camera, window
from dashboard.ui.map.window import KEPT, Window
from tests.dashboard.catena import location, vehicle
from tests.dashboard.ui.map.drives import catena_with_histories
from tests.dashboard.ui.map.page import asked, button, control, deck, labels, loaded, words

DESKTOP = Window(1240, 540, known=True, untouched=999)
PHONE = Window(367, 560, known=True, untouched=999)
STREETS = "https://tiles.openfreemap.org/styles/positron"
PLACE = (-88.0, 42.0)
"""Of the vehicles of the world, longitude and latitude."""


@pytest.fixture
def catena():
    made, now = catena_with_histories(), datetime.now(UTC).isoformat()
    made.rows["/v2/telematics/vehicles"] = [vehicle(name) for name in "abc"]
    made.locations(
        [
            location("a", lon=PLACE[0], lat=PLACE[1], at=now),
            location("b", lon=-120.0, lat=30.0, at=now),
            location("c", location=None, at=now),
        ]
    )
    return made


def view(app):
    return deck(app)["initialViewState"]


def style(app):
    """The style of a hosted map; None while there is none."""
    found = deck(app)["mapStyle"]
    return None if found == "__MAP_STYLE__" else found


def centre(app):
    return view(app)["longitude"], view(app)["latitude"]


def say(app, said):
    """What a browser says of its window, as the script has it from then on."""
    app.session_state[KEPT] = said
    app.run()
    assert not app.exception


def test_a_fit_is_done_anew_once_the_map_s_size_is_known_and_not_when_it_changes_later(
    open_page, monkeypatch
):
    app = open_page()
    first = view(app)
    assert first["transitionDuration"] == 0
    say(app, DESKTOP)
    fitted = view(app)
    assert fitted["zoom"] != first["zoom"]
    assert fitted["transitionDuration"] == 0, "the map is not open yet, so nothing is seen to move"
    say(app, replace(DESKTOP, padding=Padding(right=320)))
    clear = view(app)
    assert clear["longitude"] > fitted["longitude"] + 1, "what has come to lie over the right keeps clear"
    now = camera.time.monotonic()
    monkeypatch.setattr(camera.time, "monotonic", lambda: now + camera.SETTLING_SECONDS + 1)
    say(app, PHONE)
    assert view(app) == clear
    button(app, "Fit to all").click().run()
    assert view(app)["zoom"] < clear["zoom"] - 0.5
    assert view(app)["transitionDuration"] > 0
    say(app, replace(PHONE, still=True))
    button(app, "Fit to all").click().run()
    assert view(app)["transitionDuration"] == 0, "who wants nothing to move sees nothing move"


def test_a_fit_is_not_done_anew_once_a_hand_has_moved_the_map(open_page):
    app = open_page()
    say(app, DESKTOP)
    button(app, "Fit to all").click().run()
    fitted = view(app)
    say(app, replace(DESKTOP, padding=Padding(right=320), untouched=0.0))
    assert view(app) == fitted
    say(app, replace(DESKTOP, padding=Padding(right=320)))
    assert view(app)["longitude"] > fitted["longitude"] + 1, "touched before the fit, or never"


def test_going_there_is_in_the_link_until_all_is_shown_again(open_page):
    app = open_page(vehicle="a")
    assert centre(app) == pytest.approx(PLACE, abs=1e-4)
    assert view(app)["zoom"] == pytest.approx(10, abs=0.01)
    app.run()
    assert asked(app, "at") == [], "the link says it already, wherever the vehicle is by then"
    button(app, "Fit to all").click().run()
    app.run()
    assert asked(app, "at") == []
    assert asked(app, "vehicle") == ["a"]
    button(app, "Go there").click().run()
    app.run()
    assert asked(app, "at") == ["42.00000,-88.00000,10.00"]


def test_a_link_made_while_following_leads_to_the_vehicle(open_page):
    app = open_page(vehicle="a", at="39.5,-104.25,9.5")
    control(app.toggle, "map_follow").set_value(True).run()
    app.run()
    assert centre(app) == pytest.approx(PLACE, abs=1e-4)
    assert (asked(app, "at"), asked(app, "vehicle")) == ([], ["a"])
    button(app, "Go there").click().run()
    control(app.toggle, "map_follow").set_value(False).run()
    button(app, "Go there").click().run()
    button(app, "Close").click().run()
    app.run()
    assert (asked(app, "at"), asked(app, "vehicle")) == (["42.00000,-88.00000,10.00"], [])


def test_a_link_opens_where_it_was_made(open_page):
    app = open_page(at="39.5,-104.25,9.5", vehicle="a")
    assert centre(app) == pytest.approx((-104.25, 39.5), abs=1e-4)
    assert view(app)["zoom"] == pytest.approx(9.5, abs=0.01)
    assert asked(app, "at") == ["39.50000,-104.25000,9.50"]
    say(app, PHONE)
    assert centre(app) == pytest.approx((-104.25, 39.5), abs=1e-4)


@pytest.mark.parametrize(
    "wrong", ["91,0,5", "0,181,5", "0,0,99", "0,0,-1", "1,2", "nan,0,5", "here", "1,2,3,4", "1e999,0,5"]
)
def test_a_place_that_cannot_be_is_said_and_left_out(open_page, wrong):
    app = open_page(at=wrong)
    assert f"The link asks for the place “{wrong}”, which is not known here" in words(app)
    assert asked(app, "at") == []
    assert view(app)["zoom"] > 1, "all vehicles are shown instead"


def test_a_vehicle_without_position_is_not_gone_to_nor_followed(open_page):
    app = open_page(vehicle="c")
    assert "without position" in words(app)
    assert not {"Go there"} & labels(app)
    assert not [one for one in app.toggle if one.label == "Follow"]
    assert centre(app)[0] == pytest.approx((-88 - 120) / 2, abs=1), "all others are shown"


def test_trails_are_framed_when_they_have_come_and_are_in_the_link(open_page):
    app = open_page(vehicle="a")
    button(app, "Show trail").click().run()
    loaded(app)
    app.run()
    framed = view(app)
    assert framed["zoom"] != pytest.approx(10, abs=0.3)
    assert (asked(app, "trail"), asked(app, "hours"), asked(app, "at")) == (["a"], ["6"], [])
    again = open_page(vehicle="a", trail="a", hours="6")
    assert "Close trails" in labels(again) or loaded(again)
    again.run()
    assert centre(again) == pytest.approx((framed["longitude"], framed["latitude"]), abs=1e-3)
    button(again, "Close trails").click().run()
    again.run()
    assert asked(again, "trail") == []


def test_who_may_not_see_trails_is_told_so_by_such_a_link(open_page, monkeypatch):
    viewer = replace(OPERATOR, may_see_trails=False)
    monkeypatch.setattr("tests.dashboard.ui.map.page.VIEWER", viewer)
    app = open_page(trail=["a", "b"], hours="24")
    assert "The link asks for trails, which are not shown to you; only where vehicles are now." in words(app)
    assert asked(app, "trail") == []
    assert "Close trails" not in labels(app)


def test_another_map_leaves_the_view_and_the_choice(open_page):
    app = open_page(vehicle="a")
    before = view(app)
    assert before["maxZoom"] == 12
    control(app.button_group, "map_basemap").set_value("streets").run()
    assert style(app) == STREETS
    assert not [one for one in deck(app)["layers"] if one["id"].startswith("basemap")]
    after = view(app)
    assert after.pop("maxZoom") == 20
    assert after == {name: value for name, value in before.items() if name != "maxZoom"}
    assert asked(app, "map") == ["streets"]
    assert asked(app, "vehicle") == ["a"]
    (toast,) = app.toast
    assert "tiles.openfreemap.org" in toast.value.replace("\\", "")
    app.run()
    assert not app.toast, "said once"
    control(app.button_group, "map_basemap").set_value("plain").run()
    assert style(app) is None
    assert asked(app, "map") == []


def test_a_map_is_in_the_link_and_one_that_is_not_offered_is_said(open_page):
    assert style(open_page(map="streets")) == STREETS
    app = open_page(map="moon")
    assert "The link asks for the map “moon”, which is not known here" in words(app)
    assert style(app) is None


def test_a_map_out_of_reach_gives_way_to_the_plain_one_until_it_is_back(open_page):
    app = open_page(map="streets")
    say(app, replace(DESKTOP, unreachable=STREETS))
    assert "The map “Streets” cannot be reached from your browser" in words(app)
    assert style(app) is None
    assert [one for one in deck(app)["layers"] if one["id"].startswith("basemap")]
    assert asked(app, "map") == ["streets"], "it is still the one that is wanted"
    say(app, DESKTOP)
    assert style(app) == STREETS
    assert "cannot be reached" not in words(app)


@pytest.fixture
def cookies(monkeypatch):
    """What the browser has brought."""
    held = {}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda _: held))
    return held


def test_the_map_chosen_before_is_there_again_unless_a_link_asks_for_another(open_page, cookies):
    cookies["basemap"] = "streets"
    app = open_page()
    assert style(app) == STREETS
    assert not app.toast, "told when it was chosen"
    assert style(open_page(map="plain")) is None
    cookies["basemap"] = "moon"
    assert style(open_page()) is None


def test_without_other_maps_there_is_nothing_to_choose(open_page, service):
    service.settings = replace(service.settings, basemaps=())
    app = open_page()
    assert not [one for one in app.button_group if (one.key or "").startswith("map_basemap")]


def test_the_dark_has_a_style_of_its_own():
    both = Basemap("Both", "https://a.example/light", "https://a.example/dark")
    assert basemaps._style(both, "dark") == both.dark
    assert basemaps._style(both, "light") == both.light


def test_a_browser_that_cannot_draw_is_told_in_the_map_s_place(open_page):
    app = open_page()
    say(app, Window(draws=False))
    assert not app.get("deck_gl_json_chart")
    assert "Your browser cannot draw the map" in words(app)
    assert app.dataframe, "the list stays"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Window()),
        ({"width": 800.4, "height": 600}, Window(800, 600, known=True)),
        ({"width": 800, "height": 600, "right": 320, "top": 40},
         Window(800, 600, Padding(top=40, right=320), known=True)),
        ({"width": 0, "height": 600, "right": 320}, Window()),
        ({"width": float("nan"), "height": 1e9}, Window()),
        ({"width": "wide", "height": None, "draws": False, "slow": True, "still": True, "unreachable": "https://x"},
         Window(draws=False, slow=True, still=True, unreachable="https://x")),
        ({"untouched": 2.5}, Window(untouched=2.5)),
        ({"untouched": None}, Window()),
    ],
    ids=["nothing", "a size", "what lies over it", "no size yet", "no sizes at all", "the rest",
         "a hand on it", "no time"],
)  # fmt: skip
def test_what_a_browser_says_is_taken_for_no_more_than_it_is(said, expected):
    assert window.read(said) == expected
