"""What a filter costs that nobody has asked for yet: `python -m benchmarks.filter_change [VEHICLES]`.

From the numbers beside the map to the bytes of each layer, as a browser with zstd gets them; then the same again, which
the next viewer asks for.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from statistics import median
from typing import get_args

from starlette.requests import Request

from benchmarks.sandboxed import Polls, vehicle_feed
from dashboard.access.scope import Scope
from dashboard.access.session import SESSION
from dashboard.access.viewer import EVERYTHING
from dashboard.feed.drawing import Layer
from dashboard.feed.vehicles import VehicleFeed
from dashboard.fleet.filters import Filters

FILTERS = (
    Filters(sources=("geotab", "samsara")),
    Filters(states=("moving",)),
    Filters(text="4"),
    Filters(speeds=("55",)),
    Filters(),
)


def main() -> None:
    """Print the milliseconds of each filter, first and again."""
    vehicles = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    snapshot = Polls(vehicles).next(0)
    feed = vehicle_feed(lambda: snapshot)
    firsts = []
    for filters in FILTERS:
        scope = Scope(EVERYTHING, filters)
        for viewer in ("first", "next"):
            began, spent = time.perf_counter(), []
            shown, sent = feed.summary(snapshot, scope).shown, 0
            for layer in get_args(Layer):
                sent += asked(feed, feed.url(snapshot, scope, layer))
                spent.append((time.perf_counter() - began) * 1000)
            firsts += [spent[0]] if viewer == "first" else []
            what = {name: value for name, value in asdict(filters).items() if value}
            until = " / ".join(f"{each:.0f}" for each in spent)
            print(
                f"{what}, {viewer}: {shown:,} vehicles, {sent:,} bytes, {until} ms to the end of each layer"
            )
    print(f"first layer, median: {median(firsts):.0f} ms")


def asked(feed: VehicleFeed, url: str) -> int:
    """How many bytes the feed answers to one of its own URLs."""
    path, _, query = url.partition("?")
    scope = {
        "type": "http",
        "method": "GET",
        "headers": [(b"accept-encoding", b"gzip, zstd")],
        "query_string": query.encode(),
        "path_params": {"layer": path.rpartition("/")[2].removesuffix(".json")},
        SESSION: "",
    }
    answer = feed.answer(Request(scope))
    if answer.status_code != 200:
        raise RuntimeError(f"The feed answered {answer.status_code} to {url}.")
    return len(answer.body)


if __name__ == "__main__":
    main()
