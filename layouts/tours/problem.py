"""What a routing policy is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class Lane:
    """The part of an aisle that crosses one block and holds stops: the literature's sub-aisle.

    `low` and `high` are the rows of its two mouths, `stops` those of its stops from low to high. `aisle` numbers
    the aisle it is part of from left to right. `only` is the one way to walk it, as the mouths to enter and to leave
    it by: the same one twice where the other is a dead end, low and high where it is one-way; None where all are.
    """

    low: int
    high: int
    stops: tuple[int, ...]
    aisle: int
    only: tuple[int, int] | None = None

    def walk(self, enter: int, leave: int) -> tuple[int, ...]:
        """In by one mouth, over the stops in that direction, out by the other or the same."""
        stops = self.stops if enter == self.low else self.stops[::-1]
        return (enter, *stops, leave)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Parallel aisles in blocks one behind the other.

    `blocks` are those that hold stops from front to back, each with its lanes from left to right; the low mouth
    of every lane is the one in front. `across` is the unit vector from left to right.
    """

    blocks: tuple[tuple[Lane, ...], ...]
    across: tuple[float, float]

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """All lanes, block by block."""
        return tuple(lane for block in self.blocks for lane in block)


@dataclass(frozen=True, kw_only=True, eq=False)
class RoutingProblem:
    """One tour to plan: start at the depot, visit every stop, return.

    Places are rows: 0 is the depot, 1 … `stop_count` the stops, the rest aisle mouths. `length_m` (P, P) are
    shortest lengths between places, `xy` (P, 2) where they are. Each stop is in at most one lane of `sections`;
    an aisle that something blocks is none of them.
    """

    stop_count: int
    xy: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]
    sections: tuple[Section, ...] = ()

    def metres_from(self, here: int) -> list[float]:
        """The lengths (P,) from one place, for looking a few of them up."""
        lengths: list[float] = self.length_m[here].tolist()
        return lengths

    @property
    def loose(self) -> tuple[int, ...]:
        """The stops that lie in no lane."""
        held = {stop for section in self.sections for lane in section.lanes for stop in lane.stops}
        return tuple(stop for stop in range(1, self.stop_count + 1) if stop not in held)


RoutingPolicy = Callable[[RoutingProblem], tuple[int, ...]]
"""The rows to pass in turn between leaving the depot and returning: every stop once, and any aisle mouth the
policy insists on; between them the shortest way is taken."""
