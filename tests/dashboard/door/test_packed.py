"""Streamlit's files as the door answers them: packed as the browser takes it, and as they are where it does not."""

from __future__ import annotations

import gzip
import threading

import anyio
import brotli
import pytest

from dashboard.configuration.settings import Settings
from dashboard.door import packed
from dashboard.door.packed import StaticFiles, coding_of
from tests.dashboard.door.knocking import House

CONTENT = b"export const answer = 42;" * 100
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "a.Cd3f.js").write_bytes(CONTENT)
    (tmp_path / "js" / "b.Cd3f.css").write_bytes(b"body{}")
    (tmp_path / "font.woff2").write_bytes(CONTENT)
    (tmp_path.parent / "secret.js").write_bytes(b"nobody's")
    return tmp_path


@pytest.fixture(params=["", "/maps"], ids=["root", "base path"])
def house(folder, request):
    house = House(Settings(), request.param)
    house.doorway.files = StaticFiles(folder)
    return house


def ask(house: House, name: str = "js/a.Cd3f.js", method: str = "GET", **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.ask(f"{house.prefix}/static/{name}", method, headers=sent)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip; q=0", ""),
        ("br;q=0.001", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("identity", ""),
        ("brotli", ""),
        ("", ""),
    ],
)
def test_the_smallest_is_sent_that_is_taken(accepted: str, expected: str) -> None:
    assert coding_of(accepted) == expected


@pytest.mark.parametrize("coding", UNPACK)
def test_a_file_comes_packed_and_is_kept_for_good(house: House, coding: str) -> None:
    answer = ask(house, accept_encoding=coding)
    assert UNPACK[coding](answer.body) == CONTENT
    assert len(answer.body) < len(CONTENT) / 5
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_head_tells_what_get_would(house: House) -> None:
    got, told = [ask(house, method=method, accept_encoding="gzip") for method in ("GET", "HEAD")]
    assert told.headers == got.headers


@pytest.mark.parametrize(
    ("known", "status"),
    [("{tag}", 304), ('W/{tag}, "x"', 304), ("*", 304), ('"x"', 200), ("{other}", 200)],
    ids=["same", "weak", "any", "another", "of another coding"],
)
def test_what_a_browser_has_is_not_sent_again(house: House, known: str, status: int) -> None:
    tag, other = [ask(house, accept_encoding=coding).headers["etag"] for coding in ("br", "gzip")]
    assert tag != other
    answer = ask(house, accept_encoding="br", if_none_match=known.format(tag=tag, other=other))
    assert answer.status == status
    assert answer.headers["etag"] == tag
    assert answer.headers["vary"] == "Accept-Encoding"
    assert bool(answer.body) == (status == 200)


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("js/a.Cd3f.js", {}),
        ("js/a.Cd3f.js", {"accept_encoding": "br", "range": "bytes=0-9"}),
        ("font.woff2", {"accept_encoding": "br"}),
        ("js/none.js", {"accept_encoding": "br"}),
        ("../secret.js", {"accept_encoding": "br"}),
        ("js/../../secret.js", {"accept_encoding": "br"}),
    ],
    ids=["nothing taken", "a part", "a font", "no such file", "outside", "outside by a folder"],
)
def test_anything_else_is_streamlits_to_answer(house: House, name: str, headers: dict[str, str]) -> None:
    answer = ask(house, name, **headers)
    assert answer.text.startswith("inside")
    assert "content-encoding" not in answer.headers


def test_an_answer_of_a_file_that_comes_unpacked_says_that_others_differ(house: House) -> None:
    assert ask(house).headers["vary"] == "Accept-Encoding"
    assert "vary" not in ask(house, "font.woff2").headers


def test_each_file_is_packed_once_however_many_ask(folder, monkeypatch) -> None:
    asked = []
    waiting = threading.Barrier(8)

    def pack(content: bytes) -> bytes:
        asked.append(content)
        return gzip.compress(content)

    monkeypatch.setattr(packed, "CODINGS", {"gzip": pack})
    files = StaticFiles(folder)

    def come() -> None:
        waiting.wait()
        anyio.run(files.answer, "/static/js/a.Cd3f.js", "GET", {"accept-encoding": "gzip"})

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [CONTENT]


def test_what_is_packed_before_somebody_asks_is_only_what_is_wanted(folder, monkeypatch) -> None:
    done = threading.Event()
    asked = []

    def pack(content: bytes) -> bytes:
        asked.append(content)
        done.set()
        return content

    monkeypatch.setattr(packed, "CODINGS", {"gzip": pack})
    StaticFiles(folder).prepare(["/static/js/gone.js", "/static/js/b.Cd3f.css"])
    assert done.wait(30)
    assert asked == [b"body{}"]
