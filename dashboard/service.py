"""Everything one process holds, put together in one place: client, poller, feed, and the sandbox if there is one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
from starlette.routing import BaseRoute, Mount

from catena_client import CatenaClient, Secret
from dashboard.access.roles import Roles
from dashboard.configuration import data_folder
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.settings import Settings, SettingsError
from dashboard.deck import assets
from dashboard.door.doorway import Doorway
from dashboard.feed.feed import Feed
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest import embedded
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.history import History
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.poller import Poller
from dashboard.ingest.trailers import TrailerPoller
from dashboard.invitations.bulk_runs import BulkRuns
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from dashboard.invitations.webhooks import OPENED, WebhookReceiver
from dashboard.runtime.audit import Audit
from dashboard.runtime.garbage import GarbageCollector
from dashboard.sharing import access_log
from dashboard.sharing.routes import ShareRoutes
from dashboard.sharing.shares import Shares
from dashboard.sharing.sqlite_store import SqliteStore
from dashboard.watch import metrics
from dashboard.watch import routes as watch_routes
from dashboard.watch.errors import Troubles
from dashboard.watch.replica import Replica, this_process
from sandbox import Sandbox

if TYPE_CHECKING:
    from dashboard.ingest.shared_poller import SharedPoller
    from dashboard.replicas.store import SharedStore
    from dashboard.replicas.token import SharedToken
    from dashboard.watch.roster import Roster


class Service:
    """The dashboard without its pages. `start` and `close` are the two ends of the process's life."""

    def __init__(self, settings: Settings, base_path: str = "") -> None:
        """Raises `SettingsError` where what is to be kept cannot be."""
        self.settings = settings
        self.audit, self.store = _kept(settings)
        self.shares = Shares(self.store, self.audit)
        self.roles = Roles(settings.access, settings.sign_in, settings.groups_claim, settings.email_verified)
        self.prefix = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
        """The base path with a leading slash and none at the end, or ""."""
        self.troubles = Troubles()
        self._begun = this_process()
        self.metrics = metrics.Metrics(
            lambda: self.poller.state, lambda: self.doorway, holds_lease=lambda: self.poller.holds
        )
        concurrency = Concurrency()
        self._sandbox: Sandbox | None = None
        self._shared = _shared(settings)
        if settings.client_secret is None:
            self._sandbox = embedded.create(
                settings.inviter, settings.simulated_city, settings.simulated_joins
            )
            self.client = embedded.client(self._sandbox, concurrency.on_retry, self.metrics.answered)
        else:
            self.client = CatenaClient(
                settings.client_id,
                settings.client_secret,
                api_url=settings.api_url,
                auth_url=settings.auth_url,
                on_retry=concurrency.on_retry,
                on_answer=self.metrics.answered,
                token_store=_token_store(settings, self._shared),
            )
        self.history = History(self.client)
        self.feed = Feed(
            lambda: self.poller.state.snapshot, lambda: self.trailers.state.snapshot, self.history
        )
        self.poller = _poller(
            self._shared,
            self.client,
            concurrency,
            settings.poll_seconds,
            prepare=self.feed.vehicles.prepare,
            polled=self.metrics.polled,
        )
        self.trailers = TrailerPoller(self.client, lambda: self.poller.directory.names)
        self.invitations = InvitationService(self.client, self.audit, moved_on=self.poller.wake)
        self.bulk_runs = BulkRuns()
        self.first_data = FirstDataTracker(self.client)
        self.overview = Overview(self.invitations, self.first_data, lambda: self.poller.state.snapshot)
        self.doorway = Doorway(
            settings,
            self.prefix,
            self.audit,
            lambda: self.poller.directory.names.refs,
            roles=self.roles.grant,
            guests=self.shares.way,
            ended=self.store,
        )
        self.connections = self.doorway.connections
        self._webhooks = WebhookReceiver(
            settings.webhook_secret, self._look_now, on_opened=self.invitations.opened
        )
        self.roster = _roster(self._shared, self.replica)
        """Which replicas there are; None where this process is the only one."""
        self._end_metrics = metrics.serve(settings.metrics_address, self.metrics.registry)

    def routes(self) -> list[BaseRoute]:
        """The routes that are served beside Streamlit's own, below the base path."""
        routes: list[BaseRoute] = [
            *self.feed.routes(self.prefix),
            *assets.routes(self.prefix),
            self._webhooks.route(self.prefix),
            *ShareRoutes(self.shares, self.prefix, self.settings.title).routes(),
            *watch_routes.routes(self.prefix, lambda: self.poller.state, self.metrics.registry),
        ]
        if self._sandbox is not None:
            routes.append(Mount(f"{self.prefix}/{embedded.CONNECT_PATH}", self._sandbox.connect))
        return routes

    def reachable_link(self, magic_link: str, opened_at: str) -> str:
        """A magic link as the viewer, whose address bar shows `opened_at`, can hand it on."""
        return embedded.reachable_link(magic_link, opened_at, self.prefix)

    def replica(self) -> Replica:
        """What there is to tell of this process now."""
        snapshot = self.poller.state.snapshot
        return msgspec.structs.replace(
            self._begun,
            pages=sum(self.connections.roles().values()),
            polls=self.poller.holds,
            snapshot=snapshot and snapshot.version,
        )

    def replicas(self) -> list[Replica]:
        """All that serve this dashboard as far as they are known, this one first."""
        return self.roster.replicas() if self.roster is not None else [self.replica()]

    @property
    def hears_of_openings(self) -> bool:
        """Whether Catena tells when a fleet has opened its link: by webhooks, and no other way."""
        return self.settings.simulated or self.settings.webhook_secret is not None

    def start(self) -> None:
        """Begin polling."""
        access_log.hide_tokens()
        self.troubles.begin()
        self.doorway.prepare()
        if self._sandbox is not None:
            key = secrets.token_urlsafe(32)
            simulated = WebhookReceiver(Secret(key), lambda: None, on_opened=self.invitations.opened)
            embedded.listen(self._sandbox, OPENED, key, simulated.told)
        self.poller.start()
        if self.roster is not None:
            self.roster.start()

    def close(self) -> None:
        """Stop polling and give the token back."""
        self.poller.close()
        self.trailers.close()
        self.history.close()
        self.first_data.close()
        self.client.close()
        if self.roster is not None:
            self.roster.close()
        if self._shared is not None:
            self._shared.close()
        self.store.close()
        self.audit.close()
        self._end_metrics()
        self.troubles.end()

    def apply(self, rules: Sequence[AccessRule] | None) -> None:
        """Let other rules say who may enter; None: those there are."""
        if rules is not None:
            self.roles.replace(rules)
            self.bulk_runs.pause_all()

    def _look_now(self) -> None:
        """Read sooner than planned, because Catena says that something happened."""
        self.invitations.invalidate()
        self.poller.wake()


