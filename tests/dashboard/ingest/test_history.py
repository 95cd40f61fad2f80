"""Fetching histories: in parallel, cached, cancellable, each vehicle on its own."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from catena_client import Page, ServerError, VehicleLocation
from dashboard.fleet.trails import trails
from dashboard.ingest.history import MOST_VEHICLES, WORKERS, History, Job
from tests.dashboard.frames import NOW


def location(vehicle: str, at: datetime | None, **given: Any) -> VehicleLocation:
    known: dict[str, Any] = {
        "id": "row",
        "fleet_id": "f",
        "created_at": NOW,
        "updated_at": NOW,
        "connection_id": "c",
        "source_name": "s",
        "source_id": "x",
        "vehicle_id": vehicle,
        "occurred_at": at,
        "location": {"type": "Point", "coordinates": [-88.5, 42.0]},
        "speed": 10.0,
    }
    return VehicleLocation(**(known | given))


class Client:
    """Stands for the API: what `answer` gives for a vehicle comes page by page; it counts and remembers."""

    def __init__(self, answer: Callable[[str], Iterator[list[VehicleLocation]]]) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.vehicle_locations = self

    def pages(self, **filters: Any) -> Iterator[Page[VehicleLocation]]:
        with self.lock:
            self.asked.append(filters)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for rows in self.answer(*filters["vehicle_ids"]):
                yield Page(items=rows)
        finally:
            with self.lock:
                self.at_once -= 1

    def times_asked(self) -> Counter[str]:
        return Counter(filters["vehicle_ids"][0] for filters in self.asked)


class Clock:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@contextmanager
def history(client: Client, clock: Clock | None = None) -> Iterator[History]:
    now = clock or Clock()
    made = History(client, now=now, timer=lambda: now().timestamp())  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def wait(job: Job, until: Callable[[Job], bool] = lambda job: job.progress.finished) -> Job:
    limit = monotonic() + 20
    while not until(job):
        assert monotonic() < limit, job.progress
        sleep(0.005)
    return job


def one_page(vehicle: str) -> Iterator[list[VehicleLocation]]:
    yield [location(vehicle, NOW - timedelta(minutes=n)) for n in range(3)]


def test_each_vehicle_is_asked_for_alone_over_the_whole_window() -> None:
    client = Client(one_page)
    with history(client) as made:
        job = wait(made.load({"a": "Truck A", "b": "Truck B"}, 6))
    assert sorted(client.times_asked().items()) == [("a", 1), ("b", 1)]
    for filters in client.asked:
        assert filters["only_latest"] is False
        assert (filters["from_datetime"], filters["to_datetime"]) == (NOW - timedelta(hours=6), NOW)
    assert sorted(job.fixes()["vehicle_id"]) == ["a"] * 3 + ["b"] * 3
    assert (job.progress.done, job.progress.fixes, job.notes()) == (2, 6, [])


def test_twenty_pages_arrive_in_one_trail_and_are_seen_to_arrive() -> None:
    start, seen = NOW - timedelta(hours=24), []
    released = threading.Semaphore(0)

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        for page in range(20):
            assert released.acquire(timeout=20)
            yield [location(vehicle, start + timedelta(seconds=page * 1000 + n)) for n in range(1000)]

    with history(Client(pages)) as made:
        job = made.load({"a": "Truck A"}, 24)
        for page in range(20):
            released.release()
            wait(job, lambda job, page=page: job.progress.fixes >= (page + 1) * 1000)  # type: ignore[misc]
            seen.append(job.progress.fixes)
        wait(job)
    assert seen == [n * 1000 for n in range(1, 21)]
    (trail,) = trails(job.fixes()).values()
    assert (len(trail.times), trail.stats.dropped) == (20_000, 0)


def test_no_more_than_four_requests_run_at_once_whoever_asks() -> None:
    def slow(vehicle: str) -> Iterator[list[VehicleLocation]]:
        sleep(0.01)
        yield []

    client = Client(slow)
    with history(client) as made:
        jobs = [made.load({f"{viewer}-{n}": "T" for n in range(10)}, 1) for viewer in range(3)]
        for job in jobs:
            wait(job)
    assert len(client.asked) == 30
    assert 2 <= client.most_at_once <= WORKERS


def test_one_vehicles_failure_is_said_and_does_not_lose_the_others() -> None:
    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        if vehicle == "bad":
            raise ServerError(500)
        if vehicle == "odd":
            raise KeyError("a bug")
        yield from one_page(vehicle)

    with history(Client(pages)) as made:
        job = wait(made.load({"a": "Truck A", "bad": "Truck <b>", "odd": "Truck O", "c": "Truck C"}, 1))
    assert set(job.fixes()["vehicle_id"]) == {"a", "c"}
    bad, odd = sorted(job.notes())
    assert bad.startswith("The history of Truck <b> could not be fetched, the others are not affected: ")
    assert "500" in bad
    assert "the log of the server" not in bad
    assert "the log of the server" in odd
    assert "a bug" not in odd


def test_a_failure_is_not_kept() -> None:
    failing = [True]

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        if failing:
            failing.pop()
            raise ServerError(500)
        yield from one_page(vehicle)

    with history(Client(pages)) as made:
        assert len(wait(made.load({"a": "A"}, 1)).notes()) == 1
        assert wait(made.load({"a": "A"}, 1)).notes() == []


def test_the_same_history_is_fetched_once_for_all_viewers_until_it_is_old() -> None:
    gate = threading.Event()

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        assert gate.wait(20)
        yield from one_page(vehicle)

    client, clock = Client(pages), Clock()
    with history(client, clock) as made:
        together = [made.load({"a": "A"}, 1) for _ in range(3)]
        gate.set()
        for job in together:
            assert len(wait(job).fixes()) == 3
            assert job.progress.fixes == 3
        wait(made.load({"a": "A"}, 1))
        assert client.times_asked() == {"a": 1}
        wait(made.load({"a": "A"}, 6))
        assert client.times_asked() == {"a": 2}
        clock.time += timedelta(seconds=61)
        wait(made.load({"a": "A"}, 1))
        assert client.times_asked() == {"a": 3}


def test_a_cancelled_job_stops_keeps_what_it_has_and_says_so() -> None:
    first_page, go_on = threading.Event(), threading.Event()

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        if vehicle == "quick":
            yield from one_page(vehicle)
            return
        yield [location(vehicle, NOW)]
        first_page.set()
        assert go_on.wait(20)
        yield [location(vehicle, NOW)]
        raise AssertionError("nobody wanted a third page")

    client = Client(pages)
    with history(client) as made:
        job = made.load({"quick": "Q"} | {f"slow-{n}": "S" for n in range(10)}, 1)
        assert first_page.wait(20)
        wait(job, lambda job: job.progress.done >= 1)
        job.cancel()
        assert job.progress.finished, "at once"
        go_on.set()
        assert len(client.asked) <= 1 + WORKERS
    assert set(job.fixes()["vehicle_id"]) == {"quick"}
    assert job.notes() == ["Cancelled: the history of 10 of 11 vehicles was not fetched."]


def test_one_viewer_who_cancels_does_not_cancel_another() -> None:
    started, go_on = threading.Event(), threading.Event()

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        started.set()
        assert go_on.wait(20)
        yield from one_page(vehicle)

    with history(Client(pages)) as made:
        impatient = made.load({"a": "A"}, 1)
        assert started.wait(20)
        patient = made.load({"a": "A"}, 1)
        impatient.cancel()
        go_on.set()
        assert len(wait(patient).fixes()) == 3
        assert len(wait(impatient).fixes()) == 0


def test_vehicles_that_nobody_answers_for_hold_up_no_other_viewer() -> None:
    go_on = threading.Event()

    def pages(vehicle: str) -> Iterator[list[VehicleLocation]]:
        if vehicle.startswith("silent"):
            assert go_on.wait(20)
        yield from one_page(vehicle)

    with history(Client(pages)) as made:
        stuck = made.load({f"silent-{n}": "S" for n in range(20)}, 1)
        others = [made.load({"silent-0": "S", "silent-1": "S", f"{n}": "T"}, 1) for n in range(4)]
        for job in others:
            wait(job, lambda job: job.progress.done == 1)
        stuck.cancel()
        assert stuck.progress.finished, "whoever does not want to wait need not"
        go_on.set()
        for job in others:
            wait(job)
            assert len(job.fixes()) == 9


def test_a_window_without_points_is_said_and_is_not_a_failure() -> None:
    with history(Client(lambda _: iter([[]]))) as made:
        job = wait(made.load({"a": "Truck A"}, 24))
        assert job.notes() == ["Truck A reported nothing in the last 24 hours."]
        assert wait(made.load({"a": "Truck A"}, 1)).notes() == ["Truck A reported nothing in the last hour."]
    assert job.fixes().empty
    assert trails(job.fixes()) == {}


def test_bad_rows_are_survived_and_deleted_ones_left_out() -> None:
    rows = [
        location("a", None),
        location("a", NOW, location=None),
        location("a", NOW - timedelta(seconds=9), location={"type": "Point", "coordinates": ["x", 1]}),
        location("a", NOW - timedelta(seconds=8), speed=None),
        location("a", NOW - timedelta(seconds=7), deleted_at=NOW),
    ]
    with history(Client(lambda _: iter([rows]))) as made:
        fixes = wait(made.load({"a": "A"}, 1)).fixes()
    assert len(fixes) == 4
    (trail,) = trails(fixes).values()
    assert (trail.stats.fixes, trail.stats.dropped) == (1, 3)


@pytest.mark.parametrize(
    ("number", "hours", "said"),
    [(MOST_VEHICLES + 1, 1, "20 vehicles at once"), (1, 5, "1, 6, 24 or 72 hours, not 5")],
)
def test_too_much_is_refused_in_words(number: int, hours: int, said: str) -> None:
    client = Client(one_page)
    with history(client) as made, pytest.raises(ValueError, match=said):
        made.load({str(n): "T" for n in range(number)}, hours)
    assert client.asked == []


def test_nothing_chosen_is_finished_at_once() -> None:
    with history(Client(one_page)) as made:
        job = made.load({}, 1)
    assert job.progress.finished
    assert job.fixes().empty
