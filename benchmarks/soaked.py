"""The dashboard polling each second, which its settings do not allow: `python -m benchmarks.soaked PORT`."""

from __future__ import annotations

import sys
from dataclasses import replace

from dashboard.configuration import settings
from dashboard.ingest import polling

POLL_SECONDS = 1.0
_load = settings.load


def _each_second(*arguments: object, **options: object) -> settings.Settings:
    return replace(_load(*arguments, **options), poll_seconds=POLL_SECONDS)  # type: ignore[arg-type]


if __name__ == "__main__":
    settings.load = _each_second
    polling.WAKE_SPACING_SECONDS = POLL_SECONDS  # else it rests for two seconds after each poll
    from app import app

    app.run(config={"server.port": int(sys.argv[1])})
