"""How often units will be visited, from how often they were: rare ones less, unseen ones more than the history says.

Absolute discounting (Ney, Essen and Kneser 1994, "On structuring probabilistic dependences in stochastic language
modelling", section 3): each unit that was seen loses a part d of a visit, which the unseen ones of its group share.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def expected_visits(visits: Ints, group: Ints | None = None) -> Floats:
    """Visits (U,) to be expected over as many tours as gave `visits` (U,); their sum is the same.

    `group` (U,) tells whose units resemble each other, as those of a merchant do; all by default. A group without
    unseen units keeps its visits.
    """
    visits = np.asarray(visits)
    group = np.zeros(len(visits), np.int64) if group is None else group
    if visits.shape != group.shape or (len(visits) and (visits.min() < 0 or group.min() < 0)):
        raise ValueError("visits and group must be one number a unit, 0 or more")
    seen = np.bincount(group, weights=visits > 0)[group] if len(visits) else np.zeros(0)
    unseen = np.bincount(group, weights=visits == 0)[group] if len(visits) else np.zeros(0)
    part = np.where(unseen > 0, discount(visits), 0.0)
    expected: Floats = np.where(visits > 0, visits - part, part * seen / np.maximum(unseen, 1.0))
    return expected


def discount(visits: Ints) -> float:
    """The part d = n₁ / (n₁ + 2 n₂) of a visit, nᵢ being how many units were visited i times; 0 without such."""
    once, twice = int((visits == 1).sum()), int((visits == 2).sum())
    return once / (once + 2 * twice) if once else 0.0
