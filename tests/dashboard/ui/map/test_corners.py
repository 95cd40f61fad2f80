"""The corners of the map are said anew when they say something else, and not at each snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.ui.map import corners, pulse
from pages import live_map
from tests.dashboard.catena import LOCATIONS, Catena, fleet, location, vehicle
from tests.dashboard.ui.map.page import control, labels, run, said

EVERYTHING = [corners.OVER, corners.BELOW]


@pytest.fixture
def catena():
    catena = Catena()
    catena.rows["/v2/orgs/fleets"] = [fleet("fleet-1")]
    catena.rows["/v2/telematics/vehicles"] = [vehicle("a"), vehicle("b")]
    now = datetime.now(UTC).isoformat()
    catena.locations(
        [location("a", at=now), location("b", at=now, source_name="samsara", tsp_slug="samsara")]
    )
    return catena


@pytest.fixture
def written() -> dict[str, str]:
    """What the browser was last told to write."""
    return {}


@pytest.fixture
def changed(monkeypatch, written):
    """What would be said anew by the run that the pulse asks for, before each run of the page."""
    found: list[list[str]] = []

    def beat(_soon, *, on_due, texts, **_):
        on_due()
        written.clear()
        written.update(texts)

    monkeypatch.setattr(
        live_map, "_with_corners", lambda scope, request: found.append(corners.changed(scope, request))
    )
    monkeypatch.setattr(pulse, "beat", beat)
    return found


@pytest.fixture
def poll(service):
    """Take the next snapshot, just now."""

    def once():
        service.poller.poll_once()
        state = service.poller.state
        service.poller.state = replace(state, snapshot=replace(state.snapshot, taken_at=datetime.now(UTC)))

    once()
    once()
    return once


def test_of_a_snapshot_that_says_the_same_no_corner_is_drawn(changed, poll):
    app = run()
    assert changed == [EVERYTHING]
    poll()
    app.run()
    assert changed[-1] == []
    assert "**2** shown of **2**" in said(app)


COUNT, LEGEND = ".st-key-map_count strong:nth-of-type", ".st-key-legend_{} button strong"


def test_numbers_follow_the_snapshot_and_only_the_browser_writes_them(changed, poll, catena, written):
    app = run()
    assert written == {}, "they are said with everything else"
    now = datetime.now(UTC).isoformat()
    catena.rows["/v2/telematics/vehicles"].append(vehicle("c"))
    others = [location(one, at=now) for one in "ac"]
    catena.locations([*others, location("b", at=now, source_name="samsara", tsp_slug="samsara")])
    poll()
    app.run()
    assert changed[-1] == []
    assert written == {
        f"{COUNT}(1)": "3",
        f"{COUNT}(2)": "3",
        LEGEND.format(0): "2",
        LEGEND.format(1): "1",
    }
    assert "**3** shown of **3**" in said(app), "a whole run says them too"
    assert any("**2**" in label for label in labels(app))


def test_what_else_the_legend_says_is_said_anew(changed, poll, catena, written):
    app = run()
    catena.locations([location(one, at=datetime.now(UTC).isoformat()) for one in "ab"])
    poll()
    app.run()
    assert changed[-1] == [corners.BELOW]
    assert written == {f"{COUNT}(1)": "2", f"{COUNT}(2)": "2"}
    assert any("**2**" in label for label in labels(app))
    app.run()
    assert changed[-1] == []


def test_where_no_vehicle_is_left_that_is_said(changed, poll, catena):
    app = run()
    catena.locations([])
    poll()
    app.run()
    assert changed[-1] == EVERYTHING


def test_while_something_is_wrong_the_line_over_the_map_counts_on(changed, poll, catena, service):
    app = run()
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    service.poller.poll_once()
    for _ in range(2):
        app.run()
        assert corners.OVER in changed[-1]
    assert "last poll failed" in said(app)
    catena.failing.clear()
    poll()
    app.run()
    assert corners.OVER in changed[-1]
    app.run()
    assert changed[-1] == []


def test_hexagons_are_explained_anew_with_each_snapshot(changed, poll):
    app = run(hex=["coarse"])
    app.run()
    assert changed[-1] == []
    poll()
    app.run()
    assert changed[-1] == [corners.BELOW]


def test_a_defect_in_drawing_is_said_over_the_map(changed, poll, monkeypatch):
    app = run()
    with monkeypatch.context() as broken:
        broken.setattr("dashboard.ui.map.overlay.layers", None)
        app.run()
        assert "What these filters leave cannot be shown" in said(app)
        assert "**2** shown of **2**" in said(app), "what can be said is"
    app.run()
    assert "cannot be shown" not in said(app)


def test_a_defect_in_comparing_has_everything_drawn(changed, poll, monkeypatch):
    app = run()
    monkeypatch.setattr(corners, "_said", None)
    app.run()
    assert changed[-1] == EVERYTHING
    assert not app.exception


def test_a_click_in_a_corner_reaches_the_whole_page(changed, poll):
    app = run()
    app.button(key="legend_0").click().run()
    assert control(app.multiselect, "map_sources").value
