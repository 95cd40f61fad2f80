"""The pass code that a share link may ask for: kept so that nobody can read it, and hard to guess."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections import defaultdict, deque
from typing import Protocol

LEAST, MOST = 4, 64
"""Characters of a pass code."""
TRIES, TRIES_SECONDS = 10, 900.0
"""So many wrong codes in so many seconds are answered, for one link."""


def hashed(code: str) -> str:
    """What is kept of a pass code."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(code, salt).hex()}"


def matches(code: str, kept: str) -> bool:
    """Whether a code is the one of which this was kept. Takes some 50 ms, so that guessing takes long."""
    salt, _, expected = kept.partition(":")
    return hmac.compare_digest(_scrypt(code, bytes.fromhex(salt)), bytes.fromhex(expected))


class WrongCodes(Protocol):
    """Counts wrong codes, by link. Thread-safe; what keeps them elsewhere may raise `StoreFailed`."""

    def begin(self, link: str, now: float) -> bool:
        """Whether a code may be tried. It counts as wrong until `was_right`, so that many at once are no way around."""

    def was_right(self, link: str) -> None:
        """Take the last try back."""


class Tries:
    """A `WrongCodes` of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)

    def begin(self, link: str, now: float) -> bool:
        """As in `WrongCodes`."""
        with self._lock:
            wrong = self._wrong[link]
            while wrong and wrong[0] <= now - TRIES_SECONDS:
                wrong.popleft()
            if len(wrong) >= TRIES:
                return False
            wrong.append(now)
            return True

    def was_right(self, link: str) -> None:
        """As in `WrongCodes`."""
        with self._lock:
            if wrong := self._wrong[link]:
                wrong.pop()


def _scrypt(code: str, salt: bytes) -> bytes:
    typed = unicodedata.normalize("NFKC", code.strip()).encode()
    return hashlib.scrypt(typed, salt=salt, n=2**14, r=8, p=1)
