"""Fitting places into a map."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.deck.viewport import CLOSEST, DEFAULT_VIEW, Padding, ViewState, bounds, told_anew, view_of
from dashboard.fleet.geo import MAX_LATITUDE


def pixels(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator in worlds: x to the east, y to the south."""
    return lon / 360, -float(np.log(np.tan(np.pi / 4 + np.radians(lat) / 2))) / (2 * np.pi)


places = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-MAX_LATITUDE, MAX_LATITUDE)), min_size=1, max_size=12
)


edges = st.integers(0, 400)


@given(
    places,
    st.integers(200, 3000),
    st.integers(200, 2000),
    st.builds(Padding, edges, edges, edges, edges),
)
def test_every_place_is_inside_the_window_and_clear_of_what_lies_over_it(
    given_places: list[tuple[float, float]], width: int, height: int, padding: Padding
) -> None:
    lon, lat = (np.array(values) for values in zip(*given_places, strict=True))
    view = view_of(bounds(lon, lat), width=width, height=height, padding=padding, closest=15)
    assert -180 <= view.longitude <= 180
    assert view.zoom <= 15
    world = 512 * 2**view.zoom
    x0, y0 = pixels(view.longitude, view.latitude)
    # Where more is covered than is left, something lies under it.
    scale_x = min(1, 0.7 * width / (padding.left + padding.right + 72))
    scale_y = min(1, 0.7 * height / (padding.top + padding.bottom + 72))
    for one in given_places:
        x, y = pixels(*one)
        # Modulo the world, from the window's left edge.
        from_left = (x - x0 + 0.5) % 1 * world - world / 2 + width / 2
        from_top = (y - y0) * world + height / 2
        around = [from_left + world * copy for copy in range(-30, 31)]  # a small world is drawn many times
        assert any(
            (padding.left + 36) * scale_x - 1 <= seen <= width - (padding.right + 36) * scale_x + 1
            for seen in around
        )
        assert (padding.top + 36) * scale_y - 1 <= from_top <= height - (padding.bottom + 36) * scale_y + 1


@pytest.mark.parametrize(
    ("lon", "lat", "centre", "zoom"),
    [
        ([179.0, -179.0], [10.0, 10.0], (180.0, 10.0), 8),
        ([-90.0, -88.0], [41.0, 43.0], (-89.0, 42.0), 7),
        ([0.0], [0.0], (0.0, 0.0), CLOSEST),
        ([5.0, 5.0], [50.0, 50.0], (5.0, 50.0), CLOSEST),
        ([10.0, nan], [20.0, 3.0], (10.0, 20.0), CLOSEST),
    ],
)
def test_the_centre_and_zoom(
    lon: list[float], lat: list[float], centre: tuple[float, float], zoom: float
) -> None:
    view = view_of(bounds(np.array(lon), np.array(lat)), width=1000, height=800)
    assert (abs(view.longitude), view.latitude) == pytest.approx((abs(centre[0]), centre[1]), abs=0.02)
    assert view.zoom == pytest.approx(zoom, abs=1)


def test_without_a_place_there_is_a_view_all_the_same() -> None:
    assert view_of(bounds(np.array([]), np.array([])), width=800, height=600) == DEFAULT_VIEW
    assert view_of(bounds(np.array([nan]), np.array([1.0])), width=800, height=600) == DEFAULT_VIEW


def test_a_tiny_map_does_not_break() -> None:
    assert (
        -4 < view_of(bounds(np.array([-120.0, 120.0]), np.array([0.0, 60.0])), width=50, height=50).zoom < 0
    )


@pytest.mark.parametrize("glide_ms", [0, 600])
def test_no_field_of_a_view_is_told_twice_in_the_same_words(glide_ms: int) -> None:
    view = ViewState(-97.0, 40.0, 3.0, glide_ms)
    first, second = told_anew(view, 1), told_anew(view, 2)
    for name in ("longitude", "latitude", "zoom"):
        assert getattr(first, name) != getattr(second, name)
        assert getattr(first, name) == pytest.approx(getattr(view, name), abs=1e-5)
    assert (first.glide_ms == second.glide_ms) is (glide_ms == 0)
