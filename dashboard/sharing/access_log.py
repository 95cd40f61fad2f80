"""uvicorn writes the address of each request into its access log; of a share link and of the start it is a secret."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/s/|[?&]key=)[^/?#&\s]+")


def hide_tokens() -> None:
    """Let the access log show `/s/***` of a share link and `?key=***` of the start. Again, it changes nothing."""
    logging.getLogger("uvicorn.access").addFilter(_hidden)


def _hidden(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            TOKEN.sub(r"\1***", part) if isinstance(part, str) else part for part in record.args
        )
    return True
