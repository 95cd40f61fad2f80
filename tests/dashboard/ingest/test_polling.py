"""How long nothing is asked after a poll."""

import pytest

from dashboard.ingest.polling import Rest


@pytest.mark.parametrize(
    ("pause", "elapsed", "failed", "rest"),
    [
        pytest.param(15, 1, False, Rest(1, 14), id="a quick poll"),
        pytest.param(15, 5, False, Rest(3.75, 10), id="who wakes it waits for a breath"),
        pytest.param(15, 14, False, Rest(3.75, 3.75), id="nearly as long as the interval"),
        pytest.param(
            15, 40, False, Rest(3.75, 3.75), id="longer than the interval: a pause, not the next at once"
        ),
        pytest.param(2, 0.1, False, Rest(1.9, 1.9), id="as often as may be"),
        pytest.param(60, 12, True, Rest(60, 60), id="a failure is kept to the end"),
        pytest.param(3600, 1, True, Rest(3600, 3600), id="a 429 too"),
    ],
)
def test_how_long_nothing_is_asked_after_a_poll(pause, elapsed, failed, rest):
    assert Rest.after(pause, elapsed, failed=failed) == rest
