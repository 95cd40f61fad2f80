"""Fetching the latest fixes: complete, parallel by fleet, few requests, and past what is refused."""

from itertools import pairwise
from threading import Event, Lock

import httpx
import pytest

from catena_client import CatenaError, RateLimited, ServerError
from dashboard.ingest import by_fleet
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.fetching import UNFILTERED, Fetcher
from tests.dashboard.catena import LOCATIONS, Catena, location


class Polls:
    """A fetcher with a clock that only the test moves on, and counts of what each poll asks for."""

    def __init__(self, catena, fleets, parallel=4):
        self.catena, self.fleets = catena, fleets
        self.now = 0.0
        self.asked = 0
        self.fetcher = Fetcher(catena.client(), Concurrency(parallel), lambda: self.now)

    def poll(self):
        before = self.catena.asked[LOCATIONS]
        try:
            fetched = self.fetcher.fetch(lambda: dict.fromkeys(self.fleets, 1))
        finally:
            self.asked = self.catena.asked[LOCATIONS] - before
        self.vehicles = {fix.vehicle for fix in fetched.rows.fixes}
        return fetched


def world(fleets=4, vehicles=10, page_size=10):
    """Fleets `fleet-0` … with vehicles `0-0` …"""
    catena = Catena(page_size=page_size)
    catena.locations(
        [location(f"{f}-{n}", fleet_id=f"fleet-{f}") for f in range(fleets) for n in range(vehicles)]
    )
    return catena, [f"fleet-{f}" for f in range(fleets)]


def rows_of(catena):
    return catena.rows[LOCATIONS]


def test_one_page_is_one_request():
    catena = Catena()
    catena.locations([location("a"), location("b", fleet_id=None)])
    polls = Polls(catena, ["fleet-1"])
    polls.poll()
    assert polls.vehicles == {"a", "b"}
    assert polls.asked == 1


def test_many_pages_are_fetched_by_fleet():
    polls = Polls(*world())
    for _ in range(3):
        fetched = polls.poll()
        assert len(polls.vehicles) == len(fetched.rows.fixes) == 40
        # The first page that tells the total, and one page for each of the four fleets.
        assert polls.asked == 5


@pytest.mark.parametrize("listed", [0, 1])
def test_fleets_that_no_list_names_are_still_found(listed):
    catena, fleets = world(vehicles=15)
    rows_of(catena).append(location("fleetless", fleet_id=None))
    polls = Polls(catena, fleets[:listed])
    for _ in range(2):
        assert len(polls.poll().rows.fixes) == len(polls.vehicles) == 61


