"""Background threads: work in order, results or errors, and an end nobody waits for."""

import threading

from dashboard.runtime.workers import Workers


def test_work_is_done_in_order_and_gives_its_result_or_its_error():
    workers, done = Workers(1, "test"), []
    first = workers.submit(done.append, 1)
    second = workers.submit(lambda: 1 // 0)
    third = workers.submit(lambda: len(done))
    assert third.result(10) == 1
    assert first.result() is None
    assert isinstance(second.exception(), ZeroDivisionError)
    workers.close()


def test_after_closing_what_has_not_begun_is_cancelled_and_the_threads_end():
    workers, begun, go_on = Workers(2, "closing"), threading.Semaphore(0), threading.Event()

    def work():
        begun.release()
        return go_on.wait(10)

    running = [workers.submit(work) for _ in range(2)]
    waiting = workers.submit(work)
    for _ in range(2):
        assert begun.acquire(timeout=10)
    workers.close()
    assert waiting.cancelled()
    assert workers.submit(work).cancelled()
    go_on.set()
    assert [future.result(10) for future in running] == [True, True]
    for thread in threading.enumerate():
        if thread.name.startswith("closing"):
            thread.join(10)
            assert not thread.is_alive()


def test_no_more_threads_run_than_asked_for():
    workers, at_once, most, lock = Workers(3, "few"), 0, 0, threading.Lock()
    gate = threading.Event()

    def work():
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        gate.wait(0.01)
        with lock:
            at_once -= 1

    for future in [workers.submit(work) for _ in range(20)]:
        future.result(10)
    assert 1 < most <= 3
    workers.close()
