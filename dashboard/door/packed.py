"""Streamlit's own files, packed: it sends them as they are, which made a first visit one of 8 MB."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from dashboard.runtime.accepted import best_of
from dashboard.runtime.once import once

STATIC = "/static/"
"""Where Streamlit's page finds its files; each has a hash of its content in its name."""
TYPES = {".js": "text/javascript", ".css": "text/css"}
"""Of files that get smaller, by how their names end; fonts and pictures are packed as they are."""
# Brotli's best saves 8 % more and takes ten times as long, at each start.
CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=9),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}
"""The smallest first. Browsers take Brotli by https and from this machine alone."""
KEPT = "public, max-age=31536000, immutable"


def coding_of(accepted: str) -> str:
    """The best of our codings that an Accept-Encoding takes, "" if none."""
    return best_of(CODINGS, accepted)


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it is sent."""

    body: bytes
    etag: str


class StaticFiles:
    """Answers for the files of a folder, each packed when it is first asked for. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._places = {
            f"{STATIC}{place.relative_to(folder).as_posix()}": place
            for place in folder.rglob("*")
            if place.suffix in TYPES
        }
        self._kept: dict[tuple[str, str], Packed] = {}
        self._pack = once(self._packed, self._kept, lambda path, coding: (path, coding))

    def __contains__(self, path: str) -> bool:
        """Whether it is a file of ours that differs by what a browser accepts; `path` begins with `/static/`."""
        return path in self._places

    def prepare(self, paths: Iterable[str]) -> None:
        """Pack files in a thread of its own, before somebody asks for them; others are passed over."""
        wanted = [path for path in paths if path in self]

        def pack() -> None:
            for path in wanted:
                for coding in CODINGS:
                    self._pack(path, coding)

        Thread(target=pack, name="packing", daemon=True).start()

    async def answer(self, path: str, method: str, headers: Mapping[str, str]) -> Response | None:
        """The packed file; None: it is to be sent as it is, since parts of it or nothing packed are asked for."""
        coding = coding_of(headers.get("accept-encoding", ""))
        if path not in self or not coding or method not in ("GET", "HEAD") or "range" in headers:
            return None
        packed = self._kept.get((path, coding))
        if packed is None:
            packed = await run_in_threadpool(self._pack, path, coding)
        kept = {"Cache-Control": KEPT, "ETag": packed.etag}
        known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
        if packed.etag in known or known == ["*"]:
            return Response(status_code=304, headers=kept)
        media_type = TYPES[self._places[path].suffix]
        return Response(packed.body, headers={**kept, "Content-Encoding": coding}, media_type=media_type)

    def _packed(self, path: str, coding: str) -> Packed:
        body = CODINGS[coding](self._places[path].read_bytes())
        return Packed(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
