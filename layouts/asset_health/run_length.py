"""How long a chart runs before it alarms: the average run length (ARL), and the limit that gives a wanted one.

Values are standardised: 0 in the mean and 1 in standard deviation while all is well; a `shift` of 1 is one
standard deviation. The ARL solves an integral equation, here by Gauss-Legendre nodes (Nyström's method).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

Array = NDArray[np.float64]
Chart = Literal["ewma", "cusum"]

NODES = 32
HIGHEST = {"cusum": 30.0, "ewma": 8.0}


def cusum_arl(*, reference: float, limit: float, shift: float = 0.0, scale: float = 1.0) -> float:
    """Values until a two-sided CUSUM of slack `reference` alarms above `limit`, on average, from a start at zero.

    `scale` is the true standard deviation where the chart takes it for 1. Page 1954, eq. for L(0); the two
    sides combine as 1/L = 1/L⁺ + 1/L⁻ (Kemp 1961), exact for reference ≥ 0 and a start at zero.
    """
    up = _one_sided(reference, limit, shift, scale)
    down = _one_sided(reference, limit, -shift, scale)
    return 1 / (1 / up + 1 / down)


def _one_sided(reference: float, limit: float, shift: float, scale: float) -> float:
    """L(u) = 1 + L(0) F(k - u) + ∫₀ʰ L(y) f(y + k - u) dy, at u = 0."""
    nodes, weights = _nodes(0.0, limit)
    starts = np.concatenate(([0.0], nodes))
    steps = nodes[None, :] + reference - starts[:, None]
    kernel = norm.pdf(steps, shift, scale) * weights
    to_zero = norm.cdf(reference - starts, shift, scale)
    matrix = np.eye(len(starts)) - np.column_stack([to_zero, kernel])
    return _run(np.linalg.solve(matrix, np.ones(len(starts)))[0])


def ewma_arl(*, weight: float, limit: float, shift: float = 0.0, scale: float = 1.0) -> float:
    """Values until a two-sided EWMA of `weight` alarms beyond `limit` of its own standard deviations, on average.

    The limits are those of the settled chart. Crowder 1987, eq. 3: L(u) = 1 + ∫ L(y) f((y - (1-λ)u)/λ) dy/λ.
    """
    half_width = limit * (weight / (2 - weight)) ** 0.5
    nodes, weights = _nodes(-half_width, half_width)
    starts = np.concatenate(([0.0], nodes))
    steps = (nodes[None, :] - (1 - weight) * starts[:, None]) / weight
    kernel = norm.pdf(steps, shift, scale) * weights / weight
    runs = np.linalg.solve(np.eye(len(nodes)) - kernel[1:], np.ones(len(nodes)))
    return _run(1 + kernel[0] @ runs)


def limit_for(
    chart: Chart,
    tuning: float,
    *,
    run_length: float,
    baseline_size: int | None = None,
    persistence: float = 0.0,
) -> float:
    """The limit with which the chart gives one false alarm in `run_length` values; `tuning` is slack or weight.

    With a `baseline_size` the mean and deviation are held to be learnt from so many values by median and MAD, and
    the limit is widened so that false alarms, averaged over what such a baseline may be wrong by, keep the rate;
    `persistence`, rounded up to twentieths, is learnt too, and its error adds to that of the deviation.
    Raises ValueError for a run length below 10, or one that no limit of the search (30, or 8 for EWMA) reaches.
    """
    if run_length < 10:
        raise ValueError(f"run_length {run_length:g} is below 10: wish for fewer false alarms")
    twentieths = math.ceil(20 * persistence - 1e-9)
    return _limit_for(chart, float(tuning), float(run_length), baseline_size, twentieths / 20)


@lru_cache(maxsize=256)
def _limit_for(
    chart: Chart, tuning: float, run_length: float, baseline_size: int | None, persistence: float
) -> float:
    errors = [(0.0, 1.0, 1.0)] if baseline_size is None else _baseline_errors(baseline_size, persistence)
    arl = _arl_of(chart, tuning)

    def excess(limit: float) -> float:
        rate = sum(share / arl(limit, shift, scale) for shift, scale, share in errors)
        return float(np.log(1 / rate) - np.log(run_length))

    low, high = 0.5, HIGHEST[chart]
    if excess(high) < 0:
        raise ValueError(
            f"no limit up to {high:g} gives one false alarm in {run_length:g} values: learn from more values, "
            "or accept more false alarms"
        )
    return float(brentq(excess, low, high, xtol=1e-6))


def _arl_of(chart: Chart, tuning: float) -> Callable[[float, float, float], float]:
    if chart == "cusum":
        return lambda limit, shift, scale: cusum_arl(reference=tuning, limit=limit, shift=shift, scale=scale)
    return lambda limit, shift, scale: ewma_arl(weight=tuning, limit=limit, shift=shift, scale=scale)


def _baseline_errors(size: int, persistence: float) -> list[tuple[float, float, float]]:
    """(shift, scale, share): by what a baseline of `size` values may be wrong, as a folded grid of five by five.

    The median has the variance π/2n, the logarithm of the MAD 1/(2 · 0.3675 n) (Rousseeuw & Croux 1993).
    A persistence wrong by ε, of variance (1-φ²)/n, scales what a chart sums up by 1 + ε/(1-φ).
    """
    points, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    shift_sd = (np.pi / (2 * size)) ** 0.5
    persistence_variance = (1 + persistence) / (1 - persistence) / size if persistence > 0 else 0.0
    scale_sd = (1 / (2 * 0.3675 * size) + persistence_variance) ** 0.5
    return [
        (float(a * shift_sd), float(np.exp(b * scale_sd)), float((1 + (a > 0)) * share_a * share_b))
        for a, share_a in zip(points, weights, strict=True)
        if a >= 0  # two-sided charts take a shift up and one down for the same
        for b, share_b in zip(points, weights, strict=True)
    ]


def _nodes(low: float, high: float) -> tuple[Array, Array]:
    points, weights = np.polynomial.legendre.leggauss(NODES)
    return (high - low) / 2 * points + (high + low) / 2, (high - low) / 2 * weights


def _run(run: float) -> float:
    """A run of 1 or more; what rounding makes negative is longer than can be told apart, 10¹²."""
    return float(run) if 1 <= run < 1e12 else 1e12
