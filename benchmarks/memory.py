"""Memory of the dashboard while it polls each second and is watched: `python -m benchmarks.memory [MINUTES]`.

Exit code 1 when its last quarter held more than 1.05 times what its second quarter held.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import psutil

from benchmarks.report import table
from benchmarks.viewers import watch
from sandbox import SandboxConfig
from tests.browser import rig

MINUTES = 20.0
VEHICLES = 10_000
VIEWERS = 5
MOST = 1.05
PORT = 9430


def main() -> int:
    """Measure, print a table and judge."""
    seconds = 60 * (float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
    config, url = SandboxConfig(), f"http://127.0.0.1:{PORT + 1}"
    arguments = ("--vehicles", str(VEHICLES), "--fleets", "30")
    with (
        tempfile.TemporaryDirectory() as folder,
        rig.sandbox(Path(folder), *arguments, port=PORT) as sandbox,
    ):
        environ = {
            "CATENA_API_URL": sandbox.url,
            "CATENA_AUTH_URL": f"{sandbox.url}/realms/catena",
            "CATENA_CLIENT_ID": config.client_id,
            "CATENA_CLIENT_SECRET": config.client_secret,
        }
        command = ["-m", "benchmarks.soaked", str(PORT + 1)]
        server = rig.run(command, environ, Path(folder) / "dashboard.log", url)
        try:
            server.wait_until(f"{url}/_stcore/health")
            samples, crowd = asyncio.run(sample(server.entrance, server.process.pid, seconds))
        finally:
            server.stop()
    quarters = [samples[len(samples) * n // 4 : len(samples) * (n + 1) // 4] for n in range(4)]
    means = [mean(quarter) for quarter in quarters]
    growth = means[3] / means[1]
    print(f"{VEHICLES:,} vehicles, a poll each second, {VIEWERS} viewers, {seconds / 60:g} minutes.\n")
    print(table(("quarter", "MB, mean", "MB, most"), [
        (str(n + 1), f"{means[n]:.1f}", f"{max(quarter):.1f}") for n, quarter in enumerate(quarters)
    ]))  # fmt: skip
    print(
        f"\nLast quarter / second quarter: {growth:.3f}, at most {MOST} is allowed. Reruns: {crowd['ticks']}."
    )
    return 0 if growth <= MOST else 1


async def sample(url: str, pid: int, seconds: float) -> tuple[list[float], dict[str, float]]:
    """Megabytes that a process holds, once a second while viewers watch it; and what these saw."""
    process, samples = psutil.Process(pid), list[float]()
    crowd = asyncio.create_task(watch(url, VIEWERS, seconds * 0.9))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        samples.append(process.memory_info().rss / 1e6)
        await asyncio.sleep(1)
    return samples, await crowd


if __name__ == "__main__":
    sys.exit(main())
