"""Files of the dashboard's own look, served beside the pages: basemap shapes, logo.

Each is read and compressed once. An address made by `url` carries the content's hash, so a browser keeps the file
for good and still gets a new one after an upgrade.
"""

import functools
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).parent / "assets"
COMPRESSED = {".json", ".svg"}


@dataclass(frozen=True)
class Asset:
    """One file, ready to send."""

    content: bytes
    gzipped: bytes | None
    media_type: str
    version: str


@functools.cache
def _assets() -> dict[str, Asset]:
    return {
        path.relative_to(FOLDER).as_posix(): _load(path)
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path.suffix != ".md"
    }


def _load(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        content=content,
        gzipped=gzip.compress(content, 6, mtime=0) if path.suffix in COMPRESSED else None,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        version=hashlib.sha256(content).hexdigest()[:12],
    )


def url(assets_url: str, path: str) -> str:
    """Address of a file under `dashboard/assets`, where `assets_url` (ending in a slash) leads to that folder."""
    return f"{assets_url}{path}?v={_assets()[path].version}"


def routes(prefix: str) -> list[BaseRoute]:
    """Routes for every file under `{prefix}/assets/`; `prefix` is the base path ("" or "/maps")."""
    return [Route(f"{prefix}/assets/{{path:path}}", _send)]


async def _send(request: Request) -> Response:
    asset = _assets().get(request.path_params["path"])
    if asset is None:
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    current = request.query_params.get("v") == asset.version
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
        "ETag": f'"{asset.version}"',
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            asset.gzipped, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return Response(asset.content, media_type=asset.media_type, headers=headers)
