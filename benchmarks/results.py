"""What was measured, as numbers with their spread, held against the targets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Any

from benchmarks.peers import PEERS, TITLES

METRICS = {
    "cpu_ms": "script CPU, ms",
    "kilobytes": "bytes, kB",
    "thread_ms": "page thread CPU, ms",
    "long_task_ms": "long tasks, ms",
}
BIG, SMALL = 50_000, 1_000
"""Vehicles at which pages are compared."""


@dataclass(frozen=True)
class Found:
    """What the runs of one thing gave; or why there are none."""

    values: tuple[float, ...] = ()
    failed: str = ""

    @property
    def middle(self) -> float:
        """The median. Raises `Missing` of nothing."""
        if not self.values:
            raise Missing(self.failed or "not measured")
        return median(self.values)

    def over(self, other: Found) -> Found:
        """Run by run, as a part of another; 0 when this costs nothing, infinite when only the other costs nothing."""
        _ = self.middle, other.middle
        pairs = zip(self.values, other.values, strict=False)
        return Found(tuple(0.0 if not one else one / two if two else float("inf") for one, two in pairs))


class Missing(LookupError):
    """Something was not measured, and why."""


@dataclass(frozen=True)
class Check:
    """One target and what was found."""

    what: str
    wanted: str
    found: str
    met: bool
    spread: str = ""


def as_ratio(part: float) -> str:
    """A part as people say it: 0.02 is 1/50."""
    if not part:
        return "0"
    return f"1/{1 / part:.3g}" if part < 0.995 else f"{part:.3g}"


@dataclass
class Results:
    """All rows of all steps, and the last soak if it is to be told of."""

    raw: Mapping[str, Any]
    soak: Mapping[str, Any] | None = None
    _checks: list[Check] = field(default_factory=list)

    def rows(self, step: str) -> list[dict[str, Any]]:
        """The rows of a step, as far as it came."""
        return list(self.raw.get(step, {}).get("rows", ()))

    @cached_property
    def pages(self) -> dict[tuple[str, int, str], Found]:
        """By kind of page, vehicles and metric."""
        found: dict[tuple[str, int, str], Found] = {}
        for row in self.rows("pages"):
            for metric in METRICS:
                key = row["kind"], row["vehicles"], metric
                before, value = found.get(key, Found()), row.get(metric)
                values = before.values if value is None else (*before.values, value)
                found[key] = Found(values, row.get("failed", before.failed))
        return found

    @property
    def sizes(self) -> list[int]:
        """Numbers of vehicles that pages were measured at."""
        return sorted({vehicles for _, vehicles, _ in self.pages})

    def page(self, kind: str, vehicles: int, metric: str) -> Found:
        """What a page cost."""
        return self.pages.get((kind, vehicles, metric), Found())

    def best_peer(self, costs: Mapping[str, Found]) -> tuple[str, Found]:
        """The one that costs least."""
        able = {kind: cost for kind, cost in costs.items() if kind in PEERS and cost.values}
        if not able:
            raise Missing("no peer was measured")
        return min(able.items(), key=lambda each: each[1].middle)

    @property
    def lines(self) -> list[str]:
        """Over which first visits were made, the slowest last."""
        return list(dict.fromkeys(row["line"] for row in self.rows("visits")))

    def visit_rows(self, line: str) -> list[dict[str, Any]]:
        """The rows of the first visits over a line."""
        return [row for row in self.rows("visits") if row["line"] == line]

    def visits(self, line: str) -> dict[str, Found]:
        """Seconds to the first picture with vehicles over a line, by kind of page."""
        found: dict[str, Found] = {}
        for row in self.visit_rows(line):
            values = found.get(row["kind"], Found()).values
            failed = "" if row["seconds"] is not None else "not in time"
            found[row["kind"]] = Found((*values, *([] if failed else [row["seconds"]])), failed)
        return found

    def polls(self, kind: str, of: str) -> Found:
        """A figure of each run of one way of polling; of CPU seconds the median of its polls."""
        rows = [row[of] for row in self.rows("polls") if row["kind"] == kind]
        return Found(tuple(median(row) if isinstance(row, list) else row for row in rows))

    def part(self, part: float, metric: str) -> Found:
        """What a tick of ours costs while a part of all vehicles moves."""
        rows = [row for row in self.rows("parts") if row["part"] == part]
        failed = next((row["failed"] for row in rows if "failed" in row), "")
        return Found(tuple(row[metric] for row in rows if row.get(metric) is not None), failed)

    def load(self, beginning: str) -> dict[str, Any]:
        """The figures of the load whose name begins so."""
        for row in self.rows("loads"):
            if row["name"].startswith(beginning):
                if "failed" in row:
                    raise Missing(row["failed"])
                return row
        raise Missing("not measured")

    def checks(self) -> list[Check]:
        """Every target of which something was measured."""
        self._checks = []
        if BIG in self.sizes:
            self._of_pages()
        if self.rows("parts"):
            for metric in ("kilobytes", "thread_ms"):
                what = (
                    f"a tick in which 5 % moved / one in which all did, {METRICS[metric].partition(',')[0]}"
                )
                self._ratio(
                    what, 1 / 4, self._each(self.part, 0.05, metric), self._each(self.part, 1.0, metric)
                )
        for line in self.lines:
            number = self.rows("visits")[0]["vehicles"]
            self._peer(f"opening, {number:,} vehicles on screen, {line}", self.visits(line), "s", ".1f")
        if self.rows("polls"):
            self._of_polls()
        self._of_loads()
        return self._checks

    def _each(self, get: Callable[..., Found], *of: Any) -> Callable[[], Found]:
        return lambda: get(*of)

    def _of_pages(self) -> None:
        for metric, most in (
            ("cpu_ms", 1 / 100),
            ("kilobytes", 1 / 12),
            ("thread_ms", 1 / 10),
            ("long_task_ms", 1 / 12),
        ):
            what = METRICS[metric].partition(",")[0]
            ours, inline = (self._each(self.page, kind, BIG, metric) for kind in ("ours", "inline"))
            self._ratio(f"{what} at {BIG:,}, ours / inline", most, ours, inline)
            if metric in ("kilobytes", "thread_ms"):
                costs = {kind: self.page(kind, BIG, metric) for kind in TITLES}
                self._peer(f"{what} at {BIG:,}", costs, METRICS[metric].partition(", ")[2], ",.0f")
        small, big = (self._each(self.page, "ours", n, "cpu_ms") for n in (SMALL, BIG))
        self._ratio(f"script CPU, ours at {BIG:,} / ours at {SMALL:,}", 2, big, small)

    def _of_polls(self) -> None:
        number = max(row["vehicles"] for row in self.rows("polls"))
        ours, plain = (self._each(self.polls, kind, "cpu_seconds") for kind in ("ours", "plain"))
        what = f"poll → snapshot, {number:,} located, CPU / `json()` + `json_normalize`, each run"
        self._ratio(what, 1 / 6, ours, plain, worst=True)
        peaks = self.polls("ours", "peak_mb")
        spread = _spread(peaks.values, ".0f")
        self._at_most("its peak memory above idle, MB, each run", 600, max(peaks.values), ".0f", spread)

    def _of_loads(self) -> None:
        for row in self.rows("api_requests"):
            one, many = row["per_minute"].values()
            what = f"API requests per minute, {row['viewers']} viewers / 1"
            self._checks.append(
                Check(
                    what,
                    "1, ± 2 %",
                    f"{many / one:.3f}",
                    abs(many / one - 1) <= 0.02,
                    f"{one:.0f}, {many:.0f}",
                )
            )
        for row in self.rows("loads"):
            self._checks.append(_carried(row))
        if self.rows("loads") and any(row["name"].startswith("100 identities") for row in self.rows("loads")):
            cores = [self._each(self._cores, f"100 {who}") for who in ("identities", "anonymous")]
            self._ratio("server CPU, 100 identities / 100 anonymous", 1.2, *cores)
        for row in self.rows("filter_change"):
            said = [float(ms) for line in row["printed"] for ms in re.findall(r"median: ([\d.]+) ms", line)]
            what = f"filter change at {row['vehicles']:,}, ms to the first layer"
            if said:
                self._at_most(what, 300, said[0], ".0f", "")
            else:
                self._checks.append(Check(what, "≤ 300", "not said by the tool", met=False))
        if self.soak is not None:
            what = f"memory, {self.soak['minutes']:g} min of faults ({self.soak['taken']}), last quarter / second"
            quarters = ", ".join(f"{mb:.0f}" for mb in self.soak["quarters_mb"])
            self._at_most(what, 1.05, self.soak["growth"], ".3f", f"{quarters} MB")

    def _cores(self, beginning: str) -> Found:
        return Found((self.load(beginning)["server_cores"],))

    def _at_most(self, what: str, most: float, found: float, form: str, spread: str) -> None:
        self._checks.append(Check(what, f"≤ {most:g}", format(found, form), found <= most, spread))

    def _ratio(
        self,
        what: str,
        most: float,
        ours: Callable[[], Found],
        other: Callable[[], Found],
        *,
        worst: bool = False,
    ) -> None:
        wanted = f"≤ {as_ratio(most)}"
        try:
            one, two = ours(), other()
            runs = one.over(two).values
            found = max(runs) if worst else Found((one.middle,)).over(Found((two.middle,))).middle
        except Missing as error:
            self._checks.append(Check(what, wanted, f"not measured: {error}", met=False))
        else:
            spread = " to ".join(map(as_ratio, (min(runs), max(runs)))) if len(runs) > 1 else ""
            self._checks.append(Check(what, wanted, as_ratio(found), found <= most, spread))

    def _peer(self, what: str, costs: Mapping[str, Found], unit: str, form: str) -> None:
        try:
            kind, best = self.best_peer(costs)
            ours = costs.get("ours", Found())
            wanted = f"< best peer: {format(best.middle, form)} {unit} ({TITLES[kind]})"
            found, met = f"{format(ours.middle, form)} {unit}", ours.middle < best.middle
        except Missing as error:
            self._checks.append(Check(what, "< best peer", f"not measured: {error}", met=False))
        else:
            self._checks.append(Check(what, wanted, found, met, _spread(ours.values, form)))


def _carried(row: Mapping[str, Any]) -> Check:
    """Whether so many viewers were carried; of ten times as many vehicles a fifth more is allowed."""
    many = 1.2 if row["name"].endswith("100,000 vehicles") else 1.0
    seconds, megabytes = 2 * many, 1 * many
    wanted = f"p95 ≤ {seconds:g} s, none lost, ≤ {megabytes:g} MB each"
    if "failed" in row:
        return Check(row["name"], wanted, row["failed"], met=False)
    p95, mb = row["tick_p95_seconds"], row["mb_per_viewer"]
    lost = max(row.get("lost_spread", [row["lost"]]))
    return Check(
        row["name"],
        wanted,
        f"p95 {p95:.2f} s, {lost} lost, {mb:.2f} MB",
        p95 <= seconds and not lost and mb <= megabytes,
        _spread(row.get("tick_p95_seconds_spread", ()), ".2f"),
    )


def _spread(values: Iterable[float], form: str) -> str:
    known = list(values)
    return f"{format(min(known), form)} to {format(max(known), form)}" if len(known) > 1 else ""
