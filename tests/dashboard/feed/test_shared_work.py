"""Viewers who may see the same share all work, however many they are and whoever they are."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.access.scope import Scope
from dashboard.access.viewer import Viewer, Visibility
from dashboard.feed import frames, hexagons, summary, vehicle_list, vehicles
from dashboard.feed.vehicle_list import ListQuery
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.feeds import Feeds
from tests.dashboard.frames import vehicles as frame_of

IDENTITIES = 50
FILTERS = Filters(sources=("geotab",))


def snapshot_of(version):
    rows = [
        {"fleet_id": f"f{n % 3}", "source": "geotab", "lon": float(n), "lat": 1.0, "age": 5}
        for n in range(1, 30)
    ]
    return Snapshot(version, datetime.now(UTC), frame_of(*rows))


@pytest.fixture
def builds(monkeypatch):
    """How often each thing was built since the last look."""
    built = Counter()

    def count(module, name):
        made = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, **named: built.update([name]) or made(*given, **named)
        )

    count(frames, "mask")
    for name in (
        "write",
        "Packed",
        "summarise",
        "facet_counts",
        "SearchIndex",
        "counters",
        "ColourAssignments",
    ):
        count(vehicles, name)
    count(hexagons, "count_hexagons")
    count(vehicle_list, "ordered")
    count(vehicle_list, "cells")
    seen = Visibility.of
    monkeypatch.setattr(Visibility, "of", lambda self, frame: built.update(["visible"]) or seen(self, frame))
    return built


def look(feeds, viewer, snapshot):
    """All that one viewer's page, list, export, wall screen, search and browser ask for in one tick."""
    feed, visibility = feeds.feed, viewer.visibility
    scope = Scope(visibility, FILTERS)
    feed.vehicles.facets(snapshot, visibility)
    feed.vehicles.search(snapshot, visibility).find("truck")
    feed.vehicles.summary(snapshot, scope)
    feed.vehicles.counters(snapshot, scope)
    feed.frames.vehicle(snapshot, visibility, "v1")
    feed.frames.filtered(snapshot, visibility, FILTERS)
    feed.hexagons.hexagons(snapshot, scope, "fine")
    feed.lists.page(snapshot, ListQuery(visibility, FILTERS), 0, 25, metric=False)
    session = viewer.session
    layers = (feed.vehicles.url(snapshot, scope, layer, session) for layer in ("standing", "moving"))
    return *layers, feed.hexagons.url(snapshot, scope, "fine", session)


TWO_FLEETS = Visibility(frozenset({"f1", "f2"}))
MASKED = Visibility(
    frozenset({"f1", "f2"}), frozenset({"geotab"}), frozenset({"driver", "vin", "plate"}), rounded=True
)


@pytest.mark.parametrize("visibility", [TWO_FLEETS, MASKED], ids=["limited", "masked"])
@pytest.mark.parametrize("sessions", [1, IDENTITIES])
def test_fifty_identities_of_equal_rights_cause_one_build_of_everything_per_snapshot(
    builds, visibility, sessions
):
    """Guests of one share come in sessions of their own: their addresses differ, the work behind them is one."""
    crowd = [
        Viewer(f"person-{n}@example.com", replace(visibility), session=f"session-{n % sessions}")
        for n in range(IDENTITIES)
    ]
    with Feeds(snapshot_of(1)) as feeds:
        for version in (1, 2):
            builds.clear()
            feeds.newest = snapshot_of(version)
            feeds.feed.prepare(feeds.newest)
            urls = {(viewer.session, *look(feeds, viewer, feeds.newest)) for viewer in crowd}
            assert len(urls) == sessions, (
                "within a session addresses are the same, so a browser's cache shares too"
            )
            for session, *addresses in [*urls] * (IDENTITIES // sessions):
                assert {feeds.get(url, session=session).status_code for url in addresses} == {200}
            expected = {
                **dict.fromkeys(("visible", "summarise", "facet_counts", "SearchIndex", "counters"), 1),
                **dict.fromkeys(("count_hexagons", "ordered", "cells"), 1),
                "write": 2,  # those that stand, and those that move
                "mask": 1,
            }
            # Nothing changes but the version, so what was packed for the first serves all.
            first = {"ColourAssignments": 1, "Packed": 2}
            assert dict(builds) == expected | (first if version == 1 else {})


def test_whatever_is_filtered_and_coloured_by_rows_are_written_once(builds):
    snapshot, scopes = snapshot_of(1), [Scope(TWO_FLEETS), Scope(TWO_FLEETS, theme="dark")]
    scopes += [Scope(TWO_FLEETS, Filters(text=text), colour_by="fleet") for text in "12"]
    with Feeds(snapshot) as feeds:
        for scope in scopes:
            feeds.feed.vehicles.summary(snapshot, scope)
            feeds.feed.vehicles.url(snapshot, scope, "moving")
        assert (builds["visible"], builds["write"]) == (1, 2)
        feeds.feed.vehicles.url(snapshot, Scope(TWO_FLEETS, metric=True), "moving")
        assert builds["write"] == 4, "whoever reads kilometres gets rows of their own"


def test_no_address_tells_who_looks(builds):
    viewer = Viewer("person@example.com", Visibility(frozenset({"f1"})))
    with Feeds(snapshot_of(1)) as feeds:
        for url in look(feeds, viewer, feeds.newest):
            assert "person" not in url
            assert "f1" not in url
            assert len(url) < 80


def test_those_who_may_see_something_else_get_something_else(builds):
    with Feeds(snapshot_of(1)) as feeds:
        urls = [
            look(feeds, Viewer("one", Visibility(frozenset({fleet}))), feeds.newest)[0]
            for fleet in ("f1", "f2")
        ]
        bodies = [feeds.get(url).content for url in urls]
    assert bodies[0] != bodies[1]
    assert builds["visible"] == 2


def test_a_snapshot_that_grows_old_is_counted_anew_once_a_minute(builds, monkeypatch):
    old = replace(snapshot_of(1), taken_at=datetime(2026, 5, 4, 12, 0, tzinfo=UTC))
    minute = [datetime(2026, 5, 4, 12, 5, tzinfo=UTC)]
    for module in (frames, summary, vehicles):
        monkeypatch.setattr(module, "as_of", lambda _snapshot: minute[0])
    with Feeds(old) as feeds:
        scope = Scope(Visibility(frozenset({"f1"})), FILTERS)
        for _ in range(3):
            feeds.feed.vehicles.summary(old, scope)
        assert builds["summarise"] == 1
        minute[0] = minute[0].replace(minute=6)
        feeds.feed.vehicles.summary(old, scope)
        assert builds["summarise"] == 2
