"""Names: no invitation's id shows in one, and equal ones are told apart."""

import pytest

from catena_client import Fleet, Tsp
from dashboard.fleet.names import Names, display_name, source_names, unique_names
from tests.dashboard.frames import NOW


def a_fleet(**changes):
    base = {"id": "3a6cf33b-1fd1-4cee-8eea-db36182df590", "name": "Fleet 00000000-0000-7000-8000-000000000002",
            "fleet_ref": "", "created_at": NOW, "updated_at": NOW}  # fmt: skip
    return Fleet(**(base | changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"display_name": "Prairie Line", "fleet_ref": "P-1"}, "Prairie Line"),
        ({"display_name": "  ", "fleet_ref": "P-1"}, "P-1"),
        ({"display_name": None, "fleet_ref": None}, "Fleet …"),
        ({"name": "00000000-0000-7000-8000-000000000002"}, "Fleet 3a6cf33b"),
        ({"display_name": "X 00000000-0000-7000-8000-000000000002"}, "X …"),
        ({"display_name": "<b>Bold & Söhne</b>"}, "<b>Bold & Söhne</b>"),
    ],
)
def test_fleet_names_show_no_invitation_id(changes, expected):
    assert display_name(a_fleet(**changes)) == expected


def test_equal_names_are_told_apart():
    one, two = (
        a_fleet(fleet_ref="sandbox"),
        a_fleet(id="405f1ac5-1a52-4ac1-b149-248b96dd8a8b", fleet_ref="sandbox"),
    )
    assert unique_names([one, two]) == {one.id: "sandbox (182df590)", two.id: "sandbox (96dd8a8b)"}


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("samsara", "Samsara"),
        ("isaac", "ISAAC Instruments"),
        ("eroad", "EROAD"),
        ("groundhog", "Groundhog"),
        ("hos247", "HOS247"),
        ("factor_eld", "Factor ELD"),
        ("verizon_connect", "Verizon Connect"),
        ("McLeod", "McLeod"),
        ("", ""),
    ],
)
def test_a_source_is_called_as_the_list_of_providers_calls_it_else_by_a_tidied_key(source, shown):
    tsps = [
        Tsp(id="1", slug="samsara-api-key", name="Samsara (API key)", source_name="samsara"),
        Tsp(id="2", slug="samsara", name="Samsara", source_name="samsara"),
        Tsp(id="3", slug="isaac", name="ISAAC Instruments", source_name="isaac"),
        Tsp(id="4", slug="eroad-us", name="EROAD", source_name="eroad"),
        Tsp(id="5", slug="groundhog", name="Groundhog", source_name="catena_simulator"),
        Tsp(id="6", slug="3pl-tek", name="3PL Tek", source_name="hos247"),
        Tsp(id="7", slug="orbit", name="Orbit ELD", source_name="hos247"),
        Tsp(id="8", slug="nameless", source_name="factor_eld"),
    ]
    providers = {tsp.slug: tsp.name for tsp in tsps if tsp.name}
    assert Names(providers=providers, sources=source_names(tsps)).source(source) == shown
