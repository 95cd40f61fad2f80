"""Where vehicles drive: on the road network, past their home, around one city if asked, and not in the water."""

import numpy as np
import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.__main__ import parse
from sandbox.world.corridors import CITIES, PLACES, TOWNS, city_number
from sandbox.world.paths import haversine
from scripts.build_roads import TILES, Land
from tests.sandbox.conftest import START, Rig

US = [number for number, city in enumerate(CITIES) if city.country == "USA"]
ABROAD = [number for number, city in enumerate(CITIES) if city.country != "USA"]


@pytest.fixture(scope="module")
def roads(shared: Rig):
    return shared.sandbox.world.roads


@pytest.fixture(scope="module")
def land() -> Land:
    return Land(TILES)


def far(lon, lat, place) -> np.ndarray:
    """Metres from points to one place."""
    return haversine(lon, lat, np.full(len(lon), place.lon), np.full(len(lon), place.lat))


def world_of(**config):
    return Sandbox(SandboxConfig(**config), clock=lambda: START).world


def where(world):
    rows = world.located()
    return rows, world.state(rows, np.full(len(rows), START))


def test_no_road_has_a_gap_and_all_are_laid_end_to_end(roads) -> None:
    within = np.ones(len(roads.lon) - 1, dtype=bool)
    within[roads.first[1:] - 1] = False
    steps = haversine(roads.lon[:-1], roads.lat[:-1], roads.lon[1:], roads.lat[1:])[within]
    assert steps.max() < 13_000
    assert (np.diff(roads.at) > 0).all()
    assert np.diff(roads.at)[within] == pytest.approx(np.maximum(steps, 0.001), abs=1e-6)


def test_routes_are_long_and_reach_all_over_the_country(roads) -> None:
    length = roads.length[: len(roads.countries)][roads.countries == "USA"]
    assert len(length) > 500
    assert np.percentile(length, 10) > 250_000
    assert length.max() < 2_500_000
    own = np.flatnonzero(roads.countries == "USA")
    assert all(roads.passing(city).distance[own].min() < 15_000 for city in US)


def test_a_position_is_in_the_nearest_town(roads) -> None:
    some = np.arange(roads.first[3], roads.first[roads.local(ABROAD[0])[0]], 997)
    towns = np.array([(town.lon, town.lat) for town in TOWNS])
    places = np.array([(place.lon, place.lat) for place in PLACES])[roads.place[some]]
    nearest = np.array([far(*towns.T, place).min() for place in _points(roads, some)])
    named = haversine(roads.lon[some], roads.lat[some], places[:, 0], places[:, 1])
    assert (named < 1.1 * nearest + 2_000).all()
    assert np.percentile(named, 99) < 60_000


def _points(roads, numbers):
    return [
        TOWNS[0]._replace(lon=lon, lat=lat)
        for lon, lat in zip(roads.lon[numbers], roads.lat[numbers], strict=True)
    ]


@pytest.mark.parametrize("city", ABROAD)
def test_a_position_abroad_is_in_a_place_of_its_country(roads, city: int) -> None:
    _, _, place = roads.locate(roads.start[roads.local(city)] + 100.0)
    assert {PLACES[number].country for number in place.tolist()} == {CITIES[city].country}


def test_where_a_road_passes_a_city(roads) -> None:
    city = city_number("Denver")
    distance, at = roads.passing(city)
    lon, lat, _ = roads.locate(at)
    assert far(lon, lat, CITIES[city]) == pytest.approx(distance, rel=0.2)
    long = slice(0, len(roads.countries))
    assert ((at >= roads.start[long]) & (at <= roads.start[long] + roads.length[long] + 0.01)).all()


def test_carriers_are_at_home_and_get_about_new_fleets_stay_near(roads) -> None:
    city, rng = city_number("Atlanta"), np.random.default_rng(1)
    carried = roads.passing(city).distance[roads.carried(city, rng)]
    assert (carried < 200_000).mean() > 0.4
    assert carried.max() > 800_000
    assert roads.passing(city).distance[roads.regional(city)].max() < 60_000


