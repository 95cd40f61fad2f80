"""A page under the meter: `python -m benchmarks.measured ours|inline PORT`."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks import meter


def main() -> None:
    """Serve until terminated."""
    kind, port = sys.argv[1:]
    meter.install()
    app = import_module({"ours": "app", "inline": "benchmarks.inline_app"}[kind]).app
    app.run(config={"server.port": int(port), "server.address": "127.0.0.1"})


if __name__ == "__main__":
    main()
