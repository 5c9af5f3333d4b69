"""On which side odd bays stand, from the coordinates of a list without a hall."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.addresses.findings import Listed
from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError

APART_M = 0.5
"""Sides of an aisle are further apart than this."""
AGREEING = 0.9


def odd_side(scheme: Scheme, rows: Sequence[Listed]) -> Literal["odd_left", "odd_right"] | None:
    """The side of odd bays for who walks towards the higher ones; None unless nine in ten aisles agree."""
    bays: dict[tuple[int, ...], list[tuple[int, float, float]]] = defaultdict(list)
    for row in rows:
        if row.at is not None:
            try:
                numbers = scheme.parse(row.address)
            except BadDataError:
                continue
            key = tuple(number for name, number in numbers.items() if name in ("zone", "aisle"))
            bays[key].append((numbers["bay"], row.at[0], row.at[1]))
    sides = Counter(side for told in bays.values() if (side := _side(np.array(told))) is not None)
    if not sides:
        return None
    side, count = sides.most_common(1)[0]
    return side if count >= AGREEING * sides.total() else None


def _side(told: npt.NDArray[np.float64]) -> Literal["odd_left", "odd_right"] | None:
    """That of one aisle, from (N, 3) of bay, x and y."""
    is_odd = told[:, 0] % 2 == 1
    if is_odd.all() or not is_odd.any():
        return None
    from_middle = told - told.mean(axis=0)
    ahead = from_middle[:, 0] @ from_middle[:, 1:]
    if not ahead.any():
        return None
    ahead /= np.hypot(*ahead)
    left = ahead[0] * from_middle[:, 2] - ahead[1] * from_middle[:, 1]
    apart_m = float(np.median(left[is_odd]) - np.median(left[~is_odd]))
    if abs(apart_m) < APART_M:
        return None
    return "odd_left" if apart_m > 0 else "odd_right"
