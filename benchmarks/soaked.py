"""The dashboard polling each second, which its settings do not allow: `python -m benchmarks.soaked PORT`."""

from __future__ import annotations

import sys
from dataclasses import replace

from dashboard.configuration import settings

_load = settings.load


def _each_second(*arguments: object, **options: object) -> settings.Settings:
    return replace(_load(*arguments, **options), poll_seconds=1.0)  # type: ignore[arg-type]


if __name__ == "__main__":
    settings.load = _each_second
    from app import app

    app.run(config={"server.port": int(sys.argv[1])})
