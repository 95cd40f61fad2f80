"""Trailers on the map: who is answered, and with what."""

import pytest

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import TrailerSnapshot
from dashboard.ingest.trailers import TrailerFacts, trailers_frame
from tests.dashboard.feeds import ALL, NORTH, Feeds
from tests.dashboard.frames import NOW
from tests.dashboard.trailers import trailer

TRAILERS = TrailerSnapshot(
    1,
    NOW,
    trailers_frame(
        [trailer("t1"), trailer("t2", fleet_id="f2", source="samsara"), trailer("t3", lon=0.0, lat=0.0)],
        {"t1": TrailerFacts("0412"), "t2": TrailerFacts("<b>Box</b>")},
        Names(fleets={"f1": "North", "f2": "South"}),
    ),
)


@pytest.fixture
def feeds():
    with Feeds(None, TRAILERS) as made:
        yield made


def test_urls_are_relative_and_work_below_a_base_path(feeds):
    url = feeds.feed.trailers.url(TRAILERS, ALL)
    assert url.startswith("feed/")
    assert feeds.get(url, "/maps").status_code == 200


def test_before_the_first_reading_there_is_nothing_to_give(feeds):
    url = feeds.feed.trailers.url(TRAILERS, ALL)
    feeds.trailers = None
    assert feeds.get(url).status_code == 503


@pytest.mark.parametrize(
    ("scope", "drawn"),
    [
        (ALL, {"North", "South"}),
        (Scope(NORTH), {"North"}),
        (Scope(NORTH, Filters(fleets=("f2",))), set()),
        (Scope(EVERYTHING, Filters(sources=("geotab",))), {"North"}),
        (Scope(EVERYTHING, Filters(providers=("samsara",))), {"South"}),
        (Scope(EVERYTHING, Filters(states=("moving",))), {"North", "South"}),
    ],
)
def test_they_are_what_access_and_filters_leave(feeds, scope, drawn):
    rows = feeds.get(feeds.feed.trailers.url(TRAILERS, scope)).json()
    assert {row["fleet"] for row in rows} == drawn
    assert feeds.feed.trailers.count(TRAILERS, scope) == len(rows)


def test_trailers_say_who_they_are_as_text(feeds):
    rows = feeds.get(feeds.feed.trailers.url(TRAILERS, ALL)).json()
    assert [row["name"] for row in rows] == ["0412", "<b>Box</b>"], "0, 0 is not drawn"
    assert [row["p"] for row in rows] == [[-88.0, 42.0]] * 2
    assert {row["source"] for row in rows} == {"Geotab", "Samsara"}
    assert {row["speed"] for row in rows} == {"trailer"}
