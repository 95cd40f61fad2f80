"""What is written to the log."""

from __future__ import annotations

import logging

OURS = ("dashboard", "catena_client", "sandbox")


def set_level(level: str) -> None:
    """Let our own loggers write what is at least of a level (`debug`, `info`, `warning`, `error`) to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        logger.addHandler(handler)
