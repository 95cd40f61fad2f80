"""Lists: one page, all pages, all rows."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Generic, ParamSpec, TypeVar

import msgspec

from catena_client.call import Call, query_pairs
from catena_client.decoding import log_unreadable
from catena_client.errors import RepeatedCursor
from catena_client.models.base import Page
from catena_client.secret import Secret
from catena_client.session import Session

T = TypeVar("T", bound=msgspec.Struct)
P = ParamSpec("P")

MAX_PAGE_SIZE: Final = 1000
"""Rows one page holds at most (Catena's OpenAPI)."""

MAX_FILTER_VALUES: Final = 100
"""Values one request takes in a list filter (Catena's OpenAPI)."""


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What every list takes, and base of the filters of each. None is no filter."""

    size: int | None = None
    """Rows per page, 1 to 1000; the API's default is 300."""
    cursor: str | None = None
    """Where to begin: `next_page` of an earlier page with the same filters. None is the start of the list."""

    def __post_init__(self) -> None:
        if self.size is not None and not 1 <= self.size <= MAX_PAGE_SIZE:
            raise ValueError(f"size is the number of rows per page, from 1 to {MAX_PAGE_SIZE}.")


def split(query: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return the queries of the requests that together ask for what `query` asks for.

    Repeated values are dropped. Lists of more than 100 values are cut up; with several such lists every
    combination is asked for. An empty list matches nothing: no request.
    None is no filter.
    """
    choices = [[(name, part) for part in _chunks(name, value)] for name, value in query.items()]
    return [dict(combination) for combination in product(*choices)]


def _chunks(name: str, value: object) -> list[object]:
    if not name.endswith(("_ids", "_refs")) or value is None:
        return [value]
    if isinstance(value, str | bytes) or not isinstance(value, Collection):
        raise TypeError(f"{name} takes a list of texts, e.g. {name}=[...].")
    values = list(dict.fromkeys(value))
    return [values[start : start + MAX_FILTER_VALUES] for start in range(0, len(values), MAX_FILTER_VALUES)]


class ListResource(Generic[T, P]):
    """A list of the API, read in three forms that take the same keywords: the fields of its query.

    `P` stands for these keywords, so that a type checker and an editor know them. A wrong keyword or value raises
    TypeError or ValueError in the call itself, before anything is sent.
    """

    def __init__(
        self,
        session: Session,
        path: str,
        page_type: type[Page[T]],
        query_type: Callable[P, ListQuery],
        *,
        key: str = "id",
        unsplittable: frozenset[str] = frozenset(),
    ) -> None:
        self._session = session
        self.path = path
        """Where the API has it."""
        self._page_type = page_type
        self.query_type = query_type
        """The dataclass that names and checks the keywords."""
        self._key = key
        """The field that tells rows apart."""
        self._unsplittable = unsplittable
        """List filters that cannot be split, because one row may match several values."""

    def page(self, *args: P.args, **query: P.kwargs) -> Page[T]:
        """Return one page: one request, with at most 100 values per filter."""
        requests = self._requests(self.query_type(*args, **query))
        if not requests:
            return self._page_type(items=[], total=0)
        if len(requests) > 1:
            raise ValueError(
                f"page() takes at most {MAX_FILTER_VALUES} values per filter; use pages() or iterate()."
            )
        return self._fetch(requests[0])

    def pages(self, *args: P.args, **query: P.kwargs) -> Iterator[Page[T]]:
        """Return all pages, one request each as they are wanted, the filters the same in all."""
        # Checked here, not at the first step of the generator, so that a mistake shows where it is made.
        return self._follow(self._requests(self.query_type(*args, **query)))

    def iterate(self, *args: P.args, **query: P.kwargs) -> Iterator[T]:
        """Return all rows of all pages. What could not be read of them is in the log."""
        return self._rows(self.pages(*args, **query))

    def _rows(self, pages: Iterator[Page[T]]) -> Iterator[T]:
        for page in pages:
            log_unreadable(Call("GET", self.path), page.unreadable, page.unreadable_fields)
            yield from page.items

    def _follow(self, requests: list[dict[str, Any]]) -> Iterator[Page[T]]:
        seen: set[object] | None = set() if len(requests) > 1 else None
        for request in requests:
            followed: set[str] = set()
            while True:
                page = self._fetch(request)
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
                request = {**request, "cursor": cursor}  # noqa: PLW2901  the same request, one page on

    def _unseen(self, page: Page[T], seen: set[object]) -> Page[T]:
        """Leave out rows that an earlier one of several requests brought, and remember the others.

        A row whose key is unknown may be any, and stays.
        """
        keyed = [(getattr(row, self._key), row) for row in page.items]
        rows = [row for key, row in keyed if key is None or key not in seen]
        seen.update(key for key, _ in keyed)
        return msgspec.structs.replace(page, items=rows)

    def _requests(self, query: ListQuery) -> list[dict[str, Any]]:
        values = vars(query)
        for name in self._unsplittable:
            if len(_chunks(name, values[name])) > 1:
                raise ValueError(f"{name} takes at most {MAX_FILTER_VALUES} values here; ask several times.")
        requests = split(values)
        if len(requests) > 1 and query.cursor is not None:
            raise ValueError(
                f"A cursor belongs to one request, of at most {MAX_FILTER_VALUES} values per filter."
            )
        return requests

    def _fetch(self, request: Mapping[str, Any]) -> Page[T]:
        """Send one request; its query is checked and split already."""
        return self._fetch_from(self.path, request)

    def _fetch_from(self, path: str, request: Mapping[str, Any]) -> Page[T]:
        cursor = request["cursor"]
        hidden = () if cursor is None else (Secret(cursor),)
        call = Call("GET", path, query=query_pairs(request), hidden=hidden)
        return self._session.fetch(call, self._page_type)
