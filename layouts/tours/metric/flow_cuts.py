"""What separates two places: the least cut of a fractional tour, by augmenting paths."""

from __future__ import annotations

import numpy as np
from numba import njit

from layouts.tours.metric.fixed_ends import Lengths, Relation

LITTLE = 1e-7
"""Flow below this is none."""


@njit(cache=True)
def flow_cut(
    capacity: Lengths, source: int, sink: int, avoid: Relation, enough: float
) -> tuple[float, Relation]:
    """The flow from `source` to `sink` around the rows to `avoid`, up to `enough`, and the source's side of the cut.

    `capacity` (m, m) is not changed. The side is a least cut if the flow is less than `enough`.
    """
    m = len(capacity)
    residual = capacity.copy()
    came = np.zeros(m, np.int64)
    queue = np.zeros(m, np.int64)
    flow = 0.0
    while True:
        seen = avoid.copy()
        seen[source] = True
        queue[0], head, tail = source, 0, 1
        while head < tail and not seen[sink]:
            here = queue[head]
            head += 1
            for there in range(m):
                if not seen[there] and residual[here, there] > LITTLE:
                    seen[there] = True
                    came[there] = here
                    queue[tail] = there
                    tail += 1
        if not seen[sink] or flow >= enough:
            side = np.zeros(m, np.bool_)
            side[queue[:tail]] = True
            return flow, side
        step = enough
        at = sink
        while at != source:
            step = min(step, residual[came[at], at])
            at = came[at]
        at = sink
        while at != source:
            residual[came[at], at] -= step
            residual[at, came[at]] += step
            at = came[at]
        flow += step
