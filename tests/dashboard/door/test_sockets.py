"""Answers on kept connections wait for nobody's acknowledgement."""

import asyncio
import asyncio.base_events
import socket

import pytest

from dashboard.door import sockets


def accepted(listener):
    """Whether asyncio lets connections to a listening socket send at once."""

    async def connect():
        found = asyncio.get_running_loop().create_future()

        def came(_reader, writer):
            ours = writer.get_extra_info("socket")
            found.set_result(bool(ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        async with await asyncio.start_server(came, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            writer.close()
            return await found

    return asyncio.run(connect())


@pytest.fixture
def listener():
    """As Streamlit binds it: without a word of which protocol it is."""
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening


@pytest.fixture
def as_it_was(monkeypatch):
    """What is changed is taken back afterwards."""
    monkeypatch.setattr(asyncio.base_events, "_set_nodelay", asyncio.base_events._set_nodelay)


def test_connections_to_streamlit_s_socket_send_at_once(listener, as_it_was):
    sockets.send_at_once()
    assert accepted(listener)


def test_other_kinds_of_sockets_are_left_alone(as_it_was):
    sockets.send_at_once()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_UNIX) as other:
        asyncio.base_events._set_nodelay(one)
        asyncio.base_events._set_nodelay(other)


def test_it_says_when_asyncio_is_made_otherwise(monkeypatch):
    monkeypatch.delattr(asyncio.base_events, "_set_nodelay")
    with pytest.raises(AttributeError, match="follow"):
        sockets.send_at_once()
