"""What one replica hears of and all are to know at once, such as what Catena tells by a webhook."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress

from dashboard.replicas.store import SharedStore, Unreachable
from dashboard.runtime.defects import Contained
from dashboard.runtime.workers import Workers

LISTEN_SECONDS = 1.0

log = logging.getLogger(__name__)


class Announcements:
    """Texts that are told to all replicas. Where Redis cannot be reached only the one that tells hears them."""

    def __init__(self, store: SharedStore, name: str, hear: Callable[[str], None]) -> None:
        """`hear` is called for each text: of one's own by `tell`, of others in a thread of its own."""
        self._store, self._name, self._hear = store, name, hear
        self._own = secrets.token_hex(4)
        self._teller = Workers(1, name)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=f"shared {name}", daemon=True)
        self._thread.start()

    def tell(self, text: str) -> None:
        """Tell all, this replica at once. Returns at once."""
        self._hear(text)
        self._teller.submit(self._publish, text)

    def close(self) -> None:
        """Hear no more."""
        self._closing.set()
        self._teller.close()
        self._thread.join(LISTEN_SECONDS)

    def _publish(self, text: str) -> None:
        with suppress(Unreachable):
            self._store.notify(self._name, f"{self._own} {text}")

    def _listen(self) -> None:
        notices = self._store.listen(self._name)
        while not self._closing.is_set():
            try:
                who, _, text = (notices.wait(LISTEN_SECONDS / 2) or "").partition(" ")
            except Exception as error:
                if not isinstance(error, Unreachable):  # such as bytes that are no text
                    log.exception("What another replica has told could not be read")
                self._closing.wait(LISTEN_SECONDS)
                continue
            if who not in ("", self._own):
                with Contained("what another replica has told was not taken in"):
                    self._hear(text)
        notices.close()
