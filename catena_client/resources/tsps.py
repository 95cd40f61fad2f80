"""Providers of telematics (TSPs)."""

from catena_client.models import Page, Tsp, TspIntegrations
from catena_client.paging import ListQuery, ListResource, P
from catena_client.session import Session


class Tsps:
    """`/v2/orgs/tsps`, which is not paged; `integrations` is what Catena can read from each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.integrations = Integrations(
            session, "/v2/integrations/tsps", Page[TspIntegrations], ListQuery, key="tsp_id"
        )

    def list(self, slug: str | None = None, source_name: str | None = None) -> "list[Tsp]":
        """Return all TSPs, or those of one slug or platform."""
        return self._session.get("/v2/orgs/tsps", list[Tsp], query={"slug": slug, "source_name": source_name})

    def get(self, tsp_id: str) -> Tsp:
        """Return one TSP."""
        return self._session.get("/v2/orgs/tsps/{tsp_id}", Tsp, {"tsp_id": tsp_id})


class Integrations(ListResource[TspIntegrations, P]):
    """`/v2/integrations/tsps`."""

    def get(self, tsp_id: str) -> TspIntegrations:
        """Return what Catena can read from one TSP."""
        return self._session.get(self.path + "/{tsp_id}", TspIntegrations, {"tsp_id": tsp_id})
