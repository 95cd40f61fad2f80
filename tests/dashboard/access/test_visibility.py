"""What is left of a frame for somebody: nothing of what may not be seen, not even as a category or in a name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.visibility import EVERYTHING, PRIVATE, Visibility
from dashboard.fleet.geo import METRES_PER_DEGREE, distance
from dashboard.fleet.names import Names
from dashboard.ingest.trailers import TrailerFacts, trailers_frame
from tests.dashboard.frames import few, vehicles
from tests.dashboard.trailers import trailer

FRAME = vehicles(
    {"fleet_id": "f1", "fleet": "One", "source": "geotab", "provider": "Geotab"},
    {"fleet_id": "f2", "fleet": "Two", "source": "samsara", "provider": "Samsara"},
    {"fleet_id": "", "fleet": "No fleet", "source": "geotab", "provider": "Other"},
    {"fleet_id": "f1", "fleet": "One", "source": "motive", "provider": "Motive"},
)
F1 = frozenset({"f1"})


@pytest.mark.parametrize(
    ("visibility", "rows"),
    [
        pytest.param(Visibility(), [], id="nothing unless said"),
        pytest.param(Visibility(F1), [0, 3], id="a fleet"),
        pytest.param(Visibility(frozenset({"f2", "f9"})), [1], id="a fleet, and one that is not there"),
        pytest.param(Visibility(None, frozenset({"geotab"})), [0, 2], id="a source"),
        pytest.param(Visibility(F1, frozenset({"geotab"})), [0], id="a source of a fleet"),
        pytest.param(Visibility(F1, frozenset()), [], id="no source"),
        pytest.param(
            Visibility(None, hidden=frozenset({"vin"})), [0, 1, 2, 3], id="all, with something hidden"
        ),
    ],
)
def test_rows_and_nothing_of_others(visibility, rows):
    seen = visibility.of(FRAME)
    assert seen["ordinal"].tolist() == rows
    assert seen.index.tolist() == list(range(len(rows))), "the index would tell how many there are"
    for name in ("fleet_id", "fleet", "source", "provider", "position_error"):
        assert set(seen[name].cat.categories) == set(FRAME[name].iloc[rows]), name
        assert seen[name].astype(str).tolist() == FRAME[name].iloc[rows].astype(str).tolist()


def test_who_may_see_everything_gets_the_frame_itself():
    assert EVERYTHING.of(FRAME) is FRAME
    assert EVERYTHING.unseen == frozenset()


def test_the_frame_itself_is_not_changed():
    before = FRAME.copy(deep=True)
    Visibility(F1, hidden=frozenset(PRIVATE), rounded=True).of(FRAME)
    pd.testing.assert_frame_equal(FRAME, before)


PERSON = {"fleet_id": "f1", "driver": "Zoë O. Nowak-Lund", "vin": "1FTFW1ET5DFC10312", "plate": "AB-123 C"}


@pytest.mark.parametrize(
    ("name", "telling"),
    [
        ("Truck 9", set()),
        ("", set()),
        ("1FTFW1ET5DFC10312", {"vin"}),
        ("Truck 1ftfw1et-5dfc10312", {"vin"}),
        ("5DFC10312", set()),
        ("ab123c", {"plate"}),
        ("Kipper A B.1 2-3C (old)", {"plate"}),
        ("AB-12", set()),
        ("T12 | ZOE | Reefer", {"driver"}),
        ("NowakLund's", {"driver"}),
        ("zoe o nowak lund", {"driver"}),
        ("O.", set()),
        ("Zoë, AB 123 C", {"driver", "plate"}),
    ],
)
def test_a_name_that_tells_what_is_hidden_is_hidden_too(name, telling):
    frame = vehicles(PERSON | {"name": name})
    for hidden in ({"driver"}, {"vin"}, {"plate"}, set(PRIVATE)):
        (seen,) = Visibility(F1, hidden=frozenset(hidden)).of(frame).to_dict("records")
        assert seen["name"] == ("" if telling & hidden else name)
        assert {column: seen[column] for column in PRIVATE} == {
            column: "" if column in hidden else PERSON[column] for column in PRIVATE
        }


def test_of_a_driver_whose_name_has_no_long_word_the_whole_name_tells():
    rows = [{"fleet_id": "f1", "driver": "Al B.", "name": name} for name in ("al-b 7", "Al 7", "Box")]
    frame = vehicles(*rows, {"fleet_id": "f1", "driver": "", "name": "Al B. Ng"})
    seen = Visibility(F1, hidden=frozenset({"driver"})).of(frame)
    assert seen["name"].tolist() == ["", "Al 7", "Box", "Al B. Ng"]


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("Pat O'Brien", "OBrien 7"),
        ("Pat O\u2019Brien", "Truck O'Brien"),
        ("Rita D'Angelo", "D\u2019ANGELO"),
        ("Smith, John", "Smith"),
        ("John Smith/Jones", "Jones 4"),
        ("John (Smith)", "SMITH-2"),
        ("John Smith, Jr.", "smith"),
    ],
)
def test_a_surname_tells_however_it_is_written(driver, name):
    frame = vehicles({"fleet_id": "f1", "driver": driver, "name": name})
    assert Visibility(F1, hidden=frozenset({"driver"})).of(frame)["name"].tolist() == [""]


def test_only_a_vehicles_own_texts_hide_its_name():
    frame = vehicles({"fleet_id": "f1", "name": "AB 1", "plate": "CD 2"}, {"fleet_id": "f1", "name": "CD 2"})
    assert Visibility(F1, hidden=frozenset(PRIVATE)).of(frame)["name"].tolist() == ["AB 1", "CD 2"]


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ([], {"Acme", "Bold (Co)"}),
        ([("3-33333333", "Acme (33333333)")], {"Acme (11111111)", "Acme (33333333)", "Bold (Co)"}),
    ],
)
def test_a_name_does_not_tell_of_an_unseen_fleet_called_the_same(others, shown):
    seen = [("1-11111111", "Acme (11111111)"), ("22222222-2", "Bold (Co)"), *others]
    rows = [{"fleet_id": fleet_id, "fleet": name} for fleet_id, name in [*seen, ("4", "Acme (4)")]]
    visibility = Visibility(frozenset(fleet_id for fleet_id, _ in seen))
    assert set(visibility.of(vehicles(*rows))["fleet"]) == shown


places = st.tuples(st.floats(-180, 180), st.floats(-85.05, 85.05))


@few
@given(st.lists(places, min_size=1, max_size=20))
def test_a_rounded_place_is_near_and_one_of_few(found):
    rows = [{"fleet_id": "f1", "lon": lon, "lat": lat, "place": "Street 1", "h3": 7} for lon, lat in found]
    frame = vehicles(*rows, {"fleet_id": "f1"})
    visibility = Visibility(F1, rounded=True)
    seen = visibility.of(frame)
    assert set(seen["place"]) == {""}
    assert set(seen["h3"]) == {0}
    assert np.isnan(seen[["lon", "lat"]].iloc[-1]).all(), "what has no place gets none"
    exact, coarse = (one[["lon", "lat"]].to_numpy()[:-1].T for one in (frame, seen))
    assert (np.abs(coarse[0]) <= 180).all()
    assert distance(*exact, *coarse).max() < 0.0072 * METRES_PER_DEGREE, (
        "half the diagonal of a square of 0.01 degrees"
    )
    assert np.allclose(np.round(coarse[1] / 0.01), coarse[1] / 0.01)
    pd.testing.assert_frame_equal(visibility.of(seen)[["lat"]], seen[["lat"]])


def test_places_of_one_square_are_told_apart_no_more():
    near = [(-88.0, 42.0), (-88.0, 42.003), (-88.004, 42.0), (-88.01, 41.998)]
    rows = [{"fleet_id": "f1", "lon": lon, "lat": lat} for lon, lat in near]
    seen = Visibility(F1, rounded=True).of(vehicles(*rows))
    assert len(seen[["lon", "lat"]].drop_duplicates()) == 1


@pytest.mark.parametrize(
    ("hidden", "names"),
    [
        (set(), ["AB-123", "Box 7", "Box VIN0042", "Trailer t4"]),
        ({"driver"}, ["AB-123", "Box 7", "Box VIN0042", "Trailer t4"]),
        ({"plate"}, ["", "Box 7", "Box VIN0042", "Trailer t4"]),
        ({"vin"}, ["AB-123", "Box 7", "", "Trailer t4"]),
    ],
)
def test_a_trailer_called_by_its_plate_has_no_name_where_plates_are_hidden(hidden, names):
    facts = {
        "t1": TrailerFacts("AB-123", plate="ab 123"),
        "t2": TrailerFacts("Box 7", vin="VIN0007", plate="CD-9"),
        "t3": TrailerFacts("Box VIN0042", vin="VIN0042"),
    }
    rows = [trailer(f"t{n}", lon=-88.00321) for n in range(1, 5)] + [trailer("t5", fleet_id="f2")]
    frame = trailers_frame(rows, facts, Names(fleets={"f1": "North", "f2": "South"}))
    seen = Visibility(F1, hidden=frozenset(hidden), rounded=True).of(frame)
    assert seen["name"].tolist() == names
    assert set(seen["lon"]) == {-88.00438}, "where no place is said exactly, a trailer's is not either"
    assert set(seen["fleet"].cat.categories) == {"North"}
    for column in hidden & {"vin", "plate"}:
        assert set(seen[column]) == {""}
