"""The points beside a line in plan, so that looking at one wall does not measure the whole hall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_SLACK_M = 1e-9


def rows_beside(
    points: npt.NDArray[np.float64],
    start: npt.NDArray[np.float64],
    along: npt.NDArray[np.float64],
    across: npt.NDArray[np.float64],
    stations: tuple[float, float],
    depths: tuple[float, float],
) -> npt.NDArray[np.int64]:
    """Rows (M,) of `points` (N, 2 or more) that lie between two `stations` along a line and two `depths` across.

    Metres from `start` (2,) in the unit vectors `along` and `across` (2,); a nanometre beyond is taken too, so
    that who measures the rows again misses none.
    """
    low = np.array([stations[0], depths[0]]) - _SLACK_M
    high = np.array([stations[1], depths[1]]) + _SLACK_M
    return np.asarray(_rows_between(points, start, along, across, low, high))


@njit(cache=True)
def _rows_between(points, start, along, across, low, high):  # type: ignore[no-untyped-def]
    rows = np.empty(1024, np.int64)
    count = 0
    for n in range(len(points)):
        x, y = points[n, 0] - start[0], points[n, 1] - start[1]
        if not low[1] <= x * across[0] + y * across[1] <= high[1]:
            continue
        if low[0] <= x * along[0] + y * along[1] <= high[0]:
            if count == len(rows):
                rows = np.append(rows, np.empty(count, np.int64))
            rows[count] = n
            count += 1
    return rows[:count]
