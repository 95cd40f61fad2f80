"""What a soak makes of what it has seen."""

import copy
import random
from xml.etree import ElementTree as ET

import pytest

from benchmarks.soak import judged
from benchmarks.soak_faults import episodes
from benchmarks.soak_picture import picture
from benchmarks.soak_watch import Sample, defects, quarters

SHOWN = {
    "vehicles": 100,
    "rejected": [["no position reported", 4]],
    "fleets_held": 0,
    "ready": True,
    "failing": False,
}
GOOD = {
    "minutes": 20,
    "defects": [],
    "failures": {"ReadError": 2},
    "before": SHOWN,
    "after": SHOWN,
    "calm": [{"query": "", "rows": 4, "news": 3, "failures": {}, "lost": 0}],
    "growth": 1.05,
}


def test_a_bad_day_that_ends_well():
    assert judged(GOOD) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("defects",), ["Traceback (most recent call last):"]),
        (("failures",), {"HTTPStatusError 500": 1}),
        (("after",), SHOWN | {"vehicles": 99}),
        (("after",), {}),
        (("after",), SHOWN | {"fleets_held": 1}),
        (("calm", 0, "lost"), 1),
        (("calm", 0, "failures"), {"ReadError": 1}),
        (("calm", 0, "rows"), 0),
        (("calm", 0, "news"), 0),
        (("growth",), 1.051),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_said(place, value):
    found = copy.deepcopy(GOOD)
    *way, last = place
    at = found
    for name in way:
        at = at[name]
    at[last] = value
    assert len(judged(found)) == 1


def test_a_soak_too_short_to_fill_what_is_kept_may_grow():
    assert judged(GOOD | {"minutes": 2, "growth": 1.5}) == []
    assert len(judged(GOOD | {"minutes": 2, "growth": 1.7})) == 1


def test_faults_come_by_chance_and_the_same_ones_again():
    def some(seed):
        chance = episodes(random.Random(seed))
        return [next(chance) for _ in range(400)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    kinds = {fault.kind for episode in some(1) for fault in episode.faults}
    assert {"latency", "hang", "429"} <= kinds
    assert any(kind.startswith("row-") for kind in kinds)
    assert any(fault.at == "token" for episode in some(1) for fault in episode.faults)


def test_a_defect_is_found_with_its_trace_and_a_failed_poll_is_none():
    log = (
        "  Open the dashboard on this machine: http://localhost:1\n"
        "2026-05-04 12:00:00,000 WARNING dashboard.ingest.polling: A poll of the positions failed: no answer.\n"
        "2026-05-04 12:00:01,000 ERROR dashboard.runtime.defects: A defect of the dashboard: nothing was drawn\n"
        "Traceback (most recent call last):\n"
        "ValueError: no\n"
        "2026-05-04 12:00:02,000 WARNING dashboard.ingest.polling: A poll of the positions failed: no answer.\n"
        "Exception in ASGI application\n"
        "Traceback (most recent call last):\n"
        "OSError: gone\n"
    )
    found = defects(log)
    assert "nothing was drawn" in found[0]
    assert [one.splitlines()[-1] for one in found] == ["ValueError: no", "OSError: gone"]


def test_memory_is_compared_by_quarters():
    samples = [Sample(at, mb) for at, mb in enumerate([1, 3, 10, 20, 5, 5, 7, 9])]
    assert quarters(samples) == [2, 15, 5, 8]


def test_the_picture_is_one_and_names_are_harmless():
    drawn = picture(
        {
            "samples": [(0, 300, None, False), (60, 320.5, 2.0, False), (120, 310, 40, True)],
            "episodes": [{"at": 30, "seconds": 20, "faults": ["<b>:1"]}],
        }
    )
    assert "<b>" not in drawn
    assert len(ET.fromstring(drawn).findall(".//{*}polyline")) == 2
