"""What the replicas share: values in Redis that only the holder of a lease writes, and notices of changes.

The one module that imports redis. Every failure of Redis is an `Unreachable`, whose text is for people.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

PREFIX = "catena:"
UNREACHABLE = (
    "The shared store (Redis) cannot be reached, so nothing new is shown until it can; look whether it runs."
)
FENCE_MILLISECONDS = 90 * 86_400_000
"""A token that nobody has used for so long is forgotten; the next one is higher all the same, as it is the time."""
TAKE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local token = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, now))
redis.call('SET', KEYS[2], token, 'PX', ARGV[2])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
"""
RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0"
RELEASE = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"
WRITE = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('PUBLISH', KEYS[2], ARGV[2])
return 1
"""


Script = Callable[..., Any]


class Unreachable(Exception):
    """Redis cannot be reached, or does not do what it is asked."""


class NotReached(Unreachable):
    """It did not answer."""


class SharedStore:
    """Values of the replicas of one dashboard, by name; `name` also is that of a lease, and of a notice.

    The tokens of a name only grow, even where Redis has lost all it knew: they are at least the time in milliseconds.
    """

    def __init__(self, url: str, patience: float, *, rest: float = 0.0) -> None:
        """`url` as redis-py takes it, `patience` the seconds that an answer may take. Connects when first asked.

        For `rest` seconds after it failed it is not asked again: many who ask would each wait for nothing.
        """
        self._rest, self._fails_until = rest, float("-inf")
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=patience,
            socket_connect_timeout=patience,
            retry=Retry(NoBackoff(), 0),  # whoever asks comes again anyway
        )
        self._take, self._renew, self._release, self._write = map(
            self._redis.register_script, (TAKE, RENEW, RELEASE, WRITE)
        )

    def take(self, name: str, seconds: float) -> int | None:
        """Take the lease of a name for so long: the token of that, higher than any before; None while it is held."""
        with self._asked():
            token = cast(
                bytes,
                self._take(
                    keys=[_lease(name), _fence(name)], args=[_milliseconds(seconds), FENCE_MILLISECONDS]
                ),
            )
        return int(token) if token else None

    def renew(self, name: str, token: int, seconds: float) -> bool:
        """Hold a lease for so long from now; False when it is not held with this token any more."""
        with self._asked():
            return bool(self._renew(keys=[_lease(name)], args=[token, _milliseconds(seconds)]))

    def release(self, name: str, token: int) -> None:
        """Give a lease back, if it is still held with this token."""
        with self._asked():
            self._release(keys=[_lease(name)], args=[token])

    def write(self, name: str, token: int, fields: Mapping[str, bytes], notice: str = "") -> bool:
        """Write some fields of a name's value, all at once, and tell whoever listens.

        False, and nothing written, when the lease has been taken since with a higher token.
        """
        pairs = [part for pair in fields.items() for part in pair]
        with self._asked():
            return bool(
                self._write(
                    keys=[_fence(name), PREFIX + name], args=[token, notice, FENCE_MILLISECONDS, *pairs]
                )
            )

    def read(self, name: str, *fields: str) -> list[bytes | None]:
        """Some fields of a name's value, of one moment; None for each that is not there."""
        with self._asked():
            return cast("list[bytes | None]", self._redis.hmget(PREFIX + name, list(fields)))

    def put(self, name: str, value: bytes, seconds: float) -> None:
        """Keep a value for so long, whoever wrote it before."""
        with self._asked():
            self._redis.set(PREFIX + name, value, px=_milliseconds(seconds))

    def get(self, name: str) -> tuple[bytes, float] | None:
        """A value that is kept, and for how many seconds still."""
        with self._asked(), self._redis.pipeline() as together:
            together.get(PREFIX + name)
            together.pttl(PREFIX + name)
            value, milliseconds = together.execute()
        return None if value is None or milliseconds <= 0 else (value, milliseconds / 1000)

    def enter(self, name: str, member: str, value: bytes, seconds: float) -> None:
        """Put a member with its value into a group for so long."""
        with self._asked(), self._redis.pipeline() as together:
            together.sadd(PREFIX + name, member)
            together.set(_member(name, member), value, px=_milliseconds(seconds))
            together.execute()

    def entered(self, name: str) -> dict[str, bytes]:
        """The members of a group whose time is not over, and their values."""
        with self._asked():
            members = sorted(
                member.decode() for member in cast("set[bytes]", self._redis.smembers(PREFIX + name))
            )
            if not members:
                return {}
            values = cast(
                "list[bytes | None]", self._redis.mget([_member(name, member) for member in members])
            )
            found = dict(zip(members, values, strict=True))
            if gone := [member for member, value in found.items() if value is None]:
                self._redis.srem(PREFIX + name, *gone)  # who is there after all enters again
        return {member: value for member, value in found.items() if value is not None}

    def leave(self, name: str, member: str) -> None:
        """Take a member out of a group."""
        with self._asked():
            self._redis.delete(_member(name, member))

    def notify(self, name: str, notice: str) -> None:
        """Tell whoever listens to a name."""
        with self._asked():
            self._redis.publish(PREFIX + name, notice)

    def listen(self, name: str) -> Notices:
        """Hear of a name from now on."""
        return Notices(self._redis, PREFIX + name)

    def script(self, text: str) -> Script:
        """A script in Lua that does all it does at once, as a function of the names of its keys and its arguments."""
        registered = self._redis.register_script(text)

        def run(names: Sequence[str], *arguments: bytes | str | float) -> Any:
            with self._asked():
                return registered(keys=[PREFIX + name for name in names], args=arguments)

        return run

    def close(self) -> None:
        """Let all connections go."""
        self._redis.close()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        if time.monotonic() < self._fails_until:
            raise Unreachable(UNREACHABLE)
        try:
            with _said():
                yield
        except NotReached:  # what it refuses alone, it answers at once
            self._fails_until = time.monotonic() + self._rest
            raise


