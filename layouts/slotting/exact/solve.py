"""The best slotting of a small problem, by branch and bound.

1. Bound the problem from below by shared prices (`dual`), and drop every unit's locations that the bound rules out
   against the best slotting found so far.
2. What the seats of the bound choose is a slotting; where it keeps the rules, exchange and move its units while that
   saves, and remember the best.
3. Otherwise take the unit whose location matters most, try its locations, the most promising first, and let the
   hard rules narrow what that leaves to the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.exact.dual import Bound, Prices, bound, first_prices, follow
from layouts.slotting.exact.ground import Ground, ground
from layouts.slotting.exact.narrow import narrowed
from layouts.slotting.exact.some_units import of_units
from layouts.slotting.problem import NOWHERE, SlottingProblem
from layouts.slotting.score import score
from spatial.errors import UndecidedError
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 1e-9
"""Of the total: slottings nearer than this are equally good."""
ROOT_ROUNDS, ROUNDS, STALLED = 200, 12, 0.02
"""Rounds of prices at most for the whole problem and for a part; no more where one closes less of the gap."""
GUESSED = 100
"""In so many parts the seats of the bound are tried as a slotting; after them, only parts without a choice are."""
EVERY = 64
"""Parts between two words about progress."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Exact:
    """The best slotting found, (U,), what it costs, and what any must cost; `nodes` parts were looked at."""

    assignment: Ints
    total_s: float
    bound_s: float
    is_proven: bool
    nodes: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    may: Bools
    prices: Prices
    seconds: float


def solve_exactly(
    problem: SlottingProblem,
    *,
    most_moves: int | None = None,
    most_nodes: int | None = None,
    known: Ints | None = None,
    progress: Progress = silent,
) -> Exact:
    """The slotting of least `score(...).total_s` that keeps all rules and moves at most `most_moves` units.

    Every unit gets a location but those that nobody visits and that have none today. At most `most_nodes` parts are
    looked at; with fewer than a proof needs, `is_proven` is False and `bound_s` says how much better another could
    be. `known` (U,) is a slotting to start from. Raises UndecidedError if no slotting keeps the rules, or none was
    found; ValueError for tours too long to be exact.
    """
    kept = np.flatnonzero((problem.visits > 0) | (problem.now >= 0))
    part = of_units(problem, kept)
    search = _Search(part, ground(part), most_moves)
    if known is not None:
        search.offer(known[kept])
    found = search.run(most_nodes, progress)
    assignment = np.full(len(problem.sku), NOWHERE)
    assignment[kept] = found.assignment
    return replace(found, assignment=assignment)


