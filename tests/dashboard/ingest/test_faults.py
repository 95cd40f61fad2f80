"""One bad thing and what it costs: each fault of the simulated Catena, and what the dashboard then shows and says."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from catena_client import CatenaClient, RetryPolicy
from dashboard.fleet.notices import reasons
from dashboard.ingest import embedded, rows
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.poller import Poller
from sandbox import Sandbox, SandboxConfig
from sandbox.faults import Fault
from tests.dashboard.feeds import summary_of
from tests.dashboard.waiting import until

VEHICLES, FLEETS = 240, 6


@pytest.fixture(name="sandbox")
def _sandbox(monkeypatch):
    monkeypatch.setattr(rows, "MAX_PAGE_SIZE", 40)  # so that the fleets are read one by one
    return Sandbox(SandboxConfig(vehicles=VEHICLES, fleets=FLEETS, client_secret="s"))


def client_of(sandbox, attempts=5, timeout=5.0):
    return CatenaClient(
        sandbox.config.client_id, "s", api_url=embedded.URL, auth_url=f"{embedded.URL}/realms/catena",
        transport=embedded.InProcess(sandbox.api), timeout=timeout,
        retry=RetryPolicy(attempts, sleep=lambda _seconds: None),
    )  # fmt: skip


@pytest.fixture(name="clock")
def _clock():
    """A clock that only the test moves on."""
    return SimpleNamespace(now=1000.0)


@contextmanager
def polling(sandbox, clock, **options):
    client = client_of(sandbox, **options)
    made = Poller(client, Concurrency(), 15.0, clock=lambda: clock.now)
    yield made
    made.close()
    client.close()


@pytest.fixture(name="poller")
def _poller(sandbox, clock):
    with polling(sandbox, clock) as made:
        yield made


def poll(poller):
    """Poll twice, so that names are there, and give the vehicles and the summary of who sees all."""
    poller.poll_once()
    until(lambda: not poller.directory.busy)
    poller.poll_once()
    snapshot = poller.state.snapshot
    summary = summary_of(snapshot)
    return snapshot.vehicles, summary


def said(summary, snapshot):
    sentences = [notice.sentence(snapshot.taken_at) for notice in summary.notices]
    return " ".join([*sentences, *reasons(summary.notices)])


def switch(sandbox, *faults):
    sandbox.faults = tuple(map(Fault.parse, faults))


@pytest.fixture(name="good")
def _good(sandbox, poller):
    """What there is when nothing is wrong."""
    frame, summary = poll(poller)
    assert len(frame) == VEHICLES
    assert not summary.notices
    assert frame["fleet"].nunique() == FLEETS
    return frame, summary


@pytest.mark.parametrize(
    ("fault", "field", "column"),
    [
        ("row-speed", "speed", "speed"),
        ("row-time", "occurred_at", "occurred_at"),
        ("row-date", "occurred_at", "occurred_at"),
        ("row-h3-text", "h3_index_11", "h3"),
        ("row-h3-negative", "h3_index_11", "h3"),
        ("row-h3-large", "h3_index_11", "h3"),
        ("row-address", "inferred_address", "place"),
        ("row-surrogate", "source_name", "source"),
        ("row-connection", "", "connection_id"),
        ("row-source", "", "source"),
        ("row-fleet", "", "fleet_id"),
    ],
)
def test_one_field_of_some_rows_costs_that_field(sandbox, clock, good, fault, field, column):
    def unknown(frame):
        values = frame[column]
        return int((values.isna() | values.astype("str").isin(["", "0", "nan"])).sum())

    switch(sandbox, f"{fault}:0.1")
    # As after a restart: the last fixes would stay for rows without a time.
    with polling(sandbox, clock) as poller:
        frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert len(frame) == VEHICLES
    assert unknown(good[0]) < unknown(frame) < unknown(good[0]) + VEHICLES / 4
    assert summary.shown == good[1].shown
    assert summary.unplaceable == good[1].unplaceable
    text = said(summary, poller.state.snapshot)
    assert (f"{field} of" in text) if field else not text


@pytest.mark.parametrize("fault", ["row-position", "row-not-object"])
def test_rows_that_cannot_stand_count_as_not_placeable(sandbox, poller, good, fault):
    switch(sandbox, f"{fault}:0.1")
    frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert len(frame) == VEHICLES, "what is known by name stays"
    assert summary.unplaceable["unreadable answer"] > 0
    assert VEHICLES / 2 < summary.shown < good[1].shown


def test_rows_whose_ids_are_numbers_are_known_by_their_providers_ids(sandbox, poller, good):
    switch(sandbox, "row-id:0.1")
    _frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert summary.shown == good[1].shown


def test_time_never_runs_backwards(sandbox, poller, good):
    before = good[0].set_index("vehicle_id")
    switch(sandbox, "older-fix:0.3")
    for _ in range(2):
        after = poll(poller)[0].set_index("vehicle_id")
        located = before["occurred_at"].notna()
        assert (after["occurred_at"][located] >= before["occurred_at"][located]).all()
        assert (after["lon"].isna() == before["lon"].isna()).all()


@pytest.mark.parametrize("fault", ["fleet-403", "fleet-404", "fleet-422", "fleet-500"])
def test_one_fleet_refused_costs_the_others_nothing(sandbox, poller, good, fault):
    switch(sandbox, fault)
    frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert summary.shown == good[1].shown, "its rows come with the list of all"
    newest = frame.groupby("fleet", observed=True)["occurred_at"].max()
    assert (newest >= good[0].groupby("fleet", observed=True)["occurred_at"].max()).all()
    text = said(summary, poller.state.snapshot)
    assert "could not be read by itself" in text
    assert fault.removeprefix("fleet-") in text
    assert any(name in text for name in frame["fleet"].unique())


@pytest.mark.parametrize("fault", ["403@fleets", "500@fleets", "html@fleets", "truncated@fleets"])
@pytest.mark.parametrize("began", [True, False], ids=["later", "from the start"])
def test_without_the_list_of_fleets_positions_are_as_good_as_ever(sandbox, poller, fault, began):
    if began:
        poll(poller)
    switch(sandbox, fault)
    frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert summary.shown > VEHICLES * 0.9
    assert "The list of fleets could not be read" in said(summary, poller.state.snapshot)
    assert frame["fleet_id"].nunique() == FLEETS
    assert (frame["fleet"] != "").all()


@pytest.mark.parametrize(
    ("fault", "column", "shown", "sentence"),
    [
        ("403@vehicles", "name", "Vehicle ", "names of vehicles could not be read"),
        ("500@vehicles", "name", "Vehicle ", "names of vehicles could not be read"),
        ("403@users", "driver", "Driver ", "names of drivers could not be read"),
        ("403@tsps", "provider", "", "names of providers could not be read"),
        ("500@data-freshness", "name", "", "freshness of the connections could not be read"),
    ],
)
def test_a_list_of_names_refused_is_shown_by_ids(sandbox, poller, fault, column, shown, sentence):
    switch(sandbox, fault)
    frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert summary.shown > VEHICLES * 0.9
    values = frame[column][frame[column] != ""].astype("str")
    assert values.str.startswith(shown).all()
    assert sentence in said(summary, poller.state.snapshot)
    if column == "provider":
        assert (frame["provider"].astype("str") == frame["tsp_slug"].astype("str")).all()


@pytest.mark.parametrize(
    ("fault", "column", "counted"),
    [
        ("row-name@fleets", "fleet", ""),
        ("row-date@fleets", "fleet", ""),
        ("row-surrogate@fleets", "fleet", ""),
        ("row-not-object@fleets:0.1", "fleet", "1 row of the list of fleets could not be read."),
        ("row-id@fleets", "fleet", f"{FLEETS} rows of the list of fleets could not be read."),
        ("row-date@vehicles", "name", ""),
        ("row-year@vehicles", "name", ""),
        ("row-surrogate@vehicles:0.1", "name", ""),
        ("row-name@vehicles:0.1", "name", ""),
        ("row-not-object@vehicles:0.1", "name", "rows of the names of vehicles could not be read."),
        ("row-id@users:0.1", "driver", "rows of the names of drivers could not be read."),
        ("row-surrogate@users:0.1", "driver", ""),
        ("row-surrogate@tsps:0.1", "provider", ""),
        ("row-not-object@tsps:0.1", "provider", ""),
    ],
)
def test_an_odd_row_in_a_list_of_names_costs_that_name(sandbox, poller, clock, good, fault, column, counted):
    switch(sandbox, fault)
    clock.now += 600  # when all lists are due
    frame, summary = poll(poller)
    assert poller.state.problem == ""
    assert counted in said(summary, poller.state.snapshot)
    assert len(summary.notices) == bool(counted)
    assert summary.shown == good[1].shown
    before = good[0].set_index("vehicle_id")[column].astype("str")
    same = frame.set_index("vehicle_id")[column].astype("str").reindex(before.index) == before
    assert same.all() if "@fleets" in fault and counted else same.mean() > 0.7


@pytest.mark.parametrize("fault", ["html:0.05", "truncated:0.05", "502:0.05", "429:0.05"])
def test_answers_that_fail_now_and_then_cost_nothing(sandbox, poller, good, fault):
    switch(sandbox, fault)
    for _ in range(5):
        _frame, summary = poll(poller)
        assert poller.state.problem == ""
        assert summary.shown == good[1].shown


@pytest.mark.parametrize("fault", ["hang", "hang@vehicle-locations", "token-hang", "drip"])
def test_what_is_never_answered_is_not_waited_for_for_ever(sandbox, clock, fault):
    with polling(sandbox, clock, attempts=2, timeout=0.2) as poller:
        switch(sandbox, fault)
        poller.poll_once()
        assert "did not answer" in poller.state.problem or "no answer" in poller.state.problem
        assert poller.state.retry_at is not None
        switch(sandbox)
        poller.poll_once()
        assert poller.state.problem == ""
        assert len(poller.state.snapshot.vehicles) > 0


@pytest.mark.parametrize(
    ("faults", "words", "seconds"),
    [
        (["500"], "500", 15),
        (["429", "retry-after:3600"], "429", 3600),
        (["429", "retry-after:0"], "429", 15),
        (["429", "retry-after:-5"], "429", 15),
        (["429", "no-retry-after"], "429", 15),
        (["html"], "web page", 15),
        (["truncated"], "not what the API promises", 15),
        (["500@token"], "500", 15),
    ],
)
def test_when_nothing_can_be_had_the_last_positions_stay_and_the_page_says_why_and_until_when(
    sandbox, poller, good, faults, words, seconds
):
    kept = poller.state.snapshot
    if "500@token" in faults:
        faults = [*faults, "token-revoked"]
    switch(sandbox, *faults)
    assert poller.poll_once() == pytest.approx(seconds, rel=0.01)
    assert poller.state.snapshot is kept
    assert words in poller.state.problem
    pause = (poller.state.retry_at - poller.state.failing_since).total_seconds()
    assert pause == pytest.approx(seconds, rel=0.02)
    switch(sandbox)
    if seconds < 60:
        poller.poll_once()
        assert poller.state.problem == ""
        assert poller.state.snapshot.version > kept.version
