"""Defects of our own that cost only what they happened in, and nothing beside it."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Self

log = logging.getLogger(__name__)

_written: set[tuple[type[Exception], str, int | None]] = set()
"""Kinds written before: what was raised, and where."""


class Contained:
    """A block that may fail for a reason of our own; what comes after it goes on.

    The defect goes to the log with its trace: once for each kind, since most happen again at every tick.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        """What then did not happen, for the log."""
        self.failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        # Streamlit ends and repeats scripts by what is no Exception, and that passes.
        if not isinstance(error, Exception):
            return False
        self.failed = True
        where = traceback.extract_tb(trace)[-1]
        kind = type(error), where.filename, where.lineno
        if kind not in _written:
            _written.add(kind)
            log.error("A defect of the dashboard: %s", self.what, exc_info=error)
        return True
