"""When a fleet's data began: asked once, in the background, and again only while nothing is known."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from catena_client import CatenaClient
from dashboard.invitations.first_data import (
    AGAIN_SECONDS,
    AT_ONCE,
    LOST_IN_A_ROW,
    FirstData,
    FirstDataTracker,
)
from tests.dashboard.invitations.fakes import FakeCatena, page
from tests.dashboard.waiting import until

LATE, EARLY = "2026-03-02T10:00:00Z", "2026-03-01T09:00:00Z"
VEHICLES, LOCATIONS = "/v2/telematics/vehicles", "/v2/telematics/vehicle-locations"


def row(created_at: str) -> dict[str, object]:
    return {
        "id": created_at,
        "fleet_id": "f1",
        "connection_id": "c",
        "created_at": created_at,
        "updated_at": LATE,
        "source_name": "samsara",
        "source_id": "s",
        "source_data_hash": "h",
    }


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tracker(client: CatenaClient, clock: Clock) -> Iterator[FirstDataTracker]:
    found = FirstDataTracker(client, clock=clock)
    yield found
    found.close()


def answer(catena: FakeCatena, **rows: list[dict[str, object]]) -> None:
    paths = {VEHICLES: rows.get("vehicles", []), LOCATIONS: rows.get("locations", [])}
    catena.fault = lambda request: (
        httpx.Response(200, json=page(paths[request.url.path])) if request.url.path in paths else None
    )


def done(tracker: FirstDataTracker) -> None:
    until(lambda: not tracker.pending)


def test_the_earliest_rows_count_and_are_asked_for_once(
    tracker: FirstDataTracker, catena: FakeCatena, clock: Clock
) -> None:
    answer(catena, vehicles=[row(LATE), row(EARLY)], locations=[row(LATE)])
    for _ in range(3):
        tracker.request(["f1", "", "f1"])
        done(tracker)
        clock.now += 10 * AGAIN_SECONDS
    assert tracker.known == {
        "f1": FirstData(datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC))
    }
    assert catena.calls == {f"GET {VEHICLES}": 1, f"GET {LOCATIONS}": 1}


def test_a_fleet_without_positions_is_asked_about_again_but_not_at_every_look(
    tracker: FirstDataTracker, catena: FakeCatena, clock: Clock
) -> None:
    answer(catena, vehicles=[row(EARLY)])
    for _ in range(5):
        tracker.request(["f1"])
        done(tracker)
    assert tracker.known["f1"].location is None
    assert catena.calls[f"GET {LOCATIONS}"] == 1
    clock.now += AGAIN_SECONDS
    answer(catena, vehicles=[row(EARLY)], locations=[row(LATE)])
    tracker.request(["f1"])
    done(tracker)
    assert tracker.known["f1"].location == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_fleets_that_wait_for_long_are_not_asked_about_twice(
    tracker: FirstDataTracker, catena: FakeCatena, clock: Clock
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    answer(catena, vehicles=[row(EARLY)], locations=[row(LATE)])
    rows = catena.fault

    def fault(request: httpx.Request) -> httpx.Response | None:
        begun.set()
        assert go_on.wait(10)
        return rows(request)

    catena.fault = fault
    tracker.request(["f1", "f2"])
    assert begun.wait(10)
    for _ in range(3):
        clock.now += AGAIN_SECONDS
        tracker.request(["f1", "f2"])
    go_on.set()
    done(tracker)
    assert set(tracker.known) == {"f1", "f2"}
    assert catena.calls[f"GET {LOCATIONS}"] == 2


def test_an_outage_is_survived(tracker: FirstDataTracker, catena: FakeCatena, clock: Clock) -> None:
    catena.fault = lambda _request: httpx.Response(503)
    tracker.request(["f1"])
    done(tracker)
    assert not tracker.known
    clock.now += AGAIN_SECONDS
    answer(catena, vehicles=[row(EARLY)], locations=[row(LATE)])
    tracker.request(["f1"])
    done(tracker)
    assert "f1" in tracker.known


def test_refused_fleets_do_not_hold_up_the_others_at_all(
    tracker: FirstDataTracker, catena: FakeCatena
) -> None:
    def fault(request: httpx.Request) -> httpx.Response | None:
        asked = request.url.params.get("fleet_ids", "")
        if asked.startswith("refused"):
            return httpx.Response(403, json={"code": 403, "message": "Forbidden", "detail": None})
        return httpx.Response(200, json=page([row(EARLY)])) if asked else None

    catena.fault = fault
    tracker.request([*(f"refused-{n}" for n in range(9)), "good"])
    done(tracker)
    assert set(tracker.known) == {"good"}


def test_one_that_is_not_answered_for_does_not_hold_up_the_others(
    tracker: FirstDataTracker, catena: FakeCatena
) -> None:
    go_on = threading.Event()

    def fault(request: httpx.Request) -> httpx.Response | None:
        asked = request.url.params.get("fleet_ids", "")
        if asked == "silent":
            go_on.wait(20)
        return httpx.Response(200, json=page([row(EARLY)])) if asked else None

    catena.fault = fault
    tracker.request(["silent", "good", "other"])
    until(lambda: set(tracker.known) == {"good", "other"})
    go_on.set()
    done(tracker)


def test_an_outage_is_not_asked_about_for_each_fleet(tracker: FirstDataTracker, catena: FakeCatena) -> None:
    catena.fault = lambda _request: httpx.Response(503)
    tracker.request([f"f{n}" for n in range(60)])
    done(tracker)
    assert catena.calls[f"GET {VEHICLES}"] <= LOST_IN_A_ROW + AT_ONCE


def test_a_refused_fleet_does_not_hold_up_the_others(
    tracker: FirstDataTracker, catena: FakeCatena, clock: Clock
) -> None:
    def fault(request: httpx.Request) -> httpx.Response | None:
        if "refused" in request.url.params.get_list("fleet_ids"):
            return httpx.Response(403, json={"code": 403, "message": "Forbidden", "detail": None})
        return httpx.Response(200, json=page([row(EARLY)])) if "fleet_ids" in request.url.params else None

    catena.fault = fault
    for _ in range(4):
        tracker.request(["refused", "good"])
        done(tracker)
        clock.now += AGAIN_SECONDS
    assert set(tracker.known) == {"good"}
