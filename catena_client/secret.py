"""Values that must not be printed, and the masking of identifiers that leak one."""

import hmac
import re
from typing import Final, NoReturn

HIDDEN: Final = "[hidden]"
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Secret:
    """A text that shows nothing when it is printed, formatted, logged or inspected.

    `reveal()` is the only way to the text. A Secret is not pickled, copied or encoded.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself. Use it where it is needed and keep it in no variable."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is kept in memory only: it cannot be pickled or copied.")


def as_secret(value: str | Secret) -> Secret:
    """Wrap a text; a Secret stays as it is."""
    return value if isinstance(value, Secret) else Secret(value)


def mask_uuids(text: str) -> str:
    """Replace every UUID in a text. Catena's default fleet names contain the invitation's id."""
    return _UUID.sub(HIDDEN, text)
