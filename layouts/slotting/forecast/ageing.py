"""How long units stay where they are: replenishers carry some to other places, and fast ones often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

AS_ALL = 20.0
"""A unit's own rate counts as much as that of all after so many visits."""


def away_share(
    visits: npt.NDArray[np.integer], carried: npt.NDArray[np.integer], *, horizon: float
) -> Floats:
    """The share (U,) of the visits to come at which a unit has left where it is now.

    `visits` and `carried` (U,) say how often it was visited and carried elsewhere in a stretch of time; the visits to
    come are spread over `horizon` such stretches. Being carried is a Poisson process at a rate per visit that is
    drawn towards that of all units: 1 − (1 − e⁻ˣ) / x, where x are the times it is carried within the horizon.
    """
    if visits.shape != carried.shape or horizon < 0:
        raise ValueError(f"visits and carried must be one number a unit, horizon {horizon} 0 or more")
    of_all = carried.sum() / max(1, visits.sum())
    times = (carried + AS_ALL * of_all) / (visits + AS_ALL) * visits * horizon
    safe = np.maximum(times, 1e-12)
    share: Floats = np.where(times > 1e-9, 1.0 + np.expm1(-safe) / safe, 0.0)
    return share
