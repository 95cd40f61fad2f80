"""One poll in a process of its own: `python -m benchmarks.polling ours|plain URL AUTH_URL`, answered in JSON.

`ours` fetches and builds a snapshot as the poller does, with the names read before. `plain` reads the same pages
with the same httpx, `response.json()` and `pandas.json_normalize`.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import psutil

from catena_client import CatenaClient
from catena_client.http import Client
from dashboard.polling.directory import Directory
from dashboard.polling.fixes import PAGE_SIZE, Concurrency, fetch
from dashboard.snapshot import SnapshotBuilder
from sandbox import SandboxConfig

ROUNDS = 3
MEGABYTE = 1_000_000


def main() -> None:
    """Poll some times and print what each cost."""
    kind, api_url, auth_url = sys.argv[1:]
    idle = psutil.Process().memory_info().rss
    poll = {"ours": ours, "plain": plain}[kind](api_url, auth_url)
    rounds = [timed(poll) for _ in range(ROUNDS)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB
    print(
        json.dumps(
            {
                "vehicles": rounds[0][0],
                "cpu_seconds": [seconds for _, seconds in rounds],
                "peak_mb": (peak - idle) / MEGABYTE,
            }
        )
    )


def timed(poll: Callable[[], int]) -> tuple[int, float]:
    """The rows that a poll brought, and the CPU seconds that the whole process spent on it."""
    before = time.process_time()
    rows = poll()
    return rows, time.process_time() - before


def ours(api_url: str, auth_url: str) -> Callable[[], int]:
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
    builder, parallel = SnapshotBuilder(), Concurrency().current

    def poll() -> int:
        names = directory.names
        fixes = fetch(client, dict.fromkeys(names.fleets, 1), parallel)
        snapshot = builder.build(fixes, names, datetime.now(UTC))
        assert (snapshot.vehicles["name"] != "").mean() > 0.9
        return int(snapshot.vehicles["occurred_at"].notna().sum())

    return poll


def plain(api_url: str, auth_url: str) -> Callable[[], int]:
    """As one would write it: follow the cursor, parse, normalise, concatenate."""
    config = SandboxConfig()
    token_url = f"{auth_url}/protocol/openid-connect/token"

    def poll() -> int:
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
                asked = {"only_latest": "true", "size": PAGE_SIZE} | ({"cursor": cursor} if cursor else {})
                page = http.get(f"{api_url}/v2/telematics/vehicle-locations", params=asked).json()
                frames.append(pd.json_normalize(page["items"]))
                cursor = page["next_page"]
                if cursor is None:
                    return len(pd.concat(frames, ignore_index=True))

    return poll


if __name__ == "__main__":
    main()
