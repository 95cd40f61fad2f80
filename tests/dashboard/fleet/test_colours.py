"""Colours, their legend, and that they can be told apart."""

import itertools
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.colours import (
    COLOUR_BY,
    PALETTES,
    ColourAssignments,
    Colouring,
    Palette,
    Theme,
    colour,
)
from dashboard.fleet.filters import Filters, mask
from tests.dashboard.frames import NOW, few, vehicles

# Machado, Oliveira, Fernandes 2009, severity 1, for linear RGB.
SIGHTS = (
    np.eye(3),
    np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
)


def linear(text: str) -> np.ndarray:
    values = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cone = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]])
    lab = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]])
    return lab @ np.cbrt(cone @ np.clip(rgb, 0, 1))


def contrast(text: str, background: str) -> float:
    one, two = (float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (text, background))
    return max(one, two) / min(one, two)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("part", ["categories", "steps", "states"])
def test_every_two_colours_differ_for_every_kind_of_sight(palette: Palette, part: str) -> None:
    colours = getattr(palette, part)
    if part == "categories":
        colours = (*colours, palette.other)
    for sight in SIGHTS:
        for one, two in itertools.combinations(colours, 2):
            assert np.linalg.norm(oklab(sight @ linear(one)) - oklab(sight @ linear(two))) > 0.05, (one, two)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_the_colours_that_are_given_first_differ_most(palette: Palette) -> None:
    for sight in SIGHTS:
        for one, two in itertools.combinations(palette.categories[:8], 2):
            assert np.linalg.norm(oklab(sight @ linear(one)) - oklab(sight @ linear(two))) > 0.07, (one, two)


@pytest.mark.parametrize(("theme", "background"), [("light", "#f2f3f0"), ("dark", "#161a20")])
def test_every_colour_stands_out_from_the_map(theme: Theme, background: str) -> None:
    palette = PALETTES[theme]
    for text in (*palette.categories, *palette.steps, *palette.states, palette.other, palette.wrong):
        assert contrast(text, background) > 1.9, text


def hue(text: str) -> float:
    _, a, b = oklab(linear(text))
    return float(np.degrees(np.arctan2(b, a)))


def apart(one: float, two: float) -> float:
    return abs((one - two + 180) % 360 - 180)


PAIRS = list(zip(*(palette.categories for palette in PALETTES.values()), strict=True))


@pytest.mark.parametrize(("light", "dark"), PAIRS)
def test_a_category_has_one_hue_in_both_themes(light: str, dark: str) -> None:
    assert apart(hue(light), hue(dark)) < 4


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_no_two_categories_have_one_hue(palette: Palette) -> None:
    for one, two in itertools.combinations(map(hue, palette.categories), 2):
        assert apart(one, two) > 12


FRAME = vehicles(
    {"fleet_id": "f1", "fleet": "Acme", "source": "geotab", "speed": 20.0, "age": 10, "fuel_level": 50.0},
    {"fleet_id": "f1", "fleet": "Acme", "source": "samsara", "speed": 0.0, "age": 4000},
    {"fleet_id": "f2", "fleet": "<i>Börk</i>", "source": "geotab", "age": -999, "fuel_level": 3.0},
    {"source": "", "speed": 31.0, "age": 99999999},
    {"source": "geotab", "fleet_id": "f2", "fleet": "<i>Börk</i>"},
)


def legend(coloured: Colouring) -> dict[str, int]:
    return {entry.label: entry.count for entry in coloured.entries if entry.count}


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("source", {"geotab": 3, "samsara": 1, "not known": 1}),
        ("fleet", {"Acme": 2, "<i>Börk</i>": 2, "not known": 1}),
        ("state", {"moving": 1, "stopped": 1, "no speed known": 1, "silent": 2}),
        ("speed", {"0 mph": 1, "35 to 55 mph": 1, "55 to 70 mph": 1, "unknown": 2}),
        ("fuel", {"under 10 %": 1, "50 to 75 %": 1, "unknown": 3}),
        (
            "age",
            {"dated in the future": 1, "up to 5 min old": 1, "1 to 4 h old": 1, "over 7 days old": 1}
            | {"of unknown time": 1},
        ),
    ],
)
def test_the_legend_counts(by: str, counts: dict[str, int]) -> None:
    assert legend(colour(FRAME, by, NOW, assignments=ColourAssignments())) == counts


