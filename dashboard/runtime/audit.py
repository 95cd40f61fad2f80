"""Who did what, when and from where: one JSON line each, never with a secret."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal

log = logging.getLogger(__name__)

KEPT = 500
"""Entries that are kept in memory, for the page that shows them."""
FILE_BYTES, FILES = 5_000_000, 5
TEXT = 200
"""Characters of a text from outside that are kept."""

Event = Literal[
    "signed in",
    "signed out",
    "refused",
    "invitation made",
    "invitation resent",
    "invitation deleted",
    "link revealed",
    "share made",
    "share used",
    "share prolonged",
    "share revoked",
    "export",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. Texts are for people; none is a secret, an id of an invitation or a link."""

    at: str
    """ISO 8601, UTC, to the second."""
    event: Event
    who: str
    """An address, a share's label; "" for somebody unknown."""
    address: str
    """Where it was asked for from."""
    what: str
    """Of what it was done: a fleet reference, a label, a file's name, a reason."""


class Audit:
    """The entries of one process, and their file, if there is one. Thread-safe."""

    def __init__(
        self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`path`: the file, which only the user of this process can read. Raises `OSError` if it cannot be written."""
        self._now = now
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._file: RotatingFileHandler | None = None
        if path is not None:
            self._entries.extend(_read(path))
            self._file = _PrivateFile(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")

    def record(self, event: Event, who: str, address: str = "", what: str = "") -> None:
        """Write down that something happened. Never raises: what was done is done."""
        entry = Entry(
            self._now().strftime("%Y-%m-%dT%H:%M:%SZ"), event, who[:TEXT], address[:TEXT], what[:TEXT]
        )
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(entry)
        if self._file is not None:
            line = json.dumps(asdict(entry), ensure_ascii=True)
            self._file.handle(logging.LogRecord(__name__, logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        """Close the file; what happens after that is kept in memory only."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def latest(self) -> list[Entry]:
        """What is kept, the newest first."""
        with self._lock:
            return list(reversed(self._entries))


class _PrivateFile(RotatingFileHandler):
    """A file that nobody else can read, that of today and those before it."""

    def _open(self):  # type: ignore[no-untyped-def]
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT, 0o600))
        Path(self.baseFilename).chmod(0o600)
        return super()._open()


def _read(path: Path) -> list[Entry]:
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()[-KEPT:]
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            log.warning("A line of the audit log cannot be read and is passed over")
    return entries
