"""The curve of an edge as VDA 5050 and LIF draw it: a rational B-spline (NURBS)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

STEPS_PER_SPAN = 16
"""Straight pieces a knot span is drawn with: a quarter circle's chord then lies 0.12 % of its radius off."""

MAX_DEGREE = 16
"""Curves of a higher degree are no lane but a mistake."""


@dataclass(frozen=True, kw_only=True)
class ControlPoint:
    """A control point in metres; the curve is drawn towards it by `weight`."""

    x: float
    y: float
    weight: float = 1.0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """`knots` are as many as points + degree + 1 and never fall; the curve runs from first to last point."""

    degree: int
    knots: tuple[float, ...]
    points: tuple[ControlPoint, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


def trajectory_fault(degree: float, knots: Sequence[float], points: Sequence[ControlPoint]) -> str | None:
    """What keeps these from being a curve, or None."""
    numbers = (*knots, *(number for point in points for number in (point.x, point.y, point.weight)))
    if not all(map(math.isfinite, numbers)):
        return "not all its numbers are finite"
    if not 1 <= degree <= MAX_DEGREE or degree != int(degree):
        return f"degree {degree} is not in 1 … {MAX_DEGREE}"
    expected = len(points) + int(degree) + 1
    if len(points) <= degree:
        return f"{len(points)} control points are too few for degree {int(degree)}"
    if len(knots) != expected:
        return f"{len(knots)} knots where points + degree + 1 = {expected} are needed"
    if any(after < before for before, after in pairwise(knots)):
        return "the knots fall"
    if not knots[int(degree)] < knots[len(points)]:
        return "the knots leave the curve no length"
    lightest = min(point.weight for point in points)
    return None if lightest > 0 else f"weight {lightest} is not above 0"


def polyline(curve: Trajectory) -> npt.NDArray[np.float64]:
    """Points (N, 2) along the curve, its ends included, STEPS_PER_SPAN to a knot span."""
    p, knots = curve.degree, np.asarray(curve.knots, np.float64)
    at = np.array([(c.x * c.weight, c.y * c.weight, c.weight) for c in curve.points], np.float64)
    if p == 1 and len({c.weight for c in curve.points}) == 1:
        return at[:, :2] / at[:, 2:]
    spans = np.unique(knots[p : len(at) + 1])
    inner = [np.linspace(a, b, STEPS_PER_SPAN, endpoint=False) for a, b in pairwise(spans)]
    return np.array([_point(float(u), p, knots, at) for u in (*np.concatenate(inner), spans[-1])])


def turned_round(curve: Trajectory) -> Trajectory:
    """The same curve from its last point to its first."""
    first, last = curve.knots[0], curve.knots[-1]
    knots = tuple(first + last - knot for knot in reversed(curve.knots))
    return replace(curve, knots=knots, points=curve.points[::-1])


def _point(
    u: float, degree: int, knots: npt.NDArray[np.float64], at: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The curve at parameter u by de Boor's recursion in homogeneous coordinates (de Boor 1972)."""
    span = int(np.clip(np.searchsorted(knots, u, side="right") - 1, degree, len(at) - 1))
    d = at[span - degree : span + 1].copy()
    for level in range(1, degree + 1):
        for j in range(degree, level - 1, -1):
            left, right = knots[j + span - degree], knots[j + 1 + span - level]
            share = 0.0 if right == left else (u - left) / (right - left)
            d[j] = (1 - share) * d[j - 1] + share * d[j]
    point: npt.NDArray[np.float64] = d[degree, :2] / d[degree, 2]
    return point
