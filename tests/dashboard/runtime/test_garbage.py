"""Garbage is looked for after a snapshot, and what lives long is set aside."""

import gc
import weakref

import pytest
from psutil import Process
from streamlit import config

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.configuration.settings import Settings
from dashboard.fleet.filters import Filters
from dashboard.runtime.garbage import ALLOCATOR, WHOLE_SECONDS, GarbageCollector
from dashboard.service import Service


class Knot:
    """Refers to itself, so only the collector can end it."""

    def __init__(self):
        self.me = self


@pytest.fixture(autouse=True)
def thawed():
    gc.disable()  # nothing but the collector under test decides
    yield
    gc.unfreeze()
    gc.enable()


def test_what_is_alive_is_taken_out_of_the_ordinary_searches():
    held = [[n] for n in range(50_000)]
    GarbageCollector().snapshot_published()

    assert gc.get_freeze_count() > len(held)
    assert len(gc.get_objects()) < len(held)


def test_garbage_that_was_set_aside_is_found_by_the_next_whole_search():
    now = [0.0]
    collector = GarbageCollector(clock=lambda: now[0])
    knot = Knot()
    gone = weakref.ref(knot)
    collector.snapshot_published()
    del knot

    now[0] = WHOLE_SECONDS / 2
    collector.snapshot_published()
    assert gone() is not None, "a whole search each time would stop all viewers"

    now[0] = WHOLE_SECONDS
    collector.snapshot_published()
    assert gone() is None


@pytest.mark.skipif(
    not hasattr(ALLOCATOR, "malloc_trim"), reason="another C library's memory is its own affair"
)
def test_free_memory_goes_back_although_some_that_is_not_lies_behind_it():
    process, held = Process(), []
    for _ in range(2000):
        held += [b"%d" % len(held) * 15_000, bytearray(1)]
    full = process.memory_info().rss
    last = held[-2]
    held.clear()
    GarbageCollector().snapshot_published()
    assert process.memory_info().rss < full - 50_000_000, len(last)


def test_streamlit_does_not_search_after_each_run():
    assert config.get_option("runner.postScriptGC") is False


def test_the_service_sets_aside_what_each_snapshot_holds():
    service = Service(Settings())
    gc.unfreeze()
    try:
        service.poller.poll_once()
        assert service.poller.state.snapshot is not None
        assert gc.get_freeze_count() > 0
    finally:
        service.close()


def test_the_vehicles_of_a_snapshot_that_nobody_shows_any_more_go_without_a_search():
    """What lives is set aside after each snapshot: a cycle in one, or in what is made of it, would keep it."""
    service = Service(Settings())
    everything = Scope(EVERYTHING)
    some = Scope(Visibility(fleets=frozenset({"one that is not there"})), Filters(text="4"))
    vehicles = []
    try:
        for _ in range(6):
            service.poller.poll_once()
            snapshot = service.poller.state.snapshot
            for scope in (everything, some):
                service.feed.vehicles.url(snapshot, scope, "standing")
                service.feed.vehicles.url(snapshot, scope, "moving")
                service.feed.vehicles.summary(snapshot, scope)
                service.feed.vehicles.facets(snapshot, scope.visibility)
            vehicles.append(weakref.ref(snapshot.vehicles))
            del snapshot
        # The last two are kept for browsers that ask late.
        assert [held() is None for held in vehicles] == [True] * 4 + [False] * 2
    finally:
        service.close()
