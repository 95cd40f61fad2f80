"""A company's colour stays readable, and stays itself where it is so already."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.colours import rgb
from dashboard.ui.contrast import LEAST, contrast, readable

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_contrast_is_that_of_wcag():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert contrast((10, 20, 30), (10, 20, 30)) == 1


@given(COLOURS, COLOURS)
def test_every_colour_can_be_read_on_every_ground(colour, ground):
    assert contrast(rgb(readable(colour, ground)), rgb(ground)) >= LEAST


@given(COLOURS, COLOURS)
def test_a_colour_that_can_be_read_stays_as_it_is(colour, ground):
    if contrast(rgb(colour), rgb(ground)) >= LEAST:
        assert readable(colour, ground) == colour


def test_a_dark_blue_becomes_a_lighter_blue_on_a_dark_page():
    red, green, blue = rgb(readable("#123a8c", "#0f1722"))
    assert red < green < blue
