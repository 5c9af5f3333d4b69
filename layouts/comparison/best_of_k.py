"""The best of k scenarios, where differences below an indifference zone do not matter: the procedure KN.

Kim, S.-H., and Nelson, B. L. (2001), "A fully sequential procedure for indifference-zone selection in
simulation", ACM Transactions on Modeling and Computer Simulation 11, 251-273; c = 1. It allows common random
numbers: its bound is Bonferroni's over the pairs with the best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.statistics.intervals import CONFIDENCE, check_confidence, finite

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class BestOfK:
    """The `leader` is best, or within `indifference` of it, with at least `probability`, if `is_decided`.

    `used` counts the replications of each that the answer needed, all there are where it is undecided; at most
    `enough` would have decided. `out` tells after how many replications each other one was left behind.
    """

    leader: str
    is_decided: bool
    indifference: float
    probability: float
    used: int
    enough: int
    out: Mapping[str, int]


def best_of_k(
    systems: Mapping[str, Sequence[float]],
    *,
    larger_is_better: bool,
    indifference: float,
    first: int,
    probability: float = CONFIDENCE,
) -> BestOfK:
    """Apply KN to one figure of k ≥ 2 systems, each given as the values of the same n ≥ `first` replications.

    1. The variance of each pair's differences is that of the `first` replications (at least 2).
    2. With r replications, from `first` on, a system stays if its mean is not behind any other that stays by more
       than their W, which shrinks as r grows and is 0 from `enough` on.
    3. It is decided when one is left, or at `enough` by the best mean; before, it leads by the best mean so far.

    Values must be normal and independent from one replication to the next; systems may share random numbers.
    Raises ValueError with fewer systems or replications, unequal numbers of them, and an indifference of 0.
    """
    check_confidence(probability)
    check_indifference(indifference)
    if len(systems) < 2:
        raise ValueError(f"{len(systems)} system cannot be compared: give at least 2")
    names, counts = list(systems), {len(finite(values)) for values in systems.values()}
    n = min(counts)
    if len(counts) > 1 or not 2 <= first <= n:
        raise ValueError(
            f"{', '.join(map(str, sorted(counts)))} replications of each and first {first}: "
            "give equal numbers, at least first, which is at least 2"
        )
    values = np.array([systems[name] for name in names], dtype=np.float64) * (1 if larger_is_better else -1)
    reach = _reach(values[:, :first], probability) / indifference**2
    enough = max(first, math.floor(reach.max()) + 1)
    means = values.cumsum(axis=1) / np.arange(1, n + 1)
    stays, out, used = np.ones(len(names), dtype=bool), dict[str, int](), first
    for used in range(first, min(n, enough) + 1):
        slack = np.maximum(0.0, indifference / (2 * used) * (reach - used))
        now = means[:, used - 1]
        # behind[i, l]: i is behind l, which still stays, by more than their slack
        behind = (now[:, np.newaxis] < now - slack) & stays
        kept = stays & ~behind.any(axis=1)
        out |= {names[place]: used for place in np.flatnonzero(stays & ~kept).tolist()}
        stays = kept
        if stays.sum() == 1:
            break
    lead = int(np.argmax(np.where(stays, means[:, used - 1], -np.inf)))
    return BestOfK(
        leader=names[lead],
        is_decided=bool(stays.sum() == 1 or used == enough),
        indifference=indifference,
        probability=probability,
        used=used,
        enough=enough,
        out=out,
    )


def check_indifference(indifference: float) -> None:
    """Raise ValueError unless `indifference` is a positive number."""
    if not (indifference > 0 and math.isfinite(indifference)):
        raise ValueError(f"indifference {indifference} must be above 0: the least difference that matters")


def _reach(first: Floats, probability: float) -> Floats:
    """h² times the variance of each pair's differences (k, k) over the first stage (k, n₀)."""
    systems, n = first.shape
    eta = ((2 * (1 - probability) / (systems - 1)) ** (-2 / (n - 1)) - 1) / 2
    apart = first[:, np.newaxis] - first[np.newaxis]
    reach: Floats = 2 * eta * (n - 1) * apart.var(axis=2, ddof=1)
    return reach
