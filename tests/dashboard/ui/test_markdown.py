"""How text from outside is escaped; what a browser then shows is in `tests/browser/map/test_hostile_text.py`."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ui.markdown import plain


@pytest.mark.parametrize(
    "text",
    [
        ":material/home:",
        ":streamlit:",
        ":+1:",
        "www.example.com",
        "a@b.co",
        "->",
        "a <-> b",
        "a -- b",
        "1 >= 0",
        "~= 2",
    ],
)
def test_what_is_recognised_after_unescaping_is_broken_invisibly(text):
    assert "\u2060" in plain(text)
    assert re.sub(r"\\(.)", r"\1", plain(text)).replace("\u2060", "") == text


@pytest.mark.parametrize(
    "text", ["Truck 7", "12:30", "a: b", "A-7", "a->b", "<b>", "x = y", "20 < 30", "№ 4 & Co."]
)
def test_ordinary_text_gets_no_invisible_characters(text):
    assert "\u2060" not in plain(text)


@given(st.text())
def test_plain_text_keeps_every_visible_character_and_no_line_break(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    undone = ""
    rest = iter(shown.replace("\u2060", ""))
    for character in rest:
        undone += next(rest) if character == "\\" else character
    assert undone == " ".join(text.replace("\u2060", "").split())


@pytest.mark.parametrize(
    "text", ["a@b.co", "www.example.com", "https://example.com", "HTTP://example.com", "mailto:a"]
)
def test_plain_text_is_never_taken_for_a_link(text: str) -> None:
    assert "\u2060" in plain(text)
