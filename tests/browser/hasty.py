"""Streamlit's command line with a dashboard that polls and ticks so often that tests need not wait.

`python -m tests.browser.hasty run app.py …` is `streamlit run app.py …` otherwise. No setting can ask for this, since
a real Catena would be asked too often.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from streamlit.web import cli

from dashboard.configuration import settings
from dashboard.ingest import polling
from dashboard.ui.invitations import progress
from dashboard.ui.map import kiosk
from tests.browser.servers import POLL_SECONDS

load = settings.load


def load_hasty(environ: Mapping[str, str], secrets: Mapping[str, object]) -> settings.Settings:
    """What the user has set, but for the time between two polls."""
    return replace(load(environ, secrets), poll_seconds=POLL_SECONDS)


if __name__ == "__main__":
    settings.load = load_hasty
    polling.WAKE_SPACING_SECONDS = POLL_SECONDS
    progress.TICK_SECONDS = POLL_SECONDS
    kiosk.fleet_on_show = partial(kiosk.fleet_on_show, seconds=4)
    cli.main()