def test_one_row_without_a_fleet_does_not_make_every_poll_read_everything_twice():
    catena, fleets = world()
    rows_of(catena).append(location("fleetless", fleet_id=None))
    polls = Polls(catena, fleets)
    polls.poll()
    assert polls.asked == 5 + 4, "the first time it is looked for"
    for _ in range(3):
        polls.poll()
        assert polls.asked == 5 + 1, "then it is asked for by its id"
        assert "fleetless" in polls.vehicles
    rows_of(catena).pop()
    polls.poll()
    polls.poll()
    assert polls.asked == 5


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [location(f"s{n}", fleet_id=None) for n in range(101)], id="more than can be asked for by id"
        ),
        pytest.param([location(None, fleet_id=None, source_vehicle_id="t")], id="one that has no id"),
        pytest.param([7], id="one that cannot be read"),
    ],
)
def test_what_only_the_whole_list_brings_is_read_with_it_alone(rows):
    catena, fleets = world()
    rows_of(catena).extend(rows)
    polls = Polls(catena, fleets)
    pages = -(-len(rows_of(catena)) // 10)
    for poll in range(4):
        fetched = polls.poll()
        assert len(polls.vehicles) + fetched.rows.unreadable == len(rows_of(catena))
        if poll:
            assert polls.asked == pages, "once, not by fleet as well"


def test_a_total_that_counts_rows_that_are_never_sent_does_not_make_every_poll_read_everything_twice(
    monkeypatch,
):
    catena, fleets = world()
    answer = catena.respond

    def boasts(request):
        response = answer(request)
        body = response.json()
        return httpx.Response(200, json=body | {"total": body["total"] + 3} if "total" in body else body)

    monkeypatch.setattr(catena, "respond", boasts)
    polls = Polls(catena, fleets)
    polls.poll()
    assert polls.asked == 5 + 3
    polls.poll()
    assert polls.asked == 5
    rows_of(catena).append(location("fleetless", fleet_id=None))
    polls.poll()
    assert "fleetless" in polls.vehicles


def test_what_was_missing_for_a_moment_hides_nothing_later():
    catena, fleets = world()
    rows_of(catena).append(location("fleetless", fleet_id=None))
    answer = catena.respond

    def shrinks(request):
        # A fleet withdraws after the whole list's first page told the total.
        response, query = answer(request), request.url.params
        if query.get("cursor") == "10" and "fleet_ids" not in query:
            del rows_of(catena)[20:30]
        return response

    catena.respond = shrinks
    polls = Polls(catena, fleets)
    polls.poll()
    catena.respond = answer
    polls.poll()
    rows_of(catena).append(location("another", fleet_id=None))
    polls.poll()
    assert "another" in polls.vehicles


def test_a_vehicle_that_comes_twice_hides_none_that_comes_with_no_fleet():
    catena, fleets = world()
    rows_of(catena).append(location("fleetless", fleet_id=None))
    answer, one_at_a_time = catena.respond, Lock()

    def in_two_fleets(request):
        # It changes its fleet while the poll goes on, and so comes with both.
        with one_at_a_time:
            moved = "fleet-1" in request.url.params.get_list("fleet_ids")
            rows_of(catena)[0]["fleet_id"] = "fleet-1" if moved else "fleet-0"
            return answer(request)

    catena.respond = in_two_fleets
    polls = Polls(catena, fleets)
    polls.poll()
    assert len(polls.vehicles) == 41


def test_a_vehicle_that_slips_through_while_it_changes_fleet_is_found():
    catena, fleets = world()
    answer = catena.respond

    def between_fleets(request):
        ids = request.url.params.get_list("fleet_ids")
        rows_of(catena)[0]["fleet_id"] = "elsewhere" if ids else "fleet-1"
        return answer(request)

    catena.respond = between_fleets
    polls = Polls(catena, fleets)
    polls.poll()
    assert len(polls.vehicles) == 40


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 502])
def test_one_refused_fleet_costs_the_others_nothing(status):
    catena, fleets = world(fleets=64, vehicles=2)
    polls = Polls(catena, fleets)
    catena.refused["fleet-9"] = status
    fetched = polls.poll()
    assert len(polls.vehicles) == 128, "its rows come from the whole list"
    assert set(fetched.refused) == {"fleet-9"}
    assert str(status) in fetched.refused["fleet-9"].error
    assert not fetched.held
    # The first page, three good groups of 4 pages, a bad one, its halves down to one fleet, the whole list.
    assert polls.asked <= 1 + 3 * 4 + 1 + 2 * 4 + 8 + 12
    polls.now += 15
    polls.poll()
    assert polls.asked == 13, "the whole list alone; the fleet is left alone for now"


def test_a_refused_fleet_is_tried_again_with_growing_pauses_and_comes_back():
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused["fleet-1"] = 403
    tried = []
    for _ in range(80):
        polls.poll()
        if any(query.get("fleet_ids") == "fleet-1" for path, query in catena.requests):
            tried.append(polls.now)
        catena.requests.clear()
        polls.now += 15
    pauses = [later - sooner for sooner, later in pairwise(tried)]
    assert pauses == [30, 60, 120, 240, 300, 300]
    del catena.refused["fleet-1"]
    polls.now += 300
    assert not polls.poll().refused
    polls.poll()
    assert polls.asked == 5, "by fleet again"


