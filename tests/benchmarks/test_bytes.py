"""Bytes of a tick: counts, so they are the same on every machine. Times stay in the benchmark."""

import pytest
from streamlit.elements.map import to_deckgl_json

from benchmarks.peers.rows import answer, layer, rows_of, urls
from benchmarks.sandboxed import Polls, vehicle_feed


@pytest.fixture(scope="module")
def world():
    polls = Polls(2_000)
    polls.next(0)
    snapshot = polls.next(15)
    feed = vehicle_feed(lambda: snapshot)
    addresses = urls(feed, snapshot)
    return feed, addresses, rows_of(feed, snapshot.version, addresses)


def sent(feed, addresses, coding):
    return sum(len(answer(feed, url, coding)) for url in addresses)


@pytest.mark.parametrize(("coding", "least"), [("zstd", 12), ("gzip", 9.5)])
def test_a_tick_in_which_all_moved_is_a_twelfth_of_the_same_rows_inline(world, coding, least):
    feed, addresses, rows = world
    assert len(layer(rows, 5).to_json()) / sent(feed, addresses, coding) >= least


def test_it_is_less_than_a_map_of_dots_without_any_text(world):
    feed, addresses, rows = world
    dots = to_deckgl_json(rows, "lat", "lon", 2000, "colour", 3)
    assert sent(feed, addresses, "gzip") < len(dots) / 2
