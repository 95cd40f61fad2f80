"""Invented names: companies, trucks, plates and VINs. No person is named anywhere."""

import numpy as np
from numpy.typing import NDArray

Strings = NDArray[np.object_]

_FLEETS = (
    "Prairie Line Freight",
    "Cinder Creek Haulage",
    "Harbor Fork Transport",
    "Blue Mesa Carriers",
    "Tallgrass Logistics",
    "Copper Bend Delivery",
)
_FIRST = (
    *("Alder", "Basin", "Cedar Gap", "Dry Fork", "Eastmoor", "Falling Rock", "Granite", "High Plains"),
    *("Iron Gate", "Juniper", "Kestrel", "Long Meadow", "Marble Hill", "North Bluff", "Osprey", "Pine Ridge"),
    *("Quartz Valley", "Red Willow", "Stonebridge", "Three Rivers", "Umber", "Verde", "Westfork", "Yucca"),
)
_SECOND = (
    *("Freight", "Haulage", "Transport", "Carriers", "Logistics", "Trucking", "Lines", "Motor Freight"),
    *("Cartage", "Express", "Hauling", "Distribution", "Dispatch", "Roadways", "Transfer", "Cargo"),
)
_MAKES = (
    ("Freightliner", "Cascadia", "1FU", "Diesel"),
    ("Kenworth", "T680", "1XK", "Diesel"),
    ("Peterbilt", "579", "1XP", "Diesel"),
    ("Volvo", "VNL 760", "4V4", "Diesel"),
    ("Mack", "Anthem", "1M1", "Diesel"),
    ("International", "LT625", "3HS", "Diesel"),
)
_VIN_CHARACTERS = np.array(list("ABCDEFGHJKLMNPRSTUVWXYZ0123456789"))
_VIN_VALUES = np.array([*(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), *range(10)])
_VIN_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_VIN_INDEX = {character: index for index, character in enumerate(_VIN_CHARACTERS)}


def fleet_name(number: int) -> str:
    """Return the name of a seeded fleet; distinct for the first 390 numbers, then with a number behind."""
    if number < len(_FLEETS):
        return _FLEETS[number]
    number -= len(_FLEETS)
    lap, number = divmod(number, len(_FIRST) * len(_SECOND))
    second, first = divmod(number, len(_FIRST))
    name = f"{_FIRST[first]} {_SECOND[(second + first) % len(_SECOND)]}"
    return f"{name} {lap + 1}" if lap else name


def vehicle_names(style: int, first: int, count: int) -> Strings:
    """Return unit names as fleets number them; one of four styles."""
    form = ("{:04d}", "Unit {}", "TRK-{:05d}", "{}-T")[style % 4]
    base = (1000, 100, 1, 500)[style % 4]
    return np.array([form.format(base + first + i) for i in range(count)], dtype=object)


def makes(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Draw the make (row of `MAKES`) of each vehicle."""
    return rng.integers(0, len(_MAKES), count)


def make(number: int) -> tuple[str, str, str, str]:
    """Return manufacturer, model, first three VIN characters and engine type of a make."""
    return _MAKES[number]


def vins(rng: np.random.Generator, make_numbers: NDArray[np.int64]) -> Strings:
    """Return VINs of 17 characters with the check digit that ISO 3779 as used in North America asks for."""
    count = len(make_numbers)
    drawn = rng.integers(0, len(_VIN_CHARACTERS), (count, 17))
    drawn[:, 11:] = rng.integers(len(_VIN_CHARACTERS) - 10, len(_VIN_CHARACTERS), (count, 6))
    prefixes = np.array([[_VIN_INDEX[c] for c in prefix] for _, _, prefix, _ in _MAKES])
    drawn[:, :3] = prefixes[make_numbers]
    check = (_VIN_VALUES[drawn] * _VIN_WEIGHTS).sum(axis=1) % 11
    letters = _VIN_CHARACTERS[drawn]
    letters[:, 8] = np.where(check == 10, "X", (check % 10).astype("U1"))
    return np.ascontiguousarray(letters).view("U17").ravel().astype(object)


def plates(rng: np.random.Generator, count: int) -> Strings:
    """Return plate numbers of two letters and five digits."""
    letters = _VIN_CHARACTERS[rng.integers(0, 23, (count, 2))]
    digits = _VIN_CHARACTERS[rng.integers(23, 33, (count, 5))]
    return np.ascontiguousarray(np.concatenate([letters, digits], axis=1)).view("U7").ravel().astype(object)
