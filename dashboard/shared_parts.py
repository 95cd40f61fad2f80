"""The parts of the service that replicas share through Redis."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

from catena_client import CatenaClient, Secret
from dashboard.access.shared_tokens import SharedFeedTokens
from dashboard.configuration.settings import Settings
from dashboard.feed.frames import Frames
from dashboard.feed.shared_numbering import shared_numbering
from dashboard.fleet.names import Names
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.shared_poller import SharedPoller
from dashboard.ingest.shared_trailers import SharedTrailerPoller
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.shared_runs import SharedBulkRuns
from dashboard.invitations.shared_turns import SharedTurns
from dashboard.parts import KeptShares, Parts
from dashboard.replicas.announcements import Announcements
from dashboard.replicas.audit import SharedAudit
from dashboard.replicas.store import SharedStore
from dashboard.replicas.token import SharedToken
from dashboard.runtime.audit import Audit
from dashboard.runtime.garbage import GarbageCollector
from dashboard.sharing.shared_store import SharedShareStore
from dashboard.sharing.shared_tries import SharedTries
from dashboard.watch.replica import Replica
from dashboard.watch.roster import Roster

PATIENCE_SECONDS, REST_SECONDS = 0.5, 1.0
"""For so long people wait for Redis, and for so long after it failed it is not asked on behalf of them."""


class SharedParts(Parts):
    """Those of one replica."""

    def __init__(self, settings: Settings, url: Secret, key: Secret) -> None:
        """As `Parts`; `key` is the deployment's."""
        self._positions = SharedStore(url.reveal(), min(2.0, settings.poll_seconds / 4))
        self._at_hand = SharedStore(url.reveal(), PATIENCE_SECONDS, rest=REST_SECONDS)
        super().__init__(settings)
        self.token_store = SharedToken(self._positions, key, settings.auth_url, settings.client_id)
        self.tries = SharedTries(self._at_hand)
        self.tokens = tokens = SharedFeedTokens(self._at_hand, key)
        self._open.callback(tokens.close)
        self.frames = Frames(shared_numbering(self._at_hand, key))
        self.handle_key = hmac.digest(key.reveal().encode(), b"handles of invitations", hashlib.sha256)
        self.turn = SharedTurns(self._at_hand, key.reveal().encode()).of

    def poller(
        self,
        client: CatenaClient,
        concurrency: Concurrency,
        *,
        prepare: Callable[[Snapshot], None],
        polled: Callable[[Poll], None],
    ) -> SharedPoller:
        """What polls the positions for all replicas, or follows the one that does."""
        published = GarbageCollector().snapshot_published
        return SharedPoller(
            self._positions, client, concurrency, self._seconds, prepare, published=published, polled=polled
        )

    def trailers(self, client: CatenaClient, names: Callable[[], Names]) -> SharedTrailerPoller:
        """What polls the trailers for all replicas, or follows the one that does."""
        return SharedTrailerPoller(self._positions, client, names)

    def bulk_runs(self, invitations: InvitationService) -> SharedBulkRuns:
        """The files of invitations that replicas are sending."""
        return SharedBulkRuns(self._at_hand, invitations)

    def roster(self, this: Callable[[], Replica]) -> Roster:
        """Which replicas there are, as each tells of itself."""
        return Roster(self._positions, this)

    def telling(self, hear: Callable[[str], None]) -> Callable[[str], None]:
        """As `Parts`."""
        made = Announcements(self._at_hand, "events", hear)
        self._open.callback(made.close)
        return made.tell

    def close(self) -> None:
        """As `Parts`."""
        super().close()
        for store in (self._at_hand, self._positions):
            store.close()

    def _share_store(self, _path: Path | None) -> KeptShares:
        store = SharedShareStore(self._at_hand)
        self._open.callback(store.close)
        return store

    def _audit(self, path: Path | None) -> Audit:
        return SharedAudit(self._at_hand, path)
