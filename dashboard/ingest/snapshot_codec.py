"""What replicas tell each other of the positions, as bytes: Arrow's columns, and JSON for the rest.

Whoever changes what is written, columns of a snapshot included, changes `SCHEMA`: one version then does not read what
the other has written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

import msgspec
import pandas as pd
import pyarrow as pa

from dashboard.fleet.names import Names
from dashboard.fleet.notices import Notice
from dashboard.fleet.snapshot import Snapshot
from dashboard.ingest.poll_log import Poll
from dashboard.runtime.refusals import Refusal

SCHEMA = b"2"
UNLIKE = (
    "The positions were published by another version of the dashboard, which this one cannot read; "
    "run the same version everywhere."
)


class Unlike(Exception):
    """What is to be read was written by another version."""


class About(msgspec.Struct, frozen=True):
    """What is known of a snapshot beside its vehicles."""

    version: int
    taken_at: datetime
    deliveries: dict[str, datetime | None]
    unreadable: int
    held: dict[str, Refusal]
    notices: tuple[Notice, ...]


class Head(msgspec.Struct, frozen=True):
    """What is known of the polling, with the meanings of `PollState`."""

    snapshot: About | None
    names: str
    """The hash of the names."""
    polled: datetime | None = None
    """When the last poll that is over began; the log of polls is another one when that is."""
    problem: str = ""
    failures: int = 0
    """Polls that failed in a row until now."""
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    started_at: datetime | None = None


def about(snapshot: Snapshot | None) -> About | None:
    """What there is to tell of a snapshot beside its vehicles."""
    if snapshot is None:
        return None
    return About(
        snapshot.version,
        snapshot.taken_at,
        dict(snapshot.deliveries),
        snapshot.unreadable,
        dict(snapshot.held),
        snapshot.notices,
    )


def snapshot_of(told: About, vehicles: pd.DataFrame) -> Snapshot:
    """The snapshot that was told of."""
    return Snapshot(
        told.version, told.taken_at, vehicles, told.deliveries, told.unreadable, told.held, told.notices
    )


def encode_head(head: Head) -> bytes:
    """As JSON."""
    return msgspec.json.encode(head)


def decode_head(schema: bytes | None, encoded: bytes | None) -> Head | None:
    """Read it, if there is one. Raises `Unlike`."""
    if schema is None or encoded is None:
        return None
    if schema != SCHEMA:
        raise Unlike(UNLIKE)
    try:
        return msgspec.json.decode(encoded, type=Head)
    except msgspec.DecodeError as error:
        raise Unlike(UNLIKE) from error


def encode_frame(frame: pd.DataFrame) -> bytes:
    """A frame as Arrow's IPC stream, compressed."""
    batch = pa.RecordBatch.from_pandas(
        frame, preserve_index=False
    )  # a table without rows lacks its categories
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_batch(batch)
    encoded: bytes = sink.getvalue().to_pybytes()
    return encoded


def decode_frame(encoded: bytes) -> pd.DataFrame:
    """The frame, column for column as it was. Raises `Unlike`."""
    try:
        with pa.ipc.open_stream(encoded) as stream:
            frame: pd.DataFrame = stream.read_all().to_pandas()
    except pa.ArrowException as error:
        raise Unlike(UNLIKE) from error
    return frame


def encode_names(names: Names) -> tuple[bytes, str]:
    """Names as JSON, and the hash of that."""
    given = {field.name: getattr(names, field.name) for field in fields(names)}
    as_dicts = {name: sorted(v) if isinstance(v, frozenset) else dict(v) for name, v in given.items()}
    encoded = msgspec.json.encode(as_dicts, order="deterministic")
    return encoded, hashlib.blake2b(encoded, digest_size=16).hexdigest()


def decode_names(encoded: bytes) -> Names:
    """The names. Raises `Unlike`."""
    try:
        return msgspec.json.decode(encoded, type=Names)
    except msgspec.DecodeError as error:
        raise Unlike(UNLIKE) from error


def encode_polls(polls: Sequence[Poll]) -> bytes:
    """Polls that are over, as JSON."""
    return msgspec.json.encode(polls)


def decode_polls(encoded: bytes) -> list[Poll]:
    """The polls. Raises `Unlike`."""
    try:
        return msgspec.json.decode(encoded, type=list[Poll])
    except msgspec.DecodeError as error:
        raise Unlike(UNLIKE) from error
