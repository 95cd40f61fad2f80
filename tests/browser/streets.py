"""A server of a hosted map: its style, vector tiles and glyphs, made here so that nobody outside is asked."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROAD = (255, 0, 255)
"""Of the roads, as no other part of the page has it."""
ATTRIBUTION = "© Makers of the test map"
EXTENT = 4096


class Streets(ThreadingHTTPServer):
    """Answers whatever a map style asks for, until it is told to fail."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failing = False
        self.asked: Counter[str] = Counter()
        """Requests so far: `style`, `tiles`, `fonts`."""

    @property
    def url(self) -> str:
        """The address of the style."""
        return f"{self.origin}/style.json"

    @property
    def origin(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving() -> Iterator[Streets]:
    """One that answers until the end of the block."""
    server = Streets()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Streets

    def do_GET(self) -> None:
        kind = re.split(r"[/.]", self.path)[1]
        self.server.asked[kind] += 1
        made = {
            "style": lambda: ("application/json", json.dumps(style(self.server.origin)).encode()),
            "tiles": lambda: ("application/x-protobuf", tile()),
            "fonts": lambda: ("application/x-protobuf", glyphs()),
        }.get(kind)
        found = None if made is None or self.server.failing else made()
        self.send_response(200 if found else 503)
        self.send_header("Access-Control-Allow-Origin", "*")
        if found:
            self.send_header("Content-Type", found[0])
        self.end_headers()
        self.wfile.write(found[1] if found else b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def style(origin: str) -> dict[str, object]:
    """A style with one kind of road, and its name."""
    return {
        "version": 8,
        "glyphs": f"{origin}/fonts/{{fontstack}}/{{range}}.pbf",
        "sources": {
            "roads": {
                "type": "vector",
                "tiles": [f"{origin}/tiles/{{z}}/{{x}}/{{y}}.pbf"],
                "maxzoom": 14,
                "attribution": ATTRIBUTION,
            }
        },
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": "#ffffff"}},
            {
                "id": "roads",
                "type": "line",
                "source": "roads",
                "source-layer": "roads",
                "paint": {"line-color": "rgb({},{},{})".format(*ROAD), "line-width": 8},
            },
            {
                "id": "names",
                "type": "symbol",
                "source": "roads",
                "source-layer": "roads",
                "layout": {"text-field": "Main", "text-font": ["Any"], "symbol-placement": "line"},
            },
        ],
    }


def tile() -> bytes:
    """A tile with one road through its middle, from the west to the east."""
    half, zigzag = EXTENT // 2, lambda number: number << 1
    geometry = b"".join(
        map(_varint, [1 << 3 | 1, 0, zigzag(half), 1 << 3 | 2, zigzag(EXTENT), 0])
    )  # move to (0, half), line to (extent, 0) from there
    feature = _number(3, 2) + _bytes(4, geometry)
    return _bytes(3, _bytes(1, b"roads") + _bytes(2, feature) + _number(5, EXTENT) + _number(15, 2))


def glyphs() -> bytes:
    """The letters of all names, each a black box."""
    width, height, border = 10, 14, 3
    box = bytes([255]) * (width + 2 * border) * (height + 2 * border)
    letters = b"".join(
        _bytes(
            3,
            _number(1, ord(letter))
            + _bytes(2, box)
            + _number(3, width)
            + _number(4, height)
            + _number(5, 0)
            + _number(6, 0)
            + _number(7, width + 2),
        )
        for letter in sorted(set("Main"))
    )
    return _bytes(1, _bytes(1, b"Any") + _bytes(2, b"0-255") + letters)


def _varint(number: int) -> bytes:
    """As protocol buffers write numbers: seven bits a byte, the last without its highest bit."""
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
