"""What replicas tell each other: as it went, for another builder to go on from; other versions are refused."""

import zlib
from datetime import UTC, datetime, timedelta

import msgspec
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.names import Names, VehicleFacts
from dashboard.fleet.notices import Notice
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest import snapshot_codec as codec
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from dashboard.runtime.refusals import Refusal
from tests.dashboard.frames import NOW, few, fix

HOSTILE = ["", "T12 | Smith", "<b>", "[x](y)", "🚚 ü", "a\x00b", 'quote"\n']
NAMES = st.builds(
    Names,
    fleets=st.dictionaries(st.sampled_from("fgh"), st.sampled_from(HOSTILE)),
    vehicles=st.dictionaries(
        st.sampled_from("abcdz"),
        st.builds(VehicleFacts, st.sampled_from(HOSTILE), fleet_id=st.sampled_from("fg")),
    ),
    drivers=st.dictionaries(st.just("d1"), st.sampled_from(HOSTILE)),
    withdrawn=st.frozensets(st.sampled_from("fgh")),
)
FIXES = st.lists(
    st.builds(
        fix,
        st.sampled_from("abcd"),
        fleet_id=st.sampled_from(["f", "g", None]),
        driver_id=st.sampled_from(["d1", None]),
        occurred_at=st.sampled_from([None, NOW, NOW - timedelta(hours=1), NOW + timedelta(seconds=20)]),
        deleted_at=st.sampled_from([NOW, None, None, None]),
        lon=st.sampled_from([None, -88.0, -88.001, -88.01, -80.0, 181.0]),
        speed=st.sampled_from([None, 0.0, 3.5]),
        h3_index_11=st.sampled_from([None, 2**63 + 1]),
    ),
    unique_by=lambda one: one.vehicle,
)
HELD = st.dictionaries(st.sampled_from(["f", "g", ""]), st.just(Refusal("HTTP 403 <b>", NOW, 3, 17.5)))
POLLS = st.lists(st.tuples(FIXES, NAMES, HELD), min_size=1, max_size=3)


def sent(snapshot: Snapshot) -> Snapshot:
    head = codec.encode_head(codec.Head(codec.about(snapshot), "hash"))
    told = codec.decode_head(codec.SCHEMA, head)
    assert told is not None
    assert told.snapshot is not None
    return codec.snapshot_of(told.snapshot, codec.decode_frame(codec.encode_frame(snapshot.vehicles)))


def same(one: Snapshot, other: Snapshot) -> None:
    pd.testing.assert_frame_equal(one.vehicles, other.vehicles, check_categorical=True)
    for name in ("version", "taken_at", "deliveries", "unreadable", "held", "notices"):
        assert getattr(one, name) == getattr(other, name)


def build(builder, poll, number):
    fixes, names, held = poll
    at = NOW + timedelta(seconds=15 * number)
    notices = (
        Notice("What | happened", "That <means>.", Refusal("403", NOW), None, stale=True),
        Notice("x", "y."),
    )
    return builder.build(fixes, names, at, {"c1": NOW, "c2": None}, held=held, unreadable=2, notices=notices)


@few
@given(POLLS)
def test_a_snapshot_comes_as_it_went(polls):
    builder = SnapshotBuilder()
    for number, poll in enumerate(polls):
        snapshot = build(builder, poll, number)
        same(snapshot, sent(snapshot))


@few
@given(POLLS, POLLS)
def test_another_builder_goes_on_as_if_it_were_the_same(before, after):
    one, other = SnapshotBuilder(), SnapshotBuilder()
    build(other, after[0], 0)  # it has held the lease before, and numbered vehicles in another order
    for number, poll in enumerate(before):
        last = build(one, poll, number)
    other.restore(sent(last), codec.decode_frame(codec.encode_frame(one.memory())))
    for number, poll in enumerate(after, len(before)):
        same(build(one, poll, number), build(other, poll, number))


@few
@given(POLLS, POLLS)
def test_without_the_memory_the_vehicles_of_the_last_snapshot_keep_their_ordinals(before, after):
    one, other = SnapshotBuilder(), SnapshotBuilder()
    for number, poll in enumerate(before):
        last = build(one, poll, number)
    other.restore(sent(last), None)
    known = dict(zip(last.vehicles["vehicle_id"], last.vehicles["ordinal"], strict=True))
    for number, poll in enumerate(after, len(before)):
        snapshot = build(other, poll, number)
        assert snapshot.version == number + 1
        assert snapshot.vehicles["ordinal"].is_unique
        assert "" not in set(snapshot.vehicles["vehicle_id"])
        for vehicle_id, ordinal in zip(
            snapshot.vehicles["vehicle_id"], snapshot.vehicles["ordinal"], strict=True
        ):
            assert known.setdefault(vehicle_id, ordinal) == ordinal


@given(NAMES)
def test_names_come_as_they_went_and_equal_ones_have_the_same_hash(names):
    encoded, digest = codec.encode_names(names)
    decoded = codec.decode_names(encoded)
    assert decoded == names
    assert codec.encode_names(decoded) == (encoded, digest)
    assert codec.encode_names(Names(drivers={"d9": "Other"}))[1] != digest


def test_polls_come_as_they_went():
    since = datetime(2026, 5, 4, 11, 0, 0, 123457, tzinfo=UTC)
    polls = [Poll(since, 1.25, "failed", "503 | <b>"), Poll(since + timedelta(seconds=15), 20.5, "slow")]
    assert codec.decode_polls(codec.encode_polls(polls)) == polls


def test_a_head_comes_as_it_went():
    since = datetime(2026, 5, 4, 11, tzinfo=UTC)
    head = codec.Head(None, "hash", since, "503 | <b>", 3, since, since + timedelta(seconds=60), since)
    assert codec.decode_head(codec.SCHEMA, codec.encode_head(head)) == head
    assert codec.decode_head(None, None) is None, "nobody has published anything yet"


@pytest.mark.parametrize(
    "read",
    [
        lambda: codec.decode_head(b"1", codec.encode_head(codec.Head(None, ""))),
        lambda: codec.decode_head(codec.SCHEMA, b'{"snapshot": 5}'),
        lambda: codec.decode_head(codec.SCHEMA, b"\x80\x04."),
        lambda: codec.decode_frame(b""),
        lambda: codec.decode_frame(codec.encode_frame(pd.DataFrame({"a": [1] * 1000}))[:200]),
        lambda: codec.decode_names(b"[]"),
        lambda: codec.decode_polls(b"[5]"),
    ],
    ids=["schema", "other-fields", "garbled", "no-frame", "half-a-frame", "no-names", "no-polls"],
)
def test_what_another_version_has_written_is_refused_with_a_sentence(read):
    with pytest.raises(codec.Unlike, match="another version of the dashboard"):
        read()


def test_whoever_changes_what_is_written_gives_it_another_schema():
    builder = SnapshotBuilder()
    frame = builder.build([fix("a")], Names(), NOW).vehicles
    written = (
        [f"{name}: {dtype}" for name, dtype in frame.dtypes.items()],
        [f"{name}: {dtype}" for name, dtype in builder.memory().dtypes.items()],
        sorted(Names.__dataclass_fields__),
        VehicleFacts._fields,
        [field.name for kind in (codec.Head, codec.About) for field in msgspec.structs.fields(kind)],
        [*Notice.__dataclass_fields__, *Refusal.__dataclass_fields__, *Poll.__dataclass_fields__],
    )
    assert (codec.SCHEMA, zlib.crc32(repr(written).encode())) == (b"2", 2451060080), written
