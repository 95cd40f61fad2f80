"""Dividing fleets into groups of about equal size."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.ingest.by_fleet import pack


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 50_000), max_size=60), st.integers(1, 8))
def test_pack_keeps_each_fleet_once_and_balances(sizes, groups):
    packed = pack(sizes, groups)
    assert sorted(fleet for group in packed for fleet in group) == sorted(sizes)
    assert len(packed) <= groups
    if packed:
        loads = [sum(max(1, sizes[fleet]) for fleet in group) for group in packed]
        assert max(loads) - min(loads) <= max(max(1, size) for size in sizes.values())
