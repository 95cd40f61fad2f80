"""The map that a browser remembers, without a browser."""

from types import SimpleNamespace

import pytest
from starlette.requests import cookie_parser

from dashboard.configuration.settings import load
from dashboard.ui.map import basemaps


@pytest.mark.parametrize("name", ["Streets", "Air & Roads", "Straßen", "50 %", 'a"b; path'])
def test_a_map_of_any_name_is_remembered_and_its_name_ends_no_cookie(monkeypatch, name):
    settings = load({"CATENA_BASEMAPS": f"{name}=https://a.example/style.json"}, {})
    monkeypatch.setattr(basemaps, "service", lambda: SimpleNamespace(settings=settings, prefix="/maps"))
    browser = SimpleNamespace(session_state={basemaps.CHOSEN: name.casefold()})
    monkeypatch.setattr(basemaps, "st", browser)
    kept, *attributes = basemaps.cookie().split("; ")
    assert attributes == ["path=/maps", "max-age=31536000", "samesite=lax"]
    browser.session_state, browser.context = {}, SimpleNamespace(cookies=cookie_parser(kept))
    assert basemaps._remembered() == name.casefold()


@pytest.mark.parametrize("kept", ["", "gone", "%"])
def test_a_map_that_is_offered_no_more_is_forgotten(monkeypatch, kept):
    service = SimpleNamespace(settings=load({}, {}), prefix="")
    monkeypatch.setattr(basemaps, "service", lambda: service)
    context = SimpleNamespace(cookies={basemaps.COOKIE: kept})
    monkeypatch.setattr(basemaps, "st", SimpleNamespace(session_state={}, context=context))
    assert basemaps._remembered() == ""
