"""Reading locations fleet by fleet, past those that are refused."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import wait

from catena_client import (
    MAX_FILTER_VALUES,
    CatenaClient,
    CatenaError,
    ConnectionFailed,
    RateLimited,
    Timeout,
)
from dashboard.ingest.concurrency import MOST_AT_ONCE
from dashboard.ingest.rows import LocationFilters, Rows, peek, read
from dashboard.runtime.refusals import NOBODY, NOT_OF_ONE_FLEET, ONCE, Refusal, Refusals
from dashboard.runtime.workers import Workers

NARROWING_REQUESTS = 32
NARROWING_SECONDS = 20.0
"""What one poll may spend on finding out which fleets of a refused group are meant."""
SINGLY_AT_ONCE = 4
"""So many refused fleets are tried by themselves in one poll."""
AGAIN_SECONDS = 10.0
"""So long a poll waits for a fleet that was refused before."""
AGAIN_AT_ONCE = 2
"""Threads for that, as one may be left behind that waits still."""
NO_ANSWER_YET = f"Catena did not answer for it within {AGAIN_SECONDS:.0f} seconds."
NO_ANSWER = (ConnectionFailed, RateLimited)
"""Errors that no fleet is to blame for: asking for fewer of them is in vain."""

Suspects = deque[tuple[Sequence[str], CatenaError]]


class ByFleet:
    """Reads groups of fleets side by side. Those found to be refused are put into `refusals`, by their ids."""

    def __init__(
        self, client: CatenaClient, refusals: Refusals, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._once = client.with_retry(ONCE)
        self._refusals = refusals
        self._before: Mapping[str, Refusal] = {}
        """What was refused before fleets were last tried again: one page does not prove that all can be read."""
        self._clock = clock
        self._workers = Workers(MOST_AT_ONCE, "fixes")
        self._again = Workers(AGAIN_AT_ONCE, "fixes-again")

    def close(self) -> None:
        """Let the threads end; what they wait for ends with the client."""
        self._workers.close()
        self._again.close()

    def read(self, sizes: Mapping[str, int], strays: Sequence[str], parallel: int) -> tuple[Rows, Rows]:
        """What these fleets bring, and what there is of some `strays`: vehicles of no listed fleet.

        Raises the last error when there were only errors, and one that nothing can be read after.
        """
        groups = [LocationFilters(fleet_ids=ids) for ids in pack(sizes, parallel)]
        if strays:
            groups.append(LocationFilters(vehicle_ids=strays))
        futures = [self._workers.submit(read, self._client, group) for group in groups]
        wait(futures)
        rows, of_strays, suspects, succeeded = Rows(), Rows(), Suspects(), 0
        for group, future in zip(groups, futures, strict=True):
            try:
                group_rows = future.result()
            except NOT_OF_ONE_FLEET:
                raise
            except CatenaError as error:
                suspects.append((group.get("fleet_ids", ()), error))
            else:
                succeeded += 1
                (rows if "fleet_ids" in group else of_strays).extend(group_rows)
        last = suspects[-1][1] if suspects else None
        succeeded += self._narrow(suspects, rows)
        if last is not None and not succeeded:
            raise last
        return rows, of_strays

    def _narrow(self, suspects: Suspects, rows: Rows) -> int:
        """Find the fleets that make their groups fail by halving these, and remember them as refused.

        What the others bring is added to `rows`. Gives the number of requests that were answered well.
        """
        left, end, succeeded = NARROWING_REQUESTS, self._clock() + NARROWING_SECONDS, 0
        while suspects:
            fleet_ids, error = suspects.popleft()
            if len(fleet_ids) <= 1 or isinstance(error, NO_ANSWER) or left <= 0 or self._clock() > end:
                for fleet_id in fleet_ids:
                    self._refusals.failed(fleet_id, error, self._before.get(fleet_id))
                continue
            middle = len(fleet_ids) // 2
            for half in (fleet_ids[:middle], fleet_ids[middle:]):
                left -= 1
                try:
                    rows.extend(read(self._once, LocationFilters(fleet_ids=half)))
                    succeeded += 1
                except NOBODY:
                    raise
                except CatenaError as failure:
                    suspects.append((half, failure))
        return succeeded

    def try_refused_again(self, fleets: Collection[str]) -> None:
        """Ask once more for those of the fleets whose pause is over: all together, else a few by themselves."""
        self._before = self._refusals.now
        due = [key for key in self._before if key in fleets and self._refusals.due(key)][:MAX_FILTER_VALUES]
        if len(due) > 1 and self._ask_again(due) is None:
            return
        for fleet_id in due[:SINGLY_AT_ONCE]:
            if fleet_id not in self._refusals or not self._refusals.due(fleet_id):
                continue
            if isinstance(self._ask_again([fleet_id]), ConnectionFailed):
                return  # one that does not answer is enough for a poll; the others are asked with the next

    def _ask_again(self, fleet_ids: Sequence[str]) -> CatenaError | None:
        """Why these fleets cannot be read yet, all together; None: they can."""
        asked = self._again.submit(peek, self._once, fleet_ids)
        try:
            asked.result(AGAIN_SECONDS)
        except NOBODY:
            raise
        except (CatenaError, TimeoutError) as failure:
            asked.cancel()
            error = failure if isinstance(failure, CatenaError) else Timeout(NO_ANSWER_YET)
            # Which of several is refused, or does not answer, is found out one by one.
            if len(fleet_ids) == 1 or isinstance(error, RateLimited):
                for fleet_id in fleet_ids:
                    self._refusals.failed(fleet_id, error)
            return error
        for fleet_id in fleet_ids:
            self._refusals.succeeded(fleet_id)
        return None


def pack(fleet_sizes: Mapping[str, int], groups: int) -> list[list[str]]:
    """Divide fleets into at most `groups` groups of about equal numbers of vehicles."""
    loads = [0] * max(1, min(groups, len(fleet_sizes)))
    packed: list[list[str]] = [[] for _ in loads]
    for fleet_id, size in sorted(fleet_sizes.items(), key=lambda item: (-item[1], item[0])):
        lightest = loads.index(min(loads))
        loads[lightest] += max(1, size)
        packed[lightest].append(fleet_id)
    return [group for group in packed if group]
