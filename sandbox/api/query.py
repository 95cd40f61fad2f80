"""Reading and checking a request's query. All problems are collected and answered with one 422."""

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.requests import Request

from sandbox.api.errors import ApiError, Problem

MAX_VALUES = 100
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 300, 1000
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in its usual form."""
    return bool(_UUID.fullmatch(text))


def path_uuid(request: Request, name: str) -> str:
    """Return an id of the path in lower case; 422 unless it is a UUID."""
    text = str(request.path_params[name])
    if not is_uuid(text):
        raise ApiError(422, [Problem(f"path.{name}", text, "Input should be a valid UUID", "uuid_parsing")])
    return str(uuid.UUID(text))


def parse_time(text: str) -> float | None:
    """Return epoch seconds of an ISO 8601 time (UTC where no offset is given), None if it is not one."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


class Query:
    """The query of one request. Read the parameters, then call `done`."""

    def __init__(self, request: Request) -> None:
        self._params = request.query_params
        self._problems: list[Problem] = []
        # What a cursor belongs to: the address and all filters.
        kept = sorted((k, v) for k, v in self._params.multi_items() if k not in {"cursor", "size"})
        self.scope = repr((request.scope["path"], kept))
        self.cursor = self._params.get("cursor") or None

    def problem(self, name: str, value: str, message: str, error_type: str) -> None:
        """Note one problem of a parameter."""
        self._problems.append(Problem(f"query.{name}", value, message, error_type))

    def done(self) -> None:
        """Raise a 422 if any parameter was wrong."""
        if self._problems:
            raise ApiError(422, self._problems)

    def size(self, default: int = DEFAULT_PAGE_SIZE) -> int:
        """Return the page size, 1 to 1000."""
        text = self._params.get("size")
        if text is None:
            return default
        if not re.fullmatch(r"[+-]?\d{1,9}", text):
            self.problem("size", text, "Input should be a valid integer", "int_parsing")
        elif int(text) < 1:
            self.problem("size", text, "Input should be greater than or equal to 1", "greater_than_equal")
        elif int(text) > MAX_PAGE_SIZE:
            self.problem(
                "size", text, f"Input should be less than or equal to {MAX_PAGE_SIZE}", "less_than_equal"
            )
        else:
            return int(text)
        return default

    def texts(self, name: str) -> list[str]:
        """Return the values of a repeated key, at most 100."""
        values = self._params.getlist(name)
        if len(values) > MAX_VALUES:
            message = f"List should have at most {MAX_VALUES} items after validation, not {len(values)}"
            self.problem(name, f"{len(values)} values", message, "too_long")
        return values

    def uuids(self, name: str) -> list[str]:
        """Return the ids of a repeated key in lower case, at most 100."""
        good = []
        for value in self.texts(name):
            if is_uuid(value):
                good.append(value.lower())
            else:
                self.problem(name, value, "Input should be a valid UUID", "uuid_parsing")
        return good

    def text(self, name: str) -> str | None:
        """Return one value."""
        return self._params.get(name)

    def uuid(self, name: str) -> str | None:
        """Return one id in lower case."""
        value = self._params.get(name)
        if value is not None and not is_uuid(value):
            self.problem(name, value, "Input should be a valid UUID", "uuid_parsing")
            return None
        return value.lower() if value is not None else None

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """Return one value of an enumeration."""
        value = self._params.get(name)
        if value is not None and value not in allowed:
            shown = ", ".join(f"'{one}'" for one in allowed[:6])
            self.problem(name, value, f"Input should be one of {shown} ...", "enum")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
        return self._flag(name, default) is True

    def optional_flag(self, name: str) -> bool | None:
        """Return a boolean, None where it is left out."""
        return self._flag(name, None)

    def _flag(self, name: str, default: bool | None) -> bool | None:
        value = self._params.get(name)
        if value is None:
            return default
        if value.lower() not in _TRUE | _FALSE:
            self.problem(name, value, "Input should be a valid boolean", "bool_parsing")
            return default
        return value.lower() in _TRUE

    def time(self, name: str) -> float | None:
        """Return epoch seconds of an ISO 8601 time."""
        value = self._params.get(name)
        if value is None:
            return None
        moment = parse_time(value)
        if moment is None:
            self.problem(name, value, "Input should be a valid datetime", "datetime_parsing")
        return moment
