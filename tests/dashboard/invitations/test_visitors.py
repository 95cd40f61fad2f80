"""The next visitor's reference."""

import pytest

from dashboard.invitations.visitors import next_reference


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ((), "VISITOR-0001"),
        (("A", "VISITOR-0001", "VISITOR-0007"), "VISITOR-0008"),
        (("VISITOR-9999",), "VISITOR-10000"),
        (("visitor-5", "VISITOR-", "VISITOR-5x", "XVISITOR-5", "VISITOR-٣x"), "VISITOR-0001"),
        (("VISITOR-" + "9" * 5000,), "VISITOR-0001"),
    ],
    ids=["none", "among others", "more digits", "likes", "endless"],
)
def test_it_is_one_more_than_any(taken: tuple[str, ...], expected: str) -> None:
    assert next_reference(taken) == expected
