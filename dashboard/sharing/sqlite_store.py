"""Share links in a file of this machine, or in memory."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard.access.viewer import Visibility
from dashboard.sharing.share import Share
from dashboard.sharing.store import GUESTS, KEPT_SECONDS, StoreFailed

WAIT_SECONDS = 0.2
"""How long is waited for somebody else who holds the file, such as a backup: the server waits with us."""
FAILS_SECONDS = 1.0
"""After the file failed, how long it is not tried again: many who ask would hold up everybody else."""
VERSION = 1
SCHEMA = """
CREATE TABLE shares (
  id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, code TEXT NOT NULL, label TEXT NOT NULL, made_by TEXT NOT NULL,
  made_at REAL NOT NULL, expires_at REAL NOT NULL, visibility TEXT NOT NULL, may_export INTEGER NOT NULL,
  may_see_trails INTEGER NOT NULL, view TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, last_used_at REAL
);
CREATE TABLE guests (id TEXT PRIMARY KEY, share TEXT NOT NULL, made_at REAL NOT NULL);
CREATE INDEX guests_of ON guests (share, made_at);
CREATE TABLE ended (id TEXT PRIMARY KEY, until REAL NOT NULL);
"""


class SqliteStore:
    """A `ShareStore` in a file that only the user of this process can read, or in memory. Thread-safe.

    Beside that it keeps which sessions were ended, of whatever kind, so that they stay so. There is no write-ahead
    log: writes are rare, each is to be on the disk when it is answered, and the folder may be a network's.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """`path`: the file, made if need be; None: memory. Raises `StoreFailed`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._reads_fail_until = self._writes_fail_until = 0.0
        self._ended: dict[str, float] = {}
        """Which sessions were ended, and until when that is kept: it is known also when the file fails."""
        try:
            if path is not None:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                path.chmod(0o600)
            self._db = sqlite3.connect(path or ":memory:", timeout=WAIT_SECONDS, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(
                f"{path} cannot be opened; give the user of the dashboard the right to."
            ) from error
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare(path)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, path: Path | None) -> None:
        try:
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            (state,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
            if state == "ok" and version == 0:
                self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT")
        except sqlite3.Error as error:
            version, state = 0, str(error)
        if state != "ok":
            raise StoreFailed(
                f"{path} is damaged or not a file of the dashboard; move it away, and all share links end."
            )
        if version > VERSION:
            raise StoreFailed(f"{path} was written by a newer version of the dashboard; start that one.")
        with self._transaction() as db:
            db.execute("DELETE FROM shares WHERE expires_at < ?", (self._clock() - KEPT_SECONDS,))
            db.execute("DELETE FROM guests WHERE share NOT IN (SELECT id FROM shares)")
            self._ended.update(db.execute("SELECT id, until FROM ended").fetchall())

    @contextmanager
    def _transaction(self, *, writes: bool = True) -> Iterator[sqlite3.Connection]:
        failed = (
            "Share links cannot be read or written now; see whether the disk of CATENA_DATA_FOLDER is full."
        )
        with self._lock:
            # What can be read still is while nothing can be written.
            if time.monotonic() < (self._writes_fail_until if writes else self._reads_fail_until):
                raise StoreFailed(failed)
            try:
                with self._db:
                    yield self._db
            except sqlite3.Error as error:
                self._writes_fail_until = time.monotonic() + FAILS_SECONDS
                if not writes:
                    self._reads_fail_until = self._writes_fail_until
                raise StoreFailed(failed) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def add(self, share: Share, token_digest: str, code: str) -> None:
        """As in `ShareStore`."""
        row = {
            "id": share.id,
            "token": token_digest,
            "code": code,
            "label": share.label,
            "made_by": share.made_by,
            "made_at": share.made_at,
            "expires_at": share.expires_at,
            "visibility": _to_json(share.visibility),
            "may_export": share.may_export,
            "may_see_trails": share.may_see_trails,
            "view": share.view,
        }
        names = ", ".join(row)
        with self._transaction() as db:
            db.execute(
                f"INSERT INTO shares ({names}) VALUES ({', '.join(f':{name}' for name in row)})",  # noqa: S608 - ours
                row,
            )

    def change(
        self,
        share_id: str,
        *,
        expires_at: float | None = None,
        revoked: bool | None = None,
        last_used_at: float | None = None,
    ) -> None:
        """As in `ShareStore`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE shares SET expires_at = coalesce(?, expires_at), revoked = coalesce(?, revoked), "
                "last_used_at = coalesce(?, last_used_at) WHERE id = ?",
                (expires_at, revoked, last_used_at, share_id),
            )

    def shares(self) -> list[Share]:
        """As in `ShareStore`."""
        with self._transaction(writes=False) as db:
            return [
                _share(row) for row in db.execute("SELECT * FROM shares ORDER BY made_at DESC, rowid DESC")
            ]

    def share(self, share_id: str) -> Share | None:
        """As in `ShareStore`."""
        with self._transaction(writes=False) as db:
            row = db.execute("SELECT * FROM shares WHERE id = ?", (share_id,)).fetchone()
        return _share(row) if row else None

    def by_token(self, token_digest: str) -> tuple[Share, str] | None:
        """As in `ShareStore`."""
        with self._transaction(writes=False) as db:
            row = db.execute("SELECT * FROM shares WHERE token = ?", (token_digest,)).fetchone()
        return (_share(row), row["code"]) if row else None

    def add_guest(self, guest_id: str, share_id: str, made_at: float) -> None:
        """As in `ShareStore`."""
        with self._transaction() as db:
            db.execute("INSERT INTO guests VALUES (?, ?, ?)", (guest_id, share_id, made_at))
            db.execute(
                "DELETE FROM guests WHERE rowid IN (SELECT rowid FROM guests WHERE share = ? "
                "ORDER BY made_at DESC, rowid DESC LIMIT -1 OFFSET ?)",
                (share_id, GUESTS),
            )

    def of_guest(self, guest_id: str) -> Share | None:
        """As in `ShareStore`."""
        with self._transaction(writes=False) as db:
            row = db.execute(
                "SELECT shares.* FROM shares JOIN guests ON guests.share = shares.id WHERE guests.id = ?",
                (guest_id,),
            ).fetchone()
        return _share(row) if row else None

    def end(self, session_id: str, until: float) -> None:
        """A session is over; nobody can have it any more after `until`, seconds since 1970, so it is forgotten then.

        It is over for this process also if that cannot be written: then `StoreFailed` is raised.
        """
        now = self._clock()
        with self._lock:
            self._ended = {name: end for name, end in self._ended.items() if end >= now} | {session_id: until}
        with self._transaction() as db:
            db.execute("DELETE FROM ended WHERE until < ?", (now,))
            db.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (session_id, until))
            # A guest who left may come again by the link: what is over is their session alone.
            db.execute("DELETE FROM guests WHERE id = ?", (session_id,))

    def ended(self, session_id: str) -> bool:
        """Whether a session was ended, by this process or before it began. Never raises."""
        return session_id in self._ended

    def lives(self, session_id: str, at: float) -> None:
        """As in `EndedSessions`: there is no other replica to be told."""

    def last_life(self, _session_id: str) -> float:
        """As in `EndedSessions`."""
        return float("-inf")


def _share(row: sqlite3.Row) -> Share:
    return Share(
        id=row["id"],
        label=row["label"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        visibility=_from_json(row["visibility"]),
        may_export=bool(row["may_export"]),
        may_see_trails=bool(row["may_see_trails"]),
        view=row["view"],
        has_pass_code=bool(row["code"]),
        revoked=bool(row["revoked"]),
        last_used_at=row["last_used_at"],
    )


def _to_json(visibility: Visibility) -> str:
    return json.dumps(
        {
            "fleets": None if visibility.fleets is None else sorted(visibility.fleets),
            "sources": None if visibility.sources is None else sorted(visibility.sources),
            "hidden": sorted(visibility.hidden),
            "rounded": visibility.rounded,
        }
    )


def _from_json(text: str) -> Visibility:
    said: dict[str, Any] = json.loads(text)
    return Visibility(
        fleets=None if said["fleets"] is None else frozenset(said["fleets"]),
        sources=None if said["sources"] is None else frozenset(said["sources"]),
        hidden=frozenset(said["hidden"]),
        rounded=bool(said["rounded"]),
    )
