"""Numbers for vehicles that tell nothing of those that may not be seen."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

Ordinals = NDArray[np.int32]


class Numbering:
    """The numbers by which all who may see the same know vehicles, in place of ordinals, which count all there are.

    A number belongs to one vehicle for good, and one seen for the first time gets the next. Thread-safe.
    """

    def __init__(self) -> None:
        self._order: Ordinals = np.empty(0, dtype=np.int32)
        """The ordinals, by their numbers."""
        self._numbers: Ordinals = np.empty(0, dtype=np.int32)
        """By ordinal; -1: not seen yet."""
        self._lock = threading.Lock()

    def numbers(self, ordinals: Ordinals) -> Ordinals:
        """The number of each of some different vehicles that may be seen, by their ordinals."""
        with self._lock:
            self._make_room(ordinals)
            self._number(ordinals[self._numbers[ordinals] < 0])
            found: Ordinals = self._numbers[ordinals]
            return found

    def _number(self, new: Ordinals) -> None:
        """Give numbers to ordinals that have none."""
        self._numbers[new] = np.arange(len(self._order), len(self._order) + len(new), dtype=np.int32)
        self._order = np.append(self._order, new)

    def _renumber(self, order: Ordinals) -> None:
        """Give to all, in this order, the numbers from 0 on."""
        self._order = order
        self._make_room(order)
        self._numbers[order] = np.arange(len(order), dtype=np.int32)

    def _make_room(self, ordinals: Ordinals) -> None:
        lacking = int(ordinals.max(initial=-1)) + 1 - len(self._numbers)
        if lacking > 0:
            self._numbers = np.append(self._numbers, np.full(lacking, -1, dtype=np.int32))
