"""Rows are written once and cut for each viewer's filters."""

import gc
import json
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.feed.codings import CODINGS, Packed
from dashboard.feed.summary import coloured
from dashboard.feed.vehicle_rows import write
from dashboard.feed.words import exact_ages
from dashboard.fleet.colours import ColourAssignments
from tests.dashboard.feeds import ALL
from tests.dashboard.frames import NOW, vehicles

HOSTILE = st.sampled_from(
    ["Truck 1", "", "},{", '"', "\\", "a\nb", "<b>|</b>", "[x](y)", "é", "\u2028", "\x00"]
)
FLEET = st.lists(
    st.fixed_dictionaries(
        {"name": HOSTILE, "fleet": HOSTILE, "source": st.sampled_from(["geotab", "samsara"])}
    ),
    min_size=1,
    max_size=6,
)


def cut(frame, order, kept):
    colours = coloured(frame[kept], ALL, NOW, ColourAssignments())
    return write(frame, order, NOW, metric=False, age=exact_ages).cut(kept, colours)


@given(FLEET, st.data())
def test_what_is_cut_is_what_would_be_written_of_those_alone(fleet, data):
    frame = vehicles(*({"lon": float(n), "lat": 1.0, "age": 5, **row} for n, row in enumerate(fleet)))
    order = np.array(data.draw(st.permutations(range(len(frame)))), dtype=np.intp)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame))))
    rows = json.loads(cut(frame, order, kept).json())
    alone = frame[kept].reset_index(drop=True)
    places = np.cumsum(kept)[[row for row in order if kept[row]]] - 1
    assert rows == json.loads(cut(alone, places.astype(np.intp), np.ones(len(alone), dtype=bool)).json())
    assert [row["name"] for row in rows] == [
        frame["name"].iloc[row] or "Unnamed vehicle" for row in order if kept[row]
    ]


@pytest.mark.parametrize("coding", CODINGS)
def test_what_was_packed_goes_without_a_search_for_garbage(coding):
    packed = Packed(b"[1]")
    packed.body(coding)
    gone = weakref.ref(packed)
    gc.disable()
    try:
        del packed
        assert gone() is None
    finally:
        gc.enable()
