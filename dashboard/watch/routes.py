"""What those ask who watch over the process: is it up, is it ready, and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.door.paths import METRICS, READY, UP
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.polling import PollState
from dashboard.watch.readiness import readiness

NEVER_KEPT = {"Cache-Control": "no-store"}


def routes(prefix: str, state: Callable[[], PollState[Snapshot]], registry: CollectorRegistry) -> list[Route]:
    """The routes, below a base path such as `/maps` or "". Who may open which, the door decides."""

    async def up(_request: Request) -> Response:
        return PlainTextResponse("up", 200, NEVER_KEPT)

    async def ready(_request: Request) -> Response:
        word = readiness(state(), datetime.now(UTC))
        return PlainTextResponse(word, 200 if word == "ready" else 503, NEVER_KEPT)

    def metrics(request: Request) -> Response:  # no coroutine: it walks columns of all vehicles
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), 200, {**NEVER_KEPT, "Content-Type": media_type})

    return [
        Route(f"{prefix}{path}", answer, methods=["GET"])
        for path, answer in ((UP, up), (READY, ready), (METRICS, metrics))
    ]
