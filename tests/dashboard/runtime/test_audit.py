"""What is written down of what happened, and who can read it."""

import json
import stat
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from dashboard.replicas.audit import SharedAudit
from dashboard.runtime.audit import KEPT, TEXT, Audit

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["process", "redis"])
def form(request):
    """Makes a record, with the path of its file."""
    if request.param == "process":
        return Audit
    return lambda *given: SharedAudit(request.getfixturevalue("store_of")(), *given)


def test_each_thing_is_one_line_of_json_that_is_read_again_past_a_damaged_one(form, tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text("{broken\n[]\n")
    audit = form(path, lambda: NOON)
    audit.record("share made", "ann@example.com", "192.0.2.1", "Line\nbreak ž")
    audit.close()
    line = path.read_text().splitlines()[-1]
    assert json.loads(line) == {
        "at": "2026-05-04T12:00:00Z",
        "event": "share made",
        "who": "ann@example.com",
        "address": "192.0.2.1",
        "what": "Line\nbreak ž",
    }
    again = form(path)
    assert [asdict(entry) for entry in again.latest()] == [json.loads(line)]
    again.close()


def test_only_the_user_of_the_process_can_read_the_file_even_if_others_could_before(form, tmp_path):
    path = tmp_path / "audit.jsonl"
    path.touch(0o644)
    form(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_texts_from_outside_and_entries_are_kept_only_so_far(form):
    audit = form()
    for number in range(KEPT + 1):
        audit.record("refused", "w" * (TEXT + 1), "a" * (TEXT + 1), f"{number} {'t' * TEXT}")
    latest = audit.latest()
    assert len(latest) == KEPT
    assert latest[0].what.startswith(f"{KEPT} "), "the newest first"
    assert {len(text) for text in (latest[0].who, latest[0].address, latest[0].what)} == {TEXT}
