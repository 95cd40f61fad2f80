"""The panel of one vehicle."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from dashboard.fleet.details import details_of, place_links, title
from tests.dashboard.frames import NOW, vehicles


def test_everything_known_is_said_in_the_viewers_units() -> None:
    row = vehicles(
        {"name": "Truck <b>7</b>", "fleet": "Acme", "source_name": "Geotab", "provider": "Geotab 2"}
        | {"driver": "Zoë", "plate": "AB-1"}
        | {"vin": "1FUJ", "place": "Springfield, IL, USA", "speed": 20.1168, "odometer": 1_609_344.0}
        | {"fuel_level": 61.7, "engine_hours": 1234.5, "coolant_temperature": 358.15, "age": 180}
    )
    assert details_of(row, NOW, metric=False, delivered_at=NOW - timedelta(minutes=42)) == [
        ("Fleet", "Acme"),
        ("Source", "Geotab"),
        ("Connected as", "Geotab 2"),
        ("Driver", "Zoë"),
        ("Plate", "AB-1"),
        ("VIN", "1FUJ"),
        ("State", "moving"),
        ("Speed", "45 mph"),
        ("Place", "Springfield, IL, USA"),
        ("Last fix", "3 min ago, live"),
        ("Fix time", "2026-05-04 11:57:00 UTC"),
        ("Source delivered", "42 min ago"),
        ("Odometer", "1,000 mi"),
        ("Fuel", "62 %"),
        ("Engine hours", "1,234.5 h"),
        ("Coolant", "185 °F"),
    ]
    metric = dict(details_of(row, NOW, metric=True))
    assert (metric["Speed"], metric["Odometer"], metric["Coolant"]) == ("72 km/h", "1,609 km", "85 °C")


def test_what_is_unknown_is_left_out() -> None:
    assert details_of(vehicles({"fleet": "Acme", "age": 60}), NOW, metric=False) == [
        ("Fleet", "Acme"),
        ("State", "no speed known"),
        ("Last fix", "1 min ago, live"),
        ("Fix time", "2026-05-04 11:59:00 UTC"),
    ]
    empty = details_of(vehicles({"position_error": "no position reported"}), NOW, metric=False)
    assert empty == [("State", "silent"), ("Not on the map", "no position reported")]


@pytest.mark.parametrize("known", [{"speed": 0.0, "age": 0}, {"fuel_level": 0.0}, {}])
def test_nothing_is_shown_as_none_or_nan(known: dict[str, float]) -> None:
    said = " ".join(value for _, value in details_of(vehicles(known), NOW, metric=True)).lower()
    assert "none" not in said
    assert "nan" not in said
    assert "nat" not in said.split()


def test_zero_is_said_when_it_was_reported() -> None:
    said = dict(details_of(vehicles({"speed": 0.0, "fuel_level": 0.0, "age": 5}), NOW, metric=True))
    assert (said["Speed"], said["Fuel"], said["State"]) == ("0 km/h", "0 %", "stopped")


def test_a_fix_from_the_future_is_a_clock_problem() -> None:
    said = dict(details_of(vehicles({"age": -600, "speed": 3.0}), NOW, metric=True))
    assert said["Last fix"] == "dated 10 min in the future: the device's clock is wrong"


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"name": "配送車", "plate": "P"}, "配送車"),
        ({"plate": "P", "vin": "V"}, "P"),
        ({"vin": "V"}, "V"),
        ({}, "v0"),
    ],
)
def test_a_vehicle_without_a_name_is_named_by_what_there_is(row: dict[str, str], named: str) -> None:
    assert title(vehicles(row)) == named


def test_the_place_can_be_opened_elsewhere() -> None:
    links = dict(place_links(-0.00000123, 51.4779))
    assert links["OpenStreetMap"].endswith("?mlat=51.477900&mlon=-0.000001#map=16/51.477900/-0.000001")
    assert urlsplit(links["Google Maps"]).query == "api=1&query=51.477900%2C-0.000001"
    assert place_links(float("nan"), 3.0) == []
