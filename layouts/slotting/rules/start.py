"""A legal assignment to begin with, as near to today's as can be, or the rules that leave none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import HardRules
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.rules.case import Case, case_of
from layouts.slotting.rules.exact import decide
from layouts.slotting.rules.homes import HomeChoice, with_homes
from layouts.slotting.rules.least_conflict import MOST_PAIRS, Infeasible, least_conflict
from layouts.slotting.rules.shortage import Shortage, shortage
from layouts.slotting.rules.walk import walk
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

FEW_PAIRS = 30_000
"""Up to so many pairs of unit and location the fewest changes are looked for by the exact solver too."""
FEWEST_EFFORT = 5.0
EFFORT = 60.0
"""In the solver's own seconds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Start:
    """A legal `assignment` (U,) that places or moves `changed` units; `is_least` if it is proven that none does less.

    `rules` are those of the problem and that each family kept together stays in its home, by rule in `homes`: to be
    given to the search in place of the problem's.
    """

    assignment: Ints
    rules: HardRules
    changed: int
    is_least: bool
    homes: Mapping[str, str]


def feasible_start(
    problem: SlottingProblem, homes: Sequence[HomeChoice] = (), *, seed: int = 0
) -> Start | Infeasible:
    """Place who is nowhere, move who breaks a rule, and as few others as need be.

    Found by trying, see `walk`; where that finds none, or more changes than it must and the case is small, OR-Tools
    decides. Raises UndecidedError where neither a legal assignment nor a proof that there is none was found.
    """
    case = case_of(problem, homes)
    walked = walk(case, seed=seed)
    must = int(_must_change(case).sum())
    if walked is not None:
        found = _start(case, walked.assignment, walked.homes, must)
        if found.is_least or case.pairs > FEW_PAIRS:
            return found
        exact = decide(case, seed=seed, effort=FEWEST_EFFORT, fewest_changes=True, hint=walked.assignment)
        if exact.assignment is None:
            return found
        least = exact if exact.is_least else None
        better = _start(case, exact.assignment, exact.homes, None if least else must)
        return (
            better if (better.changed, not better.is_least) <= (found.changed, not found.is_least) else found
        )
    if isinstance(shortage(case), Shortage):
        return least_conflict(problem, homes, seed=seed)
    if case.pairs <= MOST_PAIRS:
        exact = decide(case, seed=seed, effort=EFFORT, fewest_changes=case.pairs <= FEW_PAIRS)
        if exact.assignment is not None:
            return _start(case, exact.assignment, exact.homes, None if exact.is_least else must)
        if exact.verdict == "infeasible":
            return least_conflict(problem, homes, seed=seed)
    raise UndecidedError(
        f"no legal assignment of {case.units} units to {case.locations} locations was found, and no proof that there "
        "is none: relax a rule, add locations, or try another seed"
    )


def _must_change(case: Case) -> npt.NDArray[np.bool_]:
    """Units (U,) that are nowhere or where no rule about one unit lets them be."""
    now = np.maximum(case.now, 0)
    may = case.rules.may(case.units)[np.arange(case.units), case.rules.kind[now]]
    return (case.now < 0) | ~may


def _start(case: Case, assignment: Ints, chosen: Sequence[int], must: int | None) -> Start:
    """`must` is a number of changes below which there is no assignment; None if this one is known to be least."""
    changed = int((assignment != case.now).sum())
    return Start(
        assignment=assignment,
        rules=with_homes(case.rules, case.homes, chosen, case.units),
        changed=changed,
        is_least=must is None or changed <= must,
        homes={each.name: each.names[home] for each, home in zip(case.homes, chosen, strict=True)},
    )
