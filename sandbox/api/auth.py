"""Tokens: the auth host's two endpoints, and the check of a bearer token on the API's.

A partner's token comes from the client credentials. A fleet's is the `pre_registration_access_token` of its
accepted invitation; only it may write connections.
"""

import hmac
import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api.errors import ApiError, AuthError, json_response
from sandbox.config import SandboxConfig

Handler = Callable[[Request], Awaitable[Response]]
REALM = "/realms/catena/protocol/openid-connect"


@dataclass(frozen=True)
class Holder:
    """Whose token it is: the partner (`fleet` None) or one fleet, by its number."""

    expires_at: float
    fleet: int | None = None


class Tokens:
    """The valid tokens of this process. They are random and never written anywhere."""

    def __init__(self, config: SandboxConfig, clock: Callable[[], float]) -> None:
        self._config = config
        self._clock = clock
        self._lock = threading.Lock()
        self._holders: dict[str, Holder] = {}

    def issue(self, seconds: float, fleet: int | None = None) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            for old in [t for t, holder in self._holders.items() if holder.expires_at <= now]:
                del self._holders[old]
            self._holders[token] = Holder(now + seconds, fleet)
        return token

    def revoke(self, token: str) -> None:
        """Forget a token."""
        with self._lock:
            self._holders.pop(token, None)

    def holder(self, request: Request) -> Holder:
        """Return who asks; 401 without a valid bearer token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            holder = self._holders.get(token.strip())
        if scheme.lower() != "bearer" or holder is None or holder.expires_at <= self._clock():
            raise ApiError(401, "Missing, invalid or expired token")
        return holder

    def secured(self, handler: Handler, *, fleet_only: bool = False) -> Handler:
        """Let only callers with a token through: the partner's, or for some calls a fleet's (403 otherwise)."""

        async def checked(request: Request) -> Response:
            holder = self.holder(request)
            if (holder.fleet is not None) != fleet_only:
                raise ApiError(403, "The token does not allow this operation")
            request.state.fleet = holder.fleet
            return await handler(request)

        return checked

    # --- the auth host

    async def _client(self, request: Request, *needed: str) -> dict[str, str]:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise AuthError("invalid_request", "The form must be sent form-encoded")
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        missing = [name for name in needed if not fields.get(name)]
        if missing:
            raise AuthError("invalid_request", f"Missing form parameter: {missing[0]}")
        right = hmac.compare_digest(fields["client_id"].encode(), self._config.client_id.encode())
        right &= hmac.compare_digest(fields["client_secret"].encode(), self._config.client_secret.encode())
        if not right:
            raise AuthError("invalid_client", "Invalid client or Invalid client credentials")
        return fields

    async def token(self, request: Request) -> Response:
        """Answer POST …/token."""
        fields = await self._client(request, "grant_type", "client_id", "client_secret", "scope")
        if fields["grant_type"] != "client_credentials":
            raise AuthError("unsupported_grant_type", "Unsupported grant_type")
        if fields["scope"] != "organization":
            raise AuthError("invalid_scope", "Invalid scopes: only organization is known")
        seconds = self._config.token_seconds
        return json_response(
            {
                "access_token": self.issue(seconds),
                "expires_in": seconds,
                "refresh_expires_in": 0,
                "token_type": "Bearer",
                "not-before-policy": 0,
                "scope": "organization",
            }
        )

    async def revoke_token(self, request: Request) -> Response:
        """Answer POST …/revoke; an unknown token is no error."""
        fields = await self._client(request, "token", "client_id", "client_secret")
        self.revoke(fields["token"])
        return Response(status_code=200)

    def routes(self) -> list[Route]:
        """Return the auth host's routes."""
        return [
            Route(f"{REALM}/token", self.token, methods=["POST"]),
            Route(f"{REALM}/revoke", self.revoke_token, methods=["POST"]),
        ]
