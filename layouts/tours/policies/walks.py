"""Walks that a dynamic program grows place by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from layouts.tours.problem import RoutingProblem

ROUNDING_M = 1e-9


@dataclass(frozen=True)
class Walk:
    """Places passed in turn, and the metres between the first and the last of them."""

    places: tuple[int, ...] = ()
    length_m: float = 0.0


def then(problem: RoutingProblem, walk: Walk, places: Sequence[int]) -> Walk:
    """The walk, continued over `places` by the shortest ways."""
    added = np.array([*walk.places[-1:], *places])
    length = float(problem.length_m[added[:-1], added[1:]].sum())
    return Walk((*walk.places, *places), walk.length_m + length)


def shorter(walks: Iterable[Walk]) -> Walk:
    """The shortest of the walks, the first of several that differ by rounding only."""
    best, *others = walks
    for walk in others:
        if walk.length_m < best.length_m - ROUNDING_M:
            best = walk
    return best
