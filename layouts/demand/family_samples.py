"""So many SKUs of a family for each order: none twice, each with its share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@njit(cache=True)
def sample_families(
    family: Ints, kept: Ints, start: Ints, weights: Floats, random: np.random.Generator
) -> Ints:
    """For each order `kept` (B,) SKUs of its `family` (B,), order by order.

    A systematic sample (Madow 1949, Annals of Mathematical Statistics 20, 333-354): the weights of the family's SKUs,
    which are start[f] … start[f + 1], are laid end to end in random order, and SKUs are taken at `kept` points at
    equal distances from a random start. Needs weights (N,) below that distance, and a family of some weight.
    """
    sku = np.empty(kept.sum(), np.int64)
    at = 0
    for order in range(len(family)):
        members = np.arange(start[family[order]], start[family[order] + 1])
        if kept[order] > 1:
            for place in range(len(members) - 1, 0, -1):
                other = int(random.random() * (place + 1))
                members[place], members[other] = members[other], members[place]
        distance = weights[members].sum() / kept[order]
        point, passed, end = random.random() * distance, 0.0, at + kept[order]
        for member in members:
            passed += weights[member]
            if weights[member] > 0 and at < end:
                sku[at] = member  # stands if rounding leaves the last point beyond the last SKU
                if point < passed:
                    at += 1
                    point += distance
        at = end
    return sku
