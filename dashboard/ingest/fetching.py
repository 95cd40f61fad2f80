"""Read the latest fix of every vehicle: completely, with few requests, and past whatever is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catena_client import MAX_FILTER_VALUES, CatenaClient, CatenaError
from dashboard.ingest.by_fleet import ByFleet
from dashboard.ingest.concurrency import Concurrency
from dashboard.ingest.rows import Rows, UnfilteredList, peek
from dashboard.runtime.refusals import NOT_OF_ONE_FLEET, ONCE, Refusal, Refusals

UNFILTERED = ""
"""Stands among the fleet ids for the list without a filter, and for the rows that only it brings."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one poll brought."""

    rows: Rows
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    """Fleets that are refused when asked for by their id, and `UNFILTERED` if the list without a filter is."""
    held: frozenset[str] = frozenset()
    """Those whose rows were not to be had in another way either; `UNFILTERED`: rows of fleets that no list names."""


class Fetcher:
    """Reads all latest fixes, poll after poll, and remembers what was refused and what no listed fleet brings."""

    def __init__(
        self, client: CatenaClient, concurrency: Concurrency, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._once = client.with_retry(ONCE)
        self._concurrency = concurrency
        self._refusals = Refusals(clock)
        self._by_fleet = ByFleet(client, self._refusals, clock)
        self._strays: tuple[str, ...] | None = ()
        """Vehicles of no listed fleet, if they are few and can be asked for; None: only the whole list has all."""
        self._never_sent = 0
        """Rows that the total counts though the whole list, read to its end, does not bring them."""
        self._sampled = 0
        """Fleets asked for as a sample so far, so that others are asked for next time."""

    def close(self) -> None:
        """Let the threads end; what they wait for ends with the client."""
        self._by_fleet.close()

    def knock(self, fleets: Sequence[str], attempt: int) -> None:
        """Make the cheapest request that tells whether there are positions again, with a single try.

        It asks for the whole list; for one of the `fleets` while that is left alone, and at every second `attempt`,
        as it may be the whole list alone that fails. Raises `CatenaError`.
        """
        if fleets and (not self._refusals.due(UNFILTERED) or attempt % 2 == 0):
            peek(self._once, [fleets[attempt // 2 % len(fleets)]])
        else:
            UnfilteredList(self._once)

    def fetch(self, listed: Callable[[], Mapping[str, int]]) -> Fetched:
        """All latest fixes the account may see.

        The first page is asked for without any filter: its `total` tells whether what the fleets bring, which are
        read side by side, covers everything; if not, its other pages are followed too. `listed` is called after
        it, for the ids of the listed fleets and the number of vehicles last known of each.

        A fleet that is refused costs the others nothing: it is left out, and its rows come from the whole list.
        Raises `CatenaError` when nothing can be had, and for an error that is not about one fleet.
        """
        before = self._refusals.now
        try:
            return self._fetch(listed)
        except CatenaError:
            self._refusals.put_back(before)  # when nothing can be had, no fleet is to blame
            raise

    def _fetch(self, listed: Callable[[], Mapping[str, int]]) -> Fetched:
        unfiltered = self._begin()
        sizes = listed()
        self._refusals.keep_only({*sizes, UNFILTERED})
        self._by_fleet.try_refused_again(sizes.keys())
        begun = Rows()
        if unfiltered is not None and (unfiltered.short or self._strays is None or self._some_refused(sizes)):
            if self._follow(unfiltered, begun):
                self._learn(unfiltered, begun, None, sizes)
                return Fetched(begun, self._refusals.now)
            unfiltered = None
        try:
            rows = self._read_by_fleet(sizes)
        except NOT_OF_ONE_FLEET:
            raise
        except CatenaError:
            if unfiltered is None and not begun.fixes:
                raise
            rows = Rows()
        if unfiltered is not None:
            missing = max(0, (unfiltered.total or 0) - rows.count())
            sure = unfiltered.total is not None and not self._some_refused(sizes)
            if sure and missing <= self._never_sent:
                self._refusals.succeeded(UNFILTERED)
                self._never_sent = missing  # what was missing for a moment must not hide what is later
                return Fetched(rows)
            if self._follow(unfiltered, begun):
                self._learn(unfiltered, begun, rows, sizes)
                return Fetched(rows.overlaid(begun), self._refusals.now)
        refused = self._refusals.now
        return Fetched(begun.overlaid(rows), refused, frozenset(refused))

    def _begin(self) -> UnfilteredList | None:
        """The whole list with its first page; None while it is refused."""
        if not self._refusals.due(UNFILTERED):
            return None
        try:
            return UnfilteredList(self._client)
        except NOT_OF_ONE_FLEET:
            raise
        except CatenaError as error:
            self._refusals.failed(UNFILTERED, error)
            return None

    def _follow(self, unfiltered: UnfilteredList, rows: Rows) -> bool:
        """Add the whole list to `rows`; False when it breaks off."""
        try:
            unfiltered.read(rows)
        except NOT_OF_ONE_FLEET:
            raise
        except CatenaError as error:
            self._refusals.failed(UNFILTERED, error)
            return False
        return True

    def _read_by_fleet(self, sizes: Mapping[str, int]) -> Rows:
        """What the fleets bring that are not refused. Raises `CatenaError` when there is no such fleet."""
        readable = {fleet_id: n for fleet_id, n in sizes.items() if fleet_id not in self._refusals}
        refusal = self._refusals.now.get(UNFILTERED)
        if refusal is not None and (not readable or not self._worthwhile(list(readable))):
            raise CatenaError(refusal.error)
        rows, of_strays = self._by_fleet.read(readable, self._strays or (), self._concurrency.current)
        of_strays.fixes = [fix for fix in of_strays.fixes if fix.fleet_id not in sizes]
        if self._strays:
            self._strays = tuple(dict.fromkeys(fix.vehicle_id for fix in of_strays.fixes if fix.vehicle_id))
        rows.extend(of_strays)
        return rows

    def _worthwhile(self, fleet_ids: Sequence[str]) -> bool:
        """Whether any fleet can be read though the whole list cannot.

        Two are asked, as one may be refused, and two others next time, as both may be.
        """
        for _ in range(2):
            fleet_id = fleet_ids[self._sampled % len(fleet_ids)]
            self._sampled += 1
            try:
                peek(self._once, [fleet_id])
            except NOT_OF_ONE_FLEET:
                raise
            except CatenaError:
                continue
            return True
        return False

    def _some_refused(self, fleet_ids: Iterable[str]) -> bool:
        return any(fleet_id in self._refusals for fleet_id in fleet_ids)

    def _learn(
        self, unfiltered: UnfilteredList, read: Rows, by_fleet: Rows | None, sizes: Mapping[str, int]
    ) -> None:
        """Remember, of the whole list read to its end, what the fleets do not bring, and what nothing brings."""
        self._refusals.succeeded(UNFILTERED)
        self._never_sent = max(0, (unfiltered.total or 0) - read.count())
        outside = [fix.vehicle_id for fix in read.fixes if fix.fleet_id not in sizes]
        # Rows that could not be read may be among them.
        unread_outside = read.unreadable > (by_fleet.unreadable if by_fleet else 0)
        if (
            not all(outside)
            or len(outside) > MAX_FILTER_VALUES
            or (unread_outside and (by_fleet or self._strays is None))
        ):
            self._strays = None
        else:
            self._strays = tuple(dict.fromkeys(vehicle_id for vehicle_id in outside if vehicle_id))
