"""What the documents name is there: tests by their names, files by their links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")),
    "CHANGELOG.md",
    "README.md",
]
TEST = re.compile(r"\btests/[\w/]+\.py(?:::\w+)?")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
WITH_TESTS = ("docs/features.md", "docs/security.md")
"""Those whose claims are each shown by a test."""


def missing_tests(text: str) -> list[str]:
    """The tests that a text names and that are not there."""
    missing = []
    for named in TEST.findall(text):
        path, _, name = named.partition("::")
        file = ROOT / path
        if not file.is_file() or (name and f"def {name}(" not in file.read_text()):
            missing.append(named)
    return missing


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_and_every_file_that_a_document_names_is_there(document: str) -> None:
    path = ROOT / document
    text = path.read_text()
    assert missing_tests(text) == []
    links = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert links == []
    assert document not in WITH_TESTS or len(TEST.findall(text)) > 30


@pytest.mark.parametrize(
    "named",
    ["tests/nowhere.py", "tests/test_documents.py::test_of_nothing", "tests/test_documents.py::missing_test"],
)
def test_what_is_not_there_is_found(named: str) -> None:
    assert missing_tests(f"as `{named}` shows") == [named]
