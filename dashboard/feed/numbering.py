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
        self._numbers: Ordinals = np.empty(0, dtype=np.int32)
        """By ordinal; -1: not seen yet."""
        self._next = 0
        self._lock = threading.Lock()

    def numbers(self, ordinals: Ordinals) -> Ordinals:
        """The number of each of some different vehicles that may be seen, by their ordinals."""
        with self._lock:
            lacking = int(ordinals.max(initial=-1)) + 1 - len(self._numbers)
            if lacking > 0:
                self._numbers = np.append(self._numbers, np.full(lacking, -1, dtype=np.int32))
            new = ordinals[self._numbers[ordinals] < 0]
            self._numbers[new] = np.arange(self._next, self._next + len(new), dtype=np.int32)
            self._next += len(new)
            found: Ordinals = self._numbers[ordinals]
            return found
