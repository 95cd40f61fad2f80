"""Which of some codings a browser takes."""

from __future__ import annotations

import re
from collections.abc import Iterable


def best_of(codings: Iterable[str], accepted: str) -> str:
    """The first of the codings that an Accept-Encoding takes, "" if none."""
    taken = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        taken[name.strip()] = not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return next((coding for coding in codings if coding and taken.get(coding, taken.get("*", False))), "")
