"""A deck: its layers, its limits, and what it costs the script.

pydeck must not look for its Jupyter widget each time one is made.
"""

import importlib.machinery
import json
import sys

import pydeck as pdk
import pytest

from dashboard.deck import basemap
from dashboard.deck.deck import COMPLETED, PLAIN_TOOLTIP, TOOLTIP, deck
from dashboard.deck.viewport import DEFAULT_VIEW, ViewState


def test_a_deck_imports_nothing(monkeypatch):
    executed = []
    monkeypatch.setattr(
        importlib.machinery.SourceFileLoader,
        "get_code",
        lambda _loader, name: executed.append(name) or compile("raise ImportError", name, "exec"),
    )

    deck([], DEFAULT_VIEW, setting="", theme="light", assets_url="assets/")

    assert executed == []


def test_pydeck_would_import_its_widget_at_each_deck_if_it_were_not_known_to_be_missing(monkeypatch):
    # Once this fails, the entry in sys.modules has no purpose any more.
    monkeypatch.delitem(sys.modules, "pydeck.widget")
    executed = []
    monkeypatch.setattr(
        importlib.machinery.SourceFileLoader,
        "get_code",
        lambda _loader, name: executed.append(name) or compile("raise ImportError", name, "exec"),
    )

    pdk.Deck([])

    assert set(executed) == {"pydeck.widget"}
    assert len(executed) > 1


def spec(setting="", zoom=3.0):
    overlay = [pdk.Layer("ScatterplotLayer", id="vehicles-1"), pdk.Layer("IconLayer", id="chosen")]
    view = ViewState(-97, 40, zoom)
    return json.loads(deck(overlay, view, setting=setting, theme="light", assets_url="assets/").to_json())


def test_names_of_places_lie_over_the_vehicles_and_the_ground_under_them():
    assert [layer["id"] for layer in spec()["layers"]] == [
        "basemap-ocean",
        "basemap-shapes",
        "basemap-lines",
        "vehicles-1",
        "chosen",
        "basemap-names",
    ]


def test_a_hosted_map_brings_its_own_ground_and_names():
    assert [layer["id"] for layer in spec("carto")["layers"]] == ["vehicles-1", "chosen"]


@pytest.mark.parametrize(
    ("setting", "zoom", "shown"),
    [("", 3.0, 3.0), ("", 15.0, 12.0), ("carto", 15.0, 15.0), ("carto", 22.0, 20.0)],
)
def test_a_view_keeps_within_what_the_map_can_show(setting, zoom, shown):
    view = spec(setting, zoom)["initialViewState"]
    # Both limits each time: Streamlit passes on what changes, and nothing of what is left out.
    assert view["zoom"] == shown
    assert (view["minZoom"], view["maxZoom"]) == (0, 20 if setting else 12)


@pytest.mark.parametrize("setting", ["", "carto", "https://maps.example/style.json"])
def test_a_deck_says_what_pydeck_would_say(setting):
    overlay = [
        pdk.Layer(
            "TextLayer", id="names", data="feed/x.json?a=1&b=2", get_position="p", font=pdk.types.String("a")
        ),
        pdk.Layer(
            "IconLayer", id="chosen", data=[{"p": [1, 2], "icon": "é"}], transitions={"getPosition": 5}
        ),
    ]
    made = deck(overlay, ViewState(-97, 40, 3), setting=setting, theme="light", assets_url="assets/")
    provider, style = basemap.style(setting, "light")
    if not setting:
        overlay = [*basemap.ground("light", "assets/"), *overlay, basemap.names("light", "assets/")]
    theirs = pdk.Deck(
        overlay,
        initial_view_state=pdk.ViewState(
            -97, 40, 3, 0, basemap.closest_zoom(setting), transition_duration=0, **COMPLETED
        ),
        map_provider=provider,
        **({"map_style": style} if style else {}),
    )
    assert json.loads(made.to_json()) == json.loads(theirs.to_json())
    assert len(made.to_json()) < 0.8 * len(theirs.to_json())


def test_what_is_the_same_for_all_viewers_is_written_once(monkeypatch):
    first = deck([], DEFAULT_VIEW, setting="", theme="dark", assets_url="assets/").to_json()
    monkeypatch.setattr(basemap, "ground", None)
    monkeypatch.setattr(basemap, "names", None)
    monkeypatch.setattr(pdk, "Deck", None)
    assert deck([], DEFAULT_VIEW, setting="", theme="dark", assets_url="assets/").to_json() == first


def test_the_tooltip_says_what_the_rows_have():
    for plain, tooltip in ((True, PLAIN_TOOLTIP), (False, TOOLTIP)):
        made = deck([], DEFAULT_VIEW, setting="", theme="dark", assets_url="assets/", plain=plain)
        assert made._tooltip is tooltip
