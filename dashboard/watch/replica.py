"""The process among those that may serve one dashboard, and what it is made of."""

from __future__ import annotations

import os
import platform
import socket
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

SHOWN = ("streamlit", "starlette", "uvicorn", "pydeck", "pandas", "pyarrow")


@dataclass(frozen=True, slots=True)
class Replica:
    """One process."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}/{os.getpid()}")
    """Its machine and its number there."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Aware UTC."""


@cache
def versions() -> dict[str, str]:
    """The versions of the dashboard and of what matters most below it, by name."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "dashboard": str(project["version"]),
        "python": platform.python_version(),
        **{name: version(name) for name in SHOWN},
    }
