"""Names beside vehicles: where few are, of those that may be seen, and never more than can be read."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING, Visibility
from dashboard.feed.names import FEW, LONGEST, MOST_CHARACTERS, _different, characters
from dashboard.fleet.filters import Filters
from dashboard.fleet.snapshot import Snapshot
from tests.dashboard.feeds import ALL, NORTH, Feeds
from tests.dashboard.frames import vehicles

CHICAGO = {"lon": -87.63, "lat": 41.88}
TILE = (7, 32, 47)
"""In which Chicago lies."""
PERSON = "Zebulon Quark"


def snapshot_of(*rows):
    return Snapshot(1, datetime.now(UTC), vehicles(*rows))


def truck(name, fleet="f1", **where):
    return {"name": name, "fleet_id": fleet, "fleet": fleet, "source": "geotab", **CHICAGO, **where}


def features(snapshot, scope=ALL, tile=TILE):
    with Feeds(snapshot) as feeds:
        z, x, y = tile
        url = feeds.feed.names.url(snapshot, scope)
        answer = feeds.get(url.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)))
    assert answer.status_code == 200
    return answer.json()


def names(*arguments):
    return [feature["properties"]["name"] for feature in features(*arguments)]


def test_a_tile_has_the_names_of_the_vehicles_in_it():
    snapshot = snapshot_of(
        truck("Ours"), truck("Elsewhere", lon=-80.0), truck(""), truck("Lost", position_error="x")
    )
    (feature,) = features(snapshot)
    assert feature == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-87.63, 41.88]},
        "properties": {"name": "Ours"},
    }
    assert features(snapshot, ALL, (7, 0, 0)) == []


PLACES = [(-180, -85.05), (180, 85.05), (0, 0.1), (-87.63, 41.88), (45.0, 60.0)]


@pytest.mark.parametrize("zoom", [0, 7, 14])
@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_each_place_is_in_one_tile(zoom, lon, lat):
    """As deck.gl counts tiles; the last meridian is the first."""
    x = int(np.floor((lon + 180) / 360 * 2**zoom)) % 2**zoom
    south = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    y = int(np.floor(south * 2**zoom))
    snapshot = snapshot_of(truck("Ours", lon=lon, lat=lat))
    assert names(snapshot, ALL, (zoom, x, y)) == ["Ours"]
    for beside in {((x + 1) % 2**zoom, y), (x, y + 1)} - {(x, y)}:
        assert names(snapshot, ALL, (zoom, *beside)) == []


@pytest.mark.parametrize(("number", "named"), [(FEW, FEW), (FEW + 1, 0)])
def test_where_many_are_there_are_no_names(number, named):
    assert len(names(snapshot_of(*(truck(f"T{n}") for n in range(number))))) == named


def test_filters_and_rights_reach_the_names():
    snapshot = snapshot_of(truck("Ours"), truck("Theirs", "f2"))
    assert names(snapshot) == ["Ours", "Theirs"]
    assert names(snapshot, Scope(EVERYTHING, Filters(fleets=("f2",)))) == ["Theirs"]
    assert names(snapshot, Scope(NORTH)) == ["Ours"]
    with Feeds(snapshot) as feeds:
        assert "T" not in feeds.feed.names.characters(snapshot, NORTH)


def test_a_guest_gets_no_hidden_name_and_no_exact_place():
    masked = Visibility(frozenset({"f1"}), hidden=frozenset({"driver"}), rounded=True)
    snapshot = snapshot_of(truck(PERSON, driver=PERSON), truck("Ours"))
    (feature,) = features(snapshot, Scope(masked))
    assert feature["properties"] == {"name": "Ours"}
    assert feature["geometry"]["coordinates"] != [-87.63, 41.88]


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("<b>x</b> | [y](z) 🚚", "<b>x</b> | [y](z) 🚚"),
        ("two\nlines\tand  more", "two lines and more"),
        ("x" * LONGEST, "x" * LONGEST),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
    ],
)
def test_names_are_one_short_line_as_they_are(name, drawn):
    snapshot = snapshot_of(truck(name))
    assert names(snapshot) == [drawn]
    with Feeds(snapshot) as feeds:
        (named,) = feeds.feed.names.named(snapshot, ALL)
        assert named == (0, (-87.63, 41.88), drawn)
        assert {*drawn} <= {*feeds.feed.names.characters(snapshot, EVERYTHING)} | {" "}


def test_the_characters_are_bounded_and_the_plainest_stay():
    found = characters(["Truck 7", "".join(map(chr, range(0x4E00, 0x4E00 + 2000)))])
    assert len(found) == MOST_CHARACTERS
    assert {*"Truck 7…"} <= {*found}
    assert characters(["ba", "ab"]) == characters(["ab"])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_the_characters_of_a_column_are_those_of_its_names(names):
    assert characters(_different(pd.Series(names, dtype="str"))) == characters(names)


def test_an_address_is_for_names_alone_and_says_nothing():
    snapshot = snapshot_of(truck("Ours"))
    with Feeds(snapshot) as feeds:
        url = feeds.feed.names.url(snapshot, ALL, "session").replace("{z}/{x}/{y}", "7/32/47")
        assert feeds.get(url).status_code == 403, "of another session"
        assert feeds.get(url, session="session").status_code == 200
        vehicles_id = feeds.feed.vehicles.url(snapshot, ALL, "moving").partition("id=")[2]
        assert feeds.get(f"feed/names/7/32/47.json?id={vehicles_id}").status_code == 403
        assert feeds.get("feed/names/7/32/x.json").status_code == 404
        feeds.newest = None
        url = feeds.feed.names.url(replace(snapshot, version=9), ALL).replace("{z}/{x}/{y}", "7/32/47")
        assert feeds.get(url.replace("v=9.", "v=8.")).status_code == 503


@pytest.mark.parametrize("asked", ["23/0/0", "99999999999/0/0", "7/" + "9" * 5000 + "/0", "7/32/-1"])
def test_a_tile_that_no_map_has_costs_nothing(asked):
    """Two to the power of whatever somebody writes there would keep the server busy for all."""
    snapshot = snapshot_of(truck("Ours"))
    with Feeds(snapshot) as feeds:
        url = feeds.feed.names.url(snapshot, ALL).replace("{z}/{x}/{y}", asked)
        assert feeds.get(url).status_code == 404
