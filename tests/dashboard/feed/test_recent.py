"""What was computed of the last two snapshots is kept, whatever place there is."""

import pytest

from dashboard.feed.recent import RecentCache


@pytest.mark.parametrize(
    ("versions", "kept"),
    [
        ([7], {7}),
        ([7, 8], {7, 8}),
        ([7, 8, 9], {8, 9}),
        ([7, 8, 20], {8, 20}),
        ([7, 8, 7], {7, 8}),
        ([7, 8, 9, 7], {7, 8, 9}),
        ([7, 8, 9, 7, 10], {9, 10}),
    ],
    ids=[
        "one",
        "two",
        "the third ends the first",
        "numbers may be left out",
        "late",
        "too late",
        "then gone",
    ],
)
def test_what_is_kept(versions, kept):
    cache = RecentCache[str](100)
    for version in versions:
        cache[version, "all"] = cache[version, "some"] = "computed"
    assert {version for version, _ in cache} == kept
    assert len(cache) == 2 * len(kept)


@pytest.mark.parametrize(
    ("versions", "kept"), [([7], {7}), ([7, 8], {8}), ([7, 8, 7], {7, 8}), ([7, 8, 7, 9], {9})]
)
def test_what_is_large_may_be_kept_of_the_last_one_only(versions, kept):
    cache = RecentCache[str](100, before=False)
    for version in versions:
        cache[version, "all"] = cache[version, "some"] = "computed"
    assert {version for version, _ in cache} == kept


def test_it_holds_no_more_than_its_place():
    cache = RecentCache[str](2)
    for scope in range(5):
        cache[1, scope] = "computed"
    assert len(cache) == 2
