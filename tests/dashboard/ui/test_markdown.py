"""How text from outside is escaped; what a browser then shows is in `tests/browser/map/test_hostile_text.py`."""

import re

import pytest

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
