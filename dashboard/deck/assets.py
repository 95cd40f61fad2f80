"""Files of the dashboard's own look, served beside the pages: basemap tiles, icons, logo.

Each is read once, and compressed once when it is first asked for. An address made here carries the content's hash,
so a browser keeps the file for good and still gets a new one after an upgrade.
"""

import functools
import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboard.deck import icons

FOLDER = Path(__file__).parent.parent / "assets"
FROM_PAGES = "assets/"
"""The folder's address as a page names it: relative, so that it works below a base path."""
COMPRESSED = {"application/json", "image/svg+xml"}
TILE_PATH = re.compile(r"(basemap/\w+)/(\d{1,2}/\d{1,5}/\d{1,5})\.json")
EMPTY_TILE = b'{"type":"FeatureCollection","features":[]}'


class Asset:
    """One file, ready to send."""

    def __init__(self, content: bytes, media_type: str, version: str) -> None:
        self.content = content
        self.media_type = media_type
        self.version = version

    @functools.cached_property
    def gzipped(self) -> bytes | None:
        """Compressed, where that makes it smaller."""
        return gzip.compress(self.content, 6, mtime=0) if self.media_type in COMPRESSED else None


@functools.cache
def _files() -> dict[str, Asset]:
    """Every file, and every tile of a `.tiles.gz` file (on each line `z/x/y`, a space, and GeoJSON), by its path."""
    assets = {}
    for path in sorted(FOLDER.rglob("*")):
        if not path.is_file() or path.suffix == ".md":
            continue
        name, content = path.relative_to(FOLDER).as_posix(), path.read_bytes()
        version = hashlib.sha256(content).hexdigest()[:12]
        if name.endswith(".tiles.gz"):
            series = name.removesuffix(".tiles.gz")
            assets[series] = Asset(EMPTY_TILE, "application/json", version)
            for line in gzip.decompress(content).splitlines():
                tile, _, shapes = line.partition(b" ")
                assets[f"{series}/{tile.decode()}.json"] = Asset(shapes, "application/json", version)
        else:
            assets[name] = Asset(content, _media_type(name), version)
    for name, content in icons.files().items():
        assets[name] = Asset(content, _media_type(name), hashlib.sha256(content).hexdigest()[:12])
    return assets


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _find(path: str) -> Asset | None:
    """The file at a path. A tile with nothing in it is not stored, and looks like its series without a number."""
    files = _files()
    tile = TILE_PATH.fullmatch(path)
    return files.get(path) or (files.get(tile[1]) if tile else None)


def url(assets_url: str, path: str) -> str:
    """Address of a file under `dashboard/assets`, where `assets_url` (ending in a slash) leads to that folder."""
    return f"{assets_url}{path}?v={_files()[path].version}"


def tiles_url(assets_url: str, series: str) -> str:
    """The same for a series of tiles, such as `basemap/names`, with places for `{z}`, `{x}` and `{y}`."""
    return f"{assets_url}{series}/{{z}}/{{x}}/{{y}}.json?v={_files()[series].version}"


def routes(prefix: str) -> list[BaseRoute]:
    """Routes for every file under `{prefix}/assets/`; `prefix` is the base path ("" or "/maps")."""
    return [Route(f"{prefix}/assets/{{path:path}}", _send)]


async def _send(request: Request) -> Response:
    asset = _find(request.path_params["path"])
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
    if "gzip" in request.headers.get("accept-encoding", "") and asset.gzipped is not None:
        compressed = {**headers, "Content-Encoding": "gzip"}
        return Response(asset.gzipped, media_type=asset.media_type, headers=compressed)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
