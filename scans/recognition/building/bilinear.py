"""Bilinear heights on a regular grid, one by one, for the loops that are compiled."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, inline="always")
def bilinear_at(z, x, y):  # type: ignore[no-untyped-def]
    """The height at (`x`, `y`), in cells from `z[0, 0]` of `z` (I, J); beyond the grid the nearest edge's."""
    last_i, last_j = z.shape[0] - 1, z.shape[1] - 1
    i, j = math.floor(x), math.floor(y)
    left, down = 1.0 - (x - i), 1.0 - (y - j)
    right, up = min(max(i + 1, 0), last_i), min(max(j + 1, 0), last_j)
    i, j = min(max(i, 0), last_i), min(max(j, 0), last_j)
    return (
        z[i, j] * left * down
        + z[i, up] * left * (1.0 - down)
        + z[right, j] * (1.0 - left) * down
        + z[right, up] * (1.0 - left) * (1.0 - down)
    )
