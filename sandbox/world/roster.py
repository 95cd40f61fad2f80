"""Vehicles and trailers as columns, and how a connection's vehicles are drawn from a random generator."""

import uuid
from dataclasses import dataclass, fields
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sandbox.world import names
from sandbox.world.motion import Floats, Ints, Motion
from sandbox.world.network import MAIN_ROUTES
from sandbox.world.paths import Roads
from sandbox.world.providers import NAMESPACE, Provider

Bools = NDArray[np.bool_]
DAY = 86_400.0
# Metres of road that a vehicle goes to and fro on: a carrier's, and those of one that has just joined.
LONG_HAUL, REGIONAL = (250e3, 1_200e3), (60e3, 250e3)


@dataclass(frozen=True)
class _Columns:
    """Arrays (or a Motion) of equal length."""

    def join(self, *others: Self) -> Self:
        """Return these rows, then the others'."""
        if not others:
            return self
        columns = ([getattr(part, f.name) for part in (self, *others)] for f in fields(self))
        return type(self)(
            *(c[0].join(*c[1:]) if isinstance(c[0], Motion) else np.concatenate(c) for c in columns)
        )


@dataclass(frozen=True)
class Vehicles(_Columns):
    """Column arrays of length n. Times are epoch seconds, `lag` seconds from a fix to its arrival."""

    key: NDArray[np.uint8]  # (n, 16): the bytes that all ids of the vehicle derive from
    fleet: Ints
    connection: Ints
    begin: Floats
    silent_since: Floats  # inf: still speaks
    lag: Floats
    gap: Floats  # one draw in [0, 1) per vehicle, for faults that hit a share of the vehicles
    has_location: Bools
    has_speed: Bools
    has_odometer: Bools
    has_fuel: Bools
    has_driver: Bools
    driver_number: Ints
    make: Ints
    year: Ints
    name: names.Strings
    vin: names.Strings
    plate: names.Strings
    motion: Motion

    def __len__(self) -> int:
        return len(self.fleet)


@dataclass(frozen=True)
class Trailers(_Columns):
    """Column arrays of length n; a trailer follows the vehicle in row `tows` until `dropped_at`."""

    key: NDArray[np.uint8]
    fleet: Ints
    connection: Ints
    tows: Ints
    dropped_at: Floats  # inf: still hooked
    number: Ints

    def __len__(self) -> int:
        return len(self.fleet)


@cache
def _mask(kind: str) -> NDArray[np.uint8]:
    return np.frombuffer(uuid.uuid5(NAMESPACE, kind).bytes, dtype=np.uint8)


def ids(key: NDArray[np.uint8], kind: str) -> list[str]:
    """Return one UUID per row of `key` (n, 16); the same key gives another id for each `kind`."""
    raw = key ^ _mask(kind)
    raw[:, 6] = (raw[:, 6] & 0x0F) | 0x50
    raw[:, 8] = (raw[:, 8] & 0x3F) | 0x80
    text = raw.tobytes().hex()
    parts = [text[i : i + 32] for i in range(0, len(text), 32)]
    return [f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}" for h in parts]


@dataclass(frozen=True)
class Group:
    """What is asked for when a connection's vehicles are drawn."""

    fleet: int
    connection: int
    provider: Provider
    count: int
    city: int
    routes: tuple[int, ...]
    first_number: int
    begin: float
    local: float = 0.2
    parked: float = 0.12
    reach: tuple[float, float] = LONG_HAUL
    quiet: bool = True  # some vehicles silent or without any location, as in a fleet that has run for years


