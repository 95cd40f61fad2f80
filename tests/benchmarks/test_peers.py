"""The peers' pages in Streamlit's own test runner: each draws every vehicle. Without its library one is left out."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.peers import PEERS
from dashboard.configuration.settings import Settings
from dashboard.service import Service, install
from tests.browser.rig import ROOT

LIBRARIES = {"plotly_chart": "plotly", "folium_map": "streamlit_folium"}


@pytest.fixture(scope="module")
def located():
    """How many vehicles can be drawn of a service that has polled once."""
    made = install(Service(Settings()))
    made.poller.poll_once()
    yield int(made.poller.state.snapshot.vehicles["lon"].notna().sum())
    made.close()


def drawn(kind, app):
    """How many vehicles what is sent to the browser has."""
    match kind:
        case "plotly_chart":
            figure = json.loads(app.get("plotly_chart")[0].proto.spec)
            return sum(len(trace["hovertext"]) for trace in figure["data"])
        case "folium_map":
            arguments = json.loads(app.get("component_instance")[0].proto.json_args)
            data = arguments["feature_group"].partition("var data = ")[2]
            return len(json.JSONDecoder().raw_decode(data)[0])
        case _:
            return len(
                json.loads(app.get("deck_gl_json_chart")[0].proto.json)["layers"][
                    -1 if kind == "st_map" else -2
                ]["data"]
            )


@pytest.mark.parametrize("kind", PEERS)
def test_each_peer_draws_every_vehicle(kind, located):
    pytest.importorskip(LIBRARIES.get(kind, "streamlit"))
    app = AppTest.from_file(str(ROOT / "benchmarks" / "peers" / f"{kind}.py"), default_timeout=60).run()
    assert not app.exception
    assert located > 1000
    assert drawn(kind, app) == located
