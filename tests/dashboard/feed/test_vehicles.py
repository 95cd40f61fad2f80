"""The feed: who is answered, with what, and how often it is built."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette

from dashboard.access import viewer
from dashboard.access.scope import Scope
from dashboard.access.tokens import LIFE_SECONDS
from dashboard.access.viewer import OPERATOR, Viewer
from dashboard.feed import vehicles as feed_module
from dashboard.feed.vehicles import VehicleFeed
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names, VehicleFacts
from dashboard.fleet.snapshot import as_of
from dashboard.ingest.embedded import InProcess
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from tests.dashboard.frames import fix


def snapshot_of(*fixes, names=None, builder=None):
    return (builder or SnapshotBuilder()).build(fixes, names or Names(), datetime.now(UTC))


FLEETS = snapshot_of(
    fix("a", fleet_id="f1", source_name="geotab", occurred_at=datetime.now(UTC)),
    fix("b", fleet_id="f2", source_name="samsara", occurred_at=datetime.now(UTC)),
    fix("c", fleet_id="f2", source_name="geotab", lon=None),
)


@pytest.fixture
def feed():
    return VehicleFeed(lambda: FLEETS)


def get(feed, url, prefix="", **options):
    with httpx.Client(
        transport=InProcess(Starlette(routes=[feed.route(prefix)])), base_url="http://here"
    ) as client:
        return client.get(f"{prefix}/{url}", **options)


def rows(response):
    return response.json()


def test_one_row_per_vehicle_drawn(feed):
    response = get(feed, feed.url(FLEETS, Scope(OPERATOR)))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert [row["p"] for row in rows(response)] == [[-88.0, 42.0], [-88.0, 42.0]]
    assert {"p", "n", "angle", "icon", "name", "fleet", "provider", "speed", "age"} == set(rows(response)[0])
    assert rows(response)[0]["speed"] == "speed unknown"


def test_url_is_relative_and_works_below_a_base_path(feed):
    url = feed.url(FLEETS, Scope(OPERATOR))
    assert url.startswith("feed/")
    assert get(feed, url, prefix="/maps").status_code == 200


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
def test_filters_reach_the_rows(feed, filters, expected):
    scope = Scope(OPERATOR, filters)
    response = get(feed, feed.url(FLEETS, scope))
    assert len(rows(response)) == expected == feed.summary(FLEETS, scope).shown


def test_a_viewer_of_one_fleet_gets_nothing_else_whatever_they_ask_for(feed):
    guest = Viewer("guest", fleets=frozenset({"f1"}))
    for filters in (Filters(), Filters(fleets=("f2",)), Filters(fleets=("f1", "f2"))):
        scope = Scope(guest, filters)
        assert {row["n"] for row in rows(get(feed, feed.url(FLEETS, scope)))} <= {0}
        assert feed.summary(FLEETS, scope).total == 1
    assert feed.summary(FLEETS, Scope(guest, Filters(fleets=("f2",)))).shown == 0


@pytest.mark.parametrize("scope", ["", "x", "eyJhIjoxfQ.aaaa.bbbb"])
def test_unsigned_is_refused(feed, scope):
    assert get(feed, f"feed/vehicles.json?scope={scope}").status_code == 403
    assert get(feed, "feed/vehicles.json").status_code == 403


@given(position=st.integers(0, 400), bit=st.integers(0, 6))
def test_altered_is_refused(position, bit):
    feed = VehicleFeed(lambda: FLEETS)
    base, _, token = feed.url(FLEETS, Scope(OPERATOR, Filters(fleets=("f1",)))).partition("scope=")
    position %= len(token) - 1  # the last character of base64 holds bits that mean nothing
    altered = token[:position] + chr(ord(token[position]) ^ (1 << bit)) + token[position + 1 :]
    assert feed.links.read(altered) is None or altered == token
    assert base


def test_signed_by_another_process_is_refused(feed):
    other = VehicleFeed(lambda: FLEETS)
    assert get(feed, other.url(FLEETS, Scope(OPERATOR))).status_code == 403


def test_expired_is_refused(feed, monkeypatch):
    url = feed.url(FLEETS, Scope(OPERATOR))
    assert get(feed, url).status_code == 200
    late = int(datetime.now(UTC).timestamp()) + LIFE_SECONDS + 2
    monkeypatch.setattr(
        URLSafeTimedSerializer.default_signer, "get_timestamp", lambda _self: late, raising=False
    )
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _self: late)
    assert get(feed, url).status_code == 403


def test_before_the_first_snapshot_there_is_nothing_to_give():
    feed = VehicleFeed(lambda: None)
    assert get(feed, f"feed/vehicles.json?scope={feed.links.mint(Scope(OPERATOR), '1')}").status_code == 503


def test_gzip_only_for_those_who_take_it(feed):
    url = feed.url(FLEETS, Scope(OPERATOR))
    assert get(feed, url, headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    plain = get(feed, url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text.startswith('[{"p":[-88.0,42.0],')


def test_bytes_are_built_once_for_all_viewers_with_the_same_scope(feed, monkeypatch):
    built = []
    pack = feed_module.packed
    monkeypatch.setattr(feed_module, "packed", lambda found: built.append(1) or pack(found))
    for _ in range(10):
        get(feed, feed.url(FLEETS, Scope(OPERATOR)))
    assert len(built) == 1
    get(feed, feed.url(FLEETS, Scope(OPERATOR, Filters(fleets=("f1",)))))
    assert len(built) == 2


def test_the_url_changes_with_the_data_and_only_then():
    builder = SnapshotBuilder()
    first = snapshot_of(fix("a"), builder=builder)
    feed = VehicleFeed(lambda: first)
    assert feed.url(first, Scope(OPERATOR)) == feed.url(first, Scope(OPERATOR))
    second = snapshot_of(fix("a"), builder=builder)
    assert feed.url(second, Scope(OPERATOR)) != feed.url(first, Scope(OPERATOR))


def test_a_url_gives_the_rows_it_was_minted_for_though_the_next_snapshot_has_others():
    builder = SnapshotBuilder()
    snapshots = [snapshot_of(fix("a"), fix("b"), builder=builder)]
    feed = VehicleFeed(lambda: snapshots[-1])
    late = feed.url(snapshots[-1], Scope(OPERATOR))

    def given(url):
        return [row["n"] for row in rows(get(feed, url))]

    for name in ("b", "c"):
        snapshots.append(snapshot_of(fix(name), builder=builder))
        assert given(late) == [0, 1], "a page lets these rows glide, and others would fly"
        assert given(feed.url(snapshots[-1], Scope(OPERATOR))) == [{"b": 1, "c": 2}[name]]
    assert given(late) == [2], "two snapshots are kept, not all"


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
    sent = rows(get(feed := VehicleFeed(lambda: snapshot), feed.url(snapshot, Scope(OPERATOR))))
    assert [row["name"] for row in sent] == [name or "Unnamed vehicle" for name in names]


@pytest.mark.parametrize(
    ("lon", "lat", "sent"),
    [(-88.123456, 42.0, [-88.12346, 42.0]), (0.000004, -1e-9, [0.0, 0.0]), (179.999999, 1e-5, [180.0, 1e-5])],
)
def test_places_are_sent_to_a_metre(lon, lat, sent):
    snapshot = snapshot_of(fix("a", lon=lon, lat=lat))
    (row,) = rows(get(feed := VehicleFeed(lambda: snapshot), feed.url(snapshot, Scope(OPERATOR))))
    assert row["p"] == sent


def test_a_defect_in_one_viewers_filters_costs_the_others_nothing_and_is_logged_once(
    feed, monkeypatch, caplog
):
    odd, good = Scope(OPERATOR, Filters(text="odd")), Scope(OPERATOR)
    counted = []

    def mask(frame, filters, now):
        if filters.text == "odd":
            raise ZeroDivisionError
        counted.append(filters)
        return as_before(frame, filters, now)

    as_before = viewer.mask
    monkeypatch.setattr(viewer, "mask", mask)
    with pytest.raises(ZeroDivisionError):
        feed.summary(FLEETS, odd)
    feed.summary(FLEETS, good)
    counted.clear()
    with caplog.at_level(logging.ERROR):
        for version in (2, 3):
            feed.prepare(replace(FLEETS, version=version))
    assert counted == [Filters()] * 2, "the scopes after it are counted, and the snapshot is published"
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_rows_key_tells_whether_the_same_vehicles_are_drawn(feed):
    def key(**filters):
        return feed.summary(FLEETS, Scope(OPERATOR, Filters(**filters))).rows

    assert key() == key(fleets=("f1", "f2"))
    assert key() != key(fleets=("f1",))
    assert key(fleets=("f1",)) != key(fleets=("f2",))


def test_legend_counts_what_is_drawn(feed):
    legend = feed.summary(FLEETS, Scope(OPERATOR)).legend
    assert {entry.label: entry.count for entry in legend} == {"geotab": 1, "samsara": 1}
