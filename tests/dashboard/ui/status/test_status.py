"""The page Status, run by Streamlit's own test driver: what operators are told, and what nobody else is."""

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.viewer import EVERYTHING, OPERATOR, Viewer, Visibility
from dashboard.configuration.settings import Settings
from dashboard.ingest import embedded
from dashboard.service import Service, install
from dashboard.watch.replica import Replica
from tests.dashboard.catena import LOCATIONS, full_catena, location

HOSTILE = "<b>[x](https://evil.example)</b>"
BOB = replace(
    OPERATOR, name="bob", visibility=Visibility(frozenset({"fleet-1"})), fleet_refs=frozenset({"ref-fleet-1"})
)


class NoSandbox:
    connect = None
    api = None


@pytest.fixture
def catena():
    catena = full_catena()
    now = datetime.now(UTC).isoformat()
    catena.locations(
        [
            location("a", at=now),
            location("b", fleet_id="fleet-2", at=now, tsp_slug=HOSTILE, source_name=HOSTILE),
            location("lost", fleet_id="fleet-2", at=now, lon=0.0, lat=0.0),
            "no row",
        ]
    )
    return catena


@pytest.fixture
def service(catena, monkeypatch):
    monkeypatch.setattr(embedded, "create", lambda *_: NoSandbox())
    monkeypatch.setattr(embedded, "client", lambda *_: catena.client())
    made = install(Service(Settings()))
    made.troubles.begin()
    yield made
    made.close()


def script():
    """What the main script does before this page."""
    from pages import status  # noqa: PLC0415 - the driver runs the source of this function alone

    status.render()


def opened(viewer=OPERATOR):
    page = AppTest.from_function(script, default_timeout=20)
    page.session_state["viewer"] = viewer
    page.run()
    assert not page.exception
    return page


def said(page):
    """What the page says, without Markdown's escapes."""
    kinds = (page.markdown, page.info, page.success, page.warning, page.error, page.subheader)
    text = "\n".join(str(element.value) for kind in kinds for element in kind)
    return re.sub(r"\\(.)", r"\1", text).replace("\u2060", "")


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def table(page, column):
    (found,) = (frame.value for frame in page.dataframe if column in frame.value)
    return found


def test_a_good_hour(service):
    for _ in range(3):
        service.poller.poll_once()
    page = opened()
    old = metrics(page)["Age of positions"]
    assert re.fullmatch(r"\d+ s", old)
    assert metrics(page) == {
        "Vehicles": "4", "Not on the map": "2", "Age of positions": old, "Open pages": "0",
    }  # fmt: skip
    assert "Catena is asked every 15 s." in said(page)
    assert "3 polls: 0 failed, 0 slow, 0 gaps without a poll" in said(page)
    assert "Nothing, since this process has started." in said(page)
    assert table(page, "Why").to_dict("records") == [
        {"Why": "No position reported", "Rows": 1},
        {"Why": "Position 0, 0 (no GPS signal)", "Rows": 1},
        {"Why": "Row unreadable or without a vehicle", "Rows": 1},
    ]
    providers = table(page, "Provider").set_index("Provider")
    assert providers.loc["Geotab", "Vehicles"] == 3
    assert len(table(page, "Replica")) == 1


def test_polls_that_failed_are_told_of_in_their_words(service, catena):
    service.poller.poll_once()
    catena.failing[LOCATIONS] = (503, {"code": 503, "message": HOSTILE, "detail": None})
    service.poller.poll_once()
    page = opened()
    text = said(page)
    assert "2 polls: 1 failed" in text
    assert "because the last poll failed" in text
    assert text.count(HOSTILE) == 2, "as the reason now, and among the errors"
    assert HOSTILE not in "\n".join(str(element.value) for element in [*page.markdown, *page.error])
    (chart,) = page.get("vega_lite_chart")
    layers = json.loads(chart.proto.spec)["layer"]
    assert len(layers[2]["data"]["values"]) == 1, "a cross where a poll failed"


class Known:
    """Replicas that are known."""

    def __init__(self, service, *others, problem=""):
        self._service, self._others, self.problem = service, others, problem

    def replicas(self):
        return [self._service.replica(), *self._others]

    def close(self):
        pass


def test_all_replicas_are_listed_and_the_one_that_polls_is_marked(service):
    service.poller.poll_once()
    service.roster = Known(
        service,
        Replica("a/1", datetime.now(UTC) - timedelta(hours=2), "9.0", pages=3, polls=False, snapshot=77),
        Replica("~odd"),
    )
    page = opened()
    listed = table(page, "Replica").set_index("Replica")
    this = f"{service.replica().name} (this one)"
    assert list(listed.index) == sorted(["a/1", this, "~odd"])
    assert [listed.loc[name, "Asks Catena"] for name in ("a/1", this)] == ["no", "yes"]
    assert [listed.loc["a/1", column] for column in ("Open pages", "Running for", "Version", "Snapshot")] == [
        3, "2 h", "9.0", "77",
    ]  # fmt: skip
    assert set(listed.loc["~odd", ["Running for", "Started", "Version", "Snapshot"]]) == {"not known", "none"}
    assert metrics(page)["Open pages"] == "3", "of all replicas"
    assert "each has a log of its own" in said(page)


def test_that_the_others_are_not_known_is_said(service):
    service.roster = Known(service, problem="The shared store (Redis) cannot be reached.")
    page = opened()
    assert "Which other replicas run is not known. The shared store (Redis) cannot be reached." in said(page)
    assert len(table(page, "Replica")) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "Interrupted: Positions on the map are 1 min old."),
        (
            {"problem": "Redis is away.", "apart": True},
            "Interrupted: Positions on the map are 1 min old, because the replicas of this dashboard cannot share "
            "newer ones. Trying again now. Redis is away.",
        ),
    ],
    ids=["nobody polls", "no Redis"],
)
def test_old_positions_are_not_called_live(service, more, told):
    service.poller.poll_once()
    state = service.poller.state
    old = replace(state.snapshot, taken_at=datetime.now(UTC) - timedelta(seconds=90))
    service.poller.state = replace(state, snapshot=old, **more)
    page = opened()
    badge, sentence, *_ = (element.value for element in page.markdown if "<style>" not in str(element.value))
    (word,) = re.findall(r"Live|Starting|Slow|Interrupted", badge)
    errors = [str(error.value) for error in page.error]
    assert re.sub(r"\\(.)", r"\1", " ".join([f"{word}: {sentence}", *errors])).replace("\u2060", "") == told
    assert metrics(page)["Age of positions"] == "1 min"


def test_before_the_first_poll_it_says_so(service):
    page = opened()
    assert "No poll has ended yet." in said(page)
    assert metrics(page) == {"Open pages": "0"}


def test_an_operator_of_some_fleets_is_told_of_these_alone(service):
    service.poller.poll_once()
    logging.getLogger("dashboard").warning("Of fleet-2")
    page = opened(BOB)
    assert metrics(page)["Vehicles"] == "1"
    assert "Every vehicle has a position that can be drawn." in said(page)
    assert list(table(page, "Provider")["Vehicles"]) == [1]
    assert "Operators who see all fleets see it here." in said(page)
    assert "fleet-2" not in said(page)
    assert "Of fleet-2" in said(opened())


@pytest.mark.parametrize("role", ["viewer", "guest"])
def test_nobody_else_is_told_anything(service, role):
    service.poller.poll_once()
    page = opened(Viewer("vera", EVERYTHING, role))
    assert said(page) == "How this dashboard is doing is for its operators. Ask one of them."
    assert not page.dataframe
    assert not page.metric
