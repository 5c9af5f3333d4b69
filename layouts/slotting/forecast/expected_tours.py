"""Tours that may come, drawn from a history: other ones than those it happened to have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.forecast.velocities import expected_visits
from layouts.slotting.problem import TourUnits

Ints = npt.NDArray[np.int64]


def expected_tours(
    history: TourUnits, units: int, *, group: Ints | None = None, copies: int = 1, seed: int = 0
) -> TourUnits:
    """`copies` × T tours that count 1 / `copies` each, so that they stand for as many tours as `history` has.

    A tour visits each of U `units` with the chance that `expected_visits` gives it, whatever else it visits: for
    histories where tours are gathered from many small orders. Where units are bought together keep the history's own.
    `group` (U,) as for `expected_visits`. The weights of the history must be equal; ValueError otherwise.
    """
    tours = len(history)
    if tours == 0 or copies < 1 or not np.all(history.weight == history.weight[0]):
        raise ValueError(f"{tours} tours, {copies} copies: give at least one each, of equal weights")
    visits = np.bincount(history.unit, minlength=units)
    chance = np.minimum(expected_visits(visits, group) / tours, 1.0)
    generator = np.random.default_rng(seed)
    drawn = [np.flatnonzero(generator.random(units) < chance) for _ in range(copies * tours)]
    start = np.concatenate([[0], np.cumsum([len(each) for each in drawn])])
    weight = np.full(len(drawn), float(history.weight[0]) / copies)
    return TourUnits(start=start.astype(np.int64), unit=np.concatenate(drawn), weight=weight)
