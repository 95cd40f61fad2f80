"""The API's token, shared by the replicas of one dashboard: Redis holds it encrypted."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from catena_client import Secret
from dashboard.replicas.store import SharedStore, Unreachable


class SharedToken:
    """A `TokenStore` of the client. Where Redis cannot be reached each replica has a token of its own."""

    def __init__(self, store: SharedStore, key: Secret, auth_url: str, client_id: str) -> None:
        """`key` is a secret of the deployment; what another one has encrypted counts as nothing."""
        self._store = store
        derived = HKDF(SHA256(), 32, None, b"the token of Catena").derive(key.reveal().encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        self._name = "token:" + hashlib.sha256(f"{auth_url} {client_id}".encode()).hexdigest()[:16]

    def load(self) -> tuple[Secret, float] | None:
        """The token, and the seconds that it is still of use."""
        with suppress(Unreachable, InvalidToken):
            if kept := self._store.get(self._name):
                return Secret(self._fernet.decrypt(kept[0]).decode()), kept[1]
        return None

    def save(self, token: Secret, seconds: float) -> None:
        """Keep a token for the seconds that it is of use."""
        with suppress(Unreachable):
            self._store.put(self._name, self._fernet.encrypt(token.reveal().encode()), seconds)
