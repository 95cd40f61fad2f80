"""Waiting for what other threads do."""

import threading
import time


def until(condition, seconds=10):
    """Wait until a condition holds. Fails after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def running(name):
    """The live threads of a name."""
    return {thread for thread in threading.enumerate() if thread.name == name}
