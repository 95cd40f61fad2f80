"""All metrics, by their names. What has a state is read when somebody asks; what only happens is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from catena_client.http import TOKEN
from dashboard.configuration.settings import SettingsError
from dashboard.door.doorway import Doorway
from dashboard.door.traffic import Traffic
from dashboard.fleet.snapshot import Snapshot, counts
from dashboard.ingest.poll_log import Poll
from dashboard.ingest.polling import PollState
from dashboard.runtime import once
from dashboard.watch.readiness import readiness

POLL_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Seconds."""
UNREADABLE = "row unreadable or without a vehicle"
NO_ANSWER = "none"


class Metrics(Collector):
    """The metrics of one process."""

    def __init__(
        self,
        state: Callable[[], PollState[Snapshot]],
        doorway: Callable[[], Doorway],
        *,
        holds_lease: Callable[[], bool] = lambda: True,
    ) -> None:
        """`holds_lease`: whether this process is the one that asks Catena."""
        self._state = state
        self._doorway = doorway
        self._holds_lease = holds_lease
        self.registry = CollectorRegistry()
        self._polls = Histogram(
            "catena_poll_seconds",
            "How long polls of all positions took.",
            ["outcome"],
            registry=self.registry,
            buckets=POLL_BUCKETS,
        )
        self._answers = Counter(
            "catena_api_answers",
            "Answers of Catena's API, by method and path template and by status; none: no answer came.",
            ["endpoint", "status"],
            registry=self.registry,
        )
        self._tokens = Counter(
            "catena_token_requests",
            "Requests for an access token, by the status of the answer.",
            ["status"],
            registry=self.registry,
        )
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def polled(self, poll: Poll) -> None:
        """Count a poll."""
        self._polls.labels(poll.outcome).observe(poll.seconds)

    def answered(self, endpoint: str, status: int | None) -> None:
        """Count an answer of Catena's, as the client tells of it."""
        word = NO_ANSWER if status is None else str(status)
        if endpoint == TOKEN:
            self._tokens.labels(word).inc()
        else:
            self._answers.labels(endpoint, word).inc()

    def collect(self) -> Iterator[Metric]:
        """Read what is known now."""
        state = self._state()
        yield _gauge("catena_lease", "1: this process asks Catena; 0: another one does.", self._holds_lease())
        ready = readiness(state, datetime.now(UTC)) == "ready"
        yield _gauge("catena_ready", "1: there are positions, and they are fresh.", ready)
        failing = bool(state.problem)
        yield _gauge("catena_poll_failing", "1: the last poll failed.", failing and not state.apart)
        yield _gauge("catena_sharing_failing", "1: what the replicas share cannot be had.", state.apart)
        if state.snapshot is not None:
            yield from _of_snapshot(state.snapshot)
        doorway = self._doorway()
        viewers = doorway.connections.roles()
        pages = GaugeMetricFamily("catena_open_pages", "Pages open now, by who looks.", labels=["role"])
        for role in ("operator", "viewer", "guest"):
            pages.add_metric([role], viewers.get(role, 0))
        yield pages
        yield from _of_traffic(doorway.traffic)
        yield from _of_shared_work()


def serve(address: tuple[str, int] | None, registry: CollectorRegistry) -> Callable[[], None]:
    """Answer whoever asks at an address and a port, if one is given; gives what ends that.

    Raises `SettingsError` where that cannot be had.
    """
    if address is None:
        return lambda: None
    host, port = address
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise SettingsError(
            f"CATENA_METRICS_PORT: nobody can listen at {host}, port {port} ({error.strerror})."
        ) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=float(value))


def _of_snapshot(snapshot: Snapshot) -> Iterator[Metric]:
    old = (datetime.now(UTC) - snapshot.taken_at).total_seconds()
    yield _gauge("catena_snapshot_age_seconds", "How old the positions are that are shown.", old)
    yield _gauge("catena_snapshot_version", "The number of the snapshot that is shown.", snapshot.version)
    yield _gauge("catena_vehicles", "Vehicles in the snapshot.", len(snapshot.vehicles))
    yield _gauge(
        "catena_fleets_held", "Fleets whose positions are those of an earlier poll.", len(snapshot.held)
    )
    rejected = GaugeMetricFamily(
        "catena_rows_rejected", "Rows of the snapshot that cannot be drawn, by why.", labels=["reason"]
    )
    for reason, number in rejections(snapshot).items():
        rejected.add_metric([reason], number)
    yield rejected


def rejections(snapshot: Snapshot) -> dict[str, int]:
    """How many rows cannot be drawn, by why; reasons are words of ours."""
    found = dict(counts(snapshot.vehicles, "position_error"))
    found.pop("", None)
    return found | ({UNREADABLE: snapshot.unreadable} if snapshot.unreadable else {})


def _of_traffic(traffic: Traffic) -> Iterator[Metric]:
    answers = CounterMetricFamily(
        "catena_http_answers",
        "Answers to browsers, by what they were and by status.",
        labels=["what", "status"],
    )
    for (what, status), number in traffic.answers.copy().items():
        answers.add_metric([what, str(status)], number)
    yield answers
    sent = CounterMetricFamily(
        "catena_http_sent_bytes", "Bytes of their bodies, as they were sent.", labels=["what"]
    )
    for what, number in traffic.bytes.copy().items():
        sent.add_metric([what], number)
    yield sent


def _of_shared_work() -> Iterator[Metric]:
    labels = ["what"]
    builds = CounterMetricFamily("catena_builds", "How often what viewers share was computed.", labels=labels)
    hits = CounterMetricFamily("catena_build_hits", "How often it was there already.", labels=labels)
    for what, work in sorted(once.work().items()):
        builds.add_metric([what], work.done)
        hits.add_metric([what], work.shared)
    yield builds
    yield hits
