"""How often what stands is sent anew, and why: `python -m benchmarks.standing [VEHICLES]`.

Polls of a simulated world, 15 seconds apart, after three hours in which who moves and who stands has become known.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from statistics import mean, median
from typing import Any
from unittest import mock

from benchmarks.sandboxed import Polls, vehicle_feed
from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.feed import frames, summary, vehicles
from dashboard.feed.codings import Packed
from dashboard.fleet.snapshot import Snapshot

WARM_POLLS, WARM_SECONDS = 36, 300
POLLS, POLL_SECONDS = 100, 15

Rows = dict[int, dict[str, Any]]
"""By ordinal."""


def main() -> None:
    """Print of how many polls the hash changed, the rows that did by column, and what the hash costs."""
    polls = Polls(int(sys.argv[1]) if len(sys.argv) > 1 else 1200)
    for _ in range(WARM_POLLS):
        polls.next(WARM_SECONDS)
    feed, scope = vehicle_feed(), Scope(EVERYTHING)
    changed, rows, shares, spent, before = 0, Counter[str](), [], [], None
    known: Rows = {}
    # The time of these snapshots is not the clock's.
    with ExitStack() as patched:
        for module in (vehicles, frames, summary):
            patched.enter_context(mock.patch.object(module, "as_of", _taken))
        for _ in range(POLLS + 1):
            snapshot = polls.next(POLL_SECONDS)
            began = time.process_time()
            drawn = feed.drawn(snapshot, scope)["standing"]
            spent.append((time.process_time() - began) * 1000)
            rows_drawn = _by_ordinal(drawn)
            shares.append(len(rows_drawn) / len(snapshot.vehicles))
            if before is not None and drawn.version != before.version:
                changed += 1
                rows += _different(known, rows_drawn)
            before, known = drawn, rows_drawn
    print(f"{changed} of {POLLS} polls change what stands, {mean(shares):.0%} of the vehicles; {dict(rows)}")
    print(f"both layers, written and packed: {median(spent):.0f} ms CPU")


def _by_ordinal(drawn: Packed) -> Rows:
    return {row["n"]: row for row in json.loads(drawn.body(""))}


def _different(before: Rows, now: Rows) -> Counter[str]:
    """How many rows came, left, or say something else, by what."""
    both = before.keys() & now.keys()
    said = Counter(name for n in both for name in now[n] if now[n][name] != before[n][name])
    return +(Counter(came=len(now) - len(both), left=len(before) - len(both)) + said)


def _taken(snapshot: Snapshot) -> datetime:
    return snapshot.taken_at


if __name__ == "__main__":
    main()
