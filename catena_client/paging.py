"""Lists: one page, all pages, all rows."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Generic, TypedDict, TypeVar

import msgspec

from catena_client.call import Call, query_pairs
from catena_client.decoding import log_unread
from catena_client.errors import RepeatedCursor
from catena_client.models.base import Model, Page
from catena_client.secret import Secret
from catena_client.session import Session

T = TypeVar("T", bound=Model)
Filters = Mapping[str, Any]

MOST_VALUES: Final = 100
"""Values one request takes in a list filter (Catena's OpenAPI)."""


class NoFilters(TypedDict):
    """For a list without filters."""


def split(filters: Filters) -> list[dict[str, Any]]:
    """Return the filters of the requests that together ask for what `filters` asks for.

    Repeated values are dropped. Lists of more than 100 values are cut up; with several such lists every
    combination is asked for. An empty list matches nothing: no request.
    None is no filter.
    """
    choices = [[(name, part) for part in _parts(name, value)] for name, value in filters.items()]
    return [dict(combination) for combination in product(*choices)]


def _parts(name: str, value: object) -> list[object]:
    if not name.endswith(("_ids", "_refs")) or value is None:
        return [value]
    if isinstance(value, str | bytes) or not isinstance(value, Collection):
        raise TypeError(f"{name} takes a list of texts, e.g. {name}=[...].")
    values = list(dict.fromkeys(value))
    return [values[start : start + MOST_VALUES] for start in range(0, len(values), MOST_VALUES)]


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A list endpoint of the API."""

    session: Session
    path: str
    page_type: type[Page[T]]
    filter_type: type
    """A TypedDict that names the filters."""
    key: str = "id"
    """The field that tells rows apart."""
    check: Callable[[Any], None] = lambda _filters: None
    """Raises ValueError for filters that do not go together."""
    whole: frozenset[str] = frozenset()
    """List filters that cannot be split, because one row may match several values."""

    def page(self, filters: Filters, cursor: str | None = None, size: int | None = None) -> Page[T]:
        """Return one page."""
        requests = self._requests(filters, size)
        if not requests:
            return self.page_type(items=[], total=0)
        if len(requests) > 1:
            raise ValueError(
                f"page() takes at most {MOST_VALUES} values per filter; use pages() or iterate()."
            )
        return self.fetch(requests[0], cursor, size)

    def pages(self, filters: Filters, size: int | None = None) -> Iterator[Page[T]]:
        """Return all pages, one request each, the filters the same in all."""
        # Checked here, not at the first step of the generator, so that a mistake shows where it is made.
        return self._follow(self._requests(filters, size), size)

    def _follow(self, requests: list[dict[str, Any]], size: int | None) -> Iterator[Page[T]]:
        seen: set[object] | None = set() if len(requests) > 1 else None
        for request in requests:
            cursor: str | None = None
            followed: set[str] = set()
            while True:
                page = self.fetch(request, cursor, size)
                yield page if seen is None else self._unseen(page, seen)
                cursor = page.next_page
                if cursor is None:
                    break
                if cursor in followed:
                    raise RepeatedCursor(
                        f"GET {self.path} named a cursor again that was already followed, so the list would never "
                        f"end. It was left after {len(followed) + 1} pages; ask again later."
                    )
                followed.add(cursor)

    def rows(self, filters: Filters, size: int | None = None) -> Iterator[T]:
        """Return all rows of all pages. What could not be read of them is in the log."""
        return (row for page in self.pages(filters, size) for row in self._told(page).items)

    def _told(self, page: Page[T]) -> Page[T]:
        log_unread(Call("GET", self.path), page.unreadable, page.unreadable_fields)
        return page

    def _unseen(self, page: Page[T], seen: set[object]) -> Page[T]:
        """Leave out rows that an earlier one of several requests brought, and remember the others.

        A row whose key is unknown may be any, and stays.
        """
        keyed = [(getattr(row, self.key), row) for row in page.items]
        rows = [row for key, row in keyed if key is None or key not in seen]
        seen.update(key for key, _ in keyed)
        return msgspec.structs.replace(page, items=rows)

    def _requests(self, filters: Filters, size: int | None) -> list[dict[str, Any]]:
        known = self.filter_type.__annotations__
        if unknown := sorted(filters.keys() - known.keys()):
            raise TypeError(
                f"GET {self.path} has no filter {', '.join(unknown)}; it has {', '.join(known) or 'none'}."
            )
        if size is not None and not 1 <= size <= 1000:
            raise ValueError("size is the number of rows per page, from 1 to 1000.")
        for name in self.whole & filters.keys():
            if len(_parts(name, filters[name])) > 1:
                raise ValueError(f"{name} takes at most {MOST_VALUES} values here; ask several times.")
        self.check(filters)
        return split(filters)

    def fetch(self, request: Filters, cursor: str | None, size: int | None) -> Page[T]:
        """Send one request; the filters are checked and split already."""
        query = query_pairs({**request, "size": size, "cursor": cursor})
        hidden = () if cursor is None else (Secret(cursor),)
        return self.session.fetch(Call("GET", self.path, query=query, hidden=hidden), self.page_type)