@pytest.mark.parametrize("refused", ["fleet-1", UNFILTERED])
def test_what_fails_after_its_first_page_is_tried_again_with_growing_pauses_too(refused):
    catena, fleets = world(vehicles=20)
    polls = Polls(catena, fleets)
    if refused == UNFILTERED:
        catena.refused["fleet-2"] = 403  # else the rest of the whole list is not wanted
    answer, tried, since = catena.respond, set(), set()

    def ends_early(request):
        query = request.url.params
        of_it = refused in query.get_list("fleet_ids") if refused else "fleet_ids" not in query
        if "cursor" in query and of_it:
            tried.add(polls.now)
            return httpx.Response(500)
        return answer(request)

    catena.respond = ends_early
    for _ in range(80):
        since.add(polls.poll().refused[refused].since)
        polls.now += 15
    pauses = [later - sooner for sooner, later in pairwise(sorted(tried))]
    assert pauses == [30, 60, 120, 240, 300, 300]
    assert len(since) == 1
    catena.respond = answer
    polls.now += 300
    assert refused not in polls.poll().refused


def test_a_refused_fleet_whose_rows_the_whole_list_does_not_bring_either_is_held():
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused |= {"fleet-1": 403, UNFILTERED: 500}
    fetched = polls.poll()
    assert fetched.held == {"fleet-1", UNFILTERED}
    assert len(polls.vehicles) == 30
    del catena.refused[UNFILTERED]
    polls.now += 300
    fetched = polls.poll()
    assert not fetched.held
    assert len(polls.vehicles) == 40


def test_whichever_fleets_are_refused_with_the_whole_list_the_others_are_read_soon():
    catena, fleets = world(fleets=6)
    polls = Polls(catena, fleets)
    catena.refused |= {"fleet-0": 500, "fleet-5": 500, "fleet-1": 500, UNFILTERED: 500}
    for attempt in range(1, 7):
        polls.now += 300
        try:
            polls.fetcher.knock(fleets, attempt)
            fetched = polls.poll()
            break
        except CatenaError:
            continue
    assert len(polls.vehicles) == 30
    assert fetched.held == {"fleet-0", "fleet-5", "fleet-1", UNFILTERED}


@pytest.mark.parametrize("bad", range(8))
def test_a_fleet_that_is_not_answered_for_holds_up_the_others_for_a_few_polls_at_most(bad):
    catena, fleets = world(fleets=8)
    polls = Polls(catena, fleets)
    catena.silent |= {f"fleet-{bad}", UNFILTERED}
    for _ in range(8):
        fetched = polls.poll()
        polls.now += 15
    assert fetched.held == {f"fleet-{bad}", UNFILTERED}
    assert len(polls.vehicles) == 70
    catena.silent.clear()
    polls.now += 600
    polls.poll()
    polls.now += 600
    assert not polls.poll().held
    assert len(polls.vehicles) == 80


def test_a_poll_does_not_wait_long_for_a_fleet_that_was_not_answered_for_before(monkeypatch):
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.silent.add("fleet-1")
    polls.poll()
    polls.poll()
    polls.now += 600
    monkeypatch.setattr(by_fleet, "AGAIN_SECONDS", 0.05)
    hung = Event()
    respond = catena.respond

    def hanging(request):
        if request.url.params.get("fleet_ids") == "fleet-1":
            hung.wait(30)
        return respond(request)

    monkeypatch.setattr(catena, "respond", hanging)
    fetched = polls.poll()
    assert not hung.is_set()
    hung.set()
    assert "did not answer" in fetched.refused["fleet-1"].error
    assert len(polls.vehicles) == 40, "its rows come from the whole list"


def test_a_whole_list_that_breaks_off_midway_leaves_what_came_before():
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused["fleet-1"] = 403
    answer = catena.respond

    def breaks_off(request):
        if request.url.params.get("cursor") == "20":
            catena.refused[UNFILTERED] = 504
        return answer(request)

    catena.respond = breaks_off
    polls.poll()
    fetched = polls.poll()
    assert len(fetched.rows.fixes) == len(polls.vehicles)
    assert {vehicle for vehicle in polls.vehicles if not vehicle.startswith("1-")} == {
        f"{f}-{n}" for f in (0, 2, 3) for n in range(10)
    }
    assert fetched.held == {"fleet-1", UNFILTERED}