class _Search:
    def __init__(self, problem: SlottingProblem, small: Ground, most_moves: int | None) -> None:
        self.problem, self.small, self.most_moves = problem, small, most_moves
        self.best: Ints | None = None
        self.total_s = np.inf
        self.nodes = 0
        self.alike = _alike(problem, small, most_moves)

    @property
    def enough_s(self) -> float:
        """A part that costs at least this holds nothing better."""
        return self.total_s - TOLERANCE * abs(self.total_s) if self.total_s < np.inf else np.inf

    def run(self, most_nodes: int | None, progress: Progress) -> Exact:
        start = self.narrow(self.small.may)
        parts = [] if start is None else [_Part(may=start, prices=first_prices(self.small), seconds=-np.inf)]
        lowest = 0.0
        while parts and (most_nodes is None or self.nodes < most_nodes):
            part = parts.pop()
            if part.seconds < self.enough_s:
                parts += self.divide(part)
                self.nodes += 1
            if self.nodes % EVERY == 0:
                lowest = max(lowest, min((part.seconds for part in parts), default=lowest))
                progress("proving", min(max(lowest / self.total_s, 0.0), 1.0))
        if self.best is None:
            raise UndecidedError(
                f"no slotting was found in {self.nodes} parts: allow more"
                if parts
                else "no slotting keeps all hard rules: relax one, or allow more moves"
            )
        bound_s = min([self.total_s, *(part.seconds for part in parts)])
        return Exact(
            assignment=self.best,
            total_s=self.total_s,
            bound_s=bound_s,
            is_proven=bound_s >= self.enough_s,
            nodes=self.nodes,
        )

    def narrow(self, may: Bools) -> Bools | None:
        return narrowed(may, self.problem.rules, self.small.moved, self.most_moves)

    def offer(self, assignment: Ints) -> bool:
        """Remember `assignment` if it keeps the rules and is the best so far."""
        may = np.arange(self.small.may.shape[1]) == assignment[:, None]
        if not (self.small.may & may).any(axis=1).all() or self.narrow(may) is None:
            return False
        total = score(self.problem, assignment).total_s
        if total >= self.enough_s:
            return False
        self.best, self.total_s = assignment.copy(), total
        return True

    def improve(self, assignment: Ints) -> None:
        """Offer it and, where it is the best, everything an exchange or a move away, until none is better."""
        better = self.offer(assignment)
        while better:
            better = False
            base = assignment.copy()
            for one in range(len(base)):
                for place in range(self.small.may.shape[1]):
                    if place == base[one] or not self.small.may[one, place]:
                        continue
                    changed = base.copy()
                    changed[one] = place
                    holders = np.flatnonzero(base == place)
                    if len(holders) == 1:
                        changed[holders[0]] = base[one]
                    if self.offer(changed):
                        assignment, better = changed, True

    def divide(self, part: _Part) -> list[_Part]:
        """The parts of a part, the most promising last; none if it holds nothing better."""
        tightened = self.tighten(part)
        if tightened is None:
            return []
        may, prices, limit = tightened
        if (may.sum(axis=1) == 1).all():
            self.improve(may.argmax(axis=1))
            return []
        unit = _unit_to_branch_on(may, limit.by_location)
        parts: list[_Part] = []
        tried = _one_of_each(may, self.alike)
        for location in np.argsort(-limit.by_location[unit], kind="stable"):
            seconds = max(float(limit.by_location[unit, location]), limit.seconds)
            if may[unit, location] and tried[location] and seconds < self.enough_s:
                only = may.copy()
                only[unit] = False
                only[unit, location] = True
                narrow = self.narrow(only)
                if narrow is not None:
                    parts.append(_Part(may=narrow, prices=prices, seconds=seconds))
        return parts

    def tighten(self, part: _Part) -> tuple[Bools, Prices, Bound] | None:
        """Better prices for a part, the locations they leave and the last bound; None if nothing better is left."""
        may, prices, before = part.may, part.prices, part.seconds
        rounds = ROUNDS if self.nodes else ROOT_ROUNDS
        for number in range(rounds):
            limit, prices = bound(self.small, may, prices, self.most_moves)
            if limit.seconds >= self.enough_s:
                return None
            if self.nodes < GUESSED and (not self.nodes or number == 0):
                self.improve(limit.taken)
            kept = may & (limit.by_location < self.enough_s)
            if (kept != may).any():
                narrow = self.narrow(kept)
                if narrow is None:
                    return None
                may = narrow
            if self.nodes and limit.seconds - before < STALLED * (self.total_s - limit.seconds):
                break
            before = max(limit.seconds, before)
            prices = follow(self.small, prices, limit, self.most_moves, 1 / (number + 1))
        return may, prices, limit


def _unit_to_branch_on(may: Bools, by_location: Floats) -> int:
    """That whose second best location costs most; the one with the fewest locations among equals."""
    open_units = may.sum(axis=1) > 1
    second = np.partition(np.where(may, by_location, np.inf), 1, axis=1)[:, 1]
    worth = np.where(open_units, second, -np.inf)
    most = worth.max()
    candidates = np.flatnonzero(open_units & (worth >= most - TOLERANCE * abs(most)))
    return int(candidates[may[candidates].sum(axis=1).argmin()])


def _alike(problem: SlottingProblem, small: Ground, most_moves: int | None) -> Ints:
    """The class (L,) of each location; units may change places within a class and nothing else changes."""
    rows: list[npt.NDArray[np.generic]] = [problem.place, problem.rules.kind]
    rows += [cost.of_location for cost in problem.place_costs]
    rows += [crowd.group for crowd in problem.crowd_costs]
    rows += [conflict.group for conflict in problem.rules.conflicts]
    for capacity in problem.rules.capacities:
        shared = np.bincount(capacity.group[capacity.group >= 0], minlength=len(capacity.most)) > 1
        most, is_shared = np.append(capacity.most, np.inf), np.append(shared, False)
        rows += [most[capacity.group], np.where(is_shared[capacity.group], capacity.group, -1)]
    if most_moves is not None:
        rows += list(small.moved)
    classes: Ints = np.unique(np.array(rows, np.float64), axis=1, return_inverse=True)[1].reshape(-1)
    return classes


def _one_of_each(may: Bools, alike: Ints) -> Bools:
    """(L,) the first location of each class of those where the same units may be."""
    keys = np.concatenate((alike[None], may.astype(np.int64)))
    first = np.unique(keys, axis=1, return_index=True)[1]
    chosen = np.zeros(len(alike), np.bool_)
    chosen[first] = True
    return chosen
