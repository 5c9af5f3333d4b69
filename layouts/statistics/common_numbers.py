"""Common random numbers: streams that stay the same when something else changes, and what they gained.

Law (2015), Simulation Modeling and Analysis, 5th ed., 11.2. Two systems that draw their orders, pick times and
breakdowns from the same streams differ by less chance, if those streams move both the same way. Small changes
are such; wholly different slottings may not be, so the gain is measured and never promised.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.statistics.intervals import CONFIDENCE, Estimate, normal_quantile, paired_difference

Floats = npt.NDArray[np.float64]


def stream(seed: int, *, replication: int = 0, agent: int, purpose: str) -> np.random.Generator:
    """The random numbers of one agent for one purpose in one replication.

    Adding a purpose, an agent or a replication changes no other's. All numbers are at least 0; ValueError
    otherwise.
    """
    entropy = [seed, agent, zlib.crc32(purpose.encode())]
    # replication 0 is what a single run of this seed draws
    key = () if replication == 0 else (replication,)
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=key))


@dataclass(frozen=True, kw_only=True)
class CommonNumbers:
    """A difference between two systems over paired replications, and what the pairing gained.

    `correlation` is Pearson's between the pairs, with Fisher's z interval; None where one of the systems gives
    the same figure in every replication. `variance_ratio` is the variance that independent runs would give the
    difference, over the one it has: above 1 the pairing helped, below it hurt; infinite where the difference is
    the same in every pair, None where nothing varies at all.
    """

    difference: Estimate
    correlation: Estimate | None
    variance_ratio: float | None

    def __str__(self) -> str:
        if self.correlation is None:
            return (
                "Common random numbers: a system gives the same figure in every replication, no correlation."
            )
        if self.correlation.low > 0:
            verdict = "helped"
        elif self.correlation.high < 0:
            verdict = "made it worse, compare independent runs"
        else:
            verdict = "are not shown to help"
        if self.variance_ratio == math.inf:
            gain = "the difference is the same in every replication"
        else:
            gain = f"independent runs would give the difference {self.variance_ratio:.2g} × its variance"
        return f"Common random numbers {verdict}: correlation {self.correlation}; {gain}."


def common_numbers(
    values: Sequence[float], baseline: Sequence[float], *, confidence: float = CONFIDENCE
) -> CommonNumbers:
    """Compare a figure of two systems over the same replications, in order of their number (n ≥ 2 of each).

    Raises ValueError for unequal numbers, and for values that are not finite.
    """
    difference = paired_difference(values, baseline, confidence=confidence)
    if difference.n < 2:
        raise ValueError("1 pair has no correlation: play at least 2 replications")
    one, other = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    apart, paired = float(one.var() + other.var()), float((one - other).var())
    return CommonNumbers(
        difference=difference,
        correlation=_correlation(one, other, confidence) if np.ptp(one) > 0 and np.ptp(other) > 0 else None,
        variance_ratio=apart / paired if paired > 0 else math.inf if apart > 0 else None,
    )


def _correlation(one: Floats, other: Floats, confidence: float) -> Estimate:
    """Pearson's correlation with the interval of Fisher (1921): atanh r is about normal, variance 1 / (n - 3)."""
    n = len(one)
    value = float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1))
    z = math.atanh(value * (1 - 2**-52))  # the atanh of exactly 1 is infinite
    half = normal_quantile(confidence) / math.sqrt(n - 3) if n > 3 else math.inf
    low, high = min(value, math.tanh(z - half)), max(value, math.tanh(z + half))
    return Estimate(value, low, high, n, "Fisher z", confidence)
