"""A step in a daily figure: how large it is, with trend, weekday, volume and memory from day to day allowed for.

y = a + effect · after + trend + weekday + covariates + noise, the noise of a day hanging on that of the day before
by φ (AR(1)). For a given φ the restricted likelihood and the effect's Student t follow in closed form
(Harville 1977, of generalised least squares). φ itself is not known, so the t distributions are mixed over a grid of
φ with the restricted likelihood as weight: an interval at the best φ alone holds too seldom in short series.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import stdtr

from layouts.statistics.intervals import CONFIDENCE, Estimate, check_confidence
from spatial.errors import UndecidedError

Array = npt.NDArray[np.float64]

FEWEST_BEFORE, FEWEST_AFTER = 21, 14
"""Three weeks and two, so that weekdays come more than once on either side."""
PHI = np.linspace(-0.5, 0.95, 30)
"""Days may hang together almost wholly, and overshoot at most by half."""


class StepFit(NamedTuple):
    """The `effect` in the figure's own unit, the `level` that the days after would have had without it, and the
    `persistence` φ that the days speak for.
    """

    effect: Estimate
    level: float
    persistence: float

    @property
    def share(self) -> Estimate:
        """The effect as a share of that level; ValueError for a level of 0."""
        if self.level == 0:
            raise ValueError("the level without the effect is 0: take the effect in its own unit")
        ends = sorted((self.effect.low / self.level, self.effect.high / self.level))
        return Estimate(
            self.effect.value / self.level,
            ends[0],
            ends[1],
            self.effect.n,
            self.effect.method,
            self.effect.confidence,
        )


def step_effect(
    days: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    since: int,
    covariates: npt.ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> StepFit:
    """The step in `values` (N,) at the day `since`; `days` (N,) ascending whole numbers since 1970-01-01.

    `covariates` (N, K) are what else moves the figure and is not moved by the change: the volume of the day, or a
    series that the change does not touch (difference in differences, its slope fitted). Raises ValueError for arrays
    that do not fit, UndecidedError for too few days on either side, or where the step cannot be told from the rest.
    """
    check_confidence(confidence)
    t, y, z = _checked(days, values, covariates)
    after = t >= since
    _require_days(int((~after).sum()), int(after.sum()))
    x = _design(t, after, z)
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise UndecidedError(
            "the step cannot be told from trend, weekday or covariates: leave a covariate out, or wait for more days"
        )
    mixture = _mixture(t, y, x)
    effect = _estimate(mixture, len(t), confidence)
    level = float(np.mean(y[after]) - effect.value)
    return StepFit(effect, level, float(mixture.weight @ PHI))


class _Mixture(NamedTuple):
    """The effect's `centre` and `scale` (G,) for each φ, the `weight` of each, and the `degrees` of freedom."""

    centre: Array
    scale: Array
    weight: Array
    degrees: int


def _checked(
    days: npt.ArrayLike, values: npt.ArrayLike, covariates: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.int64], Array, Array]:
    t, y = np.asarray(days, np.int64), np.asarray(values, np.float64)
    z = np.empty((len(t), 0)) if covariates is None else np.asarray(covariates, np.float64)
    if y.shape != t.shape or z.ndim != 2 or len(z) != len(t):
        raise ValueError(
            f"{t.shape} days, {y.shape} values and {z.shape} covariates do not fit: give one row a day"
        )
    if not (np.isfinite(y).all() and np.isfinite(z).all()):
        raise ValueError("a value or covariate is not finite: leave such days out")
    if len(t) and (np.diff(t) <= 0).any():
        raise ValueError("days do not ascend: sort them, one value a day")
    return t, y, z


def _require_days(before: int, after: int) -> None:
    for count, fewest, word in ((before, FEWEST_BEFORE, "before"), (after, FEWEST_AFTER, "after")):
        if count < fewest:
            raise UndecidedError(
                f"{count} days {word} the change are fewer than {fewest}: wait, or export more"
            )


def _design(t: npt.NDArray[np.int64], after: npt.NDArray[np.bool_], z: Array) -> Array:
    """The step first, then one, trend, weekdays beyond the first that comes, and covariates about their mean."""
    weekday = (t + 3) % 7  # day 0 was a Thursday
    seen = np.unique(weekday)
    dummies = (weekday[:, None] == seen[1:]).astype(float)
    trend = (t - t.mean()) / max(float(np.ptp(t)), 1.0)
    spread = z.std(axis=0)
    scaled = (z - z.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([after.astype(float), np.ones(len(t)), trend, dummies, scaled])


def _mixture(t: npt.NDArray[np.int64], y: Array, x: Array) -> _Mixture:
    degrees = len(y) - x.shape[1]
    if degrees < 5:
        raise UndecidedError(
            f"{len(y)} days for {x.shape[1]} terms are too few: leave covariates out, or wait"
        )
    gaps = np.diff(t)
    found = [_given(phi, gaps, y, x, degrees) for phi in PHI.tolist()]
    centre, scale, log_weight = (np.array(each) for each in zip(*found, strict=True))
    weight = np.exp(log_weight - log_weight.max())
    return _Mixture(centre, scale, weight / weight.sum(), degrees)


def _given(
    phi: float, gaps: npt.NDArray[np.int64], y: Array, x: Array, degrees: int
) -> tuple[float, float, float]:
    """Effect, its scale, and the logarithm of the restricted likelihood with the variance integrated out, for one φ.

    A gap of g days leaves φ^g of the noise; dividing by what is new, 1 - φ^2g, makes days independent.
    """
    kept = np.sign(phi) ** gaps * np.abs(phi) ** gaps.astype(float)
    new = np.concatenate([[1.0], 1 - kept**2])
    xs, ys = x.copy(), y.copy()
    xs[1:] -= kept[:, None] * x[:-1]
    ys[1:] -= kept * y[:-1]
    xs, ys = xs / np.sqrt(new)[:, None], ys / np.sqrt(new)
    q, r = np.linalg.qr(xs)
    beta = np.linalg.solve(r, q.T @ ys)
    left = ys - xs @ beta
    rss = max(float(left @ left), 1e-300)
    inverse = np.linalg.inv(r)
    scale = float(np.sqrt(rss / degrees) * np.linalg.norm(inverse[0]))
    log_det = float(np.sum(np.log(np.abs(np.diag(r)))))
    log_weight = -0.5 * float(np.log(new).sum()) - log_det - 0.5 * degrees * float(np.log(rss))
    return float(beta[0]), scale, log_weight


def _estimate(mixture: _Mixture, n: int, confidence: float) -> Estimate:
    value = float(mixture.weight @ mixture.centre)
    tail = (1 - confidence) / 2
    reach = 50.0 * float(mixture.scale.max()) + 1e-12
    low, high = (
        float(brentq(lambda at, p=p: _below(mixture, at) - p, value - reach, value + reach))
        for p in (tail, 1 - tail)
    )
    method = "AR(1) restricted likelihood"
    return Estimate(value, min(low, value), max(high, value), n, method, confidence)


def _below(mixture: _Mixture, at: float) -> float:
    scale = np.maximum(mixture.scale, 1e-300)
    return float(mixture.weight @ stdtr(mixture.degrees, (at - mixture.centre) / scale))
