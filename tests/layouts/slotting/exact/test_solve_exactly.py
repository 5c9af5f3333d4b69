"""The best slotting is the best: against every slotting there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from layouts.slotting.exact.solve import solve_exactly
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting.score import score
from spatial.errors import UndecidedError

Maker = Callable[..., SlottingProblem]
FAMILIES = ("euclid", "any table", "aisles", "one-way aisles")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("extras", ["plain", "rules", "costs", "both"])
def test_no_slotting_is_better(
    family: str, extras: str, made: Maker, least_s: Callable[..., float], keeps: Callable[..., bool]
) -> None:
    for seed in range(3):
        rng = np.random.default_rng([FAMILIES.index(family), seed])
        problem = made(
            family,
            rng,
            units=4,
            locations=6,
            tours=5,
            rules=extras in ("rules", "both"),
            costs=extras in ("costs", "both"),
        )
        for most_moves in (None, 2, 1, 0):
            least = least_s(problem, most_moves)
            if least == np.inf:
                with pytest.raises(UndecidedError, match="no slotting keeps all hard rules"):
                    solve_exactly(problem, most_moves=most_moves)
                continue
            exact = solve_exactly(problem, most_moves=most_moves)
            assert exact.is_proven
            assert exact.total_s == pytest.approx(least, rel=1e-9)
            assert exact.total_s == score(problem, exact.assignment).total_s
            assert keeps(problem, exact.assignment, most_moves)


def test_a_part_of_the_proof_still_bounds_the_best(made: Maker) -> None:
    problem = made("aisles", np.random.default_rng(2), units=8, locations=14, tours=12, longest=5)
    whole, part = solve_exactly(problem), solve_exactly(problem, most_nodes=2)
    assert whole.is_proven
    assert not part.is_proven
    assert part.nodes == 2
    assert part.bound_s < whole.total_s <= part.total_s


def test_what_nobody_visits_and_is_nowhere_stays_nowhere(made: Maker) -> None:
    problem = made("euclid", np.random.default_rng(2), units=4, locations=6, tours=5, costs=True)
    problem = replace(
        problem,
        tours=TourUnits(start=np.array([0, 2]), unit=np.array([1, 3]), weight=np.ones(1)),
        now=np.array([0, 1, NOWHERE, 3]),
        fixed=np.zeros(4, np.bool_),
    )
    exact = solve_exactly(problem)
    assert exact.is_proven
    assert (exact.assignment == NOWHERE).tolist() == [False, False, True, False]
    assert exact.total_s == pytest.approx(score(problem, exact.assignment).total_s)


def test_a_known_slotting_is_not_lost(made: Maker) -> None:
    problem = made("euclid", np.random.default_rng(5), units=6, locations=9, tours=8)
    best = solve_exactly(problem)
    assert solve_exactly(problem, known=best.assignment, most_nodes=0).total_s == best.total_s


def test_tours_too_long_to_be_exact_are_refused(made: Maker) -> None:
    problem = made("euclid", np.random.default_rng(5), units=9, locations=12, tours=1)
    long = TourUnits(start=np.array([0, 8]), unit=np.arange(8), weight=np.ones(1))
    with pytest.raises(ValueError, match="tour 0 visits 8 units, more than 7"):
        solve_exactly(replace(problem, tours=long))
