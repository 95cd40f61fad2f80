"""Trails on the map: who is answered, and that what is drawn is what was reported."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.access.scope import Scope
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.catena import Histories, location
from tests.dashboard.feeds import ALL, NORTH, Feeds
from tests.dashboard.frames import NOW, vehicles
from tests.dashboard.waiting import until


def snapshot_of(*rows):
    return Snapshot(1, NOW, vehicles(*rows))


ONE = snapshot_of({"vehicle_id": "v0", "fleet_id": "f1", "name": "<i>Truck</i>"})


def drive(pages, per_page):
    """A drive through the start of all degrees, a fix a second, given in `pages` pages."""
    return [
        location("v0", lon=-0.5 + n * 1e-4, lat=-0.3 + n * 1e-4, at=(NOW - timedelta(hours=5, seconds=-n)).isoformat())
        for n in range(pages * per_page)
    ]  # fmt: skip


def finished(feeds, vehicle_ids, hours, viewer=OPERATOR, snapshot=ONE):
    """A set of trails whose histories have come."""
    made = feeds.feed.trail_sets.begin(viewer, snapshot, vehicle_ids, hours)
    until(lambda: made.progress.finished)
    return made


def test_a_history_of_twenty_pages_is_drawn_whole():
    catena = Histories(page_size=500)
    catena.locations(drive(20, 500))
    with Feeds(ONE, catena=catena) as feeds:
        held = finished(feeds, ["v0", "no such vehicle"], 6)
        lines = feeds.get(feeds.feed.trails.url(held, ALL, "lines")).json()
    assert catena.asked["/v2/telematics/vehicle-locations"] == 20
    assert held.notes == []
    assert (held.trails["v0"].stats.fixes, held.trails["v0"].stats.dropped) == (10_000, 0)
    drawn = list(itertools.chain.from_iterable(line["path"] for line in lines))
    assert drawn[0] == pytest.approx([-0.5, -0.3])
    assert drawn[-1] == pytest.approx([-0.5 + 9_999e-4, -0.3 + 9_999e-4])
    assert {line["name"] for line in lines} == {"<i>Truck</i>"}


def test_trails_have_a_line_over_no_hole_and_a_mark_for_each_stop():
    catena = Histories()
    at = NOW - timedelta(hours=3)
    moving = [
        location(
            "v0", lon=-88 + n * 0.01, at=(at + timedelta(minutes=n + (40 if n >= 30 else 0))).isoformat()
        )
        for n in range(60)
    ]
    standing = [
        location("v0", lon=-87.4, speed=0.0, at=(at + timedelta(minutes=101 + n)).isoformat())
        for n in range(10)
    ]
    catena.locations(moving + standing)
    with Feeds(ONE, catena=catena) as feeds:
        held = finished(feeds, ["v0"], 6)
        lines = feeds.get(feeds.feed.trails.url(held, ALL, "lines")).json()
        (stop,) = feeds.get(feeds.feed.trails.url(held, ALL, "stops")).json()
    spans = [(line["path"][0][0], line["path"][-1][0]) for line in lines]
    assert not any(west <= -87.71 + 1e-6 and east >= -87.70 - 1e-6 for west, east in spans), (
        "a line over the hole"
    )
    assert stop["label"].startswith("stopped 9 min, from 2026-05-04")


@pytest.fixture
def feeds():
    with Feeds(ONE) as made:
        yield made


def test_urls_are_relative_and_work_below_a_base_path(feeds):
    held = finished(feeds, ["v0"], 1)
    url = feeds.feed.trails.url(held, ALL, "lines")
    assert url.startswith("feed/")
    assert feeds.get(url, "/maps").status_code == 200


def test_only_what_may_be_seen_is_fetched_and_it_is_gone_when_closed(feeds):
    both = snapshot_of({"vehicle_id": "v0", "fleet_id": "f1"}, {"vehicle_id": "v1", "fleet_id": "f2"})
    session = [finished(feeds, ["v0", "v1"], 1, replace(OPERATOR, visibility=NORTH), both)]
    assert set(session[0].names) == {"v0"}, "what may not be seen is not even fetched"
    url = feeds.feed.trails.url(session[0], Scope(NORTH), "lines")
    assert feeds.get(url).status_code == 200
    session.clear()
    assert feeds.get(url).status_code == 404


def test_too_many_vehicles_are_refused_in_a_sentence(feeds):
    many = snapshot_of(*({"vehicle_id": f"v{n}", "fleet_id": "f1"} for n in range(21)))
    with pytest.raises(ValueError, match="20 vehicles at once"):
        feeds.feed.trail_sets.begin(OPERATOR, many, [f"v{n}" for n in range(21)], 1)


@pytest.mark.parametrize(
    "viewer",
    [
        pytest.param(replace(OPERATOR, may_see_trails=False), id="without the right"),
        pytest.param(replace(OPERATOR, visibility=Visibility(None, rounded=True)), id="places rounded"),
        pytest.param(Viewer("guest", NORTH), id="a guest, unless said"),
    ],
)
def test_who_may_not_see_trails_has_none_fetched_and_gets_no_address(viewer):
    catena = Histories()
    catena.locations(drive(1, 10))
    with Feeds(ONE, catena=catena) as feeds:
        with pytest.raises(PermissionError):
            feeds.feed.trail_sets.begin(viewer, ONE, ["v0"], 1)
        assert not catena.asked
        other = feeds.feed.vehicles.url(ONE, Scope(viewer.visibility), "moving").partition("id=")[2]
        assert feeds.get(f"feed/trails.json?id={other}").status_code == 403, (
            "an id of something else opens no trail"
        )


@pytest.mark.parametrize(("viewer", "told"), [(OPERATOR, True), (replace(OPERATOR, role="guest"), False)])
def test_why_a_history_is_missing_is_said_to_operators_only(viewer, told):
    catena = Histories()
    catena.failing["/v2/telematics/vehicle-locations"] = (503, {"message": "marker"})
    with Feeds(ONE, catena=catena) as feeds:
        (note,) = finished(feeds, ["v0"], 1, viewer).notes
    assert note.startswith("The history of <i>Truck</i> could not be fetched, the others are not affected")
    assert note.endswith(" Try again.")
    assert ("503" in note) == told


def test_names_that_come_later_are_drawn_under_another_address():
    """A link is opened right after a start: names are read after positions."""
    catena = Histories()
    catena.locations(
        [
            location("v0", lon=-88 + n * 0.01, at=(NOW - timedelta(minutes=9 - n)).isoformat())
            for n in range(9)
        ]
    )
    unnamed = snapshot_of({"vehicle_id": "v0", "fleet_id": "f1", "name": ""})
    with Feeds(ONE, catena=catena) as feeds:
        sets, trails = feeds.feed.trail_sets, feeds.feed.trails
        held = finished(feeds, ["v0", "no such vehicle"], 6, snapshot=unnamed)
        before = trails.url(held, ALL, "lines")
        assert {line["name"] for line in feeds.get(before).json()} != {"<i>Truck</i>"}
        held.call(sets.names(ONE, OPERATOR.visibility, list(held.names)), 2)
        after = trails.url(held, ALL, "lines")
        assert {line["name"] for line in feeds.get(after).json()} == {"<i>Truck</i>"}
        held.call({}, 3)
        assert trails.url(held, ALL, "lines") == after != before
