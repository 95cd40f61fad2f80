"""uvicorn writes the path of each request into its access log; of a share link the path is a secret."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/s/)[^/?#\s]+")


def hide_tokens() -> None:
    """Let the access log show `/s/***` for the address of a share link. Doing it again changes nothing."""
    logging.getLogger("uvicorn.access").addFilter(_hidden)


def _hidden(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            TOKEN.sub(r"\1***", part) if isinstance(part, str) else part for part in record.args
        )
    return True