@pytest.mark.parametrize("city", ABROAD)
def test_fleets_abroad_stay_in_their_country(roads, city: int) -> None:
    routes = [*roads.regional(city), *roads.carried(city, np.random.default_rng(1))]
    assert {str(roads.countries[route]) for route in routes} == {CITIES[city].country}


def test_a_new_fleet_is_seen_as_one(rig: Rig) -> None:
    world = rig.sandbox.world
    for number in range(6):
        fleet = rig.sandbox.invitations.accept(rig.invite(f"new-{number}")["id"]).fleet
        assert fleet is not None
        rig.sandbox.context.connect_provider(fleet, world.connections[0].provider)
        rows = np.flatnonzero(world.rows.vehicles.fleet == fleet)
        state = world.state(rows, np.full(len(rows), START))
        assert far(state.lon, state.lat, CITIES[world.fleets[fleet].city]).max() < 350_000


@pytest.mark.parametrize("name", ["Chicago", "miami", "Toronto"])
def test_a_world_in_one_city(name: str) -> None:
    world = world_of(vehicles=600, city=name)
    city = CITIES[city_number(name)]
    rows, state = where(world)
    assert far(state.lon, state.lat, city).max() < 75_000
    assert np.median(far(state.lon, state.lat, city)) < 40_000
    assert {fleet.city for fleet in world.fleets} == {city_number(name)}
    spots = {(round(x, 2), round(y, 2)) for x, y in zip(state.lon, state.lat, strict=True)}
    assert len(spots) > 0.4 * len(rows), "not in a few ropes"


def test_a_fleet_that_joins_a_world_in_one_city_is_there_too() -> None:
    rig = Rig(vehicles=20, fleets=1, city="Denver")
    fleet = rig.sandbox.invitations.accept(rig.invite("new")["id"]).fleet
    rig.close()
    assert fleet is not None
    assert rig.sandbox.world.fleets[fleet].city == city_number("Denver")


def test_an_unknown_city_is_refused_with_the_list() -> None:
    with pytest.raises(
        ValueError, match=r"no simulated city 'Gotham'; choose one of: Los Angeles, .*Chicago.*\."
    ):
        SandboxConfig(city="Gotham")


def test_the_command_line_says_where_and_how_often(capsys) -> None:
    config, _, _ = parse(["--city", "chicago", "--join-every", "60"])
    assert (config.city, config.join_every) == ("chicago", 60)
    with pytest.raises(SystemExit):
        parse(["--city", "Gotham"])
    assert capsys.readouterr().err.rstrip().endswith("Monterrey.")


@pytest.mark.parametrize("seconds", [-1, 1, 9])
def test_joins_too_close_together_are_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="every 10 seconds or more"):
        SandboxConfig(join_every=seconds)


def test_nobody_works_in_the_water(shared: Rig, land: Land) -> None:
    world = shared.sandbox.world
    rows, state = where(world)
    wet = np.array([not land.holds(x, y) for x, y in zip(state.lon, state.lat, strict=True)])
    motion = world.rows.vehicles.motion.take(rows)
    assert not wet[motion.cruise == 0].any(), "yards"
    assert not wet[(motion.cruise > 0) & (motion.cruise < 15)].any(), "streets"
    assert wet.mean() < 0.01, "bridges and causeways alone"


@pytest.mark.parametrize("name", ["Miami", "New Orleans", "San Francisco", "Seattle", "Toronto", "Chicago"])
def test_streets_of_cities_by_the_water_are_on_land(roads, land: Land, name: str) -> None:
    for route in roads.local(city_number(name))[24:]:
        points = slice(roads.first[route], roads.first[route + 1] if route + 1 < len(roads.first) else None)
        assert all(land.holds(x, y) for x, y in zip(roads.lon[points], roads.lat[points], strict=True))
