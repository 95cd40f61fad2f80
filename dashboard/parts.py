"""The parts of the service that are others where replicas share them: here those of a process that is the only one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from catena_client import CatenaClient
from catena_client.auth import TokenStore
from dashboard.access.tokens import FeedTokens
from dashboard.configuration import data_folder
from dashboard.configuration.settings import Settings, SettingsError
from dashboard.door.sessions import EndedSessions
from dashboard.feed.frames import Frames
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.poller import Poller
from dashboard.ingest.trailers import TrailerPoller
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.sender import Turn
from dashboard.runtime.audit import Audit
from dashboard.runtime.garbage import GarbageCollector
from dashboard.sharing.pass_codes import Tries, WrongCodes
from dashboard.sharing.sqlite_store import SqliteStore
from dashboard.sharing.store import ShareStore
from dashboard.watch.replica import Replica

if TYPE_CHECKING:
    from dashboard.ingest.shared_poller import SharedPoller
    from dashboard.watch.roster import Roster


class KeptShares(ShareStore, EndedSessions, Protocol):
    """What keeps share links, and which sessions have ended."""


class Parts:
    """Those of a process that is the only one."""

    token_store: TokenStore | None = None
    """Where the API's token is kept for others; None: nowhere."""

    def __init__(self, settings: Settings) -> None:
        """Raises `SettingsError` where what is to be kept cannot be."""
        self._seconds = settings.poll_seconds
        self._open = ExitStack()
        self.tries: WrongCodes = Tries()
        self.tokens = FeedTokens()
        self.frames = Frames()
        self.handle_key = secrets.token_bytes(32)
        """What invitations are called by (`InvitationCache`)."""
        self.turn: Turn = lambda _fleet_ref: nullcontext()
        """Lets one replica at a time send for a fleet reference."""
        folder = None if settings.simulated else data_folder.prepared(settings.data_folder)
        try:
            self.store: KeptShares = self._share_store(folder and folder / "shares.db")
            self.audit = self._audit(folder and folder / "audit.jsonl")
        except OSError as error:
            self.close()
            raise SettingsError(f"CATENA_DATA_FOLDER cannot be used: {error}") from error
        self._open.callback(self.audit.close)

    def poller(
        self,
        client: CatenaClient,
        concurrency: Concurrency,
        *,
        prepare: Callable[[Snapshot], None],
        polled: Callable[[Poll], None],
    ) -> Poller | SharedPoller:
        """What polls the positions."""
        published = GarbageCollector().snapshot_published
        return Poller(client, concurrency, self._seconds, prepare, published=published, polled=polled)

    def trailers(self, client: CatenaClient, names: Callable[[], Names]) -> TrailerPoller:
        """What polls the trailers."""
        return TrailerPoller(client, names)

    def bulk_runs(self, _invitations: InvitationService) -> BulkRuns:
        """The files of invitations that are being sent."""
        return BulkRuns()

    def roster(self, _this: Callable[[], Replica]) -> Roster | None:
        """Which replicas there are; None where this process is the only one."""
        return None

    def telling(self, hear: Callable[[str], None]) -> Callable[[str], None]:
        """What tells a text to all who serve this dashboard: each of them hears it by `hear`."""
        return hear

    def close(self) -> None:
        """Let go of what is kept; all that polls was closed before."""
        self._open.close()

    def _share_store(self, path: Path | None) -> KeptShares:
        store = SqliteStore(path)
        self._open.callback(store.close)
        return store

    def _audit(self, path: Path | None) -> Audit:
        return Audit(path)
