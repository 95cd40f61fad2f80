"""The layers beside the vehicles: who is answered, with what, and that every count is exact."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

import h3
import httpx
import numpy as np
import pytest
from dashboard.feed.overlays import OverlayFeed
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from dashboard.access.scope import Scope
from dashboard.access.tokens import LIFE_SECONDS, FeedTokens
from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.feed.recent import RecentSnapshots
from dashboard.feed.trail_sets import LINES, STOPS, TrailSets
from dashboard.fleet import hexagons
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot
from dashboard.ingest.embedded import InProcess
from dashboard.ingest.history import History
from dashboard.ingest.polling import PollState
from dashboard.ingest.trailers import TrailerPoller, trailers_frame
from tests.dashboard.catena import Catena, location
from tests.dashboard.frames import NOW, few, trailer, vehicles
from tests.dashboard.waiting import until

GUEST = Viewer("guest", fleets=frozenset({"f1"}))


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
        {"fleet_id": "f1", "unplaceable": "no position reported"},
    ]
)


TRAILERS = TrailerSnapshot(
    1,
    NOW,
    trailers_frame(
        [trailer("t1"), trailer("t2", fleet_id="f2", source="samsara"), trailer("t3", lon=0.0, lat=0.0)],
        {"t1": "0412", "t2": "<b>Box</b>"},
        Names(fleets={"f1": "North", "f2": "South"}),
    ),
)


class Rig:
    """The layers over given vehicles and trailers, and a way to ask their routes."""

    def __init__(self, snapshot=FLEETS, trailers=TRAILERS, catena=None):
        self.history = History((catena or Catena()).client(), now=lambda: NOW)
        self.trail_sets = TrailSets(self.history)
        poller = TrailerPoller(Catena().client(), Names)
        poller.state = PollState(trailers)
        self.newest = snapshot
        self.layers = OverlayFeed(FeedTokens(), RecentSnapshots(lambda: self.newest), poller, self.trail_sets)

    def get(self, url, prefix=""):
        app = Starlette(routes=self.layers.routes(prefix))
        with httpx.Client(transport=InProcess(app), base_url="http://here") as client:
            return client.get(f"{prefix}/{url}")


@pytest.fixture
def rig():
    made = Rig()
    yield made
    made.history.close()


@pytest.fixture
def urls(rig):
    snapshot = snapshot_of([{"vehicle_id": "v0", "fleet_id": "f1"}])
    held = rig.trail_sets.begin(OPERATOR, snapshot, ["v0"], 1)
    found = [
        rig.layers.hexagons_url(FLEETS, Scope(OPERATOR), "coarse"),
        rig.layers.trailers_url(TRAILERS, Scope(OPERATOR)),
        rig.layers.trails_url(held, Scope(OPERATOR), LINES),
    ]
    until(lambda: held.progress.finished)
    yield found
    assert held.progress.finished, "the set lives as long as somebody holds it"


def test_urls_are_relative_and_work_below_a_base_path(rig, urls):
    for url in urls:
        assert url.startswith("feed/")
        assert rig.get(url, "/maps").status_code == 200, url


def test_without_a_good_token_nothing_is_told(rig, urls, monkeypatch):
    for url in urls:
        base, _, token = url.partition("scope=")
        middle = len(token) // 2
        other = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
        for bad in (
            base,
            f"{base}scope=",
            f"{base}scope={other}",
            f"{base}scope={FeedTokens().mint(Scope(OPERATOR), '1')}",
        ):
            answer = rig.get(bad)
            assert answer.status_code == 403
            assert "hex" not in answer.text
            assert "lon" not in answer.text
    late = int(datetime.now(UTC).timestamp()) + LIFE_SECONDS + 2
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: late)
    assert {rig.get(url).status_code for url in urls} == {403}


def test_nothing_is_drawn_before_there_is_anything():
    rig = Rig(snapshot=None, trailers=None)
    for url in (
        rig.layers.hexagons_url(FLEETS, Scope(OPERATOR), "coarse").replace("v=1.", "v=0."),
        rig.layers.trailers_url(TRAILERS, Scope(OPERATOR)),
    ):
        assert rig.get(url).status_code == 503
    rig.history.close()


def test_hexagons_are_of_the_snapshot_that_the_page_was_drawn_from(rig):
    url = rig.layers.hexagons_url(FLEETS, Scope(OPERATOR), "coarse")
    rig.newest = Snapshot(2, datetime.now(UTC), vehicles(*placed((1.0, 1.0))))
    assert sum(row["count"] for row in rig.get(url).json()) == 4, "as many as the page says there are"
    newer = rig.layers.hexagons_url(rig.newest, Scope(OPERATOR), "coarse")
    assert sum(row["count"] for row in rig.get(newer).json()) == 1


def test_an_unknown_size_is_refused_in_words(rig):
    url = rig.layers.hexagons_url(FLEETS, Scope(OPERATOR), "coarse").replace("size=coarse", "size=12")
    answer = rig.get(url)
    assert (answer.status_code, "coarse, medium, fine" in answer.text) == (404, True)


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
    snapshot = snapshot_of([*rows, {"fleet_id": "f1", "unplaceable": "no position reported"}])
    rig = Rig(snapshot)
    answer = rig.get(rig.layers.hexagons_url(snapshot, Scope(OPERATOR), size)).json()
    expected = Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 11), hexagons.SIZES[size]) for lon, lat in spots
    )
    assert {row["hex"]: row["count"] for row in answer} == dict(expected)
    found = rig.layers.hexagons(snapshot, Scope(OPERATOR), size)
    assert (found.vehicles, found.hexagons) == (len(spots), len(expected))
    assert sum(step.hexagons for step in found.steps) == len(expected)
    for row in answer:
        assert isinstance(row["hex"], str)
        (step,) = (step for step in found.steps if list(step.colour) == row["color"])
        assert step.smallest <= row["count"] <= step.largest
        assert row["name"].split()[0] == str(row["count"])
    rig.history.close()


@given(st.integers(0, 3000), st.integers(1, 8))
def test_the_legend_of_hexagons_leaves_no_count_out_and_none_twice(largest, colours):
    found = [pair for pair in hexagons.ranges(largest, colours) if pair != (0, -1)]
    assert [count for low, high in found for count in range(low, high + 1)] == list(range(1, largest + 1))
    classes = hexagons.steps(np.arange(1, largest + 1), colours)
    for low, high in found:
        assert len(set(classes[low - 1 : high].tolist())) == 1


@pytest.mark.parametrize(
    ("scope", "vehicles_counted", "trailers_drawn"),
    [
        (Scope(OPERATOR), 4, {"North", "South"}),
        (Scope(GUEST), 3, {"North"}),
        (Scope(GUEST, Filters(fleets=("f2",))), 0, set()),
        (Scope(OPERATOR, Filters(sources=("geotab",))), 1, {"North"}),
        (Scope(OPERATOR, Filters(providers=("samsara",))), 0, {"South"}),
        (Scope(OPERATOR, Filters(states=("moving",))), 0, {"North", "South"}),
    ],
)
def test_layers_hold_what_access_and_filters_leave(rig, scope, vehicles_counted, trailers_drawn):
    cells = rig.get(rig.layers.hexagons_url(FLEETS, scope, "fine")).json()
    assert sum(cell["count"] for cell in cells) == vehicles_counted
    rows = rig.get(rig.layers.trailers_url(TRAILERS, scope)).json()
    assert {row["fleet"] for row in rows} == trailers_drawn


def test_trailers_say_who_they_are_as_text(rig):
    rows = rig.get(rig.layers.trailers_url(TRAILERS, Scope(OPERATOR))).json()
    assert [row["name"] for row in rows] == ["0412", "<b>Box</b>"], "0, 0 is not drawn"
    assert [row["p"] for row in rows] == [[-88.0, 42.0]] * 2
    assert {row["provider"] for row in rows} == {"geotab", "samsara"}
    assert {row["speed"] for row in rows} == {"trailer"}


def drive(pages, per_page):
    """A drive through the start of all degrees, a fix a second, given in `pages` pages."""
    return [
        location("v0", lon=-0.5 + n * 1e-4, lat=-0.3 + n * 1e-4, at=(NOW - timedelta(hours=5, seconds=-n)).isoformat())
        for n in range(pages * per_page)
    ]  # fmt: skip


class Histories(Catena):
    """Gives the locations of the vehicle asked for."""

    def respond(self, request):
        ids = request.url.params.get_list("vehicle_ids")
        if ids and request.url.path not in self.failing:
            rows = self.rows["/v2/telematics/vehicle-locations"]
            kept = Catena(self.page_size)
            kept.locations([row for row in rows if row["vehicle_id"] in ids])
            request = httpx.Request(
                "GET", request.url.copy_remove_param("vehicle_ids"), headers=request.headers
            )
            return Catena.respond(kept, request)
        return super().respond(request)


def test_a_history_of_twenty_pages_is_drawn_whole():
    catena = Histories(page_size=500)
    catena.locations(drive(20, 500))
    rig = Rig(catena=catena)
    snapshot = snapshot_of([{"vehicle_id": "v0", "fleet_id": "f1", "name": "<i>Truck</i>"}])
    held = rig.trail_sets.begin(OPERATOR, snapshot, ["v0", "no such vehicle"], 6)
    until(lambda: held.progress.finished)
    assert catena.asked["/v2/telematics/vehicle-locations"] == 20
    assert held.notes == []
    assert (held.trails["v0"].stats.fixes, held.trails["v0"].stats.dropped) == (10_000, 0)
    lines = rig.get(rig.layers.trails_url(held, Scope(OPERATOR), LINES)).json()
    drawn = list(itertools.chain.from_iterable(line["path"] for line in lines))
    assert drawn[0] == pytest.approx([-0.5, -0.3])
    assert drawn[-1] == pytest.approx([-0.5 + 9_999e-4, -0.3 + 9_999e-4])
    assert {line["name"] for line in lines} == {"<i>Truck</i>"}
    rig.history.close()


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
    rig = Rig(catena=catena)
    held = rig.trail_sets.begin(OPERATOR, snapshot_of([{"vehicle_id": "v0", "fleet_id": "f1"}]), ["v0"], 6)
    until(lambda: held.progress.finished)
    lines = rig.get(rig.layers.trails_url(held, Scope(OPERATOR), LINES)).json()
    spans = [(line["path"][0][0], line["path"][-1][0]) for line in lines]
    assert not any(west <= -87.71 + 1e-6 and east >= -87.70 - 1e-6 for west, east in spans), (
        "a line over the hole"
    )
    (stop,) = rig.get(rig.layers.trails_url(held, Scope(OPERATOR), STOPS)).json()
    assert stop["label"].startswith("stopped 9 min, from 2026-05-04")
    rig.history.close()


def test_trails_are_for_their_own_viewer_only_and_gone_when_closed(rig):
    snapshot = snapshot_of([{"vehicle_id": "v0", "fleet_id": "f1"}, {"vehicle_id": "v1", "fleet_id": "f2"}])
    session = [rig.trail_sets.begin(GUEST, snapshot, ["v0", "v1"], 1)]
    until(lambda: session[0].progress.finished)
    assert set(session[0].names) == {"v0"}, "what the viewer may not see is not even fetched"
    mine = rig.layers.trails_url(session[0], Scope(GUEST), LINES)
    other = rig.layers.trails_url(session[0], Scope(Viewer("somebody else")), LINES)
    assert (rig.get(mine).status_code, rig.get(other).status_code) == (200, 404)
    assert rig.get(mine.replace("what=lines", "what=secrets")).status_code == 404
    session.clear()
    assert rig.get(mine).status_code == 404


def test_too_many_vehicles_are_refused_in_a_sentence(rig):
    snapshot = snapshot_of([{"vehicle_id": f"v{n}", "fleet_id": "f1"} for n in range(21)])
    with pytest.raises(ValueError, match="20 vehicles at once"):
        rig.trail_sets.begin(OPERATOR, snapshot, [f"v{n}" for n in range(21)], 1)
