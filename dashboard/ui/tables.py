"""Tables in which a row can be chosen."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def rows_key(name: str, handles: Sequence[str]) -> str:
    """The key of a table: other rows make another table, so that a selection cannot slip to a neighbour."""
    return f"{name}-{zlib.crc32(' '.join(handles).encode()):x}"
