"""What many ask for at the same time is computed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cachetools import LRUCache

from dashboard.runtime.once import once


def test_those_who_ask_meanwhile_wait_for_the_one_result():
    begun, go_on = threading.Event(), threading.Event()
    computed = []

    def compute(key):
        computed.append(key)
        begun.set()
        assert go_on.wait(10)
        return object()

    shared = once(compute, LRUCache(4), lambda key: key)
    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(shared, "a") for _ in range(10)]
        assert begun.wait(10)
        go_on.set()
        results = {future.result(10) for future in futures}
    assert computed == ["a"]
    assert len(results) == 1


def test_another_key_does_not_wait():
    go_on = threading.Event()
    shared = once(lambda key: key if key == "quick" else go_on.wait(10), LRUCache(4), lambda key: key)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(shared, "slow")
        assert shared("quick") == "quick"
        go_on.set()
        assert slow.result(10)


def test_an_error_is_not_kept():
    tries = iter([ZeroDivisionError, None])

    def compute():
        if (error := next(tries)) is not None:
            raise error
        return "good"

    shared = once(compute, LRUCache(4), lambda: None)
    with pytest.raises(ZeroDivisionError):
        shared()
    assert shared() == "good"


def test_what_ends_a_script_midway_leaves_nobody_waiting():
    class Stopped(BaseException):
        """Like what Streamlit raises to end a script, which is no Exception."""

    begun, go_on = threading.Event(), threading.Event()
    computed = []

    def compute():
        computed.append(1)
        if len(computed) > 1:
            return "good"
        begun.set()
        assert go_on.wait(10)
        raise Stopped

    shared = once(compute, LRUCache(4), lambda: None)
    with ThreadPoolExecutor(3) as pool:
        stopped = pool.submit(shared)
        assert begun.wait(10)
        waiting = [pool.submit(shared) for _ in range(2)]
        go_on.set()
        with pytest.raises(Stopped):
            stopped.result(10)
        assert [future.result(10) for future in waiting] == ["good", "good"]
    assert len(computed) == 2
