"""Catena Connect, simulated: where a fleet reviews an invitation, chooses a provider and connects.

All pages lie in one folder and link to each other by bare names, so the app works at any prefix. A visit is a
random session in memory that the forms carry; a form sent from another site is refused.
"""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from urllib.parse import urlencode, urlsplit

from cachetools import TTLCache
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.api.errors import ApiError
from sandbox.api.query import is_uuid
from sandbox.context import Context
from sandbox.onboarding.messages import CLOSED, Message, lost, unknown, with_status
from sandbox.onboarding.sharing import in_words
from sandbox.world.entities import Invitation, iso
from sandbox.world.providers import BY_SLUG, Provider, allowed

VISIT_SECONDS = 3600
MAX_VISITS = 10_000
MAX_REASON = 500
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
}
_FILES = {"style.css": "text/css", "icon.svg": "image/svg+xml"}


@dataclass
class Visit:
    """One person's way through the pages; `connections` are numbers of the world's connections."""

    invitation_id: str
    connections: dict[str, int] = field(default_factory=dict)


class Connect:
    """The pages, as the ASGI app `app`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._visits: TTLCache[str, Visit] = TTLCache(MAX_VISITS, VISIT_SECONDS)
        self._lock = threading.Lock()
        self._pages = Environment(
            loader=PackageLoader("sandbox.onboarding"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        routes = [
            Route("/", self.review),
            Route("/accept", self.accept, methods=["POST"]),
            Route("/decline", self.decline, methods=["POST"]),
            Route("/providers", self.providers),
            Route("/credentials", self.credentials),
            Route("/connect", self.connect, methods=["POST"]),
            Route("/connected", self.connected),
            *(Route(f"/{name}", self.file) for name in _FILES),
        ]
        self.app = Starlette(
            routes=routes,
            exception_handlers={Message: self._on_message, ApiError: self._on_api_error, 404: self._on_path},
        )

    # --- helpers

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        values = {"step": 0, "partner": self._context.config.partner_name, "back": None, **values}
        text = self._pages.get_template(f"{template}.html").render(values)
        return Response(text, status, media_type="text/html", headers=_HEADERS)

    async def _on_message(self, _request: Request, message: Exception) -> Response:
        assert isinstance(message, Message)  # noqa: S101  registered for this type alone
        return self._page(
            "message", message.status, heading=message.heading, text=message.text, back=message.back
        )

    async def _on_api_error(self, _request: Request, _error: Exception) -> Response:
        return self._page("message", 409, heading="This is no longer possible", text=lost().text)

    async def _on_path(self, request: Request, _error: Exception) -> Response:
        return await self._on_message(request, unknown())

    def _visit(self, token: object) -> tuple[Visit, Invitation]:
        with self._lock:
            visit = self._visits.get(token if isinstance(token, str) else "")
        if visit is None:
            raise lost()
        return visit, self._context.invitations.get(visit.invitation_id)

    async def _form(self, request: Request) -> dict[str, str]:
        """Read a posted form; a form that another site sends is refused."""
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"} or (
            foreign and "sec-fetch-site" not in request.headers
        ):
            raise Message(403, "This form came from another site", "Open your invitation link and try again.")
        form = await request.form(max_files=0, max_fields=10)
        return {name: value for name, value in form.items() if isinstance(value, str)}

    def _accepted(self, token: object) -> tuple[str, Visit, Invitation]:
        visit, invitation = self._visit(token)
        if invitation.fleet is None:
            raise lost()
        return str(token), visit, invitation

    def _offered(self, invitation: Invitation) -> list[Provider]:
        limit = invitation.fields.get("limit_tsps")
        return allowed(limit if isinstance(limit, list) else None)

    def _redirect(self, invitation: Invitation, outcome: str) -> str | None:
        url = invitation.fields.get(f"{outcome}_redirect_url")
        return with_status(str(url), outcome) if url else None

    # --- pages

    async def review(self, request: Request) -> Response:
        """Show who asks for what. An accepted invitation that was sent again goes on at the providers."""
        invite = request.query_params.get("invite", "")
        if not is_uuid(invite):
            raise unknown()
        try:
            invitation = self._context.invitations.get(invite.lower())
        except ApiError:
            raise unknown() from None
        status = invitation.status(self._context.world.clock())
        if status != "active" and not invitation.reopened:
            raise Message(410, *CLOSED[status])
        session = secrets.token_urlsafe(24)
        with self._lock:
            self._visits[session] = Visit(invitation.id)
        if invitation.reopened:
            return _go("providers", session)
        self._context.invitations.viewed(invitation)
        shared, others, writes = in_words(invitation.permissions)
        names = [provider.name for provider in self._offered(invitation)]
        expires = datetime.fromtimestamp(invitation.expires_at, UTC)
        return self._page(
            "review",
            step=1,
            session=session,
            fleet=invitation.fields.get("fleet_name"),
            fleet_ref=invitation.ref,
            expires_at=iso(invitation.expires_at),
            expires=f"{expires:%B} {expires.day}, {expires:%H:%M} UTC",
            limited=", ".join(names) if invitation.fields.get("limit_tsps") is not None else "",
            shared=shared,
            others=others,
            writes=writes,
        )

    async def accept(self, request: Request) -> Response:
        """Accept, then choose a provider. Sent twice, the second goes the same way."""
        form = await self._form(request)
        visit, invitation = self._visit(form.get("s"))
        if invitation.fleet is None:
            self._context.invitations.accept(visit.invitation_id)
        return _go("providers", form["s"])

    async def decline(self, request: Request) -> Response:
        """Decline, with or without a reason."""
        form = await self._form(request)
        visit, invitation = self._visit(form.get("s"))
        reason = form.get("reason", "").strip()[:MAX_REASON] or None
        self._context.invitations.decline(visit.invitation_id, reason)
        raise Message(
            200,
            "You declined",
            f"Nothing is shared with {self._context.config.partner_name}. You can close this page.",
            self._redirect(invitation, "failure"),
        )

    async def providers(self, request: Request) -> Response:
        """List the providers that the invitation allows, searched by name."""
        session, visit, invitation = self._accepted(request.query_params.get("s"))
        wanted = request.query_params.get("q", "").strip()[:80]
        found = [one for one in self._offered(invitation) if wanted.casefold() in one.name.casefold()]
        return self._page(
            "providers", step=2, session=session, q=wanted, found=found, connected=visit.connections
        )

    def _chosen(self, invitation: Invitation, slug: str | None) -> Provider:
        provider = BY_SLUG.get(slug or "")
        if provider is None or provider not in self._offered(invitation):
            raise Message(
                404, "This provider cannot be chosen", "Go back and choose one from the list of providers."
            )
        return provider

    async def credentials(self, request: Request) -> Response:
        """Ask for the provider's credentials; anything passes."""
        session, _, invitation = self._accepted(request.query_params.get("s"))
        provider = self._chosen(invitation, request.query_params.get("tsp"))
        return self._page("credentials", step=3, session=session, provider=provider.name, slug=provider.slug)

    async def connect(self, request: Request) -> Response:
        """Connect the fleet; what was typed is dropped here. Sent twice, the second changes nothing."""
        form = await self._form(request)
        session, visit, invitation = self._accepted(form.get("s"))
        provider = self._chosen(invitation, form.get("tsp"))
        with self._lock:
            if provider.slug not in visit.connections and invitation.fleet is not None:
                made = self._context.connect_provider(invitation.fleet, provider)
                invitation.reopened = False
                visit.connections[provider.slug] = self._context.world.connections.index(made)
        return _go("connected", session)

    async def connected(self, request: Request) -> Response:
        """Say what is connected, and where to go from here."""
        session, visit, invitation = self._accepted(request.query_params.get("s"))
        if not visit.connections:
            return _go("providers", session)
        vehicles = self._context.world.rows.vehicles.connection
        connections = [
            {"name": BY_SLUG[slug].name, "vehicles": int((vehicles == number).sum())}
            for slug, number in visit.connections.items()
        ]
        back = self._redirect(invitation, "success")
        return self._page("connected", step=4, session=session, connections=connections, back=back)

    async def file(self, request: Request) -> Response:
        """Serve the style sheet and the icon."""
        name = request.url.path.rsplit("/", 1)[-1]
        content = files("sandbox.onboarding").joinpath("templates", name).read_bytes()
        headers = {"cache-control": "public, max-age=3600", "x-content-type-options": "nosniff"}
        return Response(content, media_type=_FILES[name], headers=headers)


def _go(page: str, session: str) -> Response:
    return RedirectResponse(f"{page}?{urlencode({'s': session})}", 303, headers=_HEADERS)
