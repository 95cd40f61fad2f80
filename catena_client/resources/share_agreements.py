"""Share agreements, under the path of today or, where that is not found, the one of before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from catena_client.errors import NotFound
from catena_client.models import Page, ShareAgreement
from catena_client.paging import ListQuery, ListResource, P

_FORMER_PATH: Final = "/v2/orgs/share_agreements"


@dataclass(frozen=True, kw_only=True)
class ShareAgreementFilters(ListQuery):
    """Filters of the list of share agreements."""

    fleet_id: str | None = None
    """Id of one fleet."""
    fleet_ref: str | None = None
    """The partner's own name of the fleet; may stand for several fleets."""
    share_agreement_status: str | None = None
    """`active`, `paused`, `cancelled`, `deleted` or `expired`."""


class ShareAgreements(ListResource[ShareAgreement, P]):
    """`/v2/orgs/share-agreements`, reads falling back to `/v2/orgs/share_agreements` on a 404."""

    def get(self, share_agreement_id: str) -> ShareAgreement:
        """Return one share agreement."""
        values = {"share_agreement_id": share_agreement_id}
        try:
            return self._session.get(self.path + "/{share_agreement_id}", ShareAgreement, values)
        except NotFound as error:
            not_found = error
        try:
            return self._session.get(_FORMER_PATH + "/{share_agreement_id}", ShareAgreement, values)
        except NotFound:
            raise not_found from None

    def _fetch(self, request: Mapping[str, Any]) -> Page[ShareAgreement]:
        """Send one request. The former path does not know `fleet_ref`, so there it is applied to the rows."""
        try:
            return super()._fetch(request)
        except NotFound as error:
            not_found = error
        fleet_ref = request["fleet_ref"]
        try:
            page = self._fetch_from(_FORMER_PATH, {**request, "fleet_ref": None})
        except NotFound:
            raise not_found from None
        if fleet_ref is None:
            return page
        rows = [row for row in page.items if row.fleet_ref == fleet_ref]
        return Page(items=rows, next_page=page.next_page)
