"""The last warnings and errors, in the words of the log."""

import logging

import pytest

from dashboard.watch.errors import KEPT, TEXT, Troubles


@pytest.fixture
def troubles():
    listening = Troubles()
    listening.begin()
    yield listening
    listening.end()


def texts(troubles):
    return [(trouble.text, trouble.times) for trouble in troubles.latest()]


def test_each_message_once_with_how_often_and_the_newest_first(troubles):
    log = logging.getLogger("dashboard.ingest.polling")
    for what in ("one", "two", "one"):
        log.warning("A poll failed: %s", what)
    log.info("nothing to tell")
    logging.getLogger("catena_client").error("It broke")
    logging.getLogger("elsewhere").error("not ours")
    assert texts(troubles) == [("It broke", 1), ("A poll failed: one", 2), ("A poll failed: two", 1)]


def test_a_trace_stays_in_the_log(troubles):
    log = logging.getLogger("dashboard")
    try:
        int("inside")
    except ValueError:
        log.exception("A defect of the dashboard")
    assert texts(troubles) == [("A defect of the dashboard", 1)]


def test_what_is_kept_is_bounded(troubles):
    log = logging.getLogger("sandbox")
    for number in range(KEPT + 5):
        log.warning("%d%s", number, "x" * 1000)
    kept = troubles.latest()
    assert len(kept) == KEPT
    assert kept[-1].text.startswith("5x")
    assert {len(trouble.text) for trouble in kept} == {TEXT}


def test_it_listens_no_more_once_it_is_over():
    listening = Troubles()
    listening.begin()
    listening.end()
    logging.getLogger("dashboard").warning("late")
    assert texts(listening) == []