def draw(rng: np.random.Generator, group: Group, roads: Roads, now: float) -> Vehicles:
    """Draw the vehicles of one connection."""
    n, provider = group.count, group.provider
    silent = np.full(n, np.inf)
    located = np.ones(n, dtype=bool)
    if group.quiet:
        share = rng.random(n)
        silent = np.where(share < 0.05, now - rng.uniform(5 * 3600, 20 * 3600, n), silent)
        silent = np.where(share < 0.025, now - rng.uniform(1 * DAY, 30 * DAY, n), silent)
        silent = np.where(share < 0.006, now - rng.uniform(200 * DAY, 300 * DAY, n), silent)
        located = rng.random(n) >= 0.04
    make = names.makes(rng, n)
    return Vehicles(
        key=rng.integers(0, 256, (n, 16), dtype=np.uint8),
        fleet=np.full(n, group.fleet),
        connection=np.full(n, group.connection),
        begin=np.minimum(group.begin, np.where(np.isinf(silent), np.inf, silent - 2 * DAY)),
        silent_since=silent,
        lag=rng.uniform(1.0, 8.0, n),
        gap=rng.random(n),
        has_location=located,
        has_speed=rng.random(n) >= provider.no_speed,
        has_odometer=rng.random(n) >= provider.no_odometer,
        has_fuel=rng.random(n) >= provider.no_fuel,
        has_driver=rng.random(n) >= 0.06,
        driver_number=group.first_number + np.arange(n),
        make=make,
        year=rng.integers(2014, 2027, n),
        name=names.vehicle_names(group.connection, group.first_number, n),
        vin=names.vins(rng, make),
        plate=names.plates(rng, n),
        motion=_draw_motion(rng, group, roads),
    )


def _draw_motion(rng: np.random.Generator, group: Group, roads: Roads) -> Motion:
    n = group.count
    kind = rng.random(n)
    parked = kind < group.parked
    local = ~parked & (kind < group.parked + group.local)
    routes, streets = roads.local(group.city), roads.local(group.city)[MAIN_ROUTES:]
    long = rng.choice(np.array(group.routes), n)
    road = np.where(parked, rng.choice(streets, n), np.where(local, rng.choice(routes, n), long))
    whole = roads.length[road]
    length = np.where(local, whole, np.minimum(whole, rng.uniform(*group.reach, n)))
    length = np.where(parked, 300.0, length)
    # A long section goes past home, a yard lies anywhere along its street.
    home = roads.passing(group.city).at[long] - roads.start[long]
    before = np.where(parked, rng.random(n) * (whole - length), home - rng.random(n) * length)
    begin = roads.start[road] + np.clip(np.where(local, 0.0, before), 0.0, whole - length)
    street = local & (road >= streets[0])
    drive = np.where(local, rng.uniform(240, 900, n), rng.uniform(5_400, 16_200, n))
    stand = np.where(local, rng.uniform(120, 900, n), rng.uniform(480, 4_300, n))
    ramp = np.where(local, 15.0, 60.0)
    cruise = np.where(street, rng.uniform(6, 14, n), rng.uniform(22, 29, n))
    tank = np.where(local, 4e5, 1.4e6)
    legs = np.maximum(1.0, np.round(tank / (cruise * (drive - ramp))))
    interval = np.round(rng.uniform(*group.provider.interval, n))
    pause = np.where(parked, rng.uniform(900, 2_400, n), 300.0)
    return Motion(
        section_start=begin,
        section_length=length,
        distance_offset=rng.random(n) * 2 * length,
        period=np.where(parked, 1e12, drive + stand),
        drive=drive,
        ramp=ramp,
        cruise=np.where(parked, 0.0, cruise),
        wave=np.where(street, 0.25, 0.05),
        waves=rng.integers(3, 9, n).astype(np.float64),
        cycle_offset=rng.uniform(1e6, 2e6, n),
        odometer_offset=rng.uniform(6e8, 1e9, n),
        hours_offset=rng.uniform(5_000, 14_000, n),
        legs_per_tank=legs,
        tank_offset=np.floor(rng.random(n) * legs),
        interval=interval,
        sparse=np.maximum(1.0, np.round(pause / interval)),
    )


def draw_trailers(
    rng: np.random.Generator, vehicles: Vehicles, first_row: int, now: float, share: float
) -> Trailers:
    """Draw trailers for a share of the vehicles; three in ten of them were dropped somewhere."""
    tows = np.flatnonzero(vehicles.has_location & (rng.random(len(vehicles)) < share))
    n = len(tows)
    dropped = np.where(rng.random(n) < 0.3, now - rng.uniform(0.1 * DAY, 20 * DAY, n), np.inf)
    return Trailers(
        key=rng.integers(0, 256, (n, 16), dtype=np.uint8),
        fleet=vehicles.fleet[tows],
        connection=vehicles.connection[tows],
        tows=tows + first_row,
        dropped_at=dropped,
        number=vehicles.driver_number[tows],
    )
