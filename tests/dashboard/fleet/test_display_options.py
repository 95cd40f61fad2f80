"""The view in a link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet import display_options, filters
from dashboard.fleet.colours import COLOUR_BY
from dashboard.fleet.display_options import MOST_ZOOM, DisplayOptions, Offered, parse, spot, to_query
from dashboard.fleet.hexagons import SIZES

looks = st.builds(
    DisplayOptions,
    colour_by=st.sampled_from(COLOUR_BY),
    metric=st.booleans(),
    vehicle=st.sampled_from(["", "v1", "v2"]),
    kiosk=st.booleans(),
    hexagons=st.sampled_from(["", *SIZES]),
    trailers=st.booleans(),
    basemap=st.sampled_from(["", "streets", "straßen & co"]),
    at=st.none() | st.tuples(st.integers(-85, 85), st.integers(-180, 180), st.integers(0, int(MOST_ZOOM))),
)
OFFERED = Offered(maps=("plain", "streets", "straßen & co"), windows=(1, 6), usual_window=6, most_trails=2)


def mine(vehicle: str) -> bool:
    return vehicle in {"v1", "v2"}


@given(looks)
def test_a_link_gives_back_the_same_look(chosen: DisplayOptions) -> None:
    assert parse(to_query(chosen), mine, OFFERED) == (chosen, [])


@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(0, MOST_ZOOM))
def test_a_place_in_a_link_is_read_to_a_metre(latitude: float, longitude: float, zoom: float) -> None:
    (written,) = to_query(DisplayOptions(at=(latitude, longitude, zoom)))["at"]
    read = spot(written)
    assert read is not None
    assert read == pytest.approx((latitude, longitude, zoom), abs=0.0051)
    assert read[:2] == pytest.approx((latitude, longitude), abs=0.00001)


@pytest.mark.parametrize(
    ("query", "offered", "trails", "hours", "noted"),
    [
        ({"trail": ["v1"], "hours": ["1"]}, OFFERED, ("v1",), 1, ""),
        ({"trail": ["v1", "v1"]}, OFFERED, ("v1",), 6, ""),
        ({"hours": ["1"]}, OFFERED, (), 0, ""),
        ({"trail": ["v1"], "hours": ["7"]}, OFFERED, ("v1",), 6, "over other hours than there are"),
        ({"trail": ["v1", "x"]}, OFFERED, ("v1",), 6, "not known here were left out of the link (1)"),
        ({"trail": ["x"]}, OFFERED, (), 0, "not known here were left out of the link (1)"),
        ({"trail": ["v1", "v2"]}, OFFERED, ("v1", "v2"), 6, ""),
        ({"trail": ["v1", "v2", "v3"]}, OFFERED, ("v1", "v2"), 6, "more trails than 2"),
        ({"trail": ["v1"]}, Offered(), (), 0, "not shown to you"),
    ],
)
def test_trails_in_a_link_are_those_that_may_be_seen(
    query: dict[str, list[str]], offered: Offered, trails: tuple[str, ...], hours: int, noted: str
) -> None:
    options, notes = parse(query, mine, offered)
    assert (options.trails, options.hours) == (trails, hours)
    assert noted in " ".join(notes)
    assert bool(notes) == bool(noted)
    if options.trails:
        assert parse(to_query(options), mine, offered) == (options, [])


def test_no_link_has_more_vehicles_looked_up_than_there_can_be_trails() -> None:
    """Each is looked for among all vehicles: a link of thousands would keep the server busy."""
    looked_up = []

    def may_see(vehicle: str) -> bool:
        looked_up.append(vehicle)
        return False

    parse({"trail": [f"made-up-{number}" for number in range(1000)]}, may_see, OFFERED)
    assert len(looked_up) == OFFERED.most_trails


def test_a_kiosk_can_go_round_the_fleets() -> None:
    assert parse({"kiosk": ["cycle"]}, mine) == (DisplayOptions(kiosk=True, cycle=True), [])
    assert parse(to_query(DisplayOptions(kiosk=True, cycle=True)), mine)[0].cycle


def test_wrong_values_are_ignored_with_a_note() -> None:
    chosen, notes = parse(
        {
            "color": ["mood"],
            "units": ["cubits"],
            "vehicle": ["not mine"],
            "kiosk": ["yes"],
            "hex": ["12"],
            "trailers": ["all"],
            "map": ["moon"],
            "at": ["here"],
        },
        mine,
    )
    assert chosen == DisplayOptions()
    assert sorted(notes) == [
        "The link asks for colours by “mood”, which is not known here; it was ignored.",
        "The link asks for hexagons “12”, which is not known here; it was ignored.",
        "The link asks for the kiosk mode “yes”, which is not known here; it was ignored.",
        "The link asks for the map “moon”, which is not known here; it was ignored.",
        "The link asks for the place “here”, which is not known here; it was ignored.",
        "The link asks for the units “cubits”, which is not known here; it was ignored.",
        "The link asks for the vehicle “not mine”, which is not known here; it was ignored.",
        "The link asks for trailers “all”, which is not known here; it was ignored.",
    ]


@given(st.dictionaries(st.sampled_from(display_options.PARAMS), st.lists(st.text(max_size=99), max_size=3)))
def test_no_link_breaks_the_look(query: dict[str, list[str]]) -> None:
    chosen, _ = parse(query, mine)
    assert chosen.colour_by in COLOUR_BY


def test_no_parameter_means_two_things() -> None:
    assert not set(display_options.PARAMS) & set(filters.PARAMS.values())