class Notices:
    """What is told of a name. What is told while Redis cannot be reached is lost: look by yourself now and then."""

    def __init__(self, connection: redis.Redis, channel: str) -> None:
        self._pubsub = connection.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._channel = channel

    def wait(self, seconds: float) -> str | None:
        """The next notice; None when there is none for so long. Raises `Unreachable`."""
        with _said():  # a connection that broke off while nobody asked says nothing of the others
            try:
                if not self._pubsub.subscribed:
                    self._pubsub.subscribe(self._channel)
                message = self._next(seconds)
            except redis.RedisError:
                self.close()  # a connection that broke off is not gone on with
                raise
            except (OSError, ValueError):  # somebody closed the store while we waited
                raise redis.ConnectionError from None
        return message["data"].decode() if message else None

    def close(self) -> None:
        """Hear no more, until `wait` is called again."""
        self._pubsub.close()

    def _next(self, seconds: float) -> dict[str, Any] | None:
        end = time.monotonic() + seconds
        while True:
            message = self._pubsub.get_message(timeout=max(0.0, end - time.monotonic()))
            if message or time.monotonic() >= end:  # that it listens is told too, and is none
                return cast("dict[str, Any] | None", message)


@contextmanager
def _said() -> Iterator[None]:
    """Turn errors of Redis into ours. Their texts may quote what was sent."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        log.debug("Redis failed: %s", type(error).__name__)
        raise NotReached(UNREACHABLE) from None
    except redis.RedisError as error:
        log.debug("Redis refused: %s", type(error).__name__)
        raise Unreachable(UNREACHABLE) from None


def _lease(name: str) -> str:
    return f"{PREFIX}{name}:lease"


def _fence(name: str) -> str:
    return f"{PREFIX}{name}:fence"


def _member(name: str, member: str) -> str:
    return f"{PREFIX}{name}:{member}"


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
