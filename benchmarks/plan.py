"""What is measured, how often and how long: all of it in `make bench`, a part in three minutes with QUICK=1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.peers import TITLES


@dataclass(frozen=True)
class Plan:
    """Sizes and repetitions."""

    polls: Mapping[int, float]
    """Vehicles to seconds between two polls, and so between two ticks."""
    repeated: frozenset[tuple[str, int]]
    """Pages and numbers of vehicles on whose times a target hangs: opened three times."""
    kinds: tuple[str, ...]
    limit_seconds: float
    """A page that has not shown its ticks by then, from when it was opened, cannot do that size."""
    partly: int
    """Vehicles of the worlds of which a part moves; 0: left out."""
    polled: int
    polled_runs: int
    visits: int
    visited_kinds: tuple[str, ...]
    visited: int
    """Vehicles of the first visits."""
    crowd: tuple[int, float]
    """Viewers beside whom the API's requests are counted, and for how many seconds."""
    loads: Mapping[str, str]
    """Names to arguments of `python -m benchmarks.load`; in a name that begins as another does, what is different."""
    filtered: int


AT_5 = "--viewers 100 --poll 5 --filters 10 --seconds 25"
AT_15 = "--viewers 300 --poll 15 --filters 10 --seconds 45"


FULL = Plan(
    polls={1_000: 2, 10_000: 3, 50_000: 4, 100_000: 5},
    repeated=frozenset({("ours", 1_000), ("ours", 50_000), ("inline", 50_000)}),
    kinds=tuple(TITLES),
    limit_seconds=90,
    partly=50_000,
    polled=100_000,
    polled_runs=3,
    visits=3,
    visited_kinds=tuple(TITLES),
    visited=10_000,
    crowd=(200, 60),
    loads={
        "100 anonymous viewers, 5 s": f"{AT_5} --rounds 3 --vehicles 10000",
        "100 identities, 5 s": f"{AT_5} --rounds 3 --vehicles 10000 --identities 100",
        "100 viewers, 5 s": f"{AT_5} --rounds 3 --vehicles 10000 --identities 40 --open",
        "300 viewers, 15 s": f"{AT_15} --rounds 3 --vehicles 10000 --identities 40 --open",
        "100 viewers, 5 s, 100,000 vehicles": f"{AT_5} --vehicles 100000 --identities 40 --open",
        "300 viewers, 15 s, 100,000 vehicles": f"{AT_15} --vehicles 100000 --identities 40 --open",
    },
    filtered=100_000,
)
QUICK = Plan(
    polls={10_000: 2},
    repeated=frozenset(),
    kinds=("ours", "inline", "plotly_chart"),
    limit_seconds=40,
    partly=0,
    polled=20_000,
    polled_runs=1,
    visits=1,
    visited_kinds=("ours", "inline"),
    visited=2_000,
    crowd=(20, 12),
    loads={"20 viewers, 5 s": "--viewers 20 --poll 5 --filters 2 --vehicles 2000 --seconds 12"},
    filtered=20_000,
)
