"""What one replica tells all, on a real Redis that may be gone."""

import pytest

from dashboard.replicas.announcements import Announcements
from tests.dashboard.waiting import until


@pytest.fixture
def replica(store_of):
    made = []

    def make(heard):
        made.append(Announcements(store_of(), "events", heard))
        return made[-1]

    yield make
    for one in made:
        one.close()


def told(announcements, text, *heard):
    """Tell until others have heard, as they may not listen yet."""
    until(lambda: announcements.tell(text) or all(text in texts for texts in heard))


def test_all_hear_each_text_and_the_one_that_tells_hears_it_once(replica):
    here, there = [], []
    one, _ = replica(here.append), replica(there.append)
    told(one, "ready", there)
    del here[:], there[:]
    for text in ("", "first | <b>", "\u017e"):
        one.tell(text)
    assert here == ["", "first | <b>", "\u017e"]
    until(lambda: there[-3:] == here)


def test_what_is_no_text_is_not_the_end_of_hearing(replica, store_of):
    here, there = [], []
    one, _ = replica(here.append), replica(there.append)
    told(one, "ready", there)
    store_of()._redis.publish("catena:events", b"\xff\xfe")
    told(one, "later", there)


def test_without_redis_the_one_that_tells_hears_and_later_all_do_again(replica, server):
    here, there = [], []
    one, _ = replica(here.append), replica(there.append)
    told(one, "ready", there)
    server.stop()
    one.tell("alone")
    assert here[-1] == "alone"
    server.start()
    told(one, "again", there)
    assert "alone" not in there


def test_a_defect_of_who_hears_does_not_end_the_hearing(replica, caplog):
    there = []

    def hear(text):
        there.append(text)
        raise ValueError(text)

    one, _ = replica(lambda _text: None), replica(hear)
    told(one, "first", there)
    told(one, "second", there)
    assert "not taken in" in caplog.text
