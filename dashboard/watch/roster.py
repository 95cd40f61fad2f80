"""Which replicas there are: each tells of itself again and again, and is gone when it does not."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec

from dashboard.ingest.polling import CLOSE_SECONDS
from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.runtime.defects import Contained
from dashboard.watch.replica import Replica

REPLICAS = "replicas"
"""The name of what is shared."""
BEAT_SECONDS = 3.0
"""Each tells of itself this often."""
GONE_SECONDS = 10.0
"""Who has told nothing for so long is gone."""


class Roster:
    """The replicas of one dashboard, as this one knows them."""

    def __init__(self, store: SharedStore, this: Callable[[], Replica]) -> None:
        """Begin with `start`. `this` gives this replica as it is now."""
        self._store = store
        self._this = this
        self._name = this().name
        self._others: tuple[Replica, ...] = ()
        self.problem = ""
        """Why the others are not known, a sentence; "" while they are."""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="roster", daemon=True)

    def replicas(self) -> list[Replica]:
        """All that are known, this one first, then by name."""
        return [self._this(), *self._others]

    def start(self) -> None:
        """Begin to tell and to listen."""
        self._thread.start()

    def close(self) -> None:
        """Be gone for the others; waits a second at most."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            with Contained("a replica did not tell of itself"):
                self._beat()
            self._closing.wait(BEAT_SECONDS)
        with Contained("a replica did not take leave"):
            self._leave()

    def _beat(self) -> None:
        try:
            self._store.enter(REPLICAS, self._name, msgspec.json.encode(self._this()), GONE_SECONDS)
            entered = self._store.entered(REPLICAS)
        except Unreachable as error:
            self._others, self.problem = (), str(error)
        else:
            entered.pop(self._name, None)
            self._others, self.problem = tuple(_read(*one) for one in entered.items()), ""

    def _leave(self) -> None:
        try:
            self._store.leave(REPLICAS, self._name)
        except Unreachable:
            return  # it is gone when its time is over


def _read(name: str, told: bytes) -> Replica:
    try:
        return msgspec.json.decode(told, type=Replica)
    except msgspec.DecodeError:
        return Replica(name)
