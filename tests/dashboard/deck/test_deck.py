"""What a deck costs the script: pydeck must not look for its Jupyter widget each time one is made."""

import importlib.machinery
import sys

import pydeck as pdk

from dashboard.deck.deck import deck
from dashboard.deck.viewport import DEFAULT_VIEW


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
