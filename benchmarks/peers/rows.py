"""The vehicles as each peer gets them: the rows that our feed would send, as a DataFrame, made once per snapshot."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import chain
from pathlib import PurePath
from typing import get_args
from urllib.parse import urlsplit

import pandas as pd
import pydeck as pdk
from starlette.requests import Request

from benchmarks.meter import unmetered
from dashboard.access.scope import Scope
from dashboard.access.viewer import EVERYTHING
from dashboard.deck.deck import TOOLTIP, glide_for, vehicles_layer
from dashboard.feed.drawing import Layer
from dashboard.feed.vehicles import VehicleFeed
from dashboard.fleet.snapshot import Snapshot
from dashboard.service import service

LAYER = {"layer_id": "vehicles", "theme": "light", "assets_url": "assets/"}
WORDS = re.findall(r"{(\w+)}", str(TOOLTIP["html"]))
"""The columns that the tooltip shows."""


def newest() -> pd.DataFrame | None:
    """The rows of the newest snapshot, with `lon`, `lat` and `colour` beside; None while there is none.

    Making them is not metered, as ours are not made in the script either.
    """
    snapshot = service().poller.state.snapshot
    if snapshot is None:
        return None
    with unmetered():
        return rows_of(service().feed.vehicles, snapshot.version, urls(service().feed.vehicles, snapshot))


@lru_cache(maxsize=1)
def rows_of(feed: VehicleFeed, _version: int, addresses: tuple[str, ...]) -> pd.DataFrame:
    """The rows behind some addresses of a snapshot, for whoever asks first for that version."""
    bodies = (answer(feed, url) for url in addresses)
    rows = pd.DataFrame(list(chain.from_iterable(map(json.loads, bodies))), columns=columns())
    rows["lon"], rows["lat"] = zip(*rows["p"], strict=True)
    rows["colour"] = "#" + rows["icon"].str.rpartition("-")[2]
    return rows


def layer(rows: pd.DataFrame, poll_seconds: float) -> pdk.Layer:
    """Our vehicles' layer with rows in it, of which it keeps what it reads."""
    inline = vehicles_layer("", **LAYER, glide_ms=glide_for(poll_seconds))
    inline.data = rows[columns()]
    return inline


def columns() -> list[str]:
    """What the layer's accessors and the tooltip read of a row; nothing else is worth sending."""
    spec = vehicles_layer("", **LAYER, glide_ms=0).to_json()
    accessors = " ".join(re.findall(r'"@@=([^"]+)"', spec))
    return re.findall(r"[a-z]\w*", accessors) + WORDS


def urls(feed: VehicleFeed, snapshot: Snapshot) -> tuple[str, ...]:
    """The addresses of all vehicles: of those that stand, and of those that move."""
    return tuple(feed.url(snapshot, Scope(EVERYTHING), layer) for layer in get_args(Layer))


def answer(feed: VehicleFeed, url: str, coding: str = "identity") -> bytes:
    """What the feed answers to one of its own URLs, packed in a way such as gzip."""
    headers = [(b"accept-encoding", coding.encode())]
    asked = {
        "type": "http",
        "method": "GET",
        "query_string": urlsplit(url).query.encode(),
        "headers": headers,
        "path_params": {"layer": PurePath(urlsplit(url).path).stem},
    }
    response = feed.answer(Request(asked))
    if response.status_code != 200:
        raise RuntimeError(f"The feed answered {response.status_code}: {bytes(response.body)[:200]!r}")
    return bytes(response.body)
