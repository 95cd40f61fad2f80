"""How Streamlit's messages go out: what its event loop does for each of them is done once for those that are there.

With a hundred viewers this loop is what all of them wait for. Each message wakes it, often twice, and each time that it
waits or writes it gives up the interpreter's lock, which the scripts of other viewers then hold for a while.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any

from streamlit import runtime
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.0005
"""After so long a thread lets others go on. Python's 5 ms are how long the loop would wait after each message."""
WAITING = "_catena_waiting"

_flush, _send, _populate_theme = (
    AppSession.flush_browser_queue,
    Runtime._send_message,  # noqa: SLF001
    app_session._populate_theme_msg,  # noqa: SLF001
)


def lighten() -> None:
    """Let this process send that way."""
    sys.setswitchinterval(SWITCH_SECONDS)
    for owner, name, ours in (
        (AppSession, "_call_soon_on_event_loop", _call_soon),
        (AppSession, "flush_browser_queue", _flush_together),
        (Runtime, "_send_message", _send_together),
        (Runtime, "_enqueued_some_message", _wake),
        (app_session, "_populate_theme_msg", _fill_in_theme),
    ):
        if not hasattr(owner, name):
            raise AttributeError(f"Streamlit has no {name} any more; {__name__} has to follow")
        setattr(owner, name, ours)


def rerun(header: str, value: str) -> None:
    """Run the script anew for the page whose WebSocket came with a header; to be called on the event loop.

    As Streamlit does when a script has changed: with all that the page has chosen.
    """
    if not runtime.exists():
        return
    for one in runtime.get_instance()._session_mgr.list_active_sessions():  # noqa: SLF001
        if (came := one.client.client_context) is not None and (header, value) in came.headers:
            one.session.request_rerun(one.session._client_state)  # noqa: SLF001


@dataclass(slots=True)
class _Waiting:
    """What a session's threads want done on the event loop, in this order."""

    lock: Lock = field(default_factory=Lock)
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    def run(self) -> None:
        with self.lock:
            callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            try:
                callback()
            except Exception:
                log.exception("What a page's script sent could not be passed on")


def _call_soon(self: AppSession, callback: Callable[[], None]) -> None:
    """Wake the event loop only if it has not been told to look already."""
    waiting: _Waiting = vars(self).setdefault(WAITING, _Waiting())
    with waiting.lock:
        waiting.callbacks.append(callback)
        if len(waiting.callbacks) > 1:
            return
    loop: asyncio.AbstractEventLoop = self._event_loop
    try:
        loop.call_soon_threadsafe(waiting.run)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _wake(self: Runtime) -> None:
    """The loop need not wake itself."""
    there = self._get_async_objs()
    if asyncio._get_running_loop() is there.eventloop:  # noqa: SLF001 - None in other threads
        there.need_send_data.set()
    else:
        there.eventloop.call_soon_threadsafe(there.need_send_data.set)


def _flush_together(self: AppSession) -> list[Any]:
    """A session's messages as one, since the loop lets all else go on after each."""
    messages = _flush(self)
    return [messages] if messages else []


def _send_together(self: Runtime, session: Any, messages: Any) -> None:
    for message in messages:
        _send(self, session, message)


def _fill_in_theme(message: CustomThemeConfig, section: str = "theme") -> None:
    """Of each run's first message the theme is nearly all, and always the same."""
    if (theme := _theme(section)).ByteSize():  # an empty one would be sent as one that is set
        message.MergeFrom(theme)


@cache
def _theme(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _populate_theme(theme, section)
    return theme
