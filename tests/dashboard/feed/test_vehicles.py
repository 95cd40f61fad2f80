"""The feed: who is answered, with what, and how often it is built."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.deck.deck import TOOLTIP
from dashboard.feed import frames
from dashboard.feed import vehicles as feed_module
from dashboard.feed.codings import CODINGS
from dashboard.fleet.colours import rgb
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names, VehicleFacts
from dashboard.fleet.snapshot import Snapshot, as_of
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from tests.dashboard.feeds import ALL, NORTH, Feeds
from tests.dashboard.frames import NOW, few, fix
from tests.dashboard.frames import vehicles as frame_of


def snapshot_of(*fixes, names=None, builder=None):
    return (builder or SnapshotBuilder()).build(fixes, names or Names(), datetime.now(UTC))


FLEETS = snapshot_of(
    fix("a", fleet_id="f1", source_name="geotab", speed=0, occurred_at=datetime.now(UTC)),
    fix("b", fleet_id="f2", source_name="samsara", speed=0, occurred_at=datetime.now(UTC)),
    fix("c", fleet_id="f2", source_name="geotab", lon=None),
)


@pytest.fixture
def feeds():
    with Feeds(FLEETS) as made:
        yield made


@pytest.fixture
def feed(feeds):
    return feeds.feed.vehicles


def sent_of(snapshot):
    with Feeds(snapshot) as feeds:
        return rows(feeds.get(feeds.feed.vehicles.url(snapshot, ALL, "standing")))


def rows(response):
    return response.json()


def test_one_row_per_vehicle_drawn(feeds, feed):
    response = feeds.get(feed.url(FLEETS, ALL, "standing"))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert [row["p"] for row in rows(response)] == [[-88.0, 42.0], [-88.0, 42.0]]
    assert {"p", "n", "angle", "icon", "name", "fleet", "source", "speed", "age"} == set(rows(response)[0])
    assert rows(response)[0]["speed"] == "0 mph"
    assert {row["source"] for row in rows(response)} == {"Geotab", "Samsara"}, (
        "as the map's other words say it"
    )


def test_the_tooltip_asks_for_nothing_that_a_row_lacks(feeds, feed):
    (row, *_) = rows(feeds.get(feed.url(FLEETS, ALL, "standing")))
    assert set(re.findall(r"{(\w+)}", TOOLTIP["html"])) <= row.keys(), "it would be shown in braces"


def test_url_is_relative_and_works_below_a_base_path(feeds, feed):
    url = feed.url(FLEETS, ALL, "standing")
    assert url.startswith("feed/")
    assert feeds.get(url, prefix="/maps").status_code == 200


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(fleets=("f1",)), 1),
        (Filters(fleets=("f2",)), 1),
        (Filters(sources=("geotab",)), 1),
        (Filters(fleets=("f1", "f2"), sources=("geotab", "samsara")), 2),
        (Filters(fleets=("f1",), sources=("samsara",)), 0),
    ],
)
def test_filters_reach_the_rows(feeds, feed, filters, expected):
    scope = Scope(EVERYTHING, filters)
    response = feeds.get(feed.url(FLEETS, scope, "standing"))
    assert len(rows(response)) == expected == feed.summary(FLEETS, scope).shown


def test_a_viewer_of_one_fleet_gets_nothing_else_whatever_they_ask_for(feeds, feed):
    for filters in (Filters(), Filters(fleets=("f2",)), Filters(fleets=("f1", "f2"))):
        scope = Scope(NORTH, filters)
        assert {row["n"] for row in rows(feeds.get(feed.url(FLEETS, scope, "standing")))} <= {0}
        assert feed.summary(FLEETS, scope).total == 1
    assert feed.summary(FLEETS, Scope(NORTH, Filters(fleets=("f2",)))).shown == 0


@pytest.mark.parametrize("made_up", ["", "x", "eyJhIjoxfQ.aaaa.bbbb", "A" * 16])
def test_an_id_that_is_made_up_is_refused(feeds, made_up):
    assert feeds.get(f"feed/vehicles/moving.json?id={made_up}").status_code == 403
    assert feeds.get("feed/vehicles/moving.json").status_code == 403


def test_an_id_of_another_process_is_refused(feeds):
    with Feeds(FLEETS) as other:
        assert feeds.get(other.feed.vehicles.url(FLEETS, ALL, "standing")).status_code == 403


def test_before_the_first_snapshot_there_is_nothing_to_give(feeds, feed):
    url = feed.url(FLEETS, ALL, "standing")
    feeds.newest = None
    assert feeds.get(url.replace("v=", "v=x")).status_code == 503


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br, zstd", "zstd"), ("gzip", "gzip"), ("zstd;q=0, gzip", "gzip"), ("identity", None)],
)
def test_rows_are_packed_as_the_browser_takes_them(feeds, feed, accepted, coding):
    url = feed.url(FLEETS, ALL, "standing")
    answer = feeds.get(url, headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text.startswith('[{"icon":"')


@pytest.fixture
def packed(monkeypatch):
    """Of each body that was packed, how."""
    done = []
    for coding, pack in CODINGS.items():
        counted = lambda content, coding=coding, pack=pack: done.append(coding) or pack(content)  # noqa: E731
        monkeypatch.setitem(CODINGS, coding, counted)
    return done


def test_rows_are_packed_once_for_all_who_see_and_take_the_same(feeds, feed, packed):
    for accepted in ("gzip", "gzip, zstd", "gzip") * 3:
        feeds.get(feed.url(FLEETS, ALL, "standing"), headers={"accept-encoding": accepted})
    assert packed == ["zstd", "zstd", "gzip"], "both layers as most browsers take them, one as this one does"
    feed.url(FLEETS, Scope(EVERYTHING, Filters(fleets=("f1",))), "standing")
    assert len(packed) == 5
    feed.url(FLEETS, Scope(EVERYTHING, Filters(fleets=("f1", "nobody's"))), "standing")
    assert len(packed) == 5, "the same rows"


def test_a_vehicle_that_moves_costs_those_that_stand_nothing(feeds, feed, packed):
    builder, now = SnapshotBuilder(), datetime.now(UTC)
    parked = [fix(f"p{n}", speed=0, occurred_at=now) for n in range(3)]
    addresses, bodies = [], []
    for n in range(5):
        moves = fix("m", speed=9, lat=42 + n / 100, occurred_at=now)
        later = [msgspec.structs.replace(one, occurred_at=now + timedelta(seconds=n)) for one in parked]
        feeds.newest = snapshot_of(*later, moves, builder=builder)
        for layer in ("standing", "moving"):
            addresses.append(feed.url(feeds.newest, ALL, layer))
            bodies.append(feeds.get(addresses[-1]).content)
    assert (len({*addresses[::2]}), len({*addresses[1::2]})) == (1, 5)
    assert len(packed) == 6, "once for those that stand"


TEXTS = st.sampled_from(["", "a", "b", "ab", "\x00", "é"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXTS,
            "fleet": TEXTS,
            "source": TEXTS,
            "lon": st.sampled_from([1.0, 1.000001, 1.00001, 2.0]),
            "lat": st.just(1.0),
            "speed": st.sampled_from([np.nan, 0.0, 0.1, 9.0]),
            "heading": st.sampled_from([np.nan, 0.0, 0.2, 90.0]),
            "age": st.sampled_from([1, 2, 4000, 90000, None]),
            "moves": st.sampled_from([-1, -1, 0]),
        }
    ),
    max_size=4,
)


@few
@given(ROWS, ROWS, st.integers(0, 400))
def test_an_address_is_another_if_and_only_if_the_rows_are(one, other, later):
    for rows in (one, other):
        moving = [row for row in rows if row["moves"] >= 0]
        for place, row in enumerate(moving):
            row["moves"] = place
    first = Snapshot(1, NOW, frame_of(*one))
    second = Snapshot(2, NOW + timedelta(seconds=later), frame_of(*other))
    with Feeds(first) as feeds:
        for layer in ("standing", "moving"):
            told = []
            for snapshot in (first, second):
                url = feeds.feed.vehicles.url(snapshot, ALL, layer)
                told.append((url, feeds.get(url).content))
            (url, body), (other_url, other_body) = told
            assert (url == other_url) == (body == other_body)


def test_five_per_cent_that_moved_cost_a_fifth_of_all():
    """Bytes, of one tick: what a browser fetches is what has another address than before."""
    fetched = {}
    for share in (5, 100):
        builder, now = SnapshotBuilder(), datetime.now(UTC)
        with Feeds(None) as feeds:
            seen, sizes = set(), []
            for tick in range(2):
                feeds.newest = snapshot_of(
                    *(
                        fix(f"v{n}", speed=9, lat=20 + n / 100 + tick / 1000, occurred_at=now)
                        if n % 100 < share
                        else fix(f"v{n}", speed=0, lat=20 + n / 100, occurred_at=now)
                        for n in range(2000)
                    ),
                    builder=builder,
                )
                urls = {feeds.feed.vehicles.url(feeds.newest, ALL, layer) for layer in ("standing", "moving")}
                sizes.append(sum(int(feeds.get(url).headers["content-length"]) for url in urls - seen))
                seen |= urls
        fetched[share] = sizes[-1]
    assert fetched[5] <= fetched[100] / 5


def test_the_url_changes_with_the_rows_and_only_then(feed):
    builder = SnapshotBuilder()
    first, second = (snapshot_of(fix("a"), builder=builder) for _ in range(2))
    third = snapshot_of(fix("a", speed=3), builder=builder)
    assert feed.url(first, ALL, "standing") == feed.url(second, ALL, "standing")
    assert feed.url(third, ALL, "standing") != feed.url(first, ALL, "standing")


def test_a_url_gives_the_rows_it_was_made_for_though_the_next_snapshot_has_others(feeds, feed):
    builder = SnapshotBuilder()
    feeds.newest = snapshot_of(fix("a"), fix("b"), builder=builder)
    late = feed.url(feeds.newest, ALL, "standing")

    def ordinals(url):
        return [row["n"] for row in rows(feeds.get(url))]

    for name in ("b", "c"):
        feeds.newest = snapshot_of(fix(name), builder=builder)
        assert ordinals(late) == [0, 1], "a page lets these rows glide, and others would fly"
        assert ordinals(feed.url(feeds.newest, ALL, "standing")) == [{"b": 1, "c": 2}[name]]
    assert ordinals(late) == [2], "two snapshots are kept, not all"


def test_ages_are_counted_anew_once_a_snapshot_has_grown_old():
    taken = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)
    old = replace(FLEETS, taken_at=taken)
    assert as_of(old, taken + timedelta(seconds=60)) == taken
    assert as_of(old, taken + timedelta(minutes=41)) == datetime(2026, 5, 4, 12, 41, tzinfo=UTC)


NAMES = [
    "0412",
    "1e5",
    "true",
    "null",
    "2026-05-04",
    "T12 | Smith | Reefer",
    "A;B;C",
    "a,b",
    'say "x"',
    "back\\slash",
    "two\nlines",
    "<b>x</b>",
    "\x00\u2028",
    "🚚",
    "",
]


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text(max_size=12)), min_size=1, max_size=20))
def test_every_name_arrives_as_it_is(names):
    vehicles = {f"v{n}": VehicleFacts(name=name) for n, name in enumerate(names)}
    snapshot = snapshot_of(*(fix(vehicle_id) for vehicle_id in vehicles), names=Names(vehicles=vehicles))
    sent = sent_of(snapshot)
    assert [row["name"] for row in sent] == [name or "Unnamed vehicle" for name in names]


@pytest.mark.parametrize(
    ("lon", "lat", "sent"),
    [(-88.123456, 42.0, [-88.12346, 42.0]), (0.000004, -1e-9, [0.0, 0.0]), (179.999999, 1e-5, [180.0, 1e-5])],
)
def test_places_are_sent_to_a_metre(lon, lat, sent):
    snapshot = snapshot_of(fix("a", lon=lon, lat=lat))
    (row,) = sent_of(snapshot)
    assert row["p"] == sent


def test_a_defect_in_one_viewers_filters_costs_the_others_nothing_and_is_logged_once(
    feeds, feed, monkeypatch, caplog
):
    odd, good = Scope(EVERYTHING, Filters(text="odd")), Scope(EVERYTHING, Filters(fleets=("f1",)))
    counted = []

    def mask(frame, filters, now, texts):
        if filters.text == "odd":
            raise ZeroDivisionError
        counted.append(filters)
        return as_before(frame, filters, now, texts)

    as_before = frames.mask
    monkeypatch.setattr(frames, "mask", mask)
    with pytest.raises(ZeroDivisionError):
        feed.summary(FLEETS, odd)
    feed.summary(FLEETS, good)
    counted.clear()
    with caplog.at_level(logging.ERROR):
        for version in (2, 3):
            feeds.feed.prepare(replace(FLEETS, version=version))
    assert counted == [good.filters] * 2, "the scopes after it are counted, and the snapshot is published"
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


MIXED = snapshot_of(
    *(
        fix(name, occurred_at=datetime.now(UTC), speed=speed)
        for name, speed in zip("abcd", (9, 0, 9, None), strict=True)
    ),
    fix("old", occurred_at=datetime.now(UTC) - timedelta(days=3), speed=9),
)


@pytest.mark.parametrize(
    ("scope", "standing", "moving"),
    [
        (ALL, [4, 1], [0, 2, 3]),
        (Scope(EVERYTHING, Filters(states=("moving",))), [], [0, 2]),
        (Scope(NORTH), [4, 1], [0, 2, 3]),
    ],
)
def test_what_moves_is_drawn_over_what_stands_and_live_over_silent(scope, standing, moving):
    with Feeds(MIXED) as feeds:
        feed, drawn = feeds.feed.vehicles, {}
        for layer in ("standing", "moving"):
            drawn[layer] = [row["n"] for row in rows(feeds.get(feed.url(MIXED, scope, layer)))]
        told = feed.summary(MIXED, scope).drawn
    assert drawn == {"standing": standing, "moving": moving}
    assert {layer: np.frombuffer(ordinals, np.int32).tolist() for layer, ordinals in told.items()} == drawn


def test_a_layer_has_the_colours_of_the_whole():
    """The most frequent source gets the first colour, also where fewer of its vehicles stand."""
    counts = {"geotab": (0, 3), "samsara": (2, 0)}
    snapshot = snapshot_of(
        *(
            fix(f"{source}{speed}{n}", source_name=source, speed=speed, occurred_at=datetime.now(UTC))
            for source, numbers in counts.items()
            for speed, number in zip((0, 9), numbers, strict=True)
            for n in range(number)
        )
    )
    with Feeds(snapshot) as feeds:
        (icon,) = {row["icon"] for row in rows(feeds.get(feeds.feed.vehicles.url(snapshot, ALL, "standing")))}
        colours = {entry.label: entry.colour for entry in feeds.feed.vehicles.summary(snapshot, ALL).legend}
    assert rgb(f"#{icon.rpartition('-')[2]}") == colours["Samsara"]


def test_there_are_no_other_layers(feeds, feed):
    assert feeds.get(feed.url(FLEETS, ALL, "standing").replace("standing", "parked")).status_code == 403


def test_legend_counts_what_is_drawn(feed):
    legend = feed.summary(FLEETS, ALL).legend
    assert {entry.label: entry.count for entry in legend} == {"Geotab": 1, "Samsara": 1}


def test_summaries_are_kept_by_their_size(monkeypatch):
    """Each snapshot makes a new one: those of a large world would fill the memory by their number."""
    built, many = [], snapshot_of(*(fix(f"v{n}", occurred_at=datetime.now(UTC)) for n in range(20)))
    summarise = feed_module.summarise
    monkeypatch.setattr(feed_module, "SUMMARY_BYTES", 50)
    monkeypatch.setattr(feed_module, "summarise", lambda *given: built.append(1) or summarise(*given))
    for snapshot, times in ((FLEETS, 1), (many, 2)):
        with Feeds(snapshot) as feeds:
            feeds.feed.vehicles.summary(snapshot, ALL)
            feeds.feed.vehicles.summary(snapshot, ALL)
        assert len(built) == times
        built.clear()
