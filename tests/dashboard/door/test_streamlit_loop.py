"""Streamlit's messages go out in order, all of them, and wake its event loop once for many."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

from dashboard.door import streamlit_loop

ORIGINAL = [
    (AppSession, "_call_soon_on_event_loop"),
    (AppSession, "flush_browser_queue"),
    (Runtime, "_send_message"),
    (Runtime, "_enqueued_some_message"),
    (app_session, "_populate_theme_msg"),
]


@pytest.fixture(autouse=True)
def lightened(monkeypatch):
    for owner, name in ORIGINAL:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # taken back afterwards
    interval = sys.getswitchinterval()
    streamlit_loop.lighten()
    yield
    sys.setswitchinterval(interval)


class Session:
    """As much of an AppSession as its messages need."""

    def __init__(self, loop):
        self._event_loop = loop


class Loop:
    """Does what it is told when asked to."""

    def __init__(self, *, closed=False):
        self.told = []
        self._closed = closed

    def call_soon_threadsafe(self, callback):
        if self._closed:
            raise RuntimeError("closed")
        self.told.append(callback)

    def is_closed(self):
        return self._closed

    def run(self):
        told, self.told = self.told, []
        for callback in told:
            callback()


def test_the_loop_is_woken_once_for_all_that_waits_and_does_it_in_order():
    loop, done = Loop(), []
    session = Session(loop)
    call_soon = AppSession._call_soon_on_event_loop.__get__(session)
    for n in range(3):
        call_soon(lambda n=n: done.append(n))
    assert len(loop.told) == 1
    loop.run()
    assert done == [0, 1, 2]
    call_soon(lambda: done.append(3))
    loop.run()
    assert done == [0, 1, 2, 3]


def test_what_is_wanted_meanwhile_is_done_later():
    loop, done = Loop(), []
    session = Session(loop)
    call_soon = AppSession._call_soon_on_event_loop.__get__(session)
    call_soon(lambda: call_soon(lambda: done.append("later")))
    loop.run()
    assert done == []
    loop.run()
    assert done == ["later"]


def test_one_message_that_cannot_be_passed_on_keeps_no_other_back(caplog):
    loop, done = Loop(), []
    call_soon = AppSession._call_soon_on_event_loop.__get__(Session(loop))
    call_soon(lambda: 1 / 0)
    call_soon(lambda: done.append("after"))
    loop.run()
    assert done == ["after"]
    assert "could not be passed on" in caplog.text


def test_after_the_end_nothing_is_raised():
    AppSession._call_soon_on_event_loop.__get__(Session(Loop(closed=True)))(lambda: None)


def test_all_messages_of_a_session_are_sent_in_order_with_one_break():
    queued = [ForwardMsg(hash=str(n)) for n in range(3)]
    session = SimpleNamespace(_browser_queue=SimpleNamespace(flush=lambda: queued))
    sent = []
    info = SimpleNamespace(client=SimpleNamespace(write_forward_msg=sent.append), script_run_count=0)
    bundles = AppSession.flush_browser_queue(session)
    assert len(bundles) == 1
    Runtime._send_message(None, info, bundles[0])
    assert sent == queued
    queued = []
    assert AppSession.flush_browser_queue(session) == []


@pytest.mark.anyio
async def test_the_loop_need_not_wake_itself_but_other_threads_must():
    loop, need = asyncio.get_running_loop(), asyncio.Event()
    runtime = SimpleNamespace(_get_async_objs=lambda: SimpleNamespace(eventloop=loop, need_send_data=need))
    Runtime._enqueued_some_message(runtime)
    assert need.is_set()
    need.clear()
    await asyncio.to_thread(Runtime._enqueued_some_message, runtime)
    await asyncio.wait_for(need.wait(), 5)


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.sidebar"])
def test_the_theme_is_the_one_that_streamlit_sends(section):
    sent, expected = CustomThemeConfig(), CustomThemeConfig()
    for _ in range(2):
        sent = CustomThemeConfig()
        app_session._populate_theme_msg(sent, section)
    streamlit_loop._populate_theme(expected, section)
    assert sent == expected
    parent = CustomThemeConfig()
    app_session._populate_theme_msg(parent.sidebar, "theme.sidebar")
    assert not parent.HasField("sidebar"), "one that is not set is not sent"


def test_the_page_of_a_connection_is_run_anew_as_it_is(monkeypatch):
    def opened(value):
        session = SimpleNamespace(_client_state=object(), asked=[])
        session.request_rerun = session.asked.append
        return SimpleNamespace(
            session=session,
            client=SimpleNamespace(
                client_context=SimpleNamespace(headers=[("host", "x"), ("x-ours", value)])
            ),
        )

    ours, other = opened("one"), opened("two")
    manager = SimpleNamespace(list_active_sessions=lambda: [ours, other])
    streamlit_loop.rerun("x-ours", "one")  # before the first page
    monkeypatch.setattr(streamlit_loop.runtime, "exists", lambda: True)
    monkeypatch.setattr(streamlit_loop.runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    streamlit_loop.rerun("x-ours", "one")
    assert ours.session.asked == [ours.session._client_state]
    assert other.session.asked == []


def test_a_streamlit_that_is_built_otherwise_is_said(monkeypatch):
    monkeypatch.delattr(AppSession, "flush_browser_queue")
    with pytest.raises(AttributeError, match="flush_browser_queue"):
        streamlit_loop.lighten()
