"""Where a location can be drawn, and honest reasons where it cannot."""

import math

import msgspec
import pytest

from dashboard.ingest.fixes import Fix, Location, parse_position, parse_positions


@pytest.mark.parametrize(
    ("given_location", "reason"),
    [
        (None, "no position reported"),
        ({}, "unreadable answer"),
        ([1, 2], "unreadable answer"),
        ("POINT(1 2)", "unreadable answer"),
        (7, "unreadable answer"),
        (True, "unreadable answer"),
        ({"type": "Point", "coordinates": {"lon": 1}}, "unreadable answer"),
        ({"type": "Point", "coordinates": []}, "unreadable answer"),
        ({"type": "Point", "coordinates": None}, "unreadable answer"),
        ({"type": "Point", "coordinates": [1]}, "unreadable answer"),
        ({"type": "Point", "coordinates": [None, None]}, "unreadable answer"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "unreadable answer"),
        ({"type": "Point", "coordinates": [True, False]}, "unreadable answer"),
        ({"type": "Point", "coordinates": [181, 0]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [42, -91]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [1e400, 0]}, "coordinates out of range"),
        ({"type": "Point", "coordinates": [0, 0]}, "position 0, 0 (no GPS signal)"),
        ({"type": "Point", "coordinates": [0.0, -0.0, 12]}, "position 0, 0 (no GPS signal)"),
        ({"type": "Point", "coordinates": [10, 90]}, "too near a pole to draw"),
        ({"type": "Point", "coordinates": [10, -86]}, "too near a pole to draw"),
        ({"type": "Point", "coordinates": [0, 51.5]}, ""),
        ({"type": "Point", "coordinates": [-78.5, 0]}, ""),
        ({"type": "Point", "coordinates": [180, -17]}, ""),
        ({"type": "Point", "coordinates": [-180, 60, 4.2]}, ""),
    ],
)
def test_parse_position(given_location, reason):
    lon, lat, why = parse_position(msgspec.convert(given_location, Location))
    assert why == reason
    assert math.isnan(lon) == math.isnan(lat) == bool(reason)
    assert parse_positions([msgspec.convert(given_location, Location)])[2] == ({0: reason} if reason else {})


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ({"vehicle_id": "v"}, "v"),
        ({"vehicle_id": None, "source_vehicle_id": "t"}, "c1/t"),
        ({"vehicle_id": "", "source_vehicle_id": ""}, "c1/row"),
        ({"vehicle_id": None, "source_vehicle_id": "t", "connection_id": None}, "/row"),
        ({"vehicle_id": None, "id": None, "connection_id": None, "source_vehicle_id": "t"}, ""),
        ({"vehicle_id": None, "id": None}, ""),
    ],
)
def test_identity(given, identity):
    assert Fix(**({"connection_id": "c1", "id": "row"} | given)).vehicle == identity
