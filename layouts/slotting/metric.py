"""How far places are apart, for searches that ask millions of times.

Few places have a table of all lengths. Of many, each knows its way to the mouths of its lane, and lanes know how far
their mouths are apart; that is exact where a lane is left and entered by its two mouths only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

BOTH_WAYS, UP, DOWN = 0, 1, -1
"""How a lane is walked: from its low mouth to its high one is up."""


class Metric(NamedTuple):
    """Metres from place to place, P of them; tours go from `start` to `end`, which are places too.

    Either `table` (P, P) has them all, or it is (0, 0) and the places are in lanes: `lane` (P,), `up_m` (P,) metres
    from the lane's low mouth, `leave_m` (P, 2) to its low and high mouth and `enter_m` (P, 2) from them, infinite
    where there is no way; `mouths_m` (2A, 2A) between the mouths, that of lane a being 2a and 2a + 1; `sense` (A,).
    A place in no lane is a lane of its own.
    """

    start: int
    end: int
    table: Floats
    lane: Ints
    up_m: Floats
    leave_m: Floats
    enter_m: Floats
    mouths_m: Floats
    sense: npt.NDArray[np.int8]

    @property
    def places(self) -> int:
        """P."""
        return max(len(self.table), len(self.lane))


def table_metric(length_m: npt.NDArray[np.floating], *, start: int, end: int) -> Metric:
    """The metric of a table (P, P) of lengths from row to column; need not be symmetric."""
    return Metric(
        start=start,
        end=end,
        table=np.ascontiguousarray(length_m, np.float32),
        lane=np.zeros(0, np.int32),
        up_m=np.zeros(0, np.float32),
        leave_m=np.zeros((0, 2), np.float32),
        enter_m=np.zeros((0, 2), np.float32),
        mouths_m=np.zeros((0, 0), np.float32),
        sense=np.zeros(0, np.int8),
    )


@compiled
def apart_m(metric: Metric, here: int, there: int) -> float:
    """Metres of the shortest way from one place to another."""
    if len(metric.table) > 0:
        return float(metric.table[here, there])
    one, other = metric.lane[here], metric.lane[there]
    best: float = np.inf
    if one == other:
        up = metric.up_m[there] - metric.up_m[here]
        sense = metric.sense[one]
        if sense == BOTH_WAYS or up * sense >= 0:
            best = float(abs(up))
    for out in range(2):
        for into in range(2):
            way = (
                metric.leave_m[here, out]
                + metric.mouths_m[2 * one + out, 2 * other + into]
                + metric.enter_m[there, into]
            )
            best = min(best, float(way))
    return best
