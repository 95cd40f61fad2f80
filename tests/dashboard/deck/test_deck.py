"""A deck: its layers, its limits, and what it costs the script.

pydeck must not look for its Jupyter widget each time one is made.
"""

import importlib.machinery
import json
import sys

import pydeck as pdk
import pytest

from dashboard.deck.deck import deck
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
