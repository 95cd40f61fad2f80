"""Open pages know who looks, and end with their session."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_websocket import create_websocket_handler

from dashboard.access.grants import EVERYBODY, Grant
from dashboard.access.session import Refused, Session
from dashboard.door import connections
from tests.dashboard.door.knocking import HEARD, REAL, House, Socket

HERE = {"origin": "http://localhost:8501"}
LIMITED = Grant("ann@example.com", "operator", frozenset({"ACME"}), replace(EVERYBODY.visibility))


class Let:
    """A way in whose mind a test changes."""

    def __init__(self, grant: Grant = EVERYBODY) -> None:
        self.found: dict[str, Session | Refused | None] = {
            name: Session(name, "guest", replace(grant, share=f"share-{name}"), 4e9) for name in "abc"
        }

    def __call__(self, cookies):
        return self.found.get(cookies.get("held", ""))


def house_of(let: Let) -> House:
    return House(REAL, options={"guests": let})


def socket(house: House, held: str) -> Socket:
    return Socket(house, HERE | {"cookie": f"held={held}"})


def test_the_script_learns_who_looks_and_nobody_else_counts():
    house = house_of(Let(LIMITED))
    connections = house.doorway.connections
    refs = {"f1": "ACME", "f2": "OTHER"}
    connections._refs = lambda: refs

    async def look():
        one = socket(house, "a")
        await one.open()
        viewer = connections.viewer(one.connection)
        assert (viewer.name, viewer.session, viewer.address, viewer.share) == (
            "ann@example.com", "a", "127.0.0.1", "share-a",
        )  # fmt: skip
        assert viewer.visibility.fleets == {"f1"}
        refs["f3"] = "ACME"
        assert connections.viewer(one.connection).visibility.fleets == {"f1", "f3"}
        assert connections.viewer("made-up") is None
        await one.leave()
        assert connections.viewer(one.connection) is None

    anyio.run(look)


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/agent/mcp"])
def test_a_page_is_connected_only_where_its_data_is(path):
    house = house_of(Let())

    async def look():
        elsewhere = Socket(house, HERE | {"cookie": "held=a"}, path)
        await elsewhere.open()
        assert elsewhere.sent == [{"type": "websocket.close", "code": 1008}]
        await elsewhere.leave()

    anyio.run(look)


def test_pages_are_counted_by_link_and_by_role():
    house = house_of(Let())

    async def look():
        pages = [socket(house, held) for held in "aab"]
        for page in pages:
            await page.open()
        assert house.doorway.connections.guests() == {"share-a": 2, "share-b": 1}
        assert house.doorway.connections.roles() == {"operator": 3}
        for page in pages:
            await page.leave()
        assert house.doorway.connections.guests() == {}

    anyio.run(look)


def test_a_page_that_cannot_be_checked_keeps_no_other_from_being_checked():
    let = Let()
    house = house_of(let)

    class Broken(dict):
        def get(self, key, default=None):
            if key == "a":
                raise KeyError(key)
            return super().get(key, default)

    async def look():
        odd, gone = socket(house, "a"), socket(house, "b")
        await odd.open()
        await gone.open()
        let.found = Broken(let.found, b=None)
        await house.doorway.connections.sweep()
        assert gone.sent[-1] == {"type": "websocket.close", "code": 1008}
        let.found = dict(let.found)
        assert house.doorway.connections.viewer(odd.connection) is not None

    anyio.run(look)


@pytest.mark.parametrize("now", [None, Refused("share_over"), Session("b", "guest", EVERYBODY, 4e9)])
def test_a_sweep_ends_the_pages_of_those_who_are_not_let_in_any_more(now):
    let = Let()
    house = house_of(let)

    async def look():
        gone, stays = socket(house, "a"), socket(house, "b")
        await gone.open()
        await stays.open()
        await house.doorway.connections.sweep()
        assert gone.sent[-1]["type"] == "websocket.send"
        let.found["a"] = now
        await house.doorway.connections.sweep()
        assert gone.sent[-1] == {"type": "websocket.close", "code": 1008}
        assert stays.sent[-1]["type"] == "websocket.send"
        assert house.doorway.connections.viewer(gone.connection) is None
        assert house.doorway.connections.viewer(stays.connection).session == "b"
        # What the browser says now is not heard, and nothing more goes out to it.
        await gone.say({"type": "websocket.receive", "text": "too late"})
        await gone.leave()
        assert "too late" not in HEARD
        assert gone.sent[-1] == {"type": "websocket.close", "code": 1008}
        await stays.say({"type": "websocket.receive", "text": "more"})
        await stays.leave()
        assert stays.sent[-1] == {"type": "websocket.send", "text": "heard more"}

    anyio.run(look)


def test_it_is_looked_again_and_again_whatever_goes_wrong(monkeypatch, caplog):
    monkeypatch.setattr("dashboard.door.connections.SWEEP_SECONDS", 0)
    let = Let()
    house = house_of(let)
    looks = []

    def before():
        looks.append(len(looks))
        if len(looks) == 2:
            raise OSError
        if len(looks) == 4:
            let.found["a"] = None

    async def look():
        one = socket(house, "a")
        await one.open()
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(house.doorway.connections.watch, before)
                while one.sent[-1]["type"] != "websocket.close":
                    await anyio.sleep(0.001)
                group.cancel_scope.cancel()
        await one.leave()

    anyio.run(look)
    assert len(looks) >= 4
    assert [record.message for record in caplog.records] == [
        "What open pages depend on could not be read; it is tried again"
    ]


def test_a_file_that_hangs_does_not_keep_pages_open(monkeypatch):
    monkeypatch.setattr(connections, "SWEEP_SECONDS", 0.01)
    let = Let()
    house = house_of(let)
    hung = Event()

    async def look():
        one = socket(house, "a")
        await one.open()
        let.found["a"] = None
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                group.start_soon(house.doorway.connections.watch, lambda: hung.wait(15))
                while one.sent[-1]["type"] != "websocket.close":
                    await anyio.sleep(0.001)
                assert not hung.is_set()
                hung.set()
                group.cancel_scope.cancel()
        await one.leave()

    anyio.run(look)


def test_rights_that_change_reach_open_pages():
    let = Let()
    house = house_of(let)

    async def look():
        one = socket(house, "a")
        await one.open()
        assert house.doorway.connections.viewer(one.connection).may_invite
        let.found["a"] = replace(let.found["a"], grant=Grant("ann@example.com", "viewer"))
        await house.doorway.connections.sweep()
        assert not house.doorway.connections.viewer(one.connection).may_invite
        await one.leave()

    anyio.run(look)


def test_leaving_ends_all_pages_of_the_session_at_once():
    house = house_of(Let())

    async def look():
        mine, other = [socket(house, "a"), socket(house, "a")], socket(house, "b")
        for page in (*mine, other):
            await page.open()
        answer = await house._ask("/signout", "GET", {"cookie": "held=a"}, ("127.0.0.1", 1), "http")
        assert answer.status == 200
        assert [page.sent[-1]["type"] for page in mine] == ["websocket.close", "websocket.close"]
        assert other.sent[-1]["type"] == "websocket.send"
        for page in (*mine, other):
            await page.leave()

    anyio.run(look)


def test_a_page_that_does_not_take_its_end_holds_nobody_up(monkeypatch):
    monkeypatch.setattr("dashboard.door.connections.CLOSING_SECONDS", 0.01)
    let = Let()
    house = house_of(let)

    async def never():
        await anyio.sleep_forever()

    async def gone_already():
        raise RuntimeError

    async def look():
        connections = house.doorway.connections
        pages = [socket(house, "a") for _ in range(3)]
        for page, close in zip(pages, (never, gone_already, None), strict=True):
            await page.open()
            if close:
                connections._open[page.connection].close = close
        let.found["a"] = None
        await connections.sweep()
        assert pages[2].sent[-1]["type"] == "websocket.close"
        for page in pages:
            assert connections.viewer(page.connection) is None
            await page.leave()

    anyio.run(look)


class Runtime:
    """Streamlit's, with one message for each page."""

    def __init__(self) -> None:
        self.heard = self.left = 0

    def connect_session(self, client, **_):
        client.write_forward_msg(ForwardMsg())
        return "session"

    def handle_backmsg(self, *_, **__):
        self.heard += 1

    def disconnect_session(self, *_, **__):
        self.left += 1


