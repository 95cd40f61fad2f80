"""How long nothing is asked after a poll, and the two ends of a loop that polls."""

import threading

import pytest

from dashboard.ingest.polling import PollLoop, Rest


@pytest.mark.parametrize(
    ("pause", "elapsed", "failed", "rest"),
    [
        pytest.param(15, 1, False, Rest(1, 14), id="a quick poll"),
        pytest.param(15, 5, False, Rest(3.75, 10), id="who wakes it waits for a breath"),
        pytest.param(15, 14, False, Rest(3.75, 3.75), id="nearly as long as the interval"),
        pytest.param(
            15, 40, False, Rest(3.75, 3.75), id="longer than the interval: a pause, not the next at once"
        ),
        pytest.param(2, 0.1, False, Rest(1.9, 1.9), id="as often as may be"),
        pytest.param(60, 12, True, Rest(60, 60), id="a failure is kept to the end"),
        pytest.param(3600, 1, True, Rest(3600, 3600), id="a 429 too"),
    ],
)
def test_how_long_nothing_is_asked_after_a_poll(pause, elapsed, failed, rest):
    assert Rest.after(pause, elapsed, failed=failed) == rest


def test_it_may_be_closed_while_it_is_being_started(monkeypatch):
    class Loop(PollLoop[int]):
        def _take(self):
            return 1

    loop, starting, going_on = Loop("slow to start", 15.0), threading.Event(), threading.Event()
    start, refused = threading.Thread.start, []

    def slowly(thread):
        if thread.name == "slow to start":
            starting.set()
            assert going_on.wait(10)
        start(thread)

    def close():
        try:
            loop.close()
        except RuntimeError as error:
            refused.append(error)

    monkeypatch.setattr(threading.Thread, "start", slowly)
    threads = [threading.Thread(target=work) for work in (loop.start, close)]
    threads[0].start()
    assert starting.wait(10)
    threads[1].start()
    threads[1].join(0.2)  # whoever does not wait for the start has closed it by then
    going_on.set()
    for thread in threads:
        thread.join(10)
    assert refused == []
    assert not loop.running
