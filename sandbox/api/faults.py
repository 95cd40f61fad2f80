"""Faults on purpose, as ASGI middleware: refusals, delays, silence, and answers that are not the API's."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api.auth import REALM
from sandbox.api.errors import MESSAGES, error_response, json_response
from sandbox.faults import LISTS, ROW_FAULTS, STATUSES, TOKEN, VEHICLE_FAULTS, Fault
from sandbox.world.world import World

RETRY_AFTER_SECONDS = 2
DRIP_SECONDS = 1.0
_GATEWAY = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>"
_FLEET = "fleet-"
# Puts row faults into the body of a list's answer.
PutRows = Callable[[str, Sequence[Fault], bytes], bytes]


class Faults:
    """The fault switches of one sandbox; `switches` may be replaced while it runs."""

    def __init__(self, switches: Sequence[Fault], world: World, revoke: Callable[[str], None]) -> None:
        self.switches = tuple(switches)
        self._world = world
        self._random = random.Random(world.config.seed)  # noqa: S311  decides faults, protects nothing
        self._revoke = revoke

    def amount(self, kind: str) -> float:
        """Return the amount of a vehicle fault, 0 where it is off."""
        return max((fault.amount for fault in self.switches if fault.kind == kind), default=0.0)

    def around(self, app: ASGIApp, put_rows: PutRows) -> ASGIApp:
        """Wrap the auth host and the API hosts."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            name = list_of(scope)
            faults = self._happening(name, scope)
            if name is None or not faults:
                await app(scope, receive, send)
                return
            if latency := max((fault.amount for fault in faults if fault.kind == "latency"), default=0.0):
                await asyncio.sleep(latency / 1000)
            if any(fault.kind == "token-revoked" for fault in faults):
                headers = dict(scope["headers"])
                self._revoke(headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2])
            response = _instead(name, faults)
            if response is None:
                response = _altered(await _answer(app, scope, receive), name, faults, put_rows)
            await response(scope, receive, send)

        return faulty

    def _happening(self, name: str | None, scope: Scope) -> list[Fault]:
        return [fault for fault in self.switches if name is not None and self._happens(fault, name, scope)]

    def _happens(self, fault: Fault, name: str, scope: Scope) -> bool:
        """Roll the dice for one request; amounts that are no share of requests always happen."""
        if fault.kind in VEHICLE_FAULTS or not fault.reaches(name):
            return False
        if fault.kind in ROW_FAULTS:
            return bool(scope["method"] == "GET")
        if fault.kind in {"latency", "retry-after"}:
            return True
        if fault.kind.startswith(_FLEET) and not self._names_first_fleet(scope):
            return False
        return self._random.random() < fault.amount

    def _names_first_fleet(self, scope: Scope) -> bool:
        asked = parse_qsl(scope["query_string"].decode("latin-1"))
        fleets = self._world.fleets[:1]
        return any(
            (name in {"fleet_ids", "fleet_id"} and value.lower() == fleet.id)
            or (name in {"fleet_refs", "fleet_ref"} and value == fleet.ref)
            for fleet in fleets
            for name, value in asked
        )


def path_of(scope: Scope) -> str:
    """Return a request's path within the sandbox."""
    path: str = scope.get("path", "")
    return path.removeprefix(scope.get("root_path", ""))


def list_of(scope: Scope) -> str | None:
    """Return the list that a request is about, by its plain name; `TOKEN` for the auth host."""
    path = path_of(scope) if scope["type"] == "http" else ""
    if path.startswith(REALM):
        return TOKEN
    match path.split("/"):
        case ["", "v2", "integrations", "connections", "data-freshness", *_]:
            return "data-freshness"
        case ["", "v2", _, name, *_] if name.replace("_", "-") in LISTS:
            return name.replace("_", "-")
        case _:
            return None


def _instead(name: str, faults: Sequence[Fault]) -> ASGIApp | None:
    """Return what answers in place of the app, if anything does."""
    kinds = [fault.kind.removeprefix(_FLEET) for fault in faults]
    status = next((int(kind) for kind in kinds if kind in STATUSES), None)
    if status is not None:
        return _refusal(status, name, faults)
    if "hang" in kinds:
        return _silence
    return _page(200, "Checking your browser") if "html" in kinds else None


async def _silence(_scope: Scope, receive: Receive, _send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(status: int, name: str, faults: Sequence[Fault]) -> Response:
    if status in {502, 503}:
        return _page(status, f"{status} Gateway error")
    if name == TOKEN:
        error = "invalid_client" if status == 401 else "unknown_error"
        return json_response({"error": error, "error_description": MESSAGES[status]}, status)
    if status == 422:
        return error_response(status, [])
    return error_response(status, _slow_down(faults) if status == 429 else None)


def _slow_down(faults: Sequence[Fault]) -> dict[str, object]:
    detail: dict[str, object] = {"message": "Too many requests; slow down"}
    if not any(fault.kind == "no-retry-after" for fault in faults):
        seconds = next((fault.amount for fault in faults if fault.kind == "retry-after"), RETRY_AFTER_SECONDS)
        # The contract says integer; what is too large for one, or no whole number, is sent as it is.
        integral = seconds == int(seconds) and abs(seconds) < 2**63
        detail["retry_after_seconds"] = int(seconds) if integral else seconds
    return detail


def _page(status: int, title: str) -> Response:
    return Response(_GATEWAY.format(title), status, {"content-type": "text/html"})


async def _answer(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """Return what the app answers, whole."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, keep)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Response(body, sent[0]["status"], headers)


def _altered(answer: Response, name: str, faults: Sequence[Fault], put_rows: PutRows) -> Response:
    """Return an answer with another body, or a slow one."""
    body, kinds = bytes(answer.body), {fault.kind for fault in faults}
    if answer.status_code == 200 and name != TOKEN:
        rows = [fault for fault in faults if fault.kind in ROW_FAULTS]
        body = _repeating(body) if "repeat-cursor" in kinds else body
        body = put_rows(name, rows, body) if rows else body  # last, as it may leave what is no JSON
    if "truncated" in kinds:
        body = body[: len(body) // 2]
    headers = {**answer.headers, "content-length": str(len(body))}
    if "drip" in kinds:
        return StreamingResponse(_drops(body), answer.status_code, headers)
    return Response(body, answer.status_code, headers)


def _repeating(body: bytes) -> bytes:
    """Let a page name itself as the next one."""
    page = msgspec.json.decode(body, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    if isinstance(page, list) or "current_page" not in page:
        return body
    return msgspec.json.encode({**page, "next_page": page["current_page"]})


async def _drops(body: bytes) -> AsyncIterator[bytes]:
    for byte in body:
        yield bytes([byte])
        await asyncio.sleep(DRIP_SECONDS)
