"""What went wrong lately, in the words of the log."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.runtime.logs import OURS

KEPT = 50
"""Different messages that are kept."""
TEXT = 500
"""Characters of each."""


@dataclass(slots=True)
class Trouble:
    """A warning or an error of ours; it holds no secret, since nothing in the log does."""

    text: str
    last: datetime
    """When it was last written, aware UTC."""
    times: int = 1


class Troubles(logging.Handler):
    """The last warnings and errors of our own loggers, each message once. Thread-safe."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: OrderedDict[str, Trouble] = OrderedDict()

    def begin(self) -> None:
        """Listen from now on."""
        for name in OURS:
            logging.getLogger(name).addHandler(self)

    def end(self) -> None:
        """Listen no more."""
        for name in OURS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message, without the trace that may come with it. The handler's lock is held."""
        text = record.getMessage()[:TEXT]
        known = self._kept.pop(text, None)
        times = known.times + 1 if known else 1
        self._kept[text] = Trouble(text, datetime.fromtimestamp(record.created, UTC), times)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def latest(self) -> list[Trouble]:
        """What is kept, the newest first."""
        assert self.lock is not None  # noqa: S101 - `logging.Handler` makes one
        with self.lock:
            return list(reversed(self._kept.values()))