@pytest.mark.parametrize("by", COLOUR_BY)
@pytest.mark.parametrize("theme", PALETTES)
def test_clicking_a_legend_line_filters_exactly_its_rows(by: str, theme: Theme) -> None:
    coloured = colour(FRAME, by, NOW, assignments=ColourAssignments(), theme=theme)
    for code, entry in enumerate(coloured.entries):
        assert entry.count == int((coloured.codes == code).sum())
        if entry.values:
            chosen = mask(FRAME, Filters(**{entry.kind: entry.values}), NOW)
            assert chosen.tolist() == (coloured.codes == code).tolist()


def test_speed_labels_follow_the_units_and_the_classes_do_not() -> None:
    miles = colour(FRAME, "speed", NOW, assignments=ColourAssignments())
    metric = colour(FRAME, "speed", NOW, assignments=ColourAssignments(), metric=True)
    assert [e.values for e in miles.entries] == [e.values for e in metric.entries]
    assert "56 to 89 km/h" in legend(metric)


def test_a_source_keeps_its_colour_when_others_vanish_or_appear() -> None:
    assignments = ColourAssignments()
    before = {e.label: e.colour for e in colour(FRAME, "source", NOW, assignments=assignments).entries}
    alone = vehicles({"source": "samsara"})
    assert [e.colour for e in colour(alone, "source", NOW, assignments=assignments).entries] == [
        before["samsara"]
    ]
    more = vehicles(*[{"source": "aaa"}] * 9, {"source": "geotab"}, {"source": "samsara"})
    after = {e.label: e.colour for e in colour(more, "source", NOW, assignments=assignments).entries}
    assert (after["geotab"], after["samsara"]) == (before["geotab"], before["samsara"])
    assert after["aaa"] not in before.values()


def test_more_categories_than_colours_share_one_and_say_so() -> None:
    frame = vehicles(
        *({"fleet_id": f"f{n}", "fleet": f"Fleet {n}"} for n in range(20) for _ in range(20 - n))
    )
    coloured = colour(frame, "fleet", NOW, assignments=ColourAssignments())
    assert [e.label for e in coloured.entries[:2]] == ["Fleet 0", "Fleet 1"]
    other = coloured.entries[-1]
    assert (other.label, other.count, len(other.values)) == ("8 others", 36, 8)
    assert len({e.colour for e in coloured.entries}) == 13


@few
@given(st.lists(st.lists(st.sampled_from("abcdefghijklmnopqrst"), max_size=25), max_size=6))
def test_colours_are_stable_and_never_shared_by_two_named_sources(rounds: list[list[str]]) -> None:
    assignments = ColourAssignments()
    seen: dict[str, tuple[int, int, int]] = {}
    for sources in rounds:
        coloured = colour(vehicles(*({"source": s} for s in sources)), "source", NOW, assignments=assignments)
        assert sum(e.count for e in coloured.entries) == len(sources)
        for entry in coloured.entries:
            if len(entry.values) == 1 and not entry.label.endswith("others"):
                assert seen.setdefault(entry.values[0], entry.colour) == entry.colour
    assert len(set(seen.values())) == len(seen) <= 12


def test_a_row_without_any_category_is_not_known() -> None:
    frame = vehicles({"source": "geotab"}, {"source": "samsara"})
    frame["source"] = frame["source"].cat.remove_categories("samsara")
    coloured = colour(frame, "source", NOW, assignments=ColourAssignments())
    assert [(e.label, e.count, e.values) for e in coloured.entries] == [
        ("geotab", 1, ("geotab",)),
        ("not known", 1, ()),
    ]
    assert coloured.codes.tolist() == [0, 1]


def test_no_vehicles_have_an_empty_legend() -> None:
    for by in COLOUR_BY:
        coloured = colour(vehicles(), by, NOW, assignments=ColourAssignments())
        assert coloured.codes.shape == (0,)
        assert legend(coloured) == {}


def test_an_unknown_colouring_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="choose one of source, fleet"):
        colour(FRAME, "mood", NOW, assignments=ColourAssignments())


def test_slots_are_given_once_from_many_threads() -> None:
    assignments = ColourAssignments()
    threads = [
        Thread(target=lambda: [assignments.assign("sources", [c]) for c in "abcdefghijkl"]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(assignments.assign("sources", "abcdefghijkl").values()) == list(range(12))
