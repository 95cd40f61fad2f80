"""One try of a call, which whoever waits for it can leave at any time."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakSet

from catena_client.call import Answer, Call
from catena_client.errors import ClientClosed
from catena_client.workers import Workers


class Sockets:
    """The open sockets of a client, so that reads which wait for a silent server can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: WeakSet[socket.socket] = WeakSet()

    def add(self, sock: socket.socket) -> None:
        """Remember a socket as long as its connection does."""
        with self._lock:
            self._open.add(sock)

    def shut(self) -> None:
        """End all reads and writes on all of them."""
        with self._lock:
            sockets = list(self._open)
        for sock in sockets:
            _shut(sock)


class Attempt:
    """Work on the network in another thread.

    A name being looked up, a connection being made or a server that sends one byte a second cannot be interrupted
    by a timeout of each step. So nobody waits for the thread longer than they want to; its sockets are shut when it
    is left, which ends it too.
    """

    def __init__(self, sockets: Sockets, call: Call | None = None) -> None:
        self.call = call
        self.nothing_done = True
        """Whether the call is certain to have done nothing: it waits for its token, or was refused for it."""
        self._sockets = sockets
        self._own: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._left = False
        self._answer: Answer | None = None
        self._error: BaseException | None = None

    def run(self, workers: Workers, work: Callable[[], Answer], seconds: float) -> Answer | None:
        """Return what the work returns, or None when it is not over after so many seconds or was left before."""

        def do() -> None:
            try:
                self._answer = work()
            except BaseException as error:  # noqa: BLE001  raised again where it is waited for
                self._error = error
            self._over.set()

        workers.do(do)
        try:
            self._over.wait(seconds)
        finally:
            if self._answer is None and self._error is None:
                self.leave()
        answer, self._answer = self._answer, None
        error, self._error = self._error, None
        if self._left:
            return None
        if error is not None:
            raise error
        return answer

    def begin(self, *, own: bool) -> None:
        """Tell that a request begins: the call's own, or one for its token. Raises when nobody waits any more."""
        with self._lock:
            if self._left:
                raise ClientClosed("Nobody waits for this request any more.")
            self.nothing_done = not own

    def leave(self) -> None:
        """Let whoever waits go on, and end the work."""
        with self._lock:
            self._left = True
            sockets = list(self._own)
        self._over.set()
        for sock in sockets:
            _shut(sock)

    def uses(self, stream: Any) -> None:
        """Told of the network stream of a connection (httpcore's `NetworkStream`)."""
        sock = stream.get_extra_info("socket")
        if not isinstance(sock, socket.socket):
            return
        self._sockets.add(sock)
        with self._lock:
            self._own.append(sock)
            left = self._left
        if left:
            _shut(sock)

    def trace(self, _event: str, info: Mapping[str, Any]) -> None:
        """Learn of new connections (httpcore's documented `trace` extension)."""
        stream = info.get("return_value")
        if hasattr(stream, "get_extra_info"):
            self.uses(stream)


def _shut(sock: socket.socket) -> None:
    # Closing a file descriptor does not wake up a thread that reads from it; this does.
    with contextlib.suppress(OSError):
        # Of a socket with TLS its own would first forget the TLS, and what is just being sent might go in the clear.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
