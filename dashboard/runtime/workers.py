"""A few background threads for work that may hang: nobody waits for them when the process ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """Up to `number` daemon threads, begun when first needed, that do what they are given in that order.

    The threads of a `ThreadPoolExecutor` are joined when Python exits, so one hung request would hold up the exit.
    """

    def __init__(self, number: int, name: str) -> None:
        self._number = number
        self._name = name
        self._lock = threading.Lock()
        self._threads = 0
        self._closed = False
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do a piece of work as soon as a thread is free; after `close` it is cancelled at once."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
                return future
            self._tasks.put((future, partial(work, *args, **kwargs)))
            if self._threads < self._number:
                name = f"{self._name}-{self._threads + 1}"
                threading.Thread(target=self._run, name=name, daemon=True).start()
                # Only now: one for which there was no room is tried again with the next work.
                self._threads += 1
        return future

    def close(self) -> None:
        """Cancel what has not begun and let the threads end after what they do now. Returns at once."""
        with self._lock:
            self._closed = True
            with suppress(Empty):
                while (task := self._tasks.get_nowait()) is not None:
                    task[0].cancel()
            for _ in range(self._threads):
                self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            _do(*task)
            del task  # a thread that waits must not keep the last result alive


def _do(future: Future[T], work: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(error)
    else:
        future.set_result(result)
