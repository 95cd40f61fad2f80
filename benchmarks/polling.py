"""One poll in a process of its own: `python -m benchmarks.polling ours|plain URL AUTH_URL`, answered in JSON.

`ours` fetches and builds a snapshot as the poller does, with the names read before. `plain` reads the same pages
with the same httpx, `response.json()` and `pandas.json_normalize`.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pandas as pd
import psutil

from benchmarks.peers.rows import answer, urls
from benchmarks.sandboxed import vehicle_feed
from catena_client import MAX_PAGE_SIZE, CatenaClient
from catena_client.http import Client
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.directory import Directory
from dashboard.ingest.fetching import Fetcher
from dashboard.ingest.snapshot_builder import SnapshotBuilder
from sandbox import SandboxConfig

ROUNDS = {"plain": 3, "ours": 5}
"""The first of ours costs most, as it makes every column; of the plain way each costs the same."""
MEGABYTE = 1_000_000
T = TypeVar("T")


def main() -> None:
    """Poll some times and print what each cost, and with `ours` what the feed then costs."""
    kind, api_url, auth_url = sys.argv[1:]
    idle = psutil.Process().memory_info().rss
    poll = {"ours": ours, "plain": plain}[kind](api_url, auth_url)
    cpu_seconds = []
    for _ in range(ROUNDS[kind]):
        polled = None  # what is measured must not have to live beside its predecessor
        polled, seconds = timed(poll)
        cpu_seconds.append(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB
    found = {
        "vehicles": located(polled),
        "cpu_seconds": cpu_seconds,
        "peak_mb": (peak - idle) / MEGABYTE,
    }
    if kind == "ours":
        found["feed"] = feed_cost(polled)
    print(json.dumps(found))


def located(polled: Snapshot | pd.DataFrame) -> int:
    """Vehicles with a fix."""
    return int((polled.vehicles if isinstance(polled, Snapshot) else polled)["occurred_at"].notna().sum())


def feed_cost(snapshot: Snapshot) -> dict[str, float]:
    """What the feed spends on the first answer and on the ones after it; fields of `report.FeedCost`."""
    feed, again = vehicle_feed(lambda: snapshot), 20
    addresses = urls(feed, snapshot)
    before = time.process_time()
    bodies = [answer(feed, url, "gzip") for url in addresses]
    between = time.process_time()
    same = [[answer(feed, url, "gzip") for url in addresses] for _ in range(again)]
    after = time.process_time()
    assert all(other == bodies for other in same)
    drawn = sum(len(json.loads(gzip.decompress(body))) for body in bodies)
    return {
        "first_ms": (between - before) * 1000,
        "next_ms": (after - between) * 1000 / again,
        "bytes_per_vehicle": sum(map(len, bodies)) / drawn,
    }


def timed(poll: Callable[[], T]) -> tuple[T, float]:
    """What a poll brought, and the CPU seconds that the whole process spent on it."""
    before = time.process_time()
    rows = poll()
    return rows, time.process_time() - before


def ours(api_url: str, auth_url: str) -> Callable[[], Snapshot]:
    """The dashboard's own way, after the directory has read all names."""
    config = SandboxConfig()
    client = CatenaClient(config.client_id, config.client_secret, api_url=api_url, auth_url=auth_url)
    directory, read = Directory(client), threading.Event()
    directory.refresh_fleets()
    directory.refresh_when_due((), read.set)
    # The callback comes once all lists have been read.
    if not read.wait(120):
        raise RuntimeError("The sandbox did not give its names within two minutes.")
    directory.close()
    builder, fetcher = SnapshotBuilder(), Fetcher(client, Concurrency())

    def poll() -> Snapshot:
        names = directory.names
        rows = fetcher.fetch(lambda: dict.fromkeys(names.fleets, 1)).rows
        snapshot = builder.build(rows.fixes, names, datetime.now(UTC))
        assert (snapshot.vehicles["name"] != "").mean() > 0.9
        return snapshot

    return poll


def plain(api_url: str, auth_url: str) -> Callable[[], pd.DataFrame]:
    """As one would write it: follow the cursor, parse, normalise, concatenate."""
    config = SandboxConfig()
    token_url = f"{auth_url}/protocol/openid-connect/token"

    def poll() -> pd.DataFrame:
        with Client() as http:
            grant = {
                "grant_type": "client_credentials",
                "scope": "organization",
                "client_id": config.client_id,
                "client_secret": config.client_secret,
            }
            token = http.post(token_url, data=grant).json()["access_token"]
            http.headers["Authorization"] = f"Bearer {token}"
            frames, cursor = [], None
            while True:
                asked = {"only_latest": "true", "size": MAX_PAGE_SIZE} | (
                    {"cursor": cursor} if cursor else {}
                )
                page = http.get(f"{api_url}/v2/telematics/vehicle-locations", params=asked).json()
                frames.append(pd.json_normalize(page["items"]))
                cursor = page["next_page"]
                if cursor is None:
                    return pd.concat(frames, ignore_index=True)

    return poll


if __name__ == "__main__":
    main()
