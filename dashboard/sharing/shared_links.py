"""What a replica knows of the share links and ended sessions that all have in common, from what it reads in Redis."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from dashboard.sharing.share import Share
from dashboard.sharing.store import KEPT_SECONDS

log = logging.getLogger(__name__)

SCHEMA = 1
"""Of a link, with all it says of what may be seen."""


class _Schema(msgspec.Struct):
    schema: int


class Kept(msgspec.Struct, frozen=True):
    """What Redis holds of a link."""

    schema: int
    number: int
    """Links are counted as they are made."""
    token: str
    code: str
    share: Share


@dataclass(frozen=True, slots=True)
class Known:
    """What was read, and what is known beyond that."""

    read: Mapping[str, bytes] = field(default_factory=dict)
    lacking: Mapping[str, bytes] = field(default_factory=dict)
    """What Redis has not, or not any more, of what it is to have."""
    links: Mapping[str, Kept] = field(default_factory=dict)
    ended: Mapping[str, float] = field(default_factory=dict)

    @property
    def version(self) -> bytes:
        """Another one after each change."""
        return self.read.get("version", b"")

    @property
    def begun(self) -> bytes:
        """Another one after Redis has lost all that it held."""
        return self.read.get("begun", b"")


def with_read(before: Known, read: Mapping[str, bytes], now: float) -> Known:
    """What is known once that was read; of what was known before, what it must not lack is kept."""
    links = {id_in(name): kept for name, value in read.items() if (kept := _decoded(name, value))}
    ended = {id_in(name): float(value) for name, value in read.items() if name.startswith(ended_name(""))}
    lacking: dict[str, bytes] = {}
    for name, until in before.ended.items():
        if name not in ended and until >= now:
            ended[name] = until
            lacking[ended_name(name)] = repr(until).encode()
    for name, kept in before.links.items():
        there = links.get(name)
        undone = there is not None and kept.share.revoked and not there.share.revoked
        if undone or (link_name(name) not in read and not is_forgotten(kept, now)):
            links[name] = kept
            lacking[link_name(name)] = msgspec.json.encode(kept)
    return Known(read, lacking, links, ended)


def _decoded(name: str, value: bytes) -> Kept | None:
    """A link; None where another version has written it: it may limit what is seen in a way that is not known here."""
    if not name.startswith(link_name("")):
        return None
    try:
        if msgspec.json.decode(value, type=_Schema).schema == SCHEMA:
            return msgspec.json.decode(value, type=Kept)
    except msgspec.DecodeError:
        pass
    log.warning("A share link was written by another version of the dashboard: it opens nothing here.")
    return None


def share_of(kept: Kept) -> Share:
    """The link as the rest of the dashboard knows it."""
    return replace(kept.share, has_pass_code=bool(kept.code))


def is_forgotten(kept: Kept, now: float) -> bool:
    """Whether a link was over so long ago that it is not kept any more."""
    return kept.share.expires_at < now - KEPT_SECONDS


def link_name(share_id: str) -> str:
    """What a link is called in Redis."""
    return f"link {share_id}"


def ended_name(session_id: str) -> str:
    """What an ended session is called there."""
    return f"ended {session_id}"


def id_in(name: str) -> str:
    """Of which link or session such a name is."""
    return name.partition(" ")[2]
