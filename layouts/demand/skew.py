"""How unevenly SKUs are asked for: Bender's curve through a given point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def bender_shares(count: int, *, share_of_skus: float, share_of_lines: float) -> Floats:
    """The shares (count,) of all lines that SKUs have, falling, summing to 1.

    Bender (1981), Journal of Business Logistics 2(2), 139-157: the first x of all SKUs, the most wanted first, make
    y = (1 + A) x / (A + x) of all lines. A is the one that makes y = share_of_lines at x = share_of_skus, so the
    pair holds exactly where share_of_skus × count is whole. Needs 0 < share_of_skus ≤ share_of_lines < 1; equal
    shares ask for all SKUs alike.
    """
    x, y = share_of_skus, share_of_lines
    if x == y:
        return np.full(count, 1 / count)
    a = x * (1 - y) / (y - x)
    ends = np.arange(count + 1) / count
    # the difference of the curve at neighbouring ends, without the cancellation
    return (1 + a) * a / count / ((a + ends[:-1]) * (a + ends[1:]))
