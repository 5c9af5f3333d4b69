"""What a routing policy is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class AisleEnds:
    """An aisle that holds stops: the rows of its two mouths in the problem's matrix."""

    id: str
    mouths: tuple[int, int]
    stops: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RoutingProblem:
    """One tour to plan: start at the depot, visit every stop, return.

    Places are rows: 0 is the depot, 1 … `stop_count` the stops, the rest aisle mouths. `length_m` (P, P) are
    shortest lengths between places, `xy` (P, 2) where they are. Each stop is in at most one of `aisles`;
    an aisle that something blocks is none of them.
    """

    stop_count: int
    xy: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    aisles: tuple[AisleEnds, ...] = ()


RoutingPolicy = Callable[[RoutingProblem], tuple[int, ...]]
"""The rows to pass in turn between leaving the depot and returning: every stop, and any aisle mouth the
policy insists on; between them the shortest way is taken."""
