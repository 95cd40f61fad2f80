"""`/v2/orgs/share-agreements`: what each fleet shares, and whether it does now."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import body as checks
from sandbox.api.body import problems_of, read_object
from sandbox.api.errors import ApiError, json_response
from sandbox.api.paging import cut
from sandbox.api.query import Query, parse_time, path_uuid
from sandbox.context import Context
from sandbox.contract import enum
from sandbox.invitations import PARTNER_ID
from sandbox.world.entities import Agreement, Fleet, iso


def agreement_body(agreement: Agreement, fleet: Fleet, now: float) -> dict[str, Any]:
    """Return a ShareAgreementRead."""
    return {
        "id": agreement.id,
        "fleet_id": fleet.id,
        "partner_id": PARTNER_ID,
        "fleet_ref": fleet.ref,
        "status": agreement.status(now),
        "effective_date": iso(agreement.effective_at),
        "expiration_date": None if agreement.expires_at is None else iso(agreement.expires_at),
        "scopes": agreement.scopes,
    }


class Agreements:
    """Share agreement endpoints of the orgs host."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    async def list_agreements(self, request: Request) -> Response:
        """Answer GET /share-agreements; the older path with an underscore answers too."""
        query, now = Query(request), self._world.clock()
        legacy = request.url.path.endswith("_agreements")
        fleet_id, ref = query.uuid("fleet_id"), query.text("fleet_ref")
        invitation = query.uuid("invitation_id") if legacy else None
        status = query.choice("share_agreement_status", enum("ShareAgreementStatusEnum"))
        size = query.size(500) if legacy else query.size()
        query.done()
        agreements = [
            agreement
            for agreement in self._world.agreements
            if (fleet_id is None or self._context.fleet_id(agreement.fleet) == fleet_id)
            and (ref is None or self._world.fleets[agreement.fleet].ref == ref)
            and (invitation is None or agreement.invitation_id == invitation)
            and (status is None or agreement.status(now) == status)
        ]
        page = cut(query, size, len(agreements))
        items = [
            agreement_body(agreement, self._world.fleets[agreement.fleet], now)
            for agreement in agreements[page.start : page.stop]
        ]
        return json_response(page.body(items))

    async def create_legacy(self, _request: Request) -> Response:
        """Answer POST to the older path: creating agreements is gone from the contract."""
        raise ApiError(405)

    def _agreement(self, request: Request) -> Agreement:
        agreement_id = path_uuid(request, "share_agreement_id")
        for agreement in self._world.agreements:
            if agreement.id == agreement_id and agreement.chosen != "deleted":
                return agreement
        raise ApiError(404, "Share agreement not found")

    def _agreement_answer(self, agreement: Agreement) -> Response:
        fleet = self._world.fleets[agreement.fleet]
        return json_response(agreement_body(agreement, fleet, self._world.clock()))

    async def get_agreement(self, request: Request) -> Response:
        """Answer GET /share-agreements/{id}."""
        return self._agreement_answer(self._agreement(request))

    async def update_agreement(self, request: Request) -> Response:
        """Answer PATCH /share-agreements/{id}: dates only."""
        agreement = self._agreement(request)
        body = await read_object(request)
        if problems := problems_of(body, {"effective_date": checks.time, "expiration_date": checks.time}, ()):
            raise ApiError(422, problems)
        with self._world.lock:
            if body.get("effective_date"):
                agreement.effective_at = parse_time(body["effective_date"]) or agreement.effective_at
            if "expiration_date" in body:
                end = body["expiration_date"]
                agreement.expires_at = None if end is None else parse_time(end)
            self._world.changed()
        self._tell("share_agreement.updated", agreement)
        return self._agreement_answer(agreement)

    async def delete_agreement(self, request: Request) -> Response:
        """Answer DELETE /share-agreements/{id}."""
        self._change(self._agreement(request), "deleted", "share_agreement.deleted")
        return Response(status_code=204)

    async def change_agreement(self, request: Request) -> Response:
        """Answer POST …/pause, …/activate, …/cancel; a cancelled agreement stays so (409)."""
        agreement = self._agreement(request)
        verb = request.url.path.rstrip("/").rsplit("/", 1)[-1]
        if agreement.chosen == "cancelled":
            raise ApiError(409, "The share agreement is cancelled")
        status = {"pause": "paused", "activate": "active", "cancel": "cancelled"}[verb]
        self._change(agreement, status, "share_agreement.updated")
        return self._agreement_answer(agreement)

    def _change(self, agreement: Agreement, status: str, event: str) -> None:
        with self._world.lock:
            agreement.chosen = status
            self._world.changed()
        self._tell(event, agreement)

    def _tell(self, event: str, agreement: Agreement) -> None:
        fleet = self._world.fleets[agreement.fleet]
        data = agreement_body(agreement, fleet, self._world.clock())
        self._context.webhooks.announce(event, agreement.fleet, fleet.ref, data)

    def routes(self) -> list[Route]:
        """Return the share agreement routes."""
        secured, base = self._context.tokens.secured, "/v2/orgs/share-agreements"
        single = f"{base}/{{share_agreement_id}}"
        return [
            Route(base, secured(self.list_agreements)),
            Route("/v2/orgs/share_agreements", secured(self.list_agreements), methods=["GET"]),
            Route("/v2/orgs/share_agreements", secured(self.create_legacy), methods=["POST"]),
            Route(single, secured(self.get_agreement), methods=["GET"]),
            Route(single, secured(self.update_agreement), methods=["PATCH"]),
            Route(single, secured(self.delete_agreement), methods=["DELETE"]),
            *(
                Route(f"{single}/{verb}", secured(self.change_agreement), methods=["POST"])
                for verb in ("pause", "activate", "cancel")
            ),
        ]
