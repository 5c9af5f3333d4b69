"""Axes with round numbers."""

from __future__ import annotations

import math


def nice_ends(low: float, high: float) -> tuple[float, float, float]:
    """An axis that holds low ≤ high: its ends, and about five steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 5 or abs(high) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))
    first, last = step * math.floor(low / step), step * math.ceil(high / step)
    return (first - step, last + step, step) if first == last else (first, last, step)


def places_of(step: float) -> int:
    """Decimals that tell apart values a step apart."""
    return max(0, -math.floor(math.log10(step) + 1e-9))
