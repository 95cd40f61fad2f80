"""Answers go out at once, and not when the browser has acknowledged what came before.

The listening socket that Streamlit binds does not say that it is one of TCP, and asyncio turns Nagle's algorithm off
only for those that do (uvicorn's issue 3149 is the same). Each answer to a connection that is kept would wait about
40 ms for a delayed acknowledgement, and of several messages of a WebSocket all but the first.
"""

from __future__ import annotations

import asyncio.base_events
import socket


def send_at_once() -> None:
    """Let this process's connections send that way, from the next one on."""
    if not hasattr(asyncio.base_events, "_set_nodelay"):
        raise AttributeError(f"asyncio has no _set_nodelay any more; {__name__} has to follow")
    asyncio.base_events._set_nodelay = _set_nodelay  # noqa: SLF001


def _set_nodelay(sock: socket.socket) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and sock.type == socket.SOCK_STREAM:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
