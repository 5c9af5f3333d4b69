"""Tours that may come, drawn from a history: other ones than those it happened to have."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.slotting.forecast.velocities import expected_visits
from layouts.slotting.problem import TourUnits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ALMOST = 1e-6
FITTED, NEWTON = 20, 30
"""Rounds in which rates are fitted, and in which the time of a number of arrivals is found."""


def expected_tours(
    history: TourUnits, units: int, *, group: Ints | None = None, copies: int = 1, seed: int = 0
) -> TourUnits:
    """`copies` × T tours that count 1 / `copies` each, so that they stand for as many tours as `history` has.

    A tour visits as many units of each group as the one of the history that it stands for. Which ones is drawn, U
    `units` having the velocities of `expected_visits`, whatever else is visited: for histories where tours are
    gathered from many small orders, each of one group. Where units are bought together keep the history's own.
    `group` (U,) as for `expected_visits`. The weights of the history must be equal; ValueError otherwise.

    Drawing: the units with the first arrivals of Poisson processes (Efraimidis and Spirakis 2006, "Weighted random
    sampling with a reservoir"), at rates that give each its expected visits.
    """
    tours = len(history)
    if tours == 0 or copies < 1 or not np.all(history.weight == history.weight[0]):
        raise ValueError(f"{tours} tours, {copies} copies: give at least one each, of equal weights")
    group = np.zeros(units, np.int64) if group is None else group
    expected = expected_visits(np.bincount(history.unit, minlength=units), group)
    of_group = np.unique(group, return_inverse=True)[1]
    groups = [
        np.flatnonzero((of_group == each) & (expected > 0)) for each in range(of_group.max(initial=-1) + 1)
    ]
    counts = np.zeros((tours, len(groups)), np.int64)
    np.add.at(counts, (np.repeat(np.arange(tours), np.diff(history.start)), of_group[history.unit]), 1)
    rate = np.zeros(units)
    for each, members in enumerate(groups):
        rate[members] = _rates(expected[members], counts[:, each])
    generator = np.random.default_rng(seed)
    drawn = [
        _draw(generator, groups, rate, counts[tour]) for tour in np.tile(np.arange(tours), copies).tolist()
    ]
    start = np.concatenate([[0], np.cumsum([len(each) for each in drawn])])
    weight = np.full(len(drawn), float(history.weight[0]) / copies)
    return TourUnits(start=start.astype(np.int64), unit=np.concatenate(drawn), weight=weight)


def _rates(expected: Floats, counts: Ints) -> Floats:
    """Rates (N,) at which the first `counts` (T,) arrivals hold each unit about `expected` (N,) times."""
    most, how_often = np.unique(counts[counts > 0], return_counts=True)
    chance = np.minimum(expected / max(1, how_often.sum()), 1.0 - ALMOST)
    rate: Floats = -np.log1p(-chance)
    until = np.ones(len(most))
    for _ in range(FITTED):
        for row, count in enumerate(most.tolist()):
            until[row] = _until(rate, min(count, len(rate) * (1.0 - ALMOST)), until[row])
        held = how_often @ -np.expm1(-until[:, None] * rate[None])
        missing = np.log1p(-chance) / np.log1p(-np.minimum(held / max(1, how_often.sum()), 1.0 - ALMOST))
        rate = rate * missing
    return rate


def _until(rate: Floats, count: float, first: float) -> float:
    """The time by which `count` units are expected to have arrived, by Newton's rule, which rises to it."""
    at = 0.0 if -np.expm1(-first * rate).sum() > count else first
    for _ in range(NEWTON):
        left = np.exp(-at * rate)
        at += (count - len(rate) + float(left.sum())) / float(rate @ left)
    return at


def _draw(generator: np.random.Generator, groups: list[Ints], rate: Floats, counts: Ints) -> Ints:
    """The units of one tour, rising: `counts` (G,) of each group."""
    chosen = [np.zeros(0, np.int64)]
    for members, count in zip(groups, counts, strict=True):
        arrival = generator.standard_exponential(len(members)) / rate[members]
        few = min(int(count), len(members))
        chosen.append(members[np.argpartition(arrival, few - 1)[:few]] if few else members[:0])
    return np.sort(np.concatenate(chosen))