def test_a_browser_that_goes_while_it_is_sent_something_is_no_defect():
    """Streamlit takes what Starlette says of it for a text that the browser has sent, and fails to refuse that."""
    house, runtime = house_of(Let()), Runtime()
    stream = WebSocketRoute("/_stcore/stream", create_websocket_handler(runtime))
    house.door._app = Starlette(routes=[stream])

    async def look():
        page, failed = socket(house, "a"), anyio.Event()

        async def gone(message):
            if message["type"] == "websocket.send":
                failed.set()
                raise OSError

        await page.say({"type": "websocket.connect"})
        async with anyio.create_task_group() as group:
            group.start_soon(house.door, page._scope, page._said.get, gone)
            await failed.wait()
            # It was under way before the browser went.
            await page.say(
                {"type": "websocket.receive", "bytes": BackMsg(clear_cache=True).SerializeToString()}
            )
            await page.say({"type": "websocket.disconnect", "code": 1006})

    anyio.run(look)
    assert (runtime.heard, runtime.left) == (1, 1)


def test_a_page_whose_viewer_may_see_something_else_is_told_and_no_other_page():
    let, told = Let(LIMITED), []
    house = house_of(let)
    connections = house.doorway.connections
    connections._changed = told.append

    async def look():
        first, second = socket(house, "a"), socket(house, "b")
        await first.open()
        await second.open()
        await connections.sweep()
        assert told == []
        let.found["a"] = replace(let.found["a"], grant=EVERYBODY)
        await connections.sweep()
        assert told == [first.connection]
        await connections.sweep()
        assert told == [first.connection]
        await first.leave()
        await second.leave()

    anyio.run(look)
