"""Providers of telematics (TSPs)."""

from collections.abc import Iterator

from catena_client.models import Page, Tsp, TspIntegrations
from catena_client.paging import Listing, NoFilters
from catena_client.session import Session


class Tsps:
    """`/v2/orgs/tsps`, which is not paged, and `/v2/integrations/tsps`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._integrations = Listing(session, "/v2/integrations/tsps", Page[TspIntegrations], NoFilters)

    def list(self, slug: str | None = None, source_name: str | None = None) -> "list[Tsp]":
        """Return all TSPs, or those of one slug or platform."""
        return self._session.get("/v2/orgs/tsps", list[Tsp], query={"slug": slug, "source_name": source_name})

    def get(self, tsp_id: str) -> Tsp:
        """Return one TSP."""
        return self._session.get("/v2/orgs/tsps/{tsp_id}", Tsp, {"tsp_id": tsp_id})

    def integrations_page(
        self, *, cursor: str | None = None, size: int | None = None
    ) -> Page[TspIntegrations]:
        """Return one page of what Catena can read from each TSP."""
        return self._integrations.page({}, cursor, size)

    def integrations_pages(self, *, size: int | None = None) -> Iterator[Page[TspIntegrations]]:
        """Return all pages of what Catena can read from each TSP."""
        return self._integrations.pages({}, size)

    def integrations_iterate(self, *, size: int | None = None) -> Iterator[TspIntegrations]:
        """Return what Catena can read, for all TSPs."""
        return self._integrations.rows({}, size)

    def integrations_get(self, tsp_id: str) -> TspIntegrations:
        """Return what Catena can read from one TSP."""
        return self._session.get("/v2/integrations/tsps/{tsp_id}", TspIntegrations, {"tsp_id": tsp_id})
