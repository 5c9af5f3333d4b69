"""Best-first search over sequences of batches (A*: Hart, Nilsson & Raphael 1968).

A partial schedule is worth what it and the rest cost at least; the one worth the least is extended. Of two that hold
the same orders, one with no picker free earlier that is no less late is dropped. A tour is only asked for when
the partial schedule that ends with it comes up.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from layouts.tours.scheduling.batch_times import Batch
from layouts.tours.scheduling.list_schedule import Cost, is_less

Sequence = tuple[tuple[float, int], ...]
"""When each batch starts, and its column."""


@dataclass(frozen=True, kw_only=True)
class Partial:
    """Batches so far: their orders, when pickers are then free, rising, and the tardiness.

    The last was added to `before`; its time may only be a bound unless `is_exact`.
    """

    sequence: Sequence
    orders: Batch
    free_s: tuple[float, ...]
    late_s: float
    before: Partial | None
    is_exact: bool

    def is_no_better(self, other: Partial) -> bool:
        """Whether `other`, which holds the same orders, can be continued as well."""
        return other.late_s <= self.late_s and all(
            one <= two for one, two in zip(other.free_s, self.free_s, strict=True)
        )

    def with_batch(
        self, batch: Batch, column: int, *, start_s: float, end_s: float, late_s: float, is_exact: bool
    ) -> Partial:
        """One batch more, that the picker free at `start_s` picks until `end_s`; `late_s` counts it in."""
        free = list(self.free_s)
        free[free.index(start_s)] = end_s
        return Partial(
            sequence=(*self.sequence, (start_s, column)),
            orders=self.orders | batch,
            free_s=tuple(sorted(free)),
            late_s=late_s,
            before=self,
            is_exact=is_exact,
        )


class Extension(Protocol):
    """How partial schedules are continued, and what they then cost at least."""

    def longer(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """Every way to add a batch."""
        ...

    def exact(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """The same with its last tour asked for; nothing where it then cannot be."""
        ...


@dataclass(frozen=True, kw_only=True)
class Found:
    """The best sequence, None where none is better than the one known, and a bound of both costs."""

    sequence: Sequence | None
    bound: Cost


def best_first(
    extension: Extension,
    *,
    orders: int,
    pickers: int,
    floor: Cost,
    known: Cost,
    extensions: int,
    deadline: float,
) -> Found:
    """A sequence better than one of cost `known`, if there is one, within so many extensions.

    No schedule is below `floor`. Tours asked for count as extensions.
    """
    everything = (1 << orders) - 1
    nothing = Partial(sequence=(), orders=0, free_s=(0.0,) * pickers, late_s=0.0, before=None, is_exact=True)
    heap = [(*floor, 0, nothing)]
    extended: dict[Batch, list[Partial]] = {}
    counter = 0
    while heap:
        late, least_s, _, partial = heapq.heappop(heap)
        if partial.is_exact and partial.orders == everything:
            return Found(sequence=partial.sequence, bound=(late, least_s))
        if extensions == 0 or time.perf_counter() > deadline:
            return Found(sequence=None, bound=(late, min([least_s, *(each for _, each, _, _ in heap)])))
        rivals = extended.setdefault(partial.orders, [])
        if any(partial.is_no_better(rival) for rival in rivals):
            continue
        extensions -= 1
        if partial.is_exact:
            rivals.append(partial)
        others = extension.longer(partial) if partial.is_exact else extension.exact(partial)
        for bound, other in others:
            if is_less(bound, known):
                counter += 1
                heapq.heappush(heap, (*bound, counter, other))
    return Found(sequence=None, bound=known)
