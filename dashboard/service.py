"""Everything one process holds, put together in one place: client, poller, feed, and the sandbox if there is one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.routing import BaseRoute, Mount

from catena_client import CatenaClient, Secret
from dashboard.access.roles import Roles
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.settings import Settings
from dashboard.deck import assets
from dashboard.door.doorway import Doorway
from dashboard.feed.feed import Feed
from dashboard.ingest import embedded
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.history import History
from dashboard.invitations.first_data import FirstDataTracker
from dashboard.invitations.invitation_service import InvitationService
from dashboard.invitations.overview import Overview
from dashboard.invitations.webhooks import OPENED, WebhookReceiver
from dashboard.parts import Parts
from dashboard.sharing import access_log
from dashboard.sharing.routes import ShareRoutes
from dashboard.sharing.shares import Shares
from dashboard.watch import metrics
from dashboard.watch import routes as watch_routes
from dashboard.watch.errors import Troubles
from dashboard.watch.replica import Replica, this_process
from sandbox import Sandbox


class Service:
    """The dashboard without its pages. `start` and `close` are the two ends of the process's life."""

    def __init__(self, settings: Settings, base_path: str = "") -> None:
        """Raises `SettingsError` where what is to be kept cannot be."""
        self.settings = settings
        self._parts = _parts(settings)
        self.audit, self.store = self._parts.audit, self._parts.store
        self.shares = Shares(self.store, self.audit, tries=self._parts.tries)
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
                token_store=self._parts.token_store,
            )
        self.history = History(self.client)
        self.feed = Feed(
            lambda: self.poller.state.snapshot,
            lambda: self.trailers.state.snapshot,
            self.history,
            tokens=self._parts.tokens,
            frames=self._parts.frames,
        )
        self.poller = self._parts.poller(
            self.client, concurrency, prepare=self.feed.prepare, polled=self.metrics.polled
        )
        self.trailers = self._parts.trailers(self.client, lambda: self.poller.directory.names)
        self.invitations = InvitationService(
            self.client,
            self.audit,
            moved_on=self.poller.wake,
            handle_key=self._parts.handle_key,
            turn=self._parts.turn,
        )
        self.bulk_runs = self._parts.bulk_runs(self.invitations)
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
            settings.webhook_secret,
            self._look_now,
            on_opened=lambda ref, at: self._tell(msgspec.json.encode((ref, at)).decode()),
        )
        self.roster = self._parts.roster(self.replica)
        """Which replicas there are; None where this process is the only one."""
        self._tell = self._parts.telling(self._hear)
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
        self._parts.close()
        self._end_metrics()
        self.troubles.end()

    def apply(self, rules: Sequence[AccessRule] | None) -> None:
        """Let other rules say who may enter; None: those there are."""
        if rules is not None:
            self.roles.replace(rules)
            self.bulk_runs.pause_all()

    def _look_now(self) -> None:
        """Read sooner than planned, because Catena says that something happened."""
        self._tell("")
        self.poller.wake()

    def _hear(self, told: str) -> None:
        """Know what Catena has told this process or another replica: of what, and when, a link was opened, or ""."""
        if told:
            self.invitations.opened(*msgspec.json.decode(told, type=tuple[str, datetime]))
        self.invitations.invalidate()


def _parts(settings: Settings) -> Parts:
    """The parts of this process, or those that it shares with other replicas; nobody else knows which it is."""
    if settings.redis_url is None or settings.redis_key is None:
        return Parts(settings)
    from dashboard.shared_parts import SharedParts  # noqa: PLC0415 - nobody else needs redis

    return SharedParts(settings, settings.redis_url, settings.redis_key)


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
