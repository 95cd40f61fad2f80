"""Frames are kept for those who ask again, but not more than memory has room for."""

from datetime import UTC, datetime

import pytest

from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed import frames
from dashboard.feed.frames import Frames
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.frames import vehicles

NOBODY = Filters(fleets=("no such fleet",))


def snapshot_of(version, rows=3):
    frame = vehicles(*({"fleet_id": "f1", "lon": 1.0, "lat": 1.0} for _ in range(rows)))
    return Snapshot(version, datetime.now(UTC), frame)


def filtered(held, snapshot, filters):
    return held.filtered(snapshot, EVERYTHING, filters)


def asked_for(held, snapshot, filters):
    return held.asked_for(snapshot, EVERYTHING, filters)


def visible(held, snapshot, _filters):
    return held.visible(snapshot, Visibility(frozenset({"f1"})))


@pytest.mark.parametrize(
    ("ask", "filters"),
    [
        pytest.param(asked_for, Filters(fleets=("f1",)), id="filtered"),
        pytest.param(asked_for, NOBODY, id="nothing left"),
        pytest.param(visible, Filters(), id="visible"),
    ],
)
def test_frames_of_few_rows_are_not_kept_for_days(ask, filters, monkeypatch):
    monkeypatch.setattr(frames, "KEPT_ROWS", 1000)
    monkeypatch.setattr(frames, "KEPT_MASKS", 5 * frames.BYTES_OF_A_MASK)
    held, first = Frames(), snapshot_of(1)
    kept = ask(held, first, filters)
    assert ask(held, first, filters) is kept
    for version in range(2, 30):
        ask(held, snapshot_of(version), filters)
    assert ask(held, first, filters) is not kept, "each frame takes memory of its own, however few its rows"


def test_texts_are_folded_once_for_all_who_look_for_some_in_a_snapshot(monkeypatch):
    folded = []
    columns = frames.search.columns
    monkeypatch.setattr(frames.search, "columns", lambda frame: folded.append(len(frame)) or columns(frame))
    held, first = Frames(), snapshot_of(1)
    for text in ("a", "b", "truck"):
        filtered(held, first, Filters(text=text))
    assert folded == [3]
    filtered(held, snapshot_of(2), Filters(text="a"))
    assert folded == [3, 3]
