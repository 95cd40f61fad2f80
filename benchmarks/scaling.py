"""What a snapshot of so many vehicles costs, by who does it: `python -m benchmarks.scaling [VEHICLES]`.

A simulated world in this process. CPU is that of the second snapshot, for which most columns are as before.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from time import process_time
from typing import ParamSpec, TypeVar
from unittest import mock

from benchmarks.sandboxed import Polls, vehicle_feed
from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.feed import frames, summary, vehicles
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest import snapshot_codec as codec

POLL_SECONDS = 15.0
P = ParamSpec("P")
T = TypeVar("T")


def main() -> None:
    """Print it."""
    polls = Polls(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    polls.next(POLL_SECONDS)
    snapshot = _measured("the holder builds", polls.build, polls.fetch(POLL_SECONDS))
    number = len(snapshot.vehicles)
    print(f"{number:,} vehicles, {snapshot.vehicles.memory_usage(deep=True).sum() / 1e6:.0f} MB as a frame")
    rows = _measured("the holder encodes the vehicles", codec.encode_frame, snapshot.vehicles)
    memory = _measured("the holder encodes its memory", codec.encode_frame, polls.builder.memory())
    names, _ = _measured("the holder encodes the names", codec.encode_names, polls.names)
    for what, encoded in (("vehicles", rows), ("memory", memory), ("names", names)):
        print(f"{what}: {len(encoded) / 1e6:.1f} MB in Redis, {len(encoded) / number:.0f} bytes per vehicle")
    _measured("a reader decodes the vehicles", codec.decode_frame, rows)
    _measured("a reader decodes the names", codec.decode_names, names)
    _feed(snapshot)
    print(
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB, the simulation included"
    )


def _feed(snapshot: Snapshot) -> None:
    feed, scope = vehicle_feed(), Scope(EVERYTHING)
    # The time of these snapshots is not the clock's.
    with ExitStack() as patched:
        for module in (vehicles, frames, summary):
            patched.enter_context(mock.patch.object(module, "as_of", lambda given: given.taken_at))
        drawn = _measured("each visibility: rows written, cut and packed", feed.drawn, snapshot, scope)
        for layer, packed in drawn.items():
            content, sent = packed.body(""), packed.body("zstd")
            print(f"{layer}: {len(content) / 1e6:.1f} MB, {len(sent) / 1e6:.2f} MB packed")
        further = replace(scope, filters=Filters(text="4"))
        _measured("each further scope: rows cut and packed", feed.drawn, snapshot, further)
        _measured("each further scope: the numbers beside the map", feed.summary, snapshot, further)
        _measured("each further page: its rows' addresses", feed.drawn, snapshot, scope)
        _measured("each visibility: what can be filtered by", feed.facets, snapshot, EVERYTHING)
        _measured("each visibility: the search index", feed.search, snapshot, EVERYTHING)
        _measured("each further search: the index", feed.search, snapshot, EVERYTHING)


def _measured(what: str, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    began = process_time()
    done = work(*given, **named)
    print(f"{what}: {process_time() - began:.2f} s CPU", flush=True)
    return done


if __name__ == "__main__":
    main()
