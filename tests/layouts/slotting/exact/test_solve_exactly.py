"""The best slotting is the best: against every slotting there is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from layouts.slotting.exact.solve import solve_exactly
from layouts.slotting.problem import SlottingProblem
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
