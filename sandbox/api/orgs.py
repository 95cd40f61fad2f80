"""`/v2/orgs`: fleets, invitations, share agreements, TSPs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import body as checks
from sandbox.api.body import problems_of, read_object
from sandbox.api.errors import ApiError, json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query, path_uuid
from sandbox.context import Context
from sandbox.contract import enum
from sandbox.world.entities import Fleet, iso
from sandbox.world.providers import BY_ID, PROVIDERS, Provider

_TSP_SINCE = "2026-01-26T15:40:23.624104Z"


def fleet_body(fleet: Fleet) -> dict[str, Any]:
    """Return a FleetRead."""
    return {
        "name": fleet.name,
        "description": None,
        "display_name": fleet.display_name,
        "legal_name": None,
        "dba_name": None,
        "websites": [fleet.website] if fleet.website else None,
        "invitation_id": fleet.invitation_id,
        "fleet_ref": fleet.ref,
        "regulatory_id": fleet.regulatory_id,
        "regulatory_id_type": fleet.regulatory_id_type,
        "regulatory_id_date": None,
        "regulatory_id_status": None,
        "registered_email": fleet.email,
        "registered_phone": fleet.phone,
        "registered_fax": None,
        "address": None,
        "city": None,
        "province": None,
        "postal_code": None,
        "country_code": fleet.country_code,
        "id": fleet.id,
        "created_at": iso(fleet.created_at),
        "updated_at": iso(fleet.created_at),
    }


def tsp_body(provider: Provider) -> dict[str, Any]:
    """Return a TspRead; it points to no other host."""
    return {
        "name": provider.name,
        "description": provider.name,
        "websites": None,
        "source_name": provider.source_name,
        "status": "active",
        "conn_type": provider.conn_type,
        "is_sandbox": provider.is_sandbox,
        "logo_url": None,
        "logo_dark_url": None,
        "id": provider.id,
        "slug": provider.slug,
        "ext_tsp_id": None,
        "created_at": _TSP_SINCE,
        "updated_at": _TSP_SINCE,
        "registry": None,
        "compliance_status": "unknown",
    }


class Orgs:
    """Endpoints of the orgs host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    # --- fleets

    async def list_fleets(self, request: Request) -> Response:
        """Answer GET /fleets: those that share something with us now."""
        query = Query(request)
        refs, size = query.texts("fleet_refs"), query.size()
        query.done()
        shared = self._world.fleets_sharing(None)
        fleets = [
            fleet
            for number, fleet in enumerate(self._world.fleets)
            if shared[number] and (not refs or fleet.ref in refs)
        ]
        page = cut(query, size, len(fleets))
        return json_response(page.body([fleet_body(fleet) for fleet in fleets[page.start : page.stop]]))

    async def get_fleet(self, request: Request) -> Response:
        """Answer GET /fleets/{id}."""
        number = self._context.visible_fleet(path_uuid(request, "fleet_id"))
        return json_response(fleet_body(self._world.fleets[number]))

    # --- invitations

    async def list_invitations(self, request: Request) -> Response:
        """Answer GET /invitations."""
        query = Query(request)
        ref, size = query.text("fleet_ref"), query.size()
        query.done()
        invitations = self._context.invitations.listed(ref)
        page = cut(query, size, len(invitations))
        link = self._context.connect_url(request)
        items = [
            self._context.invitations.answer(invitation, link)
            for invitation in invitations[page.start : page.stop]
        ]
        return json_response(page.body(items))

    async def create_invitation(self, request: Request) -> Response:
        """Answer POST /invitations: 201 when new, 200 when refreshed."""
        invitation, created = self._context.invitations.create(await read_object(request))
        answer = self._context.invitations.answer(invitation, self._context.connect_url(request))
        return json_response(answer, 201 if created else 200)

    async def get_invitation(self, request: Request) -> Response:
        """Answer GET /invitations/{id}, to anybody who knows the id."""
        invitation = self._context.invitations.get(path_uuid(request, "invitation_id"))
        return json_response(self._context.invitations.answer(invitation, self._context.connect_url(request)))

    async def delete_invitation(self, request: Request) -> Response:
        """Answer DELETE /invitations/{id}."""
        self._context.invitations.delete(path_uuid(request, "invitation_id"))
        return Response(status_code=204)

    async def accept_invitation(self, request: Request) -> Response:
        """Answer POST /invitations/{id}/accept, to anybody who knows the id."""
        invitation = self._context.invitations.accept(path_uuid(request, "invitation_id"))
        return json_response(self._context.invitations.answer(invitation, self._context.connect_url(request)))

    async def decline_invitation(self, request: Request) -> Response:
        """Answer POST /invitations/{id}/decline, to anybody who knows the id."""
        invitation_id = path_uuid(request, "invitation_id")
        body = await read_object(request)
        if problems := problems_of(body, {"decline_reason": checks.text}, ()):
            raise ApiError(422, problems)
        invitation = self._context.invitations.decline(invitation_id, body.get("decline_reason"))
        return json_response(self._context.invitations.answer(invitation, self._context.connect_url(request)))

    # --- TSPs

    async def list_tsps(self, request: Request) -> Response:
        """Answer GET /tsps: a plain array, to anybody."""
        query = Query(request)
        slug, source = query.text("slug"), query.choice("source_name", enum("TspEnum"))
        query.done()
        return json_response(
            [
                tsp_body(provider)
                for provider in PROVIDERS
                if slug in (None, provider.slug) and source in (None, provider.source_name)
            ]
        )

    async def get_tsp(self, request: Request) -> Response:
        """Answer GET /tsps/{id}, to anybody."""
        provider = BY_ID.get(path_uuid(request, "tsp_id"))
        if provider is None:
            raise ApiError(404, "TSP not found")
        return json_response(tsp_body(provider))

    def routes(self) -> list[Route]:
        """Return the orgs routes."""
        secured = self._context.tokens.secured
        single = "/v2/orgs/invitations/{invitation_id}"
        return [
            Route("/v2/orgs/fleets", secured(self.list_fleets)),
            Route("/v2/orgs/fleets/{fleet_id}", secured(self.get_fleet)),
            Route("/v2/orgs/invitations", secured(self.list_invitations), methods=["GET"]),
            Route("/v2/orgs/invitations", secured(self.create_invitation), methods=["POST"]),
            Route(single, self.get_invitation, methods=["GET"]),
            Route(single, secured(self.delete_invitation), methods=["DELETE"]),
            Route(f"{single}/accept", self.accept_invitation, methods=["POST"]),
            Route(f"{single}/decline", self.decline_invitation, methods=["POST"]),
            Route("/v2/orgs/tsps", self.list_tsps),
            Route("/v2/orgs/tsps/{tsp_id}", self.get_tsp),
        ]
