"""Drivers and other users of the fleets' systems."""

from collections.abc import Iterator, Sequence
from typing import Unpack

from catena_client.models import Page, User
from catena_client.paging import Listing
from catena_client.resources.filters import Sorted, SourceFilters
from catena_client.session import Session


class UserFilters(SourceFilters, Sorted, total=False):
    """Filters of the list of users."""

    is_driver: bool | None
    """Only drivers, or only others."""
    user_ids: Sequence[str] | None
    """Ids of users."""
    source_ids: Sequence[str] | None
    """Ids in the TSP's system."""


class Users:
    """`/v2/telematics/users`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._list = Listing(session, "/v2/telematics/users", Page[User], UserFilters)

    def page(
        self, *, cursor: str | None = None, size: int | None = None, **filters: Unpack[UserFilters]
    ) -> Page[User]:
        """Return one page of users."""
        return self._list.page(filters, cursor, size)

    def pages(self, *, size: int | None = None, **filters: Unpack[UserFilters]) -> Iterator[Page[User]]:
        """Return all pages of users."""
        return self._list.pages(filters, size)

    def iterate(self, *, size: int | None = None, **filters: Unpack[UserFilters]) -> Iterator[User]:
        """Return all users."""
        return self._list.rows(filters, size)

    def get(self, user_id: str) -> User:
        """Return one user."""
        return self._session.get("/v2/telematics/users/{user_id}", User, {"user_id": user_id})
