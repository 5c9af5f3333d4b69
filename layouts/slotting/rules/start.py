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
from layouts.slotting.rules.least_conflict import FEW_PAIRS, MOST_PAIRS, Infeasible, least_conflict
from layouts.slotting.rules.outline import Outline, outline
from layouts.slotting.rules.shortage import Shortage, shortage
from layouts.slotting.rules.walk import walk, walk_within
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

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

    1. A shortage of places, or an outline that cannot be drawn, proves that there is none.
    2. Trying finds one mostly, see `walk`; filling in the outline where it does not.
    3. Where none is found, or more changes than must be, and the case is small, OR-Tools decides.
    Raises UndecidedError where neither a legal assignment nor a proof that there is none was found.
    """
    case = case_of(problem, homes)
    pairs = case.pairs
    is_small = pairs <= FEW_PAIRS
    outlined = None if is_small else outline(case, seed=seed, effort=EFFORT)
    if outlined is False or isinstance(shortage(case), Shortage):
        return least_conflict(problem, homes, seed=seed)
    must = int(_must_change(case).sum())
    walked = walk(case, seed=seed)
    if walked is None and isinstance(outlined, Outline):
        walked = walk_within(case, outlined, seed=seed)
    found = None if walked is None else _start(case, walked.assignment, walked.homes, must)
    if found is not None and (found.is_least or not is_small):
        return found
    if found is None and is_small and outline(case, seed=seed, effort=EFFORT) is False:
        return least_conflict(problem, homes, seed=seed)
    if pairs <= MOST_PAIRS:
        hint = None if found is None else found.assignment
        exact = decide(
            case, seed=seed, effort=FEWEST_EFFORT if found else EFFORT, fewest_changes=is_small, hint=hint
        )
        if exact.verdict == "infeasible":
            return least_conflict(problem, homes, seed=seed)
        if exact.assignment is not None:
            better = _start(case, exact.assignment, exact.homes, None if exact.is_least else must)
            if found is None or better.is_least or better.changed < found.changed:
                return better
    if found is not None:
        return found
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