def _kept(settings: Settings) -> tuple[Audit, SqliteStore]:
    """What is kept beyond the end of the process; in memory where the data is simulated."""
    if settings.simulated:
        return Audit(), SqliteStore()
    folder = data_folder.prepared(settings.data_folder)
    try:
        store = SqliteStore(folder / "shares.db")
        try:
            return Audit(folder / "audit.jsonl"), store
        except OSError:
            store.close()
            raise
    except OSError as error:
        raise SettingsError(f"CATENA_DATA_FOLDER cannot be used: {error}") from error


def _shared(settings: Settings) -> SharedStore | None:
    """What replicas share; None where this process is the only one. Nobody else needs redis."""
    if settings.redis_url is None:
        return None
    from dashboard.replicas.store import SharedStore  # noqa: PLC0415

    return SharedStore(settings.redis_url.reveal(), min(2.0, settings.poll_seconds / 4))


def _token_store(settings: Settings, shared: SharedStore | None) -> SharedToken | None:
    """Where the replicas keep the API's token."""
    if shared is None or settings.redis_key is None:
        return None
    from dashboard.replicas.token import SharedToken  # noqa: PLC0415

    return SharedToken(shared, settings.redis_key, settings.auth_url, settings.client_id)


def _poller(
    shared: SharedStore | None,
    client: CatenaClient,
    concurrency: Concurrency,
    poll_seconds: float,
    *,
    prepare: Callable[[Snapshot], None],
    polled: Callable[[Poll], None],
) -> Poller | SharedPoller:
    """The poller of this process, or its part in that of all replicas."""
    published = GarbageCollector().snapshot_published
    if shared is None:
        return Poller(client, concurrency, poll_seconds, prepare, published=published, polled=polled)
    from dashboard.ingest.shared_poller import SharedPoller  # noqa: PLC0415

    return SharedPoller(
        shared, client, concurrency, poll_seconds, prepare, published=published, polled=polled
    )


def _roster(shared: SharedStore | None, this: Callable[[], Replica]) -> Roster | None:
    """Which replicas there are, if there may be several."""
    if shared is None:
        return None
    from dashboard.watch.roster import Roster  # noqa: PLC0415

    return Roster(shared, this)


_service: Service | None = None


def install(service: Service) -> Service:
    """Make a service the one of this process; `app.py` does it once, tests as they need."""
    global _service  # noqa: PLW0603 - one process has one service, shared by all script runs
    _service = service
    return service


def service() -> Service:
    """The service of this process."""
    if _service is None:
        raise RuntimeError(
            "The dashboard was started past app.py. Start it with `make run` or `streamlit run app.py`."
        )
    return _service
