"""References for fleets that nobody has typed one for: visitors of a stand, one number after the other."""

import re
from collections.abc import Iterable

VISITOR = re.compile(r"VISITOR-(\d{1,9})")


def next_reference(taken: Iterable[str]) -> str:
    """Return the reference of the next visitor: one number more than any of `taken`."""
    numbers = (int(found[1]) for reference in taken if (found := VISITOR.fullmatch(reference)))
    return f"VISITOR-{max(numbers, default=0) + 1:04d}"
