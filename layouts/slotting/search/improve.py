"""Make a slotting better, change by change, for as many rounds as asked: anytime, and the same with any workers.

1. Every round has `chains` chains; each cools from where the best of all stands, with random numbers of its own.
2. The best of them is where the next round starts, if it is better at all.
3. Rounds start less and less hot, so that late ones polish.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.problem import SlottingProblem
from layouts.slotting.score import score
from layouts.slotting.search.anneal import Cooling
from layouts.slotting.search.case import new_case
from layouts.slotting.search.chains import ChainRound
from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from spatial.tasks.workers import ThisProcess, Workers

Ints = npt.NDArray[np.int64]

HOT, COLD = 0.8, 0.032
"""Temperatures of the first round as shares of what one visit of a unit costs on average."""
PATIENT = 1000
"""Steps a unit that such a heat needs; a round of fewer starts and ends less hot, by the root of their share."""
BOUNDED = 0.4
"""Temperatures of a search of bounded moves, whose price does some of heat's work, as a share of one without."""
CALMER = 0.8
"""Temperature of a round as a share of that of the one before."""
STEPS_A_UNIT, FEWEST_STEPS, MOST_STEPS = 200, 100_000, 500_000


@dataclass(frozen=True, kw_only=True)
class Effort:
    """`rounds` of `chains` that each try `steps` changes; None is by the number of units."""

    rounds: int = 10
    steps: int | None = None
    chains: int = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Improved:
    """An assignment (U,) of `total_s` seconds, from `start_s`; `moves` of its units are not where they are today.

    `rounds` were played; `is_cut` says that time ended them. `curve` has the seconds at the start and after every
    round.
    """

    assignment: Ints
    total_s: float
    start_s: float
    moves: int
    rounds: int
    is_cut: bool
    curve: tuple[float, ...]


def improve(
    problem: SlottingProblem,
    *,
    start: Ints | None = None,
    most_moves: int | None = None,
    effort: Effort | None = None,
    seed: int = 0,
    workers: Workers | None = None,
    seconds: float | None = None,
    progress: Progress = silent,
) -> Improved:
    """A better assignment (U,) than `start` (None is today's), with at most `most_moves` units not where they are
    today; rules that hold at the start hold in it, and broken ones are broken no further.

    The same for the same seed and effort, whoever plays; no round begins that would end after `seconds`, if it takes
    as long as those before. Raises ValueError where the start has more moves than allowed, BadDataError where it has
    no location for a unit that is visited.
    """
    effort = effort or Effort()
    begun = time.monotonic()
    best = (problem.now if start is None else np.asarray(start)).astype(np.int64)
    _check(problem, best, most_moves, effort)
    most = len(best) if most_moves is None else most_moves
    start_s = score(problem, best).total_s
    case = new_case(problem)
    packed, scale_s = pickle.dumps(case), start_s / max(1, len(case.line_unit))
    steps = effort.steps or min(max(STEPS_A_UNIT * len(best), FEWEST_STEPS), MOST_STEPS)
    heat = (BOUNDED if most < len(best) else 1.0) * min(1.0, steps / (PATIENT * len(best))) ** 0.5
    price_s = start_s / max(1, most) if most < len(best) else 0.0
    curve, played, is_cut = [start_s], 0, False
    workers = workers or ThisProcess()
    while played < effort.rounds and start_s > 0 and most > 0:
        round_s = (time.monotonic() - begun) / played if played else 0.0
        if seconds is not None and time.monotonic() - begun + round_s > seconds:
            is_cut = True
            break
        calm = heat * CALMER**played
        cooling = Cooling(steps, HOT * calm * scale_s, COLD * calm * scale_s, most, price_s)
        task = ChainRound(packed=packed, assignment=best, cooling=cooling, seed=seed, round=played)
        found = min(workers.play(task, range(effort.chains), _ignore), key=lambda each: each.total_s)
        if found.total_s < curve[-1]:
            best = found.assignment
        price_s = found.price_s
        curve.append(min(curve[-1], found.total_s))
        played += 1
        progress(f"slotting: {1 - curve[-1] / start_s:.1%} less", played / effort.rounds)
    return Improved(
        assignment=best,
        total_s=score(problem, best).total_s,
        start_s=start_s,
        moves=int((best != problem.now).sum()),
        rounds=played,
        is_cut=is_cut,
        curve=tuple(curve),
    )


def _ignore(_count: int) -> None:
    pass


def _check(problem: SlottingProblem, start: Ints, most_moves: int | None, effort: Effort) -> None:
    if start.shape != problem.now.shape:
        raise ValueError(
            f"start has {len(start)} units, the problem {len(problem.now)}: give each a location"
        )
    if min(effort.rounds, effort.chains) < 1 or (effort.steps is not None and effort.steps < 1):
        raise ValueError(f"{effort} must have at least one round, chain and step")
    moves = int((start != problem.now).sum())
    if most_moves is not None and moves > most_moves:
        raise ValueError(f"the start has {moves} moves, above {most_moves}: start from today's assignment")
    nowhere = problem.tours.unit[start[problem.tours.unit] < 0]
    if len(nowhere):
        raise BadDataError(
            f"SKU {problem.sku[nowhere[0]]!r} is visited and has no location: start from `by_distance`"
        )
