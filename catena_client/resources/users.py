"""Drivers and other users of the fleets' systems."""

from collections.abc import Sequence
from dataclasses import dataclass

from catena_client.models import User
from catena_client.paging import ListResource, P
from catena_client.resources.filters import SortedFilters


@dataclass(frozen=True, kw_only=True)
class UserFilters(SortedFilters):
    """Filters of the list of users."""

    is_driver: bool | None = None
    """Only drivers, or only others."""
    user_ids: Sequence[str] | None = None
    """Ids of users."""
    source_ids: Sequence[str] | None = None
    """Ids in the TSP's system."""


class Users(ListResource[User, P]):
    """`/v2/telematics/users`."""

    def get(self, user_id: str) -> User:
        """Return one user."""
        return self._session.get(self.path + "/{user_id}", User, {"user_id": user_id})
