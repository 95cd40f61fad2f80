"""Counts what the script of a page costs the server: CPU time of each run of a fragment."""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dashboard.service import service

_unmetered = 0.0
_plain_fragment = st.fragment


def install() -> None:
    """Make `st.fragment` time all fragments. To be called before any page is imported."""
    st.fragment = _timing_fragment


@contextmanager
def unmetered() -> Iterator[None]:
    """Work that is not to count. Only for a page with one viewer."""
    global _unmetered  # noqa: PLW0603 - one viewer, one script thread
    before = time.thread_time()
    yield
    _unmetered += time.thread_time() - before


def _timing_fragment(body: Callable[..., Any] | None = None, **options: Any) -> Any:
    if body is None:
        return functools.partial(_timing_fragment, **options)
    return _plain_fragment(_timed(body), **options)


def _timed(body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def timed(*arguments: Any, **options: Any) -> Any:
        global _unmetered
        snapshot = service().poller.state.snapshot
        _unmetered, at, before = 0.0, time.time(), time.thread_time()
        try:
            return body(*arguments, **options)
        finally:
            cpu = time.thread_time() - before - _unmetered
            version = 0 if snapshot is None else snapshot.version
            _write({"at": at, "fragment": body.__qualname__, "version": version, "cpu_seconds": cpu})

    return timed


def _write(run: dict[str, object]) -> None:
    with open(os.environ["BENCH_TICKS"], "a") as file:  # noqa: PTH123
        file.write(json.dumps(run) + "\n")
