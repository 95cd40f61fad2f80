"""The process among those that may serve one dashboard, and what it is made of."""

from __future__ import annotations

import os
import platform
import socket
import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

SHOWN = ("streamlit", "starlette", "uvicorn", "pydeck", "pandas", "pyarrow")


class Replica(msgspec.Struct, frozen=True):
    """One process, as it tells the others of itself; another version may tell more or less."""

    name: str
    """Its machine and its number there."""
    started_at: datetime | None = None
    """Aware UTC."""
    version: str = ""
    """That of the dashboard."""
    pages: int = 0
    """Open ones."""
    polls: bool = False
    """Whether it is the one that asks Catena."""
    snapshot: int | None = None
    """The version of the snapshot that it shows."""


def this_process() -> Replica:
    """What there is to tell of this one as it begins."""
    return Replica(f"{socket.gethostname()}/{os.getpid()}", datetime.now(UTC), versions()["dashboard"])


@cache
def versions() -> dict[str, str]:
    """The versions of the dashboard and of what matters most below it, by name."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "dashboard": str(project["version"]),
        "python": platform.python_version(),
        **{name: version(name) for name in SHOWN},
    }
