"""Hexagons: who is answered, with what, and that every count is exact."""

from collections import Counter
from datetime import UTC, datetime

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.fleet import hexagons
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.feeds import ALL, NORTH, Feeds
from tests.dashboard.frames import few, vehicles


def placed(*spots, **given):
    return [
        {"lon": lon, "lat": lat, "fleet_id": "f1", "fleet": "North", "age": 5, **given} for lon, lat in spots
    ]


def snapshot_of(rows):
    return Snapshot(1, datetime.now(UTC), vehicles(*rows))


FLEETS = snapshot_of(
    [
        *placed((-88.1, 42.1), (-88.1, 42.1), (-88.10001, 42.1)),
        *placed((10.0, 50.0), fleet_id="f2", source="geotab"),
        {"fleet_id": "f1", "position_error": "no position reported"},
    ]
)


@pytest.fixture
def feeds():
    with Feeds(FLEETS) as made:
        yield made


def test_urls_are_relative_and_work_below_a_base_path(feeds):
    url = feeds.feed.hexagons.url(FLEETS, ALL, "coarse")
    assert url.startswith("feed/")
    assert feeds.get(url, "/maps").status_code == 200


def test_before_the_first_snapshot_there_is_nothing_to_give(feeds):
    url = feeds.feed.hexagons.url(FLEETS, ALL, "coarse").replace("v=", "v=x")
    feeds.newest = None
    assert feeds.get(url).status_code == 503


def test_hexagons_are_of_the_snapshot_that_the_page_was_drawn_from(feeds):
    url = feeds.feed.hexagons.url(FLEETS, ALL, "coarse")
    feeds.newest = Snapshot(2, datetime.now(UTC), vehicles(*placed((1.0, 1.0))))
    assert sum(row["count"] for row in feeds.get(url).json()) == 4, "as many as the page says there are"
    newer = feeds.feed.hexagons.url(feeds.newest, ALL, "coarse")
    assert sum(row["count"] for row in feeds.get(newer).json()) == 1


def test_the_same_hexagons_have_the_same_address(feeds):
    def address(*rows):
        return feeds.feed.hexagons.url(
            Snapshot(next(versions), datetime.now(UTC), vehicles(*rows)), ALL, "fine"
        )

    versions, rows = iter(range(1, 9)), placed((1.0, 1.0), (2.0, 2.0))
    assert address(*rows) == address(*rows)
    assert address(*rows) != address(*rows, *rows[:1])


places = st.tuples(st.floats(-179.9, 179.9), st.floats(-84, 84)).filter(lambda spot: spot != (0, 0))


@few
@given(
    st.lists(st.one_of(places, st.sampled_from([(-88.1, 42.1), (13.4, 52.5)])), max_size=40),
    st.sampled_from(list(hexagons.SIZES)),
)
def test_hexagons_count_each_vehicle_once_where_it_is(spots, size):
    rows = [
        row | {"h3": h3.str_to_int(h3.latlng_to_cell(row["lat"], row["lon"], 11))} for row in placed(*spots)
    ]
    snapshot = snapshot_of([*rows, {"fleet_id": "f1", "position_error": "no position reported"}])
    with Feeds(snapshot) as feeds:
        answer = feeds.get(feeds.feed.hexagons.url(snapshot, ALL, size)).json()
        found = feeds.feed.hexagons.hexagons(snapshot, ALL, size)
    expected = Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 11), hexagons.SIZES[size]) for lon, lat in spots
    )
    assert {row["hex"]: row["count"] for row in answer} == dict(expected)
    assert (found.vehicles, found.hexagons) == (len(spots), len(expected))
    for row in answer:
        assert isinstance(row["hex"], str)
        (step,) = (step for step in found.legend if list(step.colour) == row["color"])
        assert step.smallest <= row["count"] <= step.largest
        assert row["name"].split()[0] == str(row["count"])


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        (ALL, 4),
        (Scope(NORTH), 3),
        (Scope(NORTH, Filters(fleets=("f2",))), 0),
        (Scope(EVERYTHING, Filters(sources=("geotab",))), 1),
        (Scope(EVERYTHING, Filters(providers=("samsara",))), 0),
        (Scope(EVERYTHING, Filters(states=("moving",))), 0),
    ],
)
def test_they_hold_what_access_and_filters_leave(feeds, scope, counted):
    cells = feeds.get(feeds.feed.hexagons.url(FLEETS, scope, "fine")).json()
    assert sum(cell["count"] for cell in cells) == counted
