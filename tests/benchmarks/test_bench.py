"""The benchmark's own arithmetic: which runs make a tick, what belongs to it, and when a target is missed."""

import json
import math
import xml.etree.ElementTree as ET
from types import SimpleNamespace
from unittest.mock import MagicMock

import pandas as pd
import pytest

from benchmarks import picture, report, ticks
from benchmarks.peers import PEERS, TITLES, page
from benchmarks.peers.rows import columns, layer
from benchmarks.results import METRICS, Found, Missing, Results, as_ratio
from tests.browser.rig import ROOT


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
    ("ours", "other", "part", "said"),
    [(1, 50, 0.02, "1/50"), (2, 1, 2, "2"), (0, 5, 0, "0"), (0, 0, 0, "0"), (5, 0, math.inf, "inf")],
)
def test_ratios(ours, other, part, said):
    (found,) = Found((ours,)).over(Found((other,))).values
    assert found == part
    assert as_ratio(found) == said


def test_what_was_not_measured_says_why():
    with pytest.raises(Missing, match="not within 75 s"):
        _ = Found(failed="not within 75 s").middle


def cost(kind, vehicles, run=0, **changed):
    ours = {"cpu_ms": 10, "kilobytes": 100 if run == 0 else None, "long_task_ms": 100, "thread_ms": 100}
    peer = {"cpu_ms": 2000, "kilobytes": 5000 if run == 0 else None, "long_task_ms": 2000, "thread_ms": 2000}
    return {"kind": kind, "vehicles": vehicles, "run": run, **(ours if kind == "ours" else peer), **changed}


def polls(run, ours=0.5, peak=400):
    for kind, seconds in (("plain", 6), ("ours", ours)):
        yield {"kind": kind, "run": run, "vehicles": 96_000, "cpu_seconds": [seconds] * 5, "peak_mb": peak}


def load(name, **changed):
    figures = {"tick_p95_seconds": 1.5, "lost": 0, "server_cores": 0.5, "mb_per_viewer": 0.9}
    return {"name": name, **figures, **changed}


def good():
    pages = [cost(kind, n, run) for kind in TITLES for n in (1_000, 50_000) for run in range(3)]
    visits = [
        {
            "kind": kind,
            "line": "this machine",
            "vehicles": 10_000,
            "seconds": 2 if kind == "ours" else 5,
            "land_seconds": None,
            "megabytes": 3,
        }
        for kind in TITLES
    ]
    return {
        "pages": {"rows": pages},
        "parts": {
            "rows": [
                {"part": part, "kilobytes": 100 * part, "thread_ms": 300 * part, "cpu_ms": 10}
                for part in (0.05, 1.0)
            ]
        },
        "visits": {"rows": visits, "taken_at": "2026-01-02T03:04+00:00", "load": 0.4},
        "polls": {"rows": [row for run in range(3) for row in polls(run)]},
        "api_requests": {"rows": [{"viewers": 200, "per_minute": {"1": 100, "200": 101}}]},
        "loads": {
            "rows": [
                load("100 anonymous"),
                load("100 identities", server_cores=0.55),
                load("300 viewers"),
                load(MANY, tick_p95_seconds=2.4, mb_per_viewer=1.2),
            ]
        },
        "filter_change": {
            "rows": [{"vehicles": 100_000, "printed": ["a line", "first layer, median: 227 ms"]}]
        },
    }


MANY = "300 viewers, 100,000 vehicles"
POLL = "poll → snapshot, 96,000 located, CPU / `json()` + `json_normalize`, each run"


def missed(raw, soak=None):
    return [check.what for check in Results(raw, soak).checks() if not check.met]


def test_nothing_is_missed_when_all_is_well():
    checks = Results(good(), {"minutes": 30, "taken": "today", "quarters_mb": [1], "growth": 1.0}).checks()
    assert len(checks) == 20
    assert all(check.met for check in checks)


def ours_costs(**changed):
    def change(raw):
        for row in raw["pages"]["rows"]:
            if row["kind"] == "ours" and row["vehicles"] == 50_000:
                row.update(changed)

    return change


