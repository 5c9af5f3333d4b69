"""How an asset reads while it is well, learnt so that a few wild values do not matter."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from spatial.errors import UndecidedError

FEWEST = 30
MAD_TO_SIGMA = 1.4826
CLIP = 3.0
STRONG = 0.95


class Baseline(msgspec.Struct, frozen=True):
    """Values lie around `centre`; each hangs on the one before by `persistence` φ; `sigma` is that of what is new.

    `effective_size` is how many independent values the `size` readings are worth.
    """

    centre: float
    sigma: float
    persistence: float
    size: int
    effective_size: float

    def surprise(self, value: float, before: float) -> float:
        """How far `value` lies from what `before` lets expect, in sigmas: independent while the asset is well."""
        expected = self.centre + self.persistence * (before - self.centre)
        return (value - expected) / self.sigma


def learn_baseline(values: ArrayLike) -> Baseline:
    """The baseline of readings (N,), evenly apart, in order of time.

    Centre by median, persistence as the lag-1 correlation of values clipped at three sigmas, sigma by the MAD of
    what the previous value does not tell. Raises UndecidedError for fewer than 30 readings, for readings that
    hardly vary (no step of the sensor seen) and for a persistence above 0.95, which is a drift and no rest.
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) < FEWEST:
        raise UndecidedError(f"{len(x)} readings are fewer than {FEWEST}: wait for more before judging")
    centre = float(np.median(x))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(x - centre)))
    if spread == 0.0:
        raise UndecidedError(
            f"more than half of {len(x)} readings are {centre:g}: choose a finer sensor or a threshold rule"
        )
    clipped = np.clip(x - centre, -CLIP * spread, CLIP * spread)
    persistence = _lag_one(clipped)
    if persistence > STRONG:
        raise UndecidedError(
            f"readings follow each other with {persistence:.2f}, above {STRONG}: they drift. "
            "Learn while the asset is steady, or read less often"
        )
    new = (x[1:] - centre) - persistence * (x[:-1] - centre)
    sigma = MAD_TO_SIGMA * float(np.median(np.abs(new - np.median(new))))
    if sigma == 0.0:
        raise UndecidedError(
            f"{len(x)} readings move in single steps: choose a finer sensor or a threshold rule"
        )
    return Baseline(centre, sigma, persistence, len(x), effective_size(len(x), persistence))


def effective_size(size: int, persistence: float) -> float:
    """How many independent values `size` values are worth, for their mean: n (1 - φ)/(1 + φ), at most n."""
    return size * min(1.0, (1 - persistence) / (1 + persistence))


def _lag_one(deviations: np.ndarray) -> float:
    """The lag-1 correlation, its bias of -(1 + 4φ)/n taken off (Marriott & Pope 1954), from 0 to 1.

    A negative one, as of a control loop that overshoots, counts as 0: charts are then on the safe side.
    """
    n = len(deviations)
    total = float(deviations @ deviations)
    raw = float(deviations[1:] @ deviations[:-1]) / total
    return min(1.0, max(0.0, (n * raw + 1) / (n - 4)))
