"""The smallest set of rules that cannot hold together.

By implicit hitting sets (Ignatiev, Previti, Liffiton and Marques-Silva 2015): every set of rules that can hold leaves
others out, of which each set that cannot hold must have one. The smallest set that has one of each group left out is
tried; if it can hold, it grows until it can no more and leaves out a further group; if not, it is the smallest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from layouts.slotting.problem import SlottingProblem
from layouts.slotting.rules.case import Case, case_of
from layouts.slotting.rules.exact import decide
from layouts.slotting.rules.homes import HomeChoice
from layouts.slotting.rules.kept import kept_rules
from layouts.slotting.rules.outline import Outline, outline
from layouts.slotting.rules.shortage import Shortage, shortage
from layouts.slotting.rules.tell_conflict import facts_of, units_of
from layouts.slotting.rules.walk import walk, walk_within
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

MOST_PAIRS = 400_000
"""Up to so many pairs of unit and location the exact solver is asked."""
FEW_PAIRS = 30_000
"""Of more pairs an outline is drawn first, and of no more the fewest changes are looked for by the exact solver."""
STEPS = 20_000
"""In so many a set of rules is tried by placing the units."""
EFFORT = 20.0
"""Of one question, in the solver's own seconds."""


@dataclass(frozen=True, kw_only=True)
class Infeasible:
    """No legal assignment exists: `rules` cannot hold together, told by `facts`, for the SKUs in `skus` alone.

    Each proper part of `rules` can hold; with `is_smallest` it is proven that no fewer rules are in conflict, else
    none were found.
    """

    rules: tuple[str, ...]
    facts: tuple[str, ...]
    skus: tuple[str, ...]
    is_smallest: bool

    @property
    def text(self) -> str:
        """In words."""
        count = len(self.rules)
        what = "1 rule cannot hold" if count == 1 else f"{count} rules cannot hold together"
        proof = "no smaller set is in conflict" if self.is_smallest else "no smaller set was found"
        return "\n".join((f"No plan exists: {what} ({proof}):", *(f"- {fact}" for fact in self.facts)))


def least_conflict(
    problem: SlottingProblem, homes: Sequence[HomeChoice] = (), *, seed: int = 0
) -> Infeasible:
    """The smallest set of rules of an infeasible problem that are in conflict.

    Raises ValueError for a feasible problem and UndecidedError where it cannot be told.
    """
    case = case_of(problem, homes)
    judge = _Judge(case, seed)
    whole = judge.assignment_or_none(case.instances)
    if whole is not None:
        raise ValueError("the problem is feasible: no rules are in conflict")
    if not judge.is_proven(case.instances):
        raise UndecidedError(
            f"whether {case.units} units have legal locations cannot be told: relax a rule or add locations"
        )
    is_smallest = True
    left_out: list[tuple[str, ...]] = []
    while True:
        tried = _smallest_hitting(case.instances, left_out)
        if judge.is_infeasible(tried):
            break
        is_smallest &= judge.is_proven(tried)
        left_out.append(_left_out(case, judge, tried))
    units = units_of(case.only(tried), lambda part: _verdict(part, seed)[0] == "infeasible")
    return Infeasible(
        rules=tried,
        facts=facts_of(case.only(tried), tried, units, problem.sku),
        skus=tuple(dict.fromkeys(problem.sku[unit] for unit in np.flatnonzero(units))),
        is_smallest=is_smallest,
    )


class _Judge:
    """Remembers what was found of each set of rules."""

    def __init__(self, case: Case, seed: int) -> None:
        self._case, self._seed = case, seed
        self._known: dict[frozenset[str], tuple[str, Ints | None]] = {}

    def _ask(self, names: Sequence[str]) -> tuple[str, Ints | None]:
        key = frozenset(names)
        if key not in self._known:
            self._known[key] = _verdict(self._case.only(names), self._seed)
        return self._known[key]

    def is_infeasible(self, names: Sequence[str]) -> bool:
        return self._ask(names)[0] == "infeasible"

    def is_proven(self, names: Sequence[str]) -> bool:
        return self._ask(names)[0] != "unknown"

    def assignment_or_none(self, names: Sequence[str]) -> Ints | None:
        return self._ask(names)[1]


def _verdict(case: Case, seed: int) -> tuple[str, Ints | None]:
    if isinstance(shortage(case), Shortage):
        return "infeasible", None
    pairs = case.pairs
    outlined = outline(case, seed=seed, effort=EFFORT) if pairs > FEW_PAIRS else None
    if outlined is False:
        return "infeasible", None
    walked = walk(case, seed=seed, steps=STEPS)
    if walked is None and isinstance(outlined, Outline):
        walked = walk_within(case, outlined, seed=seed, steps=STEPS)
    if walked is not None:
        return "feasible", walked.assignment
    if pairs <= FEW_PAIRS and outline(case, seed=seed, effort=EFFORT) is False:
        return "infeasible", None
    if pairs <= MOST_PAIRS:
        exact = decide(case, seed=seed, effort=EFFORT)
        return exact.verdict, exact.assignment
    return "unknown", None


def _left_out(case: Case, judge: _Judge, tried: Sequence[str]) -> tuple[str, ...]:
    """The rules that cannot be added to those tried; what no proof speaks against is added."""
    inside = set(tried)
    others = [name for name in case.instances if name not in inside]
    _add_kept(case, judge.assignment_or_none(tried), inside)
    for name in others:
        if name in inside:
            continue
        more = [each for each in case.instances if each in inside or each == name]
        if not judge.is_infeasible(more):
            inside.add(name)
            _add_kept(case, judge.assignment_or_none(more), inside)
    return tuple(name for name in case.instances if name not in inside)


def _add_kept(case: Case, assignment: Ints | None, inside: set[str]) -> None:
    if assignment is not None:
        inside |= kept_rules(case, assignment)


def _smallest_hitting(names: Sequence[str], groups: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """As few names as hit every group."""
    model = cp_model.CpModel()
    chosen = {name: model.new_bool_var("") for name in names}
    for group in groups:
        model.add_bool_or(chosen[name] for name in group)
    model.minimize(sum(chosen.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError("a hitting set was not found: every group has a name, so this is a fault of ours")
    return tuple(name for name in names if solver.boolean_value(chosen[name]))
