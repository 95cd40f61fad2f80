"""The client: one connection pool, one token, all resources."""

import copy
import time
from collections.abc import Callable
from threading import Event
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from catena_client.auth import LAST_SECONDS, TokenAuth, TokenStore
from catena_client.http import BaseTransport, Http, OnAnswer
from catena_client.models import (
    Connection,
    Fleet,
    Invitation,
    Page,
    ShareAgreement,
    Trailer,
    TrailerLocation,
    User,
    Vehicle,
    VehicleLocation,
    Webhook,
)
from catena_client.paging import ListResource
from catena_client.pauses import Pauses
from catena_client.resources.analytics import Analytics
from catena_client.resources.connections import ConnectionFilters, Connections
from catena_client.resources.fleets import FleetListFilters, Fleets
from catena_client.resources.invitations import InvitationFilters, Invitations
from catena_client.resources.share_agreements import ShareAgreementFilters, ShareAgreements
from catena_client.resources.trailers import TrailerFilters, TrailerLocationFilters, Trailers
from catena_client.resources.tsps import Tsps
from catena_client.resources.users import UserFilters, Users
from catena_client.resources.vehicles import (
    VehicleFilters,
    VehicleLocationFilters,
    VehicleLocations,
    Vehicles,
)
from catena_client.resources.webhooks import WebhookListFilters, Webhooks
from catena_client.retry import Retry, RetryPolicy
from catena_client.secret import Secret, as_secret
from catena_client.session import Session

DEFAULT_API_URL: Final = "https://api.catenatelematics.com"
DEFAULT_AUTH_URL: Final = "https://auth.catenatelematics.com/realms/catena"


class CatenaClient:
    """A client of the Catena Telematics API, for any number of threads.

    >>> with CatenaClient("my-client-id", "my-client-secret") as catena:  # doctest: +SKIP
    ...     for vehicle in catena.vehicles.iterate(fleet_refs=["FLEET-0001"]):
    ...         print(vehicle.vehicle_name)

    `timeout` is in seconds, for each step of one try (connect, send, each read); a whole try, the request for a token
    included, takes twice as long at most. `on_retry` is told before each wait, and `on_answer` of each answer, to a
    request for a token too, in the thread that made it. `transport` replaces the network and `clock` (seconds that only
    grow) what tokens and pauses go by, e.g. in tests. With a `token_store` the token is shared with whoever else uses
    that, and not revoked in the end. Nothing is sent before the first call.
    All calls raise errors of `catena_client.errors`, ValueError or TypeError for a wrong argument.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        *,
        api_url: str = DEFAULT_API_URL,
        auth_url: str = DEFAULT_AUTH_URL,
        timeout: float = 30.0,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
        transport: BaseTransport | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        on_answer: OnAnswer | None = None,
        clock: Callable[[], float] = time.monotonic,
        token_store: TokenStore | None = None,
    ) -> None:
        client_secret = as_secret(client_secret)  # first, so that no traceback with locals shows it
        _check_url("api_url", api_url)
        _check_url("auth_url", auth_url)
        self._api_url = api_url
        self._closing = Event()
        self._auth = TokenAuth(
            auth_url,
            client_id,
            client_secret,
            clock=clock,
            patience=timeout,
            closing=self._closing,
            store=token_store,
        )
        self._http = Http(api_url, self._auth, timeout, transport, self._closing, on_answer=on_answer)
        self._offer(Session(self._http, retry, on_retry, Pauses(clock)))

    def _offer(self, session: Session) -> None:
        self._session = session
        self.fleets = Fleets(session, "/v2/orgs/fleets", Page[Fleet], FleetListFilters)
        self.invitations = Invitations(session, "/v2/orgs/invitations", Page[Invitation], InvitationFilters)
        self.share_agreements = ShareAgreements(
            session, "/v2/orgs/share-agreements", Page[ShareAgreement], ShareAgreementFilters
        )
        self.tsps = Tsps(session)
        self.connections = Connections(
            session, "/v2/integrations/connections", Page[Connection], ConnectionFilters
        )
        self.vehicles = Vehicles(session, "/v2/telematics/vehicles", Page[Vehicle], VehicleFilters)
        self.vehicle_locations = VehicleLocations(
            session, "/v2/telematics/vehicle-locations", Page[VehicleLocation], VehicleLocationFilters
        )
        self.trailers = Trailers(session, "/v2/telematics/trailers", Page[Trailer], TrailerFilters)
        self.trailer_locations = ListResource(
            session, "/v2/telematics/trailer-locations", Page[TrailerLocation], TrailerLocationFilters
        )
        self.users = Users(session, "/v2/telematics/users", Page[User], UserFilters)
        self.analytics = Analytics(session)
        self.webhooks = Webhooks(session, "/v2/notifications/webhooks", Page[Webhook], WebhookListFilters)

    def close(self) -> None:
        """End all calls with ClientClosed, revoke the token if there is one, and close the connections.

        Takes about 2 s at most, whatever state the network is in and whatever becomes of the revocation.
        """
        self._closing.set()
        self._http.end_calls()
        revocation = self._auth.revocation()
        if revocation is not None:
            self._http.send_quietly(revocation, LAST_SECONDS)
        self._http.close()

    def with_retry(self, policy: RetryPolicy) -> Self:
        """Return a client that shares everything with this one but the retry policy; closing one closes both."""
        sibling = copy.copy(self)
        sibling._offer(self._session.with_policy(policy))  # noqa: SLF001  the same class
        return sibling

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"CatenaClient(api_url={self._api_url!r})"


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{name} must be an address like https://api.example.com, without a query.")
