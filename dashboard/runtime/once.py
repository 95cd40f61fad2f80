"""Work that many ask for and one does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, MutableMapping
from typing import Any, ParamSpec, TypeVar

from cachetools import cached

P = ParamSpec("P")
T = TypeVar("T")


def once(
    function: Callable[P, T], cache: MutableMapping[Any, Any], key: Callable[P, Hashable]
) -> Callable[P, T]:
    """A function whose results are kept in `cache` by `key`; who asks for one that is being computed waits for it.

    A lock would let all of them compute it. An error goes to the one who computed; the next who waits tries anew.
    """
    shared: Callable[P, T] = cached(cache, key, condition=threading.Condition())(function)
    return shared
