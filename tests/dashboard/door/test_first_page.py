"""The page that everything begins with."""

from __future__ import annotations

import re
from dataclasses import replace

import brotli
import pytest

from dashboard.configuration.settings import Settings
from dashboard.door import streamlit_internals
from dashboard.door.first_page import files
from tests.dashboard.door.knocking import House


def page_of(settings: Settings) -> str:
    return House(settings).ask("/html").text


def test_it_is_named_before_any_script_of_streamlits() -> None:
    page = page_of(Settings())
    assert page.count("<title>") == 1
    assert page.index("<title>Catena Live Map</title>") < page.index('<script type="module"')
    assert (
        '<meta name="description" content="The vehicles of all connected fleets, live on one map.">' in page
    )
    assert '<meta property="og:title" content="Catena Live Map">' in page
    assert "og:image" not in page, "nobody knows our address from outside"
    assert "./assets/brand/favicon.png?v=" in page
    assert "./favicon.png" not in page


def test_a_company_names_it_and_its_name_is_text() -> None:
    page = page_of(Settings(company_name='<script>"Acme"</script>', public_url="https://maps.example.com/x"))
    assert "<title>&lt;script&gt;&quot;Acme&quot;&lt;/script&gt; · Live map</title>" in page
    assert re.search(r'og:image" content="https://maps\.example\.com/x/assets/brand/[\w.]+\?v=\w+"', page)


def test_streamlits_own_font_is_not_asked_for() -> None:
    assert "SourceSans" not in page_of(Settings())


def test_the_maps_code_is_asked_for_last_and_everything_once() -> None:
    page = page_of(Settings())
    named = files(page)
    assert len(named) == len(set(named)) > 70
    at = page.index("/DeckGlJsonChart.")
    assert page.index("/index.") < at
    assert page.count("data-map") == 1
    marked = re.search(
        r'<link rel="modulepreload" data-map crossorigin href="\./static/js/DeckGl[^"]+">', page
    )
    assert marked
    scripts = House(Settings()).doorway.files
    assert all(path in scripts for path in named)


def test_it_comes_packed_and_is_not_kept() -> None:
    house = House(Settings())
    answer = house.ask("/html", headers={"accept-encoding": "gzip, br"})
    assert brotli.decompress(answer.body) == house.ask("/html").body
    assert answer.headers["content-encoding"] == "br"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Accept-Encoding"
    told = house.ask("/html", "HEAD", headers={"accept-encoding": "br"})
    assert (told.body, told.headers["content-length"]) == (b"", answer.headers["content-length"])


def test_the_first_picture_has_our_colours() -> None:
    script = House(Settings()).ask("/door/door.js").text
    assert script.startswith('window.__streamlit = {"LIGHT_THEME": {')


@pytest.mark.parametrize("missing", ["title", "icon", "font"])
def test_what_is_changed_in_streamlits_page_is_there(missing: str) -> None:
    page = streamlit_internals.index_html()
    wanted = {"title": "<title>Streamlit</title>", "icon": 'href="./favicon.png"', "font": "SourceSansVF"}
    assert wanted[missing] in page, (
        "Streamlit's page has changed its form; dashboard/door/first_page.py has to follow"
    )


def test_the_map_takes_what_its_script_imports() -> None:
    found = streamlit_internals.map_files()
    assert found[0].startswith("/static/js/DeckGlJsonChart."), "Streamlit's map has another name"
    assert len(found) == len(set(found)) > 20
    assert any(path.startswith("/static/js/index.") for path in found), "imports are not found any more"
    assert found[-1].startswith("/static/css/DeckGlJsonChart.")
    folder = streamlit_internals.static_folder()
    assert all((folder / path.removeprefix("/static/")).is_file() for path in found)


def test_the_settings_name_the_dashboard() -> None:
    assert Settings().title == "Catena Live Map"
    assert replace(Settings(), company_name="Acme").title == "Acme · Live map"
