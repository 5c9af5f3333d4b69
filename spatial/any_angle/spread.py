"""Dijkstra's algorithm on the taut lines, with a binary heap that knows where each corner is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from spatial.any_angle.corners import Lines

NO_CORNER = -1


@njit(cache=True, nogil=True)
def spread(lines: Lines, distance: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Lower `distance` (V,), finite at the corners where paths begin, to the shortest at every corner.

    Returns the corner before each on its shortest path (V,), NO_CORNER where a path begins or none leads.
    """
    before = np.full(len(distance), NO_CORNER)
    heap = np.zeros(len(distance) + 1, np.int64)
    slot = np.zeros(len(distance), np.int64)
    size = 0
    for corner in range(len(distance)):
        if distance[corner] < np.inf:
            size += 1
            _rise(heap, slot, distance, size, corner)
    while size > 0:
        nearest = heap[1]
        size -= 1
        if size > 0:
            _sink(heap, slot, distance, size, heap[size + 1])
        for at in range(lines.start[nearest], lines.start[nearest + 1]):
            corner = lines.to[at]
            length = distance[nearest] + lines.length_m[at]
            if length < distance[corner]:
                if distance[corner] == np.inf:
                    size += 1
                    slot[corner] = size
                distance[corner] = length
                before[corner] = nearest
                _rise(heap, slot, distance, slot[corner], corner)
    return before


@njit(cache=True, nogil=True)
def _rise(
    heap: npt.NDArray[np.int64],
    slot: npt.NDArray[np.int64],
    distance: npt.NDArray[np.float64],
    at: int,
    corner: int,
) -> None:
    """Put `corner` into slot `at` of the heap or above it; the children of slot s are 2s and 2s + 1."""
    while at > 1 and distance[corner] < distance[heap[at // 2]]:
        heap[at] = heap[at // 2]
        slot[heap[at]] = at
        at //= 2
    heap[at] = corner
    slot[corner] = at


@njit(cache=True, nogil=True)
def _sink(
    heap: npt.NDArray[np.int64],
    slot: npt.NDArray[np.int64],
    distance: npt.NDArray[np.float64],
    size: int,
    corner: int,
) -> None:
    """Put `corner` into the root of a heap of `size` or below it."""
    at = 1
    while 2 * at <= size:
        child = 2 * at
        if child < size and distance[heap[child + 1]] < distance[heap[child]]:
            child += 1
        if distance[heap[child]] >= distance[corner]:
            break
        heap[at] = heap[child]
        slot[heap[at]] = at
        at = child
    heap[at] = corner
    slot[corner] = at
