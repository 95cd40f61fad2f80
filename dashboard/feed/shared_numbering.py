"""Numbers of vehicles that are alike on all replicas of a dashboard, and after a restart."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress

import msgspec
import numpy as np

from catena_client import Secret
from dashboard.access.viewer import Visibility
from dashboard.feed.numbering import Numbering, Ordinals
from dashboard.replicas.store import Script, SharedStore, Unreachable

KEPT_MILLISECONDS = 90 * 86_400_000
"""How long numbers are kept that no new vehicle has come to."""
EPOCH = 8
"""So many bytes tell one beginning of the list from another; ordinals follow, in the order of their numbers."""
TRIES = 20
LAYOUT = np.dtype("<i4")

APPEND = """
local epoch = redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1)
if epoch ~= ARGV[1] then return {epoch, redis.call('GETRANGE', KEYS[1], #ARGV[1], -1)} end
if redis.call('STRLEN', KEYS[1]) ~= tonumber(ARGV[2]) then
  return {epoch, redis.call('GETRANGE', KEYS[1], ARGV[2], -1)}
end
redis.call('APPEND', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return false
"""
BEGIN = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0"


class SharedNumbering(Numbering):
    """A `Numbering` that only adds what no other replica has added before.

    Without Redis it numbers by itself; what others have numbered otherwise meanwhile is then numbered as they did.
    """

    def __init__(self, name: str, append: Script, begin: Script) -> None:
        super().__init__()
        self._name = name
        self._append, self._begin = append, begin
        self._epoch = bytes(EPOCH)
        self._shared = 0
        """So many of the first numbers are those of all replicas."""

    def _number(self, new: Ordinals) -> None:
        if len(new) or self._shared < len(self._order):
            super()._number(new)
            with suppress(Unreachable):  # then with the next snapshot
                self._agree()

    def _agree(self) -> None:
        for _try in range(TRIES):
            own = self._order[self._shared :].astype(LAYOUT).tobytes()
            length = EPOCH + LAYOUT.itemsize * self._shared
            answer = self._append([self._name], self._epoch, length, own, KEPT_MILLISECONDS)
            if answer is None:
                self._shared = len(self._order)
                return
            epoch, listed = answer
            if epoch != self._epoch or not listed:
                self._shared = 0
            if not epoch:
                self._set_up()
            else:
                self._epoch = epoch
                self._follow(np.frombuffer(listed, LAYOUT).astype(np.int32))

    def _set_up(self) -> None:
        epoch = secrets.token_bytes(EPOCH)
        if self._begin([self._name], epoch + self._order.astype(LAYOUT).tobytes(), KEPT_MILLISECONDS):
            self._epoch, self._shared = epoch, len(self._order)

    def _follow(self, listed: Ordinals) -> None:
        """Number next what the others did next; what only this replica knows comes after that."""
        known = np.append(self._order[: self._shared], listed)
        own = self._order[self._shared :]
        self._shared = len(known)
        self._renumber(np.append(known, own[~np.isin(own, known)]))


def shared_numbering(store: SharedStore, key: Secret) -> Callable[[Visibility], Numbering]:
    """What makes the numbering of a visibility; `key` is a secret of the deployment."""
    append, begin = store.script(APPEND), store.script(BEGIN)

    def of(visibility: Visibility) -> Numbering:
        said = msgspec.json.encode(visibility, order="deterministic")
        digest = hmac.digest(key.reveal().encode(), b"numbers of " + said, hashlib.sha256).hex()[:32]
        return SharedNumbering(f"numbers:{digest}", append, begin)

    return of
