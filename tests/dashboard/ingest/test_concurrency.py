"""How many requests run at once."""

import pytest

from catena_client import Retry
from dashboard.ingest.concurrency import Concurrency
from tests.dashboard.catena import LOCATIONS


def retry(status, asked=f"GET {LOCATIONS}"):
    return Retry(asked, "reason", status, 1.0, 1)


def test_each_429_halves_and_a_clean_poll_restores():
    concurrency = Concurrency(4)
    for expected in (2, 1, 1):
        concurrency.on_retry(retry(429))
        assert concurrency.current == expected
    concurrency.poll_done()
    assert concurrency.current == 1, "the poll under way was limited"
    for expected in (2, 3, 4, 4):
        concurrency.poll_done()
        assert concurrency.current == expected


@pytest.mark.parametrize(
    ("status", "asked"),
    [(500, f"GET {LOCATIONS}"), (None, f"GET {LOCATIONS}"), (429, "GET /v2/telematics/users")],
)
def test_other_retries_do_not_halve(status, asked):
    concurrency = Concurrency(4)
    concurrency.on_retry(retry(status, asked))
    assert concurrency.current == 4
