"""A slotting problem as flat arrays: units to be held by locations, the tours that visit them, rules, and costs.

A unit is one pick face's worth of a SKU: a SKU that is picked from two locations is two units. An assignment (U,)
gives the location of each unit. All costs are seconds of work over the same stretch of time, that of the tours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.metric import Metric

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NOWHERE = -1
"""The location of a unit that has none yet."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TourUnits:
    """T tours: tour t visits units `unit[start[t]:start[t + 1]]`, each once, and counts `weight[t]` times."""

    start: Ints
    unit: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceCost:
    """Seconds that unit u costs in location l: `of_unit[u]` (U,) × `of_location[l]` (L,), as ergonomics do."""

    name: str
    of_unit: Floats
    of_location: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class CrowdCost:
    """Seconds that units cost for being together: for each group of locations `price[g]` × (its load)².

    The load of a group is the sum of `of_unit` (U,) over the units in it; `group` (L,) is −1 for a location in none.
    """

    name: str
    of_unit: Floats
    group: Ints
    price: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class SlottingProblem:
    """U units, L locations, T tours.

    `sku` (U) names the SKU of each unit, `location` (L) the locations; `now` (U,) is where units are today, NOWHERE
    for one that is not placed. `place` (L,) is where a location is picked from, a row of `metric`; `seconds_per_m`
    is that of who picks. `fixed` (U,) marks units that stay where they are.
    """

    sku: tuple[str, ...]
    location: tuple[str, ...]
    now: Ints
    fixed: npt.NDArray[np.bool_]
    place: Ints
    metric: Metric
    seconds_per_m: float
    tours: TourUnits
    rules: HardRules
    place_costs: tuple[PlaceCost, ...] = ()
    crowd_costs: tuple[CrowdCost, ...] = ()

    @property
    def visits(self) -> Floats:
        """How often each unit (U,) is visited: its velocity."""
        weight = np.repeat(self.tours.weight, np.diff(self.tours.start))
        return np.asarray(np.bincount(self.tours.unit, weight, len(self.sku)), np.float64)
