"""Hexagons count exactly."""

from collections import Counter

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.hexagons import cells_of, class_ranges, coarsen, count_classes, hexagons, valid_cells
from tests.dashboard.frames import few, vehicles

lons = st.floats(-180, 180)
lats = st.floats(-90, 90)
places = st.tuples(lons, lats)


def cell(lon: float, lat: float, resolution: int = 11) -> int:
    return h3.str_to_int(h3.latlng_to_cell(lat, lon, resolution))


@given(places, st.integers(0, 11))
def test_coarsening_is_what_the_h3_library_says(place: tuple[float, float], resolution: int) -> None:
    fine = cell(*place)
    parent = h3.str_to_int(h3.cell_to_parent(h3.int_to_str(fine), resolution))
    assert coarsen(np.array([fine], dtype=np.uint64), resolution).tolist() == [parent]


@pytest.mark.parametrize("resolution", range(12))
def test_pentagons_coarsen_too(resolution: int) -> None:
    fine = np.array([h3.str_to_int(pentagon) for pentagon in h3.get_pentagons(11)], dtype=np.uint64)
    expected = [h3.str_to_int(h3.cell_to_parent(pentagon, resolution)) for pentagon in h3.get_pentagons(11)]
    assert coarsen(fine, resolution).tolist() == expected


@few
@given(st.lists(st.tuples(places, st.booleans()), max_size=30), st.integers(0, 11))
def test_every_placed_vehicle_is_counted_once_where_it_is(
    given_rows: list[tuple[tuple[float, float], bool]], resolution: int
) -> None:
    frame = vehicles(
        *(
            {"lon": lon, "lat": lat, "h3": cell(lon, lat) if has_cell else 0}
            for (lon, lat), has_cell in given_rows
        )
    )
    expected = Counter(
        h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 11), resolution)
        if has_cell
        else h3.latlng_to_cell(lat, lon, resolution)
        for (lon, lat), has_cell in given_rows
    )
    found = hexagons(frame, resolution)
    assert dict(zip(found["hex"], found["count"], strict=True)) == dict(expected)
    assert found["count"].sum() == len(given_rows)


def test_a_vehicle_that_is_not_on_the_map_is_not_in_a_hexagon() -> None:
    frame = vehicles(
        {"h3": cell(0, 0)}, {"lon": 1.0}, {"lat": 1.0}, {"lon": -88.0, "lat": 42.0, "h3": cell(-88, 42)}
    )
    assert hexagons(frame, 5)["count"].tolist() == [1]


@pytest.mark.parametrize(
    "broken",
    [0, 1, 2**63, 2**64 - 1, 626692562405187600, cell(-88, 42, 10), cell(-88, 42, 12)],
    ids=["none", "one", "top bit", "all bits", "rounded by JSON", "coarser", "finer"],
)
def test_an_id_that_is_not_a_cell_of_resolution_11_gives_way_to_the_coordinates(broken: int) -> None:
    assert valid_cells(np.array([broken], dtype=np.uint64)).tolist() == [False]
    frame = vehicles({"lon": -88.0, "lat": 42.0, "h3": broken})
    assert cells_of(frame, 7).tolist() == [cell(-88, 42, 7)]


@given(places)
def test_every_cell_of_the_library_is_usable(place: tuple[float, float]) -> None:
    assert valid_cells(np.array([cell(*place)], dtype=np.uint64)).all()


def test_ids_are_text_so_that_a_browser_does_not_round_them() -> None:
    found = hexagons(vehicles({"lon": -88.0, "lat": 42.0}), 11)
    assert found["hex"].tolist() == [h3.latlng_to_cell(42, -88, 11)]
    assert hexagons(vehicles(), 4).to_dict("list") == {"hex": [], "count": []}


@given(st.lists(st.integers(1, 10**6), max_size=50), st.integers(1, 8))
def test_more_vehicles_never_get_a_lower_step(counts: list[int], colours: int) -> None:
    ordered = np.array(sorted(counts), dtype=np.int64)
    found = count_classes(ordered, colours)
    assert (np.diff(found) >= 0).all()
    assert all(0 <= step < colours for step in found)
    if counts and ordered[-1] > 1:
        assert found[-1] == colours - 1


@given(st.integers(0, 3000), st.integers(1, 8))
def test_the_classes_leave_no_count_out_and_none_twice(largest: int, colours: int) -> None:
    found = [pair for pair in class_ranges(largest, colours) if pair != (0, -1)]
    assert [count for low, high in found for count in range(low, high + 1)] == list(range(1, largest + 1))
    classes = count_classes(np.arange(1, largest + 1), colours)
    for low, high in found:
        assert len(set(classes[low - 1 : high].tolist())) == 1
