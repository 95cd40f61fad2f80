"""A page under the meter: `python -m benchmarks.measured ours|PEER PORT`."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from benchmarks import meter


def main() -> None:
    """Serve until terminated."""
    kind, port = sys.argv[1:]
    meter.install()
    os.environ["BENCH_PEER"] = kind
    app = import_module("app" if kind == "ours" else "benchmarks.peers.app").app
    app.run(config={"server.port": int(port), "server.address": "127.0.0.1"})


if __name__ == "__main__":
    main()
