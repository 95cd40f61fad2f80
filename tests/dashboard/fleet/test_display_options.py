"""The view in a link."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet import display_options, filters
from dashboard.fleet.colours import COLOUR_BY
from dashboard.fleet.display_options import DisplayOptions, parse, to_query
from dashboard.fleet.hexagons import SIZES

looks = st.builds(
    DisplayOptions,
    colour_by=st.sampled_from(COLOUR_BY),
    metric=st.booleans(),
    vehicle=st.sampled_from(["", "v1", "v2"]),
    kiosk=st.booleans(),
    hexagons=st.sampled_from(["", *SIZES]),
    trailers=st.booleans(),
)


def mine(vehicle: str) -> bool:
    return vehicle in {"v1", "v2"}


@given(looks)
def test_a_link_gives_back_the_same_look(chosen: DisplayOptions) -> None:
    assert parse(to_query(chosen), mine) == (chosen, [])


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
        },
        mine,
    )
    assert chosen == DisplayOptions()
    assert sorted(notes) == [
        "The link asks for colours by “mood”, which is not known here; it was ignored.",
        "The link asks for hexagons “12”, which is not known here; it was ignored.",
        "The link asks for the kiosk mode “yes”, which is not known here; it was ignored.",
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
