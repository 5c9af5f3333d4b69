"""Walking speed, search, pick and piece time from a task log, with their uncertainty, or which cannot be told apart.

A step takes, in the mean (the model of `scenario.yaml`),

    seconds = distance_m / speed_m_s + search_s · stops + pick_s · lines + piece_s · pieces

It is linear in 1 / speed_m_s, and fitted by least squares weighted by 1 / mean², since what takes long scatters much
(the variance of a gamma model; McCullagh & Nelder 1989, chapter 8). Intervals come from resampling whole tours
(Cameron, Gelbach & Miller 2008), because what one agent does on one tour is alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from layouts.calibration.steps import Steps
from layouts.events import Floats, Ints
from spatial.errors import UndecidedError

TERMS = ("pace_s_m", "search_s", "pick_s", "piece_s")
"""What is fitted: seconds per metre, stop, line and piece."""
FEWEST_TOURS = 8
RESAMPLES = 999
TAILS = (0.02, 0.98)
"""Of the resamples: quantiles of few tours lie too close to the middle, so a little further out."""
TOLD_APART = 0.6
"""Two terms are not told apart when the interval of their sum is narrower than this share of either's, and nought
lies within the interval of one of them."""
TOGETHER = 0.95
"""Terms that count in so many of the same steps have a sum that means something."""
BREAK_MADS = 8.0
BREAK_S = 120.0
"""A step that takes so much longer than it should, in both measures, is a break or other work."""


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a log says. `values` by name: `speed_m_s`, `search_s`, `pick_s`, `piece_s`; those in `alike` are not told
    apart, and only the sum in `sums` is known of them. `terms` (4,) and `covariance` (4, 4) are in order of TERMS.
    """

    values: dict[str, Estimate]
    alike: tuple[tuple[str, str], ...]
    sums: dict[tuple[str, str], Estimate]
    steps: int
    tours: int
    breaks: int
    residual_cv: float
    terms: Floats
    covariance: Floats

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know, one sentence each."""
        told = [
            f"{one} and {other} cannot be told apart in this log: only their sum is known"
            if (one, other) in self.sums
            else f"{one} and {other} cannot be told apart in this log: more varied ways and picks would"
            for one, other in self.alike
        ]
        if self.breaks:
            told.append(f"{self.breaks} of {self.steps} steps took so long that they count as breaks")
        return tuple(told)


def design(steps: Steps) -> Floats:
    """The matrix (N, 4) whose columns are in order of TERMS."""
    return np.column_stack([steps.distance_m, steps.stops, steps.lines, steps.pieces])


def fit(steps: Steps, *, seed: int = 0) -> Fit:
    """Fit the model. Raises UndecidedError for fewer than 8 tours, or a log without any way or pick."""
    tours = len(np.unique(steps.tour))
    if tours < FEWEST_TOURS:
        raise UndecidedError(
            f"the log has {tours} tours, fewer than {FEWEST_TOURS}: nothing can be said of their spread; add days"
        )
    x, y = design(steps), steps.seconds
    if not x[:, 0].any() or not x[:, 2].any():
        raise UndecidedError("the log has no ways or no picks: nothing tells the speed from the picking")
    is_work = np.ones(len(steps), bool)
    terms = np.zeros(4)
    for _ in range(4):  # breaks stretch the spread that tells them, so look again without them
        terms = _weighted(x[is_work], y[is_work])
        excess = y - x @ terms
        mad = 1.4826 * float(np.median(np.abs(excess - np.median(excess))))
        is_work = (excess <= BREAK_MADS * mad) | (excess <= BREAK_S)
    kept = steps.take(is_work)
    x, y = design(kept), kept.seconds
    terms = _weighted(x, y)
    draws = _resampled(x, y, kept.tour, terms, seed)
    covariance = np.cov(draws, rowvar=False)
    alike = _alike(x, draws * x.mean(axis=0))
    names = ("speed_m_s", *TERMS[1:])
    values = {
        name: _estimate(terms[i], draws[:, i], is_inverse=name == "speed_m_s") for i, name in enumerate(names)
    }
    sums = {
        (names[i], names[j]): _estimate(terms[i] + terms[j], draws[:, i] + draws[:, j])
        for i, j in alike
        if i > 0 and np.mean((x[:, i] > 0) == (x[:, j] > 0)) > TOGETHER
    }
    mean = np.maximum(x @ terms, 1e-9)
    return Fit(
        values=values,
        alike=tuple((names[i], names[j]) for i, j in alike),
        sums=sums,
        steps=len(steps),
        tours=tours,
        breaks=int((~is_work).sum()),
        residual_cv=float(np.sqrt(np.mean(((y - mean) / mean) ** 2))),
        terms=terms,
        covariance=covariance,
    )


def weights_of(x: Floats, terms: Floats) -> Floats:
    """The weight (N,) of each step: 1 / mean², and no more for what is foretold to take next to no time."""
    mean = x @ terms
    floor = 0.1 * float(np.median(mean[mean > 0])) if (mean > 0).any() else 1.0
    weights: Floats = np.maximum(mean, floor) ** -2.0
    return weights


def _weighted(x: Floats, y: Floats) -> Floats:
    """The terms (4,): first by plain least squares, then twice weighted by what that foretells."""
    terms = _least_squares(x, y)
    for _ in range(2):
        root = np.sqrt(weights_of(x, terms))
        terms = _least_squares(x * root[:, None], y * root)
    return terms


def _least_squares(x: Floats, y: Floats) -> Floats:
    """The least-norm solution (4,)."""
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], np.float64)


def _resampled(x: Floats, y: Floats, tour: Ints, first: Floats, seed: int) -> Floats:
    """Terms (RESAMPLES, 4) of tours drawn with replacement; each tour counts by its normal equations."""
    weights = weights_of(x, first)
    _, number = np.unique(tour, return_inverse=True)
    tours = int(number.max()) + 1
    squares, sides = np.zeros((tours, 4, 4)), np.zeros((tours, 4))
    np.add.at(squares, number, weights[:, None, None] * x[:, :, None] * x[:, None, :])
    np.add.at(sides, number, (weights * y)[:, None] * x)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(tours, np.full(tours, 1 / tours), RESAMPLES).astype(np.float64)
    drawn = np.einsum("rt,tij->rij", counts, squares)
    # the least-norm solution, as lstsq gives: terms that nothing tells apart share what is known of them
    terms: Floats = np.einsum(
        "rij,rj->ri", np.linalg.pinv(drawn, rcond=1e-10, hermitian=True), counts @ sides
    )
    return terms


def _alike(x: Floats, shares: Floats) -> list[tuple[int, int]]:
    """Pairs of terms that the log does not tell apart, from resamples (R, 4) of what each adds to the mean step.

    Where two columns are one, the least-norm terms share what is known of the sum, and no resample shows it.
    """
    ranges, lows = _range(shares), np.quantile(shares, TAILS[0], axis=0)
    norms = np.linalg.norm(x, axis=0)
    pairs = []
    for i, j in combinations(np.flatnonzero(norms > 0).tolist(), 2):
        is_one = x[:, i] @ x[:, j] > (1 - 1e-9) * norms[i] * norms[j]
        both = float(_range(shares[:, i] + shares[:, j]))
        if is_one or (min(lows[i], lows[j]) <= 0 and both < TOLD_APART * min(ranges[i], ranges[j])):
            pairs.append((i, j))
    return pairs


def _range(draws: Floats) -> Floats:
    low, high = np.quantile(draws, TAILS, axis=0)
    spread: Floats = np.asarray(high - low)
    return spread


def _estimate(value: float, draws: Floats, *, is_inverse: bool = False) -> Estimate:
    low, high = np.quantile(draws, TAILS).tolist()
    if not is_inverse:
        return Estimate(float(value), low, high)
    if low <= 0:  # a pace that may be nought is a speed without bound
        return Estimate(1 / value if value > 0 else float("inf"), 1 / high if high > 0 else 0.0, float("inf"))
    return Estimate(float(1 / value), 1 / high, 1 / low)
