"""Share agreements, under the path of today or, where that is not found, the one of before."""

from collections.abc import Iterator
from typing import Final, TypedDict, Unpack

from catena_client.errors import NotFound
from catena_client.models import Page, ShareAgreement
from catena_client.paging import Filters, Listing
from catena_client.session import Session

_PATH: Final = "/v2/orgs/share-agreements"
_FORMER_PATH: Final = "/v2/orgs/share_agreements"


class ShareAgreementFilters(TypedDict, total=False):
    """Filters of the list of share agreements."""

    fleet_id: str | None
    """Id of one fleet."""
    fleet_ref: str | None
    """The partner's own name of the fleet; may stand for several fleets."""
    share_agreement_status: str | None
    """`active`, `paused`, `cancelled`, `deleted` or `expired`."""


class ShareAgreements:
    """`/v2/orgs/share-agreements`, reads falling back to `/v2/orgs/share_agreements` on a 404."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = _Agreements(session, _PATH, Page[ShareAgreement], ShareAgreementFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[ShareAgreementFilters]
    ) -> Page[ShareAgreement]:
        """Return one page of share agreements."""
        return self._list.page(filters, cursor, size)

    def pages(
        self, *, size: int | None = None, **filters: Unpack[ShareAgreementFilters]
    ) -> Iterator[Page[ShareAgreement]]:
        """Return all pages of share agreements."""
        return self._list.pages(filters, size)

    def iterate(
        self, *, size: int | None = None, **filters: Unpack[ShareAgreementFilters]
    ) -> Iterator[ShareAgreement]:
        """Return all share agreements."""
        return self._list.rows(filters, size)

    def get(self, share_agreement_id: str) -> ShareAgreement:
        """Return one share agreement."""
        values = {"share_agreement_id": share_agreement_id}
        try:
            return self._session.get(_PATH + "/{share_agreement_id}", ShareAgreement, values)
        except NotFound as error:
            not_found = error
        try:
            return self._session.get(_FORMER_PATH + "/{share_agreement_id}", ShareAgreement, values)
        except NotFound:
            raise not_found from None


class _Agreements(Listing[ShareAgreement]):
    """The former path does not know `fleet_ref`, so there it is applied to the rows."""

    def fetch(self, request: Filters, cursor: str | None, size: int | None) -> Page[ShareAgreement]:
        try:
            return super().fetch(request, cursor, size)
        except NotFound as error:
            not_found = error
        fleet_ref = request.get("fleet_ref")
        former = Listing(self.session, _FORMER_PATH, self.page_type, self.filter_type)
        try:
            page = former.fetch({**request, "fleet_ref": None}, cursor, size)
        except NotFound:
            raise not_found from None
        if fleet_ref is None:
            return page
        rows = [row for row in page.items if row.fleet_ref == fleet_ref]
        return Page(items=rows, next_page=page.next_page)
