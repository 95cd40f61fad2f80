"""The map on which frames are counted, with roads and without."""

import json

from streamlit.testing.v1 import AppTest

from tests.browser.rig import ROOT


def layers(plain):
    page = AppTest.from_file(str(ROOT / "benchmarks" / "frames_page.py"), default_timeout=30)
    if plain:
        page.query_params["plain"] = "yes"
    page.run()
    assert not page.exception
    return json.loads(page.get("deck_gl_json_chart")[0].proto.json)["layers"]


def test_only_roads_and_the_names_close_by_are_left_out():
    every, plain = layers(plain=False), layers(plain=True)
    assert {layer["id"] for layer in every} - {layer["id"] for layer in plain} == {"basemap-lines"}
    assert plain[-1]["maxZoom"] == 6
    assert every[-1]["maxZoom"] != 6
