"""Turns what one poll brought into a snapshot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.fleet.freshness import DEFAULT_THRESHOLDS, FRESHNESS, LIVE, freshness_codes
from dashboard.fleet.headings import Headings
from dashboard.fleet.motion import Motion
from dashboard.fleet.names import Names
from dashboard.fleet.notices import Notice
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.columns import DELETED, ColumnCache, columns_of
from dashboard.ingest.fixes import Fix, parse_position
from dashboard.ingest.remembered import moment, remembered, seconds
from dashboard.runtime.refusals import Refusal

Ordinals = NDArray[np.int32]
AHEAD = DEFAULT_THRESHOLDS.clock_ahead
"""A fix dated further ahead comes from a wrong clock: it is no reason to keep honest ones out."""
NOTHING_HELD: Mapping[str, Refusal] = MappingProxyType({})
OF_A_FIX = (
    *("driver", "place", "occurred_at", "h3", "lon", "lat", "position_error"),
    *("speed", "odometer", "fuel_level", "engine_hours", "coolant_temperature"),
)
"""The columns that belong to a fix; the others say what the vehicle is, whenever it was where."""


class SnapshotBuilder:
    """Turns fixes and names into snapshots, and keeps what outlasts one: ordinals, headings, motion, the last fixes.

    An ordinal belongs to one vehicle for the life of the process, and beyond it where another builder goes on from the
    memory of this one, so a row keeps its place among the others and a selection cannot slip to a neighbour.
    """

    def __init__(self) -> None:
        self._ordinals: dict[str, int] = {}
        self._ids: list[str] = []
        """Vehicle ids by ordinal."""
        self._headings = Headings()
        self._motion = Motion()
        self._cache = ColumnCache()
        self._version = 0
        self._last: pd.DataFrame | None = None

    def build(
        self,
        fixes: Sequence[Fix],
        names: Names,
        taken_at: datetime,
        deliveries: Mapping[str, datetime | None] | None = None,
        *,
        held: Mapping[str, Refusal] = NOTHING_HELD,
        unreadable: int = 0,
        notices: tuple[Notice, ...] = (),
    ) -> Snapshot:
        """Join fixes with names. Of several fixes of one vehicle the newest wins.

        That holds for the fix of the last snapshot too. The vehicles of fleets in `held` stay as they were there.
        """
        located, named = [fix.vehicle_id or fix.vehicle for fix in fixes], names.vehicles
        if "" in located:
            fixes = [fix for fix, vehicle_id in zip(fixes, located, strict=True) if vehicle_id]
            unreadable += len(located) - len(fixes)
            located = [vehicle_id for vehicle_id in located if vehicle_id]
        ordinals = self._cache.get("located", self._number, located)
        rows, ordinals = _newest(fixes, ordinals, taken_at + AHEAD)
        missed = self._missed(held, names, ordinals)
        rows += missed
        ordinals = np.concatenate([ordinals, self._number([row.vehicle_id or "" for row in missed])])
        silent = np.setdiff1d(self._cache.get("named", self._number, named), ordinals, assume_unique=True)
        rows += [_without_position(self._ids[ordinal], names) for ordinal in silent.tolist()]
        ordinals = np.concatenate([ordinals, silent])
        if (np.diff(ordinals) < 0).any():
            order = np.argsort(ordinals)
            rows, ordinals = [rows[index] for index in order.tolist()], ordinals[order]
        columns = columns_of([self._ids[ordinal] for ordinal in ordinals.tolist()], rows, names, self._cache)
        columns["ordinal"] = ordinals
        frame = pd.DataFrame(columns)
        self._keep_newer(frame, {row.vehicle_id for row in missed}, taken_at + AHEAD)
        lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
        frame["heading"] = self._headings.update(ordinals, lon, lat, seconds(frame, taken_at))
        live = freshness_codes(frame, taken_at) == FRESHNESS.index(LIVE)
        speed = frame["speed"].to_numpy(np.float64)
        frame["moves"] = self._motion.update(ordinals, lon, lat, live=live, speed=speed, at=taken_at)
        self._version += 1
        self._last = frame
        return Snapshot(self._version, taken_at, frame, deliveries or {}, unreadable, held, notices)

    def memory(self) -> pd.DataFrame:
        """What outlasts a snapshot beside its vehicles: one row for each vehicle ever seen, by ordinal."""
        size = len(self._ids)
        ids = pd.array(self._ids, dtype="str")
        return pd.DataFrame({"vehicle_id": ids, **self._headings.memory(size), **self._motion.memory(size)})

    def restore(self, last: Snapshot, memory: pd.DataFrame | None) -> None:
        """Go on after a snapshot of another builder, with the memory it had then; None: it is lost."""
        memory = remembered(last) if memory is None else memory
        self._ids = memory["vehicle_id"].to_list()
        self._ordinals = {vehicle_id: ordinal for ordinal, vehicle_id in enumerate(self._ids) if vehicle_id}
        columns = {name: memory[name].to_numpy() for name in memory.columns if name != "vehicle_id"}
        self._headings.restore(columns)
        self._motion.restore(columns, columns["last_lon"], columns["last_lat"], last.taken_at)
        self._cache = ColumnCache()  # ordinals may be others than those it was made with
        self._version, self._last = last.version, last.vehicles

    def number_from(self, version: int) -> None:
        """Give the next snapshot a higher version than this."""
        self._version = max(self._version, version)

    def _missed(self, held: Mapping[str, Refusal], names: Names, located: Ordinals) -> list[Fix]:
        """The located vehicles of the last snapshot that are of held fleets and not among those `located` now."""
        last = self._last
        if last is None or not held:
            return []
        of_held = last["fleet_id"].isin(held.keys() - {""})
        if "" in held:
            of_held |= ~last["fleet_id"].isin(names.fleets.keys() | names.withdrawn)
        had_fix = last["occurred_at"].notna() | last["lon"].notna()
        missed = last[of_held & had_fix & ~last["ordinal"].isin(located)]
        fields = ("vehicle_id", "fleet_id", "fleet_ref", "connection_id", "tsp_slug")
        texts = [missed[name].astype("str") for name in (*fields, "source")]
        return [
            Fix(**dict(zip(fields, values, strict=True)), source_name=source)
            for *values, source in zip(*texts, strict=True)
        ]

    def _keep_newer(self, frame: pd.DataFrame, missed: Collection[str | None], latest: datetime) -> None:
        """Put back the last fix where this one is older, or where there is none of a fleet that is held."""
        last = self._last
        if last is None or last.empty:
            return
        ordinals, before = frame["ordinal"].to_numpy(), last["ordinal"].to_numpy()
        at = np.searchsorted(before, ordinals).clip(max=len(before) - 1)
        known = before[at] == ordinals
        then = last["occurred_at"].to_numpy("datetime64[us]")[at]
        now = frame["occurred_at"].to_numpy("datetime64[us]")
        # Comparisons with an unknown time are false: who stopped sending times is not frozen where they were.
        older = (
            known & (now < then) & (then <= moment(latest)) & (frame["position_error"] != DELETED).to_numpy()
        )
        if missed:
            older |= known & frame["vehicle_id"].isin(missed).to_numpy()
        if older.any():
            _put_back(frame, np.flatnonzero(older), last.iloc[at[older]])

    def _number(self, ids: Collection[str]) -> Ordinals:
        """The ordinal of each vehicle; one never seen before gets the next."""
        known = list(map(self._ordinals.get, ids))
        if None in known:
            for vehicle_id in ids:
                if vehicle_id not in self._ordinals:
                    self._ordinals[vehicle_id] = len(self._ids)
                    self._ids.append(vehicle_id)
            known = list(map(self._ordinals.get, ids))
        return np.array(known, dtype=np.int32)


def _newest(fixes: Sequence[Fix], ordinals: Ordinals, latest: datetime) -> tuple[list[Fix], Ordinals]:
    """One fix per vehicle: the newest; a placeable one beats one of the same or unknown time."""
    if np.bincount(ordinals).max(initial=0) <= 1:
        return list(fixes), ordinals
    newest: dict[int, Fix] = {}
    for fix, ordinal in zip(fixes, ordinals.tolist(), strict=True):
        held = newest.get(ordinal)
        if held is None or _rank(fix, latest) > _rank(held, latest):
            newest[ordinal] = fix
    return list(newest.values()), np.array(list(newest), dtype=np.int32)


def _rank(fix: Fix, latest: datetime) -> tuple[bool, datetime, bool]:
    placeable = fix.deleted_at is None and not parse_position(fix.location)[2]
    at = fix.occurred_at or datetime.min.replace(tzinfo=UTC)
    return at <= latest, at, placeable


def _put_back(frame: pd.DataFrame, rows: NDArray[np.intp], past: pd.DataFrame) -> None:
    """Give some rows of a frame the fixes of as many rows of an earlier one."""
    for name in OF_A_FIX:
        if name == "position_error":
            words = frame[name].astype("str").to_numpy(object, copy=True)
            words[rows] = past[name].astype("str").to_numpy(object)
            frame[name] = pd.Categorical(
                words, categories=pd.Index(["", *sorted({*words} - {""})], dtype="str")
            )
        else:
            values = frame[name].array.copy()
            values[rows] = past[name].array
            frame[name] = values


def _without_position(vehicle_id: str, names: Names) -> Fix:
    """A vehicle that is known by name only."""
    facts = names.vehicle(vehicle_id)
    return Fix(
        id="",
        vehicle_id=vehicle_id,
        fleet_id=facts.fleet_id,
        connection_id=facts.connection_id,
        tsp_slug=facts.tsp_slug,
        source_name=facts.source,
    )
