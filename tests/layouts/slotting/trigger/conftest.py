"""A hall of ten aisles whose demand is drawn from popularities that a test knows and changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits

AISLES, BAYS = 10, 20
SKUS = AISLES * BAYS
LEARNT_DAYS = 60


def hall_lengths() -> np.ndarray:
    x = np.concatenate(([0.0], np.repeat(3.0 * np.arange(AISLES), BAYS)))
    y = np.concatenate(([0.0], np.tile(1.0 + np.arange(BAYS), AISLES)))
    high = BAYS + 1.0
    across = np.abs(x[:, None] - x[None, :])
    around = np.minimum(y[:, None] + y[None, :], 2 * high - y[:, None] - y[None, :])
    return np.where(across == 0, np.abs(y[:, None] - y[None, :]), across + around)


LENGTHS = hall_lengths()


@dataclass(frozen=True, kw_only=True)
class Site:
    """A warehouse slotted by what it learnt in LEARNT_DAYS."""

    problem: SlottingProblem
    popularity: np.ndarray
    rng: np.random.Generator

    def day(self, tours_a_day: float, *, popularity=None, uneven: float = 0.0) -> TourUnits:
        """A Poisson number of tours of two to six units; days differ in what is wanted by `uneven`."""
        wanted = self.popularity if popularity is None else popularity
        if uneven:
            wanted = wanted * self.rng.gamma(1 / uneven, uneven, SKUS)
        return drawn(self.rng, wanted, tours_a_day)

    def slotted_by(self, visits_a_day) -> np.ndarray:
        return by_distance(np.array([visits_a_day[sku] for sku in self.problem.sku]))

    def with_new_fast_movers(self, share: float) -> np.ndarray:
        """The popularities after `share` of the fast movers, the first fifth, swapped theirs with slow ones."""
        wanted = self.popularity.copy()
        order = np.argsort(-wanted)
        fast, slow = order[: SKUS // 5], order[SKUS // 5 :]
        gone = self.rng.choice(fast, round(share * len(fast)), replace=False)
        come = self.rng.choice(slow, len(gone), replace=False)
        wanted[gone], wanted[come] = wanted[come].copy(), wanted[gone].copy()
        return wanted


def by_distance(visits: np.ndarray) -> np.ndarray:
    plan = np.empty(SKUS, np.int64)
    plan[np.argsort(-visits, kind="stable")] = np.argsort(LENGTHS[0, 1:], kind="stable")
    return plan


def drawn(rng: np.random.Generator, wanted: np.ndarray, tours: float) -> TourUnits:
    n = rng.poisson(tours)
    sizes = rng.integers(2, 7, n)
    # the first n of exponential clocks of rates p are n drawn by p, one after the other
    order = np.argsort(rng.exponential(size=(n, SKUS)) / wanted, axis=1)
    units = np.concatenate([np.zeros(0, np.int64), *(row[:k] for row, k in zip(order, sizes, strict=True))])
    return TourUnits(start=np.concatenate(([0], np.cumsum(sizes))), unit=units, weight=np.ones(n))


@pytest.fixture
def make_site():
    def make(seed: int, tours_a_day: float) -> Site:
        rng = np.random.default_rng(seed)
        popularity = rng.permutation(1 / (1 + np.arange(SKUS)))
        problem = SlottingProblem(
            sku=tuple(f"S{n:03d}" for n in range(SKUS)),
            location=tuple(f"{a:02d}-{b:02d}" for a in range(AISLES) for b in range(BAYS)),
            now=np.arange(SKUS),
            fixed=np.zeros(SKUS, np.bool_),
            place=1 + np.arange(SKUS),
            metric=table_metric(LENGTHS, start=0, end=0),
            seconds_per_m=1.0,
            tours=drawn(rng, popularity, LEARNT_DAYS * tours_a_day),
            rules=one_each(SKUS, SKUS),
        )
        problem = replace(problem, now=by_distance(problem.visits))
        return Site(problem=problem, popularity=popularity, rng=rng)

    return make
