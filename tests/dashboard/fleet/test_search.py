"""The search box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.filters import Filters, mask
from dashboard.fleet.search import SearchIndex, fold
from tests.dashboard.frames import NOW, few, vehicles


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÉCOLE", "ecole"),
        ("e\u0301", "e"),
        ("Straße", "strasse"),
        ("ŁÓDŹ", "lodz"),
        ("ＴＲＵＣＫ７", "truck7"),  # noqa: RUF001 - full width on purpose
        ("配送", "配送"),
        ("МОСКВА", "москва"),  # noqa: RUF001 - Cyrillic on purpose
        ("", ""),
    ],
)
def test_case_and_accents_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


FRAME = vehicles(
    {"name": "Truck 12", "fleet": "Acme"},
    {"name": "Truck 123", "fleet": "Acme"},
    {"name": "Old truck 12b", "fleet": "Acme"},
    {"name": "X", "plate": "12-ABC 7", "driver": "José Núñez", "fleet": "Börk"},
    {"name": "", "vin": "1FUJGLDR0CLBP8834", "fleet": "Truck Stop"},
    {"name": "<script>alert(1)</script>", "fleet": "<b>"},
    {"name": "名" * 40, "fleet": "配送株式会社"},
)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("truck 12", ["v0", "v1", "v2"]),
        ("TRUCK", ["v0", "v1", "v4", "v2"]),
        ("12", ["v3", "v0", "v1", "v2"]),
        ("nunez", ["v3"]),
        ("jose bork", ["v3"]),
        ("12abc7", ["v3"]),
        ("12-abc-7", ["v3"]),
        ("clbp88", ["v4"]),
        ("<script>", ["v5"]),
        ("名名", ["v6"]),
        ("配送", ["v6"]),
        ("nothing like it", []),
        ("(", ["v5"]),
        ("%", []),
        ("", []),
        ("   ", []),
    ],
)
def test_the_best_come_first(query: str, ids: list[str]) -> None:
    assert [hit.vehicle_id for hit in SearchIndex(FRAME).find(query)] == ids


def test_a_hit_says_where_it_was_found_as_plain_text() -> None:
    (hit,) = SearchIndex(FRAME).find("12abc7")
    assert (hit.name, hit.fleet, hit.field, hit.value) == ("X", "Börk", "plate", "12-ABC 7")
    (hit,) = SearchIndex(FRAME).find("alert")
    assert hit.value == "<script>alert(1)</script>"
    (hit,) = SearchIndex(FRAME).find("8834")
    assert (hit.name, hit.field) == ("v4", "vin")


def test_the_answer_is_limited_to_the_best() -> None:
    frame = vehicles(*({"name": f"Truck {n}"} for n in range(300)), {"name": "7"})
    hits = SearchIndex(frame).find("7", limit=5)
    assert [hit.name for hit in hits] == ["7", "Truck 7", "Truck 70", "Truck 71", "Truck 72"]


def test_nothing_to_search_finds_nothing() -> None:
    assert SearchIndex(vehicles()).find("x") == []


words = st.text(alphabet="aAéÉ1-ß <", max_size=6)


@few
@given(st.lists(st.fixed_dictionaries({"name": words, "plate": words, "driver": words}), max_size=8), words)
def test_the_search_box_and_the_text_filter_find_the_same(rows: list[dict[str, str]], query: str) -> None:
    frame = vehicles(*rows)
    found = {hit.vehicle_id for hit in SearchIndex(frame).find(query, limit=100)}
    kept = frame["vehicle_id"][mask(frame, Filters(text=query), NOW)]
    assert found == (set(kept) if query.strip() else set())


@few
@given(st.text(min_size=1, max_size=40).filter(lambda name: fold(name).strip()))
def test_every_vehicle_is_found_by_its_whole_name(name: str) -> None:
    frame = vehicles({"name": "other"}, {"name": name})
    assert "v1" in [hit.vehicle_id for hit in SearchIndex(frame).find(name)]


@few
@given(st.data())
def test_every_piece_of_a_word_finds_it(data: st.DataObject) -> None:
    word = "Überführungskraftwagen12"
    start = data.draw(st.integers(0, len(word) - 1))
    end = data.draw(st.integers(start + 1, len(word)))
    (hit,) = SearchIndex(vehicles({"driver": word})).find(word[start:end])
    assert hit.field == "driver"
