"""The benchmark's own arithmetic: which runs make a tick, what belongs to it, and when a target is missed."""

import json
import math
from dataclasses import replace

import pandas as pd
import pytest

from benchmarks import report, ticks
from benchmarks.first_visit import FirstVisit
from benchmarks.peers.rows import columns, layer
from benchmarks.report import FeedCost, PollCost
from benchmarks.ticks import PageCost


def run(at, version, cpu=0.01, fragment="_map"):
    return json.dumps({"at": at, "fragment": fragment, "version": version, "cpu_seconds": cpu}) + "\n"


def test_a_tick_is_the_first_run_on_a_snapshot():
    log = [run(1, 0), run(2, 1, 0.5), run(3, 1, 0.1), run(4, 2, 0.3)]
    found = ticks.ticks(ticks.runs(log))
    assert [(tick.version, tick.began, tick.cpu_seconds) for tick in found] == [(1, 2, 0.5), (2, 4, 0.3)]


def test_runs_are_ordered_and_a_half_written_line_is_left_for_later():
    assert [one["at"] for one in ticks.runs([run(2, 1), run(1, 1), '{"at": 3, "fra'])] == [1, 2]


def test_all_fragments_of_a_page_make_up_its_tick():
    log = [run(1, 1, 0.5), run(1.1, 1, 0.25, "other"), run(2, 1, 9), run(2.1, 1, 9, "other")]
    (tick,) = ticks.ticks(ticks.runs(log))
    assert tick.cpu_seconds == 0.75
    assert tick.began == 1


def test_what_happens_outside_a_span_does_not_count():
    events = [(0.9, 100), (1.0, 10), (2.5, 20), (3.0, 100)]
    assert ticks.mean_per_tick(events, 1, 3, 2) == 15


def test_the_median_tick_counts():
    found = ticks.ticks(ticks.runs([run(n, n + 1, cpu) for n, cpu in enumerate((0.01, 0.02, 5))]))
    assert ticks.cpu_ms(found) == 20
    assert len(ticks.between(found, 0, 2)) == 2


@pytest.mark.parametrize(
    ("ours", "plain", "part", "said"),
    [(1, 50, 0.02, "1/50"), (2, 1, 2, "2"), (0, 5, 0, "0"), (0, 0, 0, "0"), (5, 0, math.inf, "inf")],
)
def test_ratios(ours, plain, part, said):
    assert report.share(ours, plain) == part
    assert report.as_ratio(report.share(ours, plain)) == said


OURS, INLINE = PageCost("ours", 1000, 12, 10, 10, 0, 5), PageCost("inline", 1000, 12, 20, 100, 60, 9)
GOOD = [
    OURS,
    INLINE,
    replace(OURS, vehicles=50_000, cpu_ms=12, kilobytes=1000, long_task_ms=100),
    replace(INLINE, vehicles=50_000, cpu_ms=900, kilobytes=16_000, long_task_ms=1400),
]
POLLS = {"ours": PollCost(96_000, 0.5, 400), "plain": PollCost(96_000, 3.0, 200)}


def test_nothing_is_missed_when_all_is_well():
    assert all(check.met for check in report.checks(GOOD, POLLS))


@pytest.mark.parametrize(
    ("page", "change", "missed"),
    [
        (2, {"cpu_ms": 19}, ["script CPU at 50,000, ours / inline"]),
        (0, {"cpu_ms": 5}, ["script CPU, ours at 50,000 / ours at 1,000"]),
        (0, {"kilobytes": 20}, ["bytes at 1,000, ours / inline"]),
        (2, {"long_task_ms": 300}, ["long tasks at 50,000, ours / inline"]),
        (3, {"long_task_ms": 0}, ["long tasks at 50,000, ours / inline"]),
    ],
)
def test_each_target_of_the_page_can_be_missed(page, change, missed):
    pages = [replace(cost, **change) if index == page else cost for index, cost in enumerate(GOOD)]
    pages = [
        replace(cost, cpu_ms=11.9) if (index, change) == (2, {"cpu_ms": 5}) else cost
        for index, cost in enumerate(pages)
    ]
    assert [check.what for check in report.checks(pages, POLLS) if not check.met] == missed


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        (PollCost(96_000, 0.61, 400), ["poll CPU, ours / json + json_normalize"]),
        (PollCost(96_000, 0.5, 801), ["poll memory above idle, MB"]),
    ],
)
def test_each_target_of_the_poll_can_be_missed(ours, missed):
    found = report.checks(GOOD, {**POLLS, "ours": ours})
    assert [check.what for check in found if not check.met] == missed


VISITS = [FirstVisit("ours", "slow", 2, 2.3), FirstVisit("inline", "slow", 5, 6.5)]


def test_the_document_keeps_its_prose(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(document, report.markdown(GOOD, POLLS, FeedCost(120, 0.06, 23.4), VISITS))
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| 50,000 | script CPU, ms | 12.0 | 900.0 | 1/75 | 12 / 12 |" in text
    assert "| slow | 2.0 | 5.0 | 1/2.5 | 2.30 | 6.50 |" in text
    assert "missed" not in text


def test_a_document_without_a_place_for_the_numbers_is_refused(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text("no markers")
    with pytest.raises(ValueError, match="lacks the markers"):
        report.write(document, "numbers")


def test_the_inline_layer_is_ours_with_rows_in_it():
    names = columns()
    assert {"p", "icon", "angle", "name", "fleet", "speed", "age"} <= set(names)
    rows = pd.DataFrame([dict.fromkeys(names, 1), dict.fromkeys(names, 2)])
    spec = json.loads(layer(rows, 5).to_json())
    assert spec["data"] == rows.to_dict("records")
    assert spec["@@type"] == "IconLayer"
