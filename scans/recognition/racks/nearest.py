"""Which of a row's frames, or any ascending places along a line, is near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]


def nearest_frame(frames: Floats, u: Floats) -> Floats:
    """The frame (N,) nearest to each `u` (N,); `frames` ascend."""
    after = np.clip(np.searchsorted(frames, u), 1, max(len(frames) - 1, 1))
    left, right = frames[after - 1], frames[np.minimum(after, len(frames) - 1)]
    return np.asarray(np.where(u - left < right - u, left, right))


def frame_at(frames: Floats, u: Floats, half_m: float) -> npt.NDArray[np.int64]:
    """The number (N,) of the frame nearer than `half_m` to each `u` (N,), −1 where none is; `frames` ascend."""
    return np.asarray(_frames_at(frames, u, half_m))


@njit(cache=True, nogil=True, inline="always")
def first_from(frames, u):  # type: ignore[no-untyped-def]
    """The first frame at `u` or beyond."""
    low, high = 0, len(frames)
    while low < high:
        middle = (low + high) // 2
        if frames[middle] < u:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, inline="always")
def one_at(frames, u, half_m):  # type: ignore[no-untyped-def]
    """As `frame_at`, of one place; of two frames as near the later, as in `nearest_frame`."""
    found, nearest = -1, half_m
    after = first_from(frames, u)
    for frame in range(after, after - 2, -1):
        if 0 <= frame < len(frames) and abs(u - frames[frame]) < nearest:
            found, nearest = frame, abs(u - frames[frame])
    return found


@njit(cache=True, nogil=True)
def _frames_at(frames, u, half_m):  # type: ignore[no-untyped-def]
    found = np.empty(len(u), np.int64)
    for n in range(len(u)):
        found[n] = one_at(frames, u[n], half_m)
    return found
