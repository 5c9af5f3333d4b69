"""Which places are near a place: where a unit may go to be picked on the way."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.metric import Metric

NEAR = 24
"""Places that a place knows near it."""


def near_places(metric: Metric, used: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """(P, K) of the `used` (S,) places those nearest to each place, itself among them where it is used.

    In lanes they are the next ones along the lane: half before, half after.
    """
    if not len(used):
        return np.zeros((metric.places, 0), np.int32)
    return _of_table(metric, used) if len(metric.table) else _of_lanes(metric, used)


def _of_table(metric: Metric, used: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    width = min(NEAR, len(used))
    near = np.empty((metric.places, width), np.int32)
    for place in range(metric.places):
        metres = metric.table[place, used] + metric.table[used, place]
        kept = np.argpartition(metres, width - 1)[:width]
        near[place] = used[kept[np.lexsort((kept, metres[kept]))]]
    return near


def _of_lanes(metric: Metric, used: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    width = min(NEAR, len(used))
    along = used[np.lexsort((used, metric.up_m[used], metric.lane[used]))]
    key = metric.lane[along].astype(np.float64), metric.up_m[along].astype(np.float64)
    at = _rows(key, (metric.lane.astype(np.float64), metric.up_m.astype(np.float64)))
    first = np.clip(at - width // 2, 0, len(used) - width)
    near: npt.NDArray[np.int32] = along[first[:, None] + np.arange(width)].astype(np.int32)
    return near


def _rows(
    ordered: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    asked: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> npt.NDArray[np.int64]:
    """Where each asked (lane, metres) would stand among the ordered ones."""
    scale = max(float(ordered[1].max(initial=0)), float(asked[1].max(initial=0))) + 1.0
    rows: npt.NDArray[np.int64] = np.searchsorted(
        ordered[0] * scale + ordered[1], asked[0] * scale + asked[1]
    ).astype(np.int64)
    return rows
