"""Work that many ask for and one does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, MutableMapping
from typing import Any, NamedTuple, ParamSpec, TypeVar
from weakref import WeakSet

from cachetools import cached

P = ParamSpec("P")
T = TypeVar("T")

_shared: WeakSet[Any] = WeakSet()
"""All that `once` has made and somebody still has."""


class Work(NamedTuple):
    """How often something was computed, and how often it was there already, or just being computed."""

    done: int
    shared: int


def once(
    function: Callable[P, T], cache: MutableMapping[Any, Any], key: Callable[P, Hashable]
) -> Callable[P, T]:
    """A function whose results are kept in `cache` by `key`; who asks for one that is being computed waits for it.

    A lock would let all of them compute it. An error goes to the one who computed; the next who waits tries anew.
    """
    shared: Callable[P, T] = cached(cache, key, condition=threading.Condition(), info=True)(function)
    _shared.add(shared)
    return shared


def work() -> Mapping[str, Work]:
    """What all of them have computed so far, by module and name of what computes it."""
    found: dict[str, Work] = {}
    for one in list(_shared):
        name = f"{one.__module__.rpartition('.')[2]}.{one.__name__.strip('_')}"
        known, info = found.get(name, Work(0, 0)), one.cache_info()
        found[name] = Work(known.done + info.misses, known.shared + info.hits)
    return found
