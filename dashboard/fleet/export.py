"""The filtered vehicles as a file: CSV in the units asked for, GeoJSON or Parquet in SI units; times are UTC."""

from collections.abc import Collection
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal

import h3
import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from dashboard.fleet import units

TEXTS = {
    "vehicle_id": "vehicle_id",
    "name": "name",
    "fleet_id": "fleet_id",
    "fleet": "fleet",
    "fleet_ref": "fleet_ref",
    "source": "source_name",
    "tsp_slug": "tsp_slug",
    "provider": "provider",
    "driver": "driver",
    "plate": "plate",
    "vin": "vin",
    "place": "place",
    "position_error": "no_position_because",
}
NUMBERS = {
    "lon": "longitude_deg",
    "lat": "latitude_deg",
    "speed": "speed_m_per_s",
    "heading": "heading_deg",
    "odometer": "odometer_m",
    "fuel_level": "fuel_level_percent",
    "engine_hours": "engine_hours_h",
    "coolant_temperature": "coolant_temperature_k",
}
System = Literal["si", "metric", "us"]
"""Of units: SI; kilometres, km/h and °C; miles, mph and °F."""
CONVERTED: dict[System, dict[str, tuple[str, float, float]]] = {
    "si": {},
    "metric": {
        "speed_m_per_s": ("speed_km_per_h", 1 / units.KMH, 0.0),
        "odometer_m": ("odometer_km", 1 / 1000, 0.0),
        "coolant_temperature_k": ("coolant_temperature_c", 1.0, -273.15),
    },
    "us": {
        "speed_m_per_s": ("speed_mph", 1 / units.MPH, 0.0),
        "odometer_m": ("odometer_mi", 1 / units.MILE, 0.0),
        "coolant_temperature_k": ("coolant_temperature_f", 9 / 5, 32 - 273.15 * 9 / 5),
    },
}
"""Header in SI units to the header of a system, and what a value is multiplied with and then added."""
DECIMALS = 3
TIME = "occurred_at_utc"
H3_CELL = "h3_cell"
"""As hexadecimal text: a spreadsheet would round the number."""

_FORMULA = r"^([=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
"""What makes a spreadsheet take a cell for a formula, full-width forms included."""


def table(frame: pd.DataFrame, without: Collection[str] = ()) -> pa.Table:
    """Return the columns of an export, named with their units; what is unknown is null.

    `without`: columns of the frame that are left out.
    """
    columns = {
        header: pc.replace_with_mask(*_blank(pa.array(frame[name].astype("str"), pa.string())))
        for name, header in TEXTS.items()
        if name not in without
    }
    columns[TIME] = pa.array(frame["occurred_at"], pa.timestamp("us", "UTC"), from_pandas=True)
    columns |= {header: pa.array(frame[name], from_pandas=True) for name, header in NUMBERS.items()}
    if "h3" not in without:
        cells = [h3.int_to_str(int(cell)) if cell else None for cell in frame["h3"].to_numpy(dtype=np.uint64)]
        columns[H3_CELL] = pa.array(cells, pa.string())
    return pa.table(columns)


def to_csv(frame: pd.DataFrame, without: Collection[str] = (), system: System = "si") -> bytes:
    """Write CSV (UTF-8 with its mark, for spreadsheets); text that looks like a formula gets a leading '."""
    rows = table(frame, without)
    for si_header, (header, factor, offset) in CONVERTED[system].items():
        values = pc.round(pc.add(pc.multiply(rows[si_header], factor), offset), DECIMALS)
        rows = rows.set_column(rows.column_names.index(si_header), header, values)
    for header in set(TEXTS.values()) & set(rows.column_names):
        harmless = pc.replace_substring_regex(rows[header], pattern=_FORMULA, replacement=r"'\1")
        rows = rows.set_column(rows.column_names.index(header), header, harmless)
    times = pc.strftime(rows[TIME], format="%Y-%m-%dT%H:%M:%SZ")
    rows = rows.set_column(rows.column_names.index(TIME), TIME, times)
    out = BytesIO(b"\xef\xbb\xbf")
    out.seek(3)
    pa.csv.write_csv(rows, out)
    return out.getvalue()


def to_geojson(frame: pd.DataFrame, without: Collection[str] = ()) -> bytes:
    """Write GeoJSON (RFC 7946): a feature per vehicle, without geometry where it has no position."""
    rows = table(frame, without)
    times = pc.strftime(rows[TIME], format="%Y-%m-%dT%H:%M:%SZ")
    rows = rows.set_column(rows.column_names.index(TIME), TIME, times)
    features = []
    for properties in rows.to_pylist():
        lon, lat = properties.pop(NUMBERS["lon"]), properties.pop(NUMBERS["lat"])
        point = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
        identity = properties[TEXTS["vehicle_id"]]
        features.append({"type": "Feature", "id": identity, "geometry": point, "properties": properties})
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def to_parquet(frame: pd.DataFrame, without: Collection[str] = ()) -> bytes:
    """Write Parquet, compressed with zstd."""
    out = BytesIO()
    pq.write_table(table(frame, without), out, compression="zstd")
    return out.getvalue()


def file_name(taken_at: datetime, kind: str) -> str:
    """Name an export: `vehicles-20260504T120007Z.csv`; `kind` is the file's ending."""
    return f"vehicles-{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.{kind}"


def _blank(texts: pa.Array) -> tuple[pa.Array, pa.Array, pa.Scalar]:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    return texts, pc.fill_null(pc.equal(texts, ""), fill_value=True), pa.scalar(None, pa.string())
