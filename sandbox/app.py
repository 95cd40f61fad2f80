"""The sandbox as ASGI apps."""

import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.api.agreements import Agreements
from sandbox.api.analytics import Analytics
from sandbox.api.auth import REALM, Tokens
from sandbox.api.errors import ApiError, AuthError, on_api_error, on_auth_error, on_http_error
from sandbox.api.faults import Faults, path_of
from sandbox.api.integrations import Integrations
from sandbox.api.notifications import Notifications
from sandbox.api.orgs import Orgs
from sandbox.api.request_ids import with_request_id
from sandbox.api.row_faults import RowFaults
from sandbox.api.telematics import Telematics
from sandbox.api.trailers import TrailerEndpoints
from sandbox.config import SandboxConfig
from sandbox.context import Context
from sandbox.faults import Fault
from sandbox.invitations import Invitations
from sandbox.onboarding.connect import Connect
from sandbox.webhooks import Sender, Webhooks
from sandbox.world.seed import plant
from sandbox.world.world import World


class Sandbox:
    """A simulated Catena.

    `api` answers the auth host's and the API's paths, `connect` the onboarding pages (at any prefix), `app` both
    with Connect at `/connect`. `clock` returns epoch seconds and decides where every vehicle is. With a `sender`
    webhooks wait for `webhooks.flush()`; without one a thread posts them. `context` connects a fleet
    (`connect_provider`) or makes a connection fail, go stale or recover (`set_status`).
    """

    def __init__(
        self,
        config: SandboxConfig | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sender: Sender | None = None,
    ) -> None:
        self.config = config or SandboxConfig()
        self.clock = clock
        self.world = World(self.config, clock)
        self.tokens = Tokens(self.config, clock)
        self._faults = Faults(self.config.faults, self.world, self.tokens.revoke)
        self.webhooks = Webhooks(self.world, sender)
        self.invitations = Invitations(
            self.world, plant(self.world), self.webhooks.announce, self.tokens.issue
        )
        self.context = Context(
            self.config, self.world, self.tokens, self._faults, self.invitations, self.webhooks
        )
        self.api: ASGIApp = self._api(self.context)
        self.connect: ASGIApp = Connect(self.context).app
        self.app: ASGIApp = Router(routes=[Mount("/connect", self.connect)], default=self.api)

    @property
    def faults(self) -> Sequence[Fault]:
        """The fault switches; assign others to change them while the sandbox runs."""
        return self._faults.switches

    @faults.setter
    def faults(self, switches: Sequence[Fault]) -> None:
        self._faults.switches = tuple(switches)

    def _api(self, context: Context) -> ASGIApp:
        handlers = {ApiError: on_api_error, AuthError: on_auth_error, HTTPException: on_http_error}
        parts = (Orgs, Agreements, Integrations, Telematics, Analytics, TrailerEndpoints, Notifications)
        routes = [route for part in parts for route in part(context).routes()]
        api = Starlette(routes=routes, exception_handlers=handlers)
        api.router.redirect_slashes = False  # the contract declares no redirect
        auth = Starlette(routes=self.tokens.routes(), exception_handlers=handlers)

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            await (auth if path_of(scope).startswith(REALM) else api)(scope, receive, send)

        return with_request_id(self._faults.around(either, RowFaults(context).put))
