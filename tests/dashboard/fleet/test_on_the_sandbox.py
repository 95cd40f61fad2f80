"""The map's logic on the whole simulated Catena and on recorded answers of the real one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import msgspec
import numpy as np
import pytest

from catena_client import CatenaClient, DataFreshness, Page
from dashboard.fleet import export, hexagons, providers, replay
from dashboard.fleet.colours import COLOUR_BY, ColourAssignments, colour
from dashboard.fleet.details import details_of, title
from dashboard.fleet.filters import FilterOptions, Filters, mask
from dashboard.fleet.names import Names
from dashboard.fleet.search import SearchIndex
from dashboard.fleet.snapshot import Snapshot
from dashboard.fleet.trails import trails
from dashboard.ingest import embedded
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.fetching import Fetcher
from dashboard.ingest.fixes import Fix
from dashboard.ingest.history import History, Job
from dashboard.ingest.snapshot_builder import SnapshotBuilder

RECORDED = Path(__file__).parents[4] / "shared" / "catena-api" / "examples"


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[CatenaClient]:
    client = embedded.client(embedded.create(), lambda _retry: None)
    yield client
    client.close()


@pytest.fixture(name="snapshot", scope="module")
def _snapshot(client: CatenaClient) -> Snapshot:
    return SnapshotBuilder().build(
        Fetcher(client, Concurrency(1)).fetch(dict).rows.fixes, Names(), datetime.now(UTC)
    )


def recorded(name: str) -> bytes:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"the recorded answers are not beside this repository ({name})")
    return path.read_bytes()


def finish(job: Job) -> Job:
    limit = monotonic() + 60
    while not job.progress.finished:
        assert monotonic() < limit, job.progress
        sleep(0.01)
    return job


def check_every_view(snapshot: Snapshot, now: datetime) -> None:
    frame = snapshot.vehicles
    known = FilterOptions.of(frame)
    for by in COLOUR_BY:
        coloured = colour(frame, by, now, assignments=ColourAssignments())
        assert sum(entry.count for entry in coloured.entries) == len(frame)
        for code, entry in enumerate(coloured.entries):
            if entry.values:
                chosen = mask(frame, Filters(**{entry.kind: entry.values}), now)  # type: ignore[arg-type]
                assert chosen.tolist() == (coloured.codes == code).tolist()
    by_fleet = [int(mask(frame, Filters(fleets=(fleet,)), now).sum()) for fleet in known.fleets]
    assert sum(by_fleet) == int((frame["fleet_id"] != "").sum())
    placed = int(frame["lon"].notna().sum())
    for resolution in (0, 5, 11):
        assert hexagons.hexagons(frame, resolution)["count"].sum() == placed
    assert len(json.loads(export.to_geojson(frame))["features"]) == len(frame)
    assert export.to_csv(frame).count(b"\n") >= len(frame) + 1
    for row in range(0, len(frame), max(1, len(frame) // 40)):
        details = details_of(frame.iloc[[row]], now, metric=False)
        assert title(frame.iloc[[row]])
        assert not {"None", "nan", "NaT", "<NA>"} & {value for _, value in details}


def test_every_view_of_the_sandbox_counts_the_same_vehicles(snapshot: Snapshot) -> None:
    assert len(snapshot.vehicles) > 500
    check_every_view(snapshot, snapshot.taken_at)


def test_vehicles_of_the_sandbox_are_found(snapshot: Snapshot) -> None:
    frame = snapshot.vehicles.assign(name=snapshot.vehicles["vehicle_id"])
    index = SearchIndex(frame)
    for vehicle in frame["vehicle_id"].iloc[::200]:
        assert index.find(vehicle)[0].vehicle_id == vehicle


def test_histories_of_the_sandbox_become_trails(client: CatenaClient, snapshot: Snapshot) -> None:
    frame = snapshot.vehicles
    driving = Filters(states=("moving",), ages=("5m",), speeds=("35", "55", "70"))
    moving = frame[mask(frame, driving, snapshot.taken_at)].iloc[:3]
    chosen = dict(zip(moving["vehicle_id"], moving["vehicle_id"], strict=True))
    made = History(client)
    try:
        job = finish(made.load(chosen, 6))
    finally:
        made.close()
    assert job.notes() == []
    found = trails(job.fixes())
    assert set(found) == set(chosen)
    for vehicle, trail in found.items():
        assert trail.stats.distance > 1000
        assert 0 < trail.stats.moving_seconds <= 6 * 3600
        assert trail.stats.dropped == 0
        assert replay.paths(trail, vehicle)
        apart = np.diff(trail.times).max() / np.timedelta64(1, "s")
        assert trail.stats.gaps == int((np.diff(trail.times) > np.timedelta64(900, "s")).sum()), apart
    span = replay.time_range(found.values())
    assert span is not None
    assert timedelta(0) < span[1] - span[0] <= timedelta(hours=6)
    assert {row["vehicle_id"] for row in replay.positions(found, span[1])} == set(chosen)


def test_late_providers_of_the_sandbox_are_those_whose_time_is_old(
    client: CatenaClient, snapshot: Snapshot
) -> None:
    rows = client.connections.data_freshness()
    now = datetime.now(UTC)
    times = providers.delivered(rows)
    late = providers.behind(times, now)
    expected = {
        row.connection_id
        for row in rows
        if row.resource == "vehicle_location"
        and (
            row.last_successful_execution_at is None
            or now - row.last_successful_execution_at > providers.LATE_AFTER
        )
    }
    assert late == expected
    told = sum(banner.vehicles for banner in providers.banners(snapshot.vehicles, times, now))
    assert told == int(snapshot.vehicles["connection_id"].isin(late).sum())


def test_every_view_of_recorded_locations_counts_the_same_vehicles() -> None:
    page = msgspec.json.decode(recorded("telematics_vehicle_locations_list.json"), type=Page[Fix])
    snapshot = SnapshotBuilder().build(page.items, Names(), datetime(2026, 4, 17, 2, tzinfo=UTC))
    assert len(snapshot.vehicles) == len({row.vehicle_id for row in page.items})
    check_every_view(snapshot, snapshot.taken_at)
    given = snapshot.vehicles["h3"].to_numpy()
    assert hexagons.valid_cells(given).all()
    from_places = hexagons.cells_of(snapshot.vehicles.assign(h3=np.uint64(0)), 11)
    assert from_places.tolist() == given.tolist()


def test_the_recorded_data_freshness_is_read() -> None:
    rows = msgspec.json.decode(recorded("integrations_data_freshness.json"), type=list[DataFreshness])
    times = providers.delivered(rows)
    assert set(times) == {row.connection_id for row in rows}
    (delivered,) = times.values()
    assert delivered is not None
    assert not providers.behind(times, delivered + timedelta(minutes=1))
    assert providers.behind(times, delivered + timedelta(minutes=42)) == set(times)