def test_several_refused_fleets_are_found_within_a_budget():
    catena, fleets = world(fleets=300, vehicles=1, page_size=100)
    polls = Polls(catena, fleets)
    catena.refused |= {f"fleet-{n}": 403 for n in range(0, 300, 2)}
    polls.poll()
    assert polls.asked <= 1 + 4 + 32 + 2
    assert len(polls.vehicles) == 300
    for _ in range(40):
        polls.now += 15
        polls.poll()
        assert polls.asked <= 3 + 5
        assert len(polls.vehicles) == 300


def test_three_hundred_fleets_take_few_requests():
    catena, fleets = world(fleets=300, vehicles=20, page_size=1000)
    polls = Polls(catena, fleets)
    polls.poll()
    assert len(polls.vehicles) == 6000
    assert polls.asked <= 1 + 4 * 2
    assert max(len(query.get_list("fleet_ids")) for _path, query in catena.requests) <= 100


def test_nothing_to_be_had_fails_and_blames_no_fleet():
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.failing[LOCATIONS] = (500, {"message": "Internal Server Error"})
    with pytest.raises(CatenaError, match="500"):
        polls.poll()
    assert polls.asked <= 3
    catena.failing.clear()
    assert not polls.poll().refused
    assert polls.asked == 5


def test_no_fleets_known_and_the_whole_list_refused():
    catena, _ = world()
    catena.refused[UNFILTERED] = 403
    with pytest.raises(CatenaError, match="403"):
        Polls(catena, []).poll()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(429, RateLimited, id="of the whole list"),
        pytest.param(401, CatenaError, id="of everything"),
    ],
)
def test_what_is_not_about_a_fleet_fails_the_poll(status, error):
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused["fleet-1"] = status
    with pytest.raises(error):
        polls.poll()


@pytest.mark.parametrize(
    ("refused", "attempt", "asked"),
    [
        pytest.param({}, 1, {}, id="the whole list first"),
        pytest.param({}, 2, {"fleet_ids"}, id="then a fleet"),
        pytest.param({UNFILTERED: 403}, 1, {"fleet_ids"}, id="a fleet where the whole list is refused"),
    ],
)
def test_knocking_is_one_request(refused, attempt, asked):
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused |= refused
    polls.poll()
    catena.requests.clear()
    catena.failing[LOCATIONS] = (503, {"message": "down"})
    with pytest.raises(ServerError):
        polls.fetcher.knock(fleets, attempt)
    ((_, query),) = [request for request in catena.requests if request[0] == LOCATIONS]
    assert set(query.keys()) & {"fleet_ids"} == set(asked)
    catena.failing.clear()
    polls.fetcher.knock(fleets, attempt)


def test_where_no_fleet_can_be_read_by_itself_a_broken_off_whole_list_is_tried_again():
    catena, fleets = world()
    polls = Polls(catena, fleets)
    catena.refused |= dict.fromkeys(fleets, 422)
    answer = catena.respond
    catena.respond = lambda request: (
        httpx.Response(500) if request.url.params.get("cursor") == "10" else answer(request)
    )
    polls.poll()
    with pytest.raises(CatenaError):
        polls.poll()
    catena.respond = answer
    for attempt in (1, 2, 3):
        polls.now += 300
        try:
            polls.fetcher.knock(fleets, attempt)
            polls.poll()
            break
        except CatenaError:
            continue
    assert len(polls.vehicles) == 40


def test_more_fleets_than_one_request_takes_are_asked_for_in_several():
    catena, fleets = world(fleets=300, vehicles=2, page_size=100)
    polls = Polls(catena, fleets, parallel=1)
    polls.poll()
    assert len(polls.vehicles) == 600
    assert max(len(query.get_list("fleet_ids")) for _path, query in catena.requests) == 100


def test_fields_that_could_not_be_read_are_counted_once():
    catena, fleets = world()
    rows_of(catena)[0]["speed"] = "fast"
    rows_of(catena).append(location("fleetless", fleet_id=None))
    fetched = Polls(catena, fleets).poll()
    assert dict(fetched.rows.unknown) == {"speed": 1}
