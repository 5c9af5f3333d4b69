"""A floor under the walking of all tours that is quick at any size.

A tour is at least as long as the round trip to any of its places, so at least any average of these. With a share of
each tour for each of its units (that sum to 1), walking costs at least the sum over units of (its shares) × (the
round trip to its location): the least of that puts the units with most shares nearest (Hardy, Littlewood and Pólya
1934, rearrangement). Shares move to the units that are then farthest, which raises the floor.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.exact.nearest import Seating
from layouts.slotting.problem import TourUnits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS, FIRST_STEP = 30, 4.0


def shared_floor(tours: TourUnits, seating: Seating, *, units: int, rounds: int = ROUNDS) -> float:
    """At least the sum over tours of weight × the longest round trip to one of its units, however they are seated.

    The unit is that of `seating`'s cost. Multiplicative weights (Arora, Hazan and Kale 2012) set the shares.
    """
    size = np.diff(tours.start)
    filled = size > 0
    tour = np.repeat(np.arange(len(size)), size)
    share = 1.0 / size[tour]
    best = 0.0
    for number in range(rounds):
        weight: Floats = np.bincount(tours.unit, weights=share * tours.weight[tour], minlength=units).astype(
            np.float64
        )
        total, far = seating.least(weight)
        best = max(best, total)
        mean = total / max(float(weight.sum()), 1e-300)
        if mean <= 0:
            break
        gain = far[tours.unit] / mean
        step = FIRST_STEP / (number + 1) ** 0.5
        top = np.zeros(len(size))
        top[filled] = np.maximum.reduceat(gain, tours.start[:-1][filled])
        share = np.maximum(share, 1e-9) * np.exp(step * (gain - top[tour]))
        share /= np.bincount(tour, weights=share, minlength=len(size))[tour]
    return best
