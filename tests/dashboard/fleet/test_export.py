"""Files to take away."""

import csv
import io
import json

import h3
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.fleet.export import NUMBERS, TEXTS, file_name, to_csv, to_geojson, to_parquet
from tests.dashboard.frames import NOW, few, vehicles

CELL = h3.str_to_int(h3.latlng_to_cell(42, -88.5, 11))
FRAME = vehicles(
    {
        "name": 'Zoë, "7"\n<b>',
        "fleet": "配送",
        "lon": -88.5,
        "lat": 42.0,
        "speed": 20.5,
        "age": 0.25,
        "h3": CELL,
    },
    {"name": "=1+1", "driver": "-2", "plate": "+3", "vin": "@x", "position_error": "no position reported"},
)


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_units_in_its_headers_utc_times_and_blanks_for_unknown() -> None:
    data = to_csv(FRAME)
    assert data.startswith(b"\xef\xbb\xbf")
    one, two = read_csv(data)
    assert (one["name"], one["fleet"]) == ('Zoë, "7"\n<b>', "配送")
    assert (one["longitude_deg"], one["latitude_deg"], one["speed_m_per_s"]) == ("-88.5", "42", "20.5")
    assert pd.Timestamp(one["occurred_at_utc"]) == pd.Timestamp("2026-05-04T11:59:59.75Z")
    assert one["h3_cell"] == h3.latlng_to_cell(42, -88.5, 11)
    assert (two["speed_m_per_s"], two["occurred_at_utc"], two["longitude_deg"], two["h3_cell"]) == (
        "",
        "",
        "",
        "",
    )
    assert two["no_position_because"] == "no position reported"


@few
@given(
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]),
    st.text(max_size=20),
)
def test_no_text_cell_can_become_a_formula(start: str, rest: str) -> None:
    texts = dict.fromkeys(TEXTS, start + rest)
    (row,) = read_csv(to_csv(vehicles(texts)))
    assert all(row[header] == f"'{start}{rest}" for header in TEXTS.values())


@few
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(
        lambda t: t[:1] not in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
    )
)
def test_other_text_is_left_as_it_is(name: str) -> None:
    (row,) = read_csv(to_csv(vehicles({"name": name})))
    assert row["name"] == name


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("si", {"speed_m_per_s": 20.1168, "odometer_m": 1_609_344.0, "coolant_temperature_k": 358.15}),
        ("metric", {"speed_km_per_h": 72.42, "odometer_km": 1609.344, "coolant_temperature_c": 85.0}),
        ("us", {"speed_mph": 45.0, "odometer_mi": 1000.0, "coolant_temperature_f": 185.0}),
    ],
)
def test_csv_is_in_the_units_asked_for_and_its_headers_say_which(system, expected) -> None:
    row = {"speed": 20.1168, "odometer": 1_609_344.0, "coolant_temperature": 358.15}
    known, unknown = read_csv(to_csv(vehicles(row, {}), system=system))
    assert {name: float(known[name]) for name in expected} == pytest.approx(expected)
    assert {unknown[name] for name in expected} == {""}
    measured = ("speed_", "odometer_", "coolant_")
    assert [name for name in known if name.startswith(measured)] == list(expected), "none is there twice"


def test_negative_numbers_stay_numbers() -> None:
    (row,) = read_csv(to_csv(vehicles({"lon": -88.5, "lat": -1.25})))
    assert (row["longitude_deg"], row["latitude_deg"]) == ("-88.5", "-1.25")


def test_geojson_has_longitude_first_and_no_geometry_without_a_place() -> None:
    collection = json.loads(to_geojson(FRAME))
    assert collection["type"] == "FeatureCollection"
    one, two = collection["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [-88.5, 42.0]}
    assert (one["id"], one["properties"]["speed_m_per_s"]) == ("v0", 20.5)
    assert one["properties"]["occurred_at_utc"] == "2026-05-04T11:59:59.750000Z"
    assert two["geometry"] is None
    assert two["properties"]["speed_m_per_s"] is None
    assert two["properties"]["name"] == "=1+1"


def test_parquet_keeps_types_and_nulls() -> None:
    table = pq.read_table(io.BytesIO(to_parquet(FRAME)))
    assert str(table.schema.field("occurred_at_utc").type) == "timestamp[us, tz=UTC]"
    assert table["speed_m_per_s"].to_pylist() == [20.5, None]
    assert table["driver"].to_pylist() == [None, "-2"]
    assert set(NUMBERS.values()) <= set(table.column_names)


@pytest.mark.parametrize("write", [to_csv, to_geojson, to_parquet])
def test_an_export_of_nothing_is_a_valid_file(write) -> None:  # type: ignore[no-untyped-def]
    data = write(vehicles())
    if write is to_csv:
        assert read_csv(data) == []
        assert b"speed_m_per_s" in data
    elif write is to_geojson:
        assert json.loads(data)["features"] == []
    else:
        assert pq.read_table(io.BytesIO(data)).num_rows == 0


def test_files_are_named_by_their_time() -> None:
    assert file_name(NOW, "csv") == "vehicles-20260504T120000Z.csv"
