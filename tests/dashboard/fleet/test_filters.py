"""Filters: from a link and back, as a mask, in words."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.filters import (
    KINDS,
    MAX_TEXT,
    FilterOptions,
    Filters,
    mask,
    parse,
    sentence,
    to_query,
)
from tests.dashboard.frames import NOW, few, vehicles

KNOWN = FilterOptions(
    fleets={"f1": "Acme", "f2": "Börk & <b>Söhne</b>", "f3": "配送株式会社"},
    sources={"geotab": "geotab", "samsara": "samsara"},
    providers={"geotab": "Geotab", "samsara-api-key": "Samsara"},
)


def some(values: object) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(values)), max_size=3)  # type: ignore[call-overload]


any_filters = st.builds(
    Filters, **{kind: some(KNOWN.labels(kind)) for kind in KINDS}, text=st.text(max_size=MAX_TEXT + 20)
)


@given(any_filters)
def test_a_link_gives_back_the_same_filters_without_a_note(filters: Filters) -> None:
    assert parse(to_query(filters), KNOWN) == (filters, [])


@given(any_filters)
def test_equal_filters_are_one_key_whatever_their_order(filters: Filters) -> None:
    backwards = Filters(
        **{kind: getattr(filters, kind)[::-1] * 2 for kind in KINDS}, text=f"  {filters.text} "
    )
    assert backwards == filters
    assert hash(backwards) == hash(filters)


@given(
    st.dictionaries(
        st.sampled_from(["fleet", "state", "age", "q", "nonsense"]), st.lists(st.text(max_size=200))
    )
)
def test_no_link_breaks_the_page(query: dict[str, list[str]]) -> None:
    filters, notes = parse(query, KNOWN)
    assert set(filters.fleets) <= set(KNOWN.fleets)
    assert len(filters.text) <= MAX_TEXT
    unknown = {value for value in query.get("fleet", []) if value not in KNOWN.fleets}
    assert sum("fleet “" in note for note in notes) == len(unknown)


def test_wrong_values_are_ignored_with_a_note_and_right_ones_kept() -> None:
    filters, notes = parse({"fleet": ["f1", "gone"], "state": ["flying"], "age": ["late", "4h"]}, KNOWN)
    assert filters == Filters(fleets=("f1",), ages=("late", "4h"))
    assert notes == [
        "The link asks for fleet “gone”, which is not known here; it was ignored.",
        "The link asks for state “flying”, which is not known here; it was ignored.",
    ]


def test_a_long_wrong_value_is_not_repeated_whole() -> None:
    _, notes = parse({"fleet": ["x" * 5000]}, KNOWN)
    assert len(notes[0]) < 150


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(), ""),
        (Filters(fleets=("f1",)), "Showing only vehicles of Acme."),
        (Filters(fleets=("f2",)), "Showing only vehicles of Börk & <b>Söhne</b>."),
        (
            Filters(fleets=("f3", "f1"), states=("moving", "unknown"), text="T 12"),
            "Showing only vehicles of Acme or 配送株式会社, that are moving or no speed known, "
            "matching “T 12”.",
        ),
        (Filters(providers=("samsara-api-key",)), "Showing only vehicles connected as Samsara."),
        (Filters(sources=("geotab",)), "Showing only vehicles from geotab."),
        (Filters(ages=("late", "7d")), "Showing only vehicles whose last fix is late or 1 to 7 days old."),
        (
            Filters(speeds=("0", "fast", "unknown")),
            "Showing only vehicles with speed 0 mph, over 70 mph or unknown.",
        ),
        (Filters(fuels=("10",)), "Showing only vehicles with fuel level under 10 %."),
    ],
)
def test_the_sentence_says_what_is_filtered(filters: Filters, said: str) -> None:
    assert sentence(filters, KNOWN) == said


def test_the_sentence_speaks_the_viewers_units() -> None:
    assert sentence(Filters(speeds=("70",)), KNOWN, metric=True) == (
        "Showing only vehicles with speed 89 to 113 km/h."
    )


def test_many_values_are_counted_instead_of_listed() -> None:
    known = FilterOptions(fleets={f"f{n}": f"Fleet {n}" for n in range(9)})
    assert sentence(Filters(fleets=tuple(known.fleets)), known) == (
        "Showing only vehicles of Fleet 0, Fleet 1, Fleet 2 or 6 others."
    )


@pytest.fixture(name="fleet")
def _fleet() -> pd.DataFrame:
    return vehicles(
        {
            "fleet_id": "f1",
            "fleet": "Acme",
            "source": "geotab",
            "tsp_slug": "geotab",
            "speed": 20.0,
            "age": 60,
        }
        | {"name": "Łódź 7", "driver": "Zoë Ångström", "fuel_level": 5.0},
        {"fleet_id": "f1", "fleet": "Acme", "source": "samsara", "tsp_slug": "samsara-api-key", "speed": 0.0}
        | {"age": 3600, "name": "truck 12", "plate": "ABC-123"},
        {"fleet_id": "f2", "fleet": "<b>Börk</b>", "source": "geotab", "tsp_slug": "geotab", "age": 3600},
        {"fleet_id": "f2", "fleet": "<b>Börk</b>", "source": "geotab", "tsp_slug": "geotab", "speed": 9.0}
        | {"age": 5 * 3600, "name": "配送車", "vin": "1FUJGLDR0CLBP8834"},
        {"fleet_id": "f3", "fleet": "Empty", "speed": 9.0, "age": -600},
        {"fleet_id": "f3", "fleet": "Empty"},
    )


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(), [0, 1, 2, 3, 4, 5]),
        (Filters(fleets=("f1", "f3")), [0, 1, 4, 5]),
        (Filters(fleets=("no such fleet",)), []),
        (Filters(sources=("geotab",)), [0, 2, 3]),
        (Filters(providers=("samsara-api-key",)), [1]),
        (Filters(states=("moving",)), [0, 4]),
        (Filters(states=("stopped",)), [1]),
        (Filters(states=("unknown",)), [2]),
        (Filters(states=("silent",)), [3, 5]),
        (Filters(states=("silent", "stopped")), [1, 3, 5]),
        (Filters(ages=("live",)), [0, 1]),
        (Filters(ages=("late",)), [2]),
        (Filters(ages=("clock",)), [4]),
        (Filters(ages=("ahead",)), [4]),
        (Filters(ages=("4h",)), [1, 2]),
        (Filters(ages=("5m", "unknown")), [0, 5]),
        (Filters(ages=("late", "1d")), [2, 3]),
        (Filters(speeds=("0",)), [1]),
        (Filters(speeds=("unknown",)), [2, 5]),
        (Filters(fuels=("10",)), [0]),
        (Filters(fleets=("f1",), states=("stopped",)), [1]),
        (Filters(fleets=("f2",), sources=("samsara",)), []),
        (Filters(text="lodz"), [0]),
        (Filters(text="ZOE acme"), [0]),
        (Filters(text="bork"), [2, 3]),
        (Filters(text="<B>"), [2, 3]),
        (Filters(text="配送"), [3]),
        (Filters(text="bp88"), [3]),
        (Filters(text=".*"), []),
    ],
)
def test_kinds_combine_with_and_and_values_with_or(
    fleet: pd.DataFrame, filters: Filters, rows: list[int]
) -> None:
    assert np.flatnonzero(mask(fleet, filters, NOW)).tolist() == rows


def test_an_empty_frame_is_masked_too() -> None:
    everything = Filters(
        fleets=("f1",),
        states=("moving",),
        ages=tuple(KNOWN.labels("ages")),
        speeds=("0",),
        fuels=("10",),
        text="x",
    )
    assert mask(vehicles(), everything, NOW).shape == (0,)


@few
@given(any_filters)
def test_a_mask_keeps_a_row_exactly_when_every_kind_does(filters: Filters) -> None:
    frame = vehicles(
        *(
            {
                "fleet_id": f,
                "fleet": f,
                "source": s,
                "tsp_slug": "geotab",
                "speed": v,
                "age": a,
                "name": "a b",
            }
            for f in ("f1", "f2")
            for s in ("geotab", "samsara")
            for v in (0.0, 10.0, np.nan)
            for a in (30, 4000, 90000, None)
        )
    )
    alone = [Filters(**{kind: getattr(filters, kind)}) for kind in (*KINDS, "text")]
    expected = np.logical_and.reduce([mask(frame, one, NOW) for one in alone])
    assert mask(frame, filters, NOW).tolist() == expected.tolist()


def test_known_values_come_from_the_rows_and_carry_their_labels(fleet: pd.DataFrame) -> None:
    known = FilterOptions.of(fleet[fleet["fleet_id"] != "f2"])
    assert known.fleets == {"f1": "Acme", "f3": "Empty"}
    assert known.sources == {"geotab": "geotab", "samsara": "samsara"}
    assert set(known.providers) == {"geotab", "samsara-api-key"}


def test_ages_move_with_the_clock(fleet: pd.DataFrame) -> None:
    assert mask(fleet, Filters(ages=("live",)), NOW + timedelta(minutes=10)).tolist()[:2] == [False, True]