def put(step, number, **changed):
    return lambda raw: raw[step]["rows"][number].update(changed)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (ours_costs(cpu_ms=21), ["script CPU at 50,000, ours / inline", "script CPU, ours at 50,000 / ours at 1,000"]),
        (ours_costs(kilobytes=450), ["bytes at 50,000, ours / inline"]),
        (ours_costs(kilobytes=5001), ["bytes at 50,000, ours / inline", "bytes at 50,000"]),
        (ours_costs(thread_ms=201), ["page thread CPU at 50,000, ours / inline"]),
        (ours_costs(long_task_ms=170), ["long tasks at 50,000, ours / inline"]),
        (put("parts", 0, kilobytes=26), ["a tick in which 5 % moved / one in which all did, bytes"]),
        (put("parts", 0, thread_ms=80), ["a tick in which 5 % moved / one in which all did, page thread CPU"]),
        (put("visits", 0, seconds=6), ["opening, 10,000 vehicles on screen, this machine"]),
        (put("polls", 5, cpu_seconds=[1.1]), [POLL]),
        (put("polls", 5, peak_mb=601), ["its peak memory above idle, MB, each run"]),
        (put("api_requests", 0, per_minute={"1": 100, "200": 103}), ["API requests per minute, 200 viewers / 1"]),
        (put("loads", 2, tick_p95_seconds=2.1), ["300 viewers"]),
        (put("loads", 2, lost=1), ["300 viewers"]),
        (put("loads", 2, lost_spread=[0, 1]), ["300 viewers"]),
        (put("loads", 2, mb_per_viewer=1.1), ["300 viewers"]),
        (put("loads", 3, tick_p95_seconds=2.5), [MANY]),
        (put("loads", 3, mb_per_viewer=1.3), [MANY]),
        (put("loads", 1, server_cores=0.7), ["server CPU, 100 identities / 100 anonymous"]),
        (put("filter_change", 0, printed=["median: 301 ms"]), ["filter change at 100,000, ms to the first layer"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_each_target_can_be_missed(change, what):
    raw = good()
    change(raw)
    assert missed(raw) == what


def test_memory_that_grows_is_missed():
    soak = {"minutes": 30, "taken": "today", "quarters_mb": [300, 310, 320, 340], "growth": 1.097}
    assert len(missed(good(), soak)) == 1


def test_a_peer_that_cannot_do_a_size_is_said_and_not_the_best():
    raw = good()
    raw["pages"]["rows"] = [
        {"kind": "inline", "vehicles": 50_000, "failed": "not within 75 s (2 ticks)"}
        if (row["kind"], row["vehicles"]) == ("inline", 50_000)
        else row
        for row in raw["pages"]["rows"]
    ]
    results = Results(raw)
    text = report.markdown(results, "bench.svg")
    assert "— not within 75 s (2 ticks)" in text
    unknown = [check for check in results.checks() if check.found.startswith("not measured: not within 75 s")]
    assert len(unknown) == 4
    assert not any(check.met for check in unknown)
    assert "not within 75 s" in picture.draw(results)


def test_the_best_peer_is_named():
    raw = good()
    for row in raw["pages"]["rows"]:
        if row["kind"] == "st_map" and row["kilobytes"]:
            row["kilobytes"] = 90
    (check,) = [check for check in Results(raw).checks() if check.what == "bytes at 50,000"]
    assert not check.met
    assert check.wanted == "< best peer: 90 kB (st.map (no tooltip))"


def test_the_picture_has_a_bar_for_each_figure():
    drawn = ET.fromstring(picture.draw(Results(good())))
    told = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}title")]
    assert len([words for words in told if "vehicles:" in words]) == len(TITLES) * 2 * len(METRICS)


def test_the_document_keeps_its_prose(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(document, report.markdown(Results(good()), "performance/bench.svg"))
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| script CPU at 50,000, ours / inline | ≤ 1/100 | 1/200 | 1/200 to 1/200 | met |" in text
    assert "| 50,000 | bytes, kB | 100 | 5,000 | 5,000 | 5,000 | 5,000 |" in text
    assert "![What a tick costs, by kind of page and number of vehicles](performance/bench.svg)" in text
    assert "missed" not in text


def test_a_document_without_a_place_for_the_numbers_is_refused(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text("no markers")
    with pytest.raises(ValueError, match="lacks the markers"):
        report.write(document, "numbers")


def test_the_inline_layer_is_ours_with_rows_in_it():
    names = columns()
    assert {"p", "icon", "angle", "name", "fleet", "speed", "age"} <= set(names)
    rows = pd.DataFrame([dict.fromkeys((*names, "lon"), 1), dict.fromkeys((*names, "lon"), 2)])
    spec = json.loads(layer(rows, 5).to_json())
    assert spec["data"] == rows[names].to_dict("records")
    assert spec["@@type"] == "IconLayer"


@pytest.mark.parametrize("kind", PEERS)
def test_each_peer_draws_on_the_page_that_they_share(kind):
    text = (ROOT / "benchmarks" / "peers" / f"{kind}.py").read_text()
    assert "from benchmarks.peers.page import show" in text
    assert text.endswith("\n\nshow(draw)\n")


def test_a_peer_draws_in_a_fragment_at_the_interval_of_the_polls(monkeypatch):
    drawn = []
    streamlit = MagicMock()
    monkeypatch.setattr(page, "st", streamlit)
    monkeypatch.setattr(page, "service", lambda: SimpleNamespace(settings=SimpleNamespace(poll_seconds=7)))
    monkeypatch.setattr(page, "newest", lambda: "rows")
    page.show(drawn.append)
    function, interval = (
        streamlit.fragment.call_args.args[0],
        streamlit.fragment.call_args.kwargs["run_every"],
    )
    function(drawn.append)
    assert (interval, drawn) == (7, ["rows"])
