"""The moves that bring most within a budget of time, or none where nothing surely pays.

1. With few blocks the best sum of gains within the budget is found exactly, over how many blocks of each trail are
   done (a knapsack of choices); with many, blocks are taken in falling gain per second while they fit.
2. What was chosen is ordered and timed anew, for the ways between moves depend on the order; what no longer fits is
   cut off.
3. It is then evaluated on the tours, and stopped where it wins most over the horizon.
4. Unless the interval of what it wins lies above 0, nothing is done.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.blocks import Block
from layouts.slotting.moves.move_list import MoveList, with_blocks
from layouts.slotting.moves.stop_anywhere import PAYS, StopAnywhere, stop_anywhere
from layouts.statistics.intervals import Estimate

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_EXACT = 2_000
"""Blocks up to which the knapsack is solved exactly, in GRAINS steps of time."""
GRAINS = 2_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """What to do: `moves`, none unless the verdict is "pays back".

    `considered` is the best that the budget allows, `curve` what it brings wherever it is stopped, and `net` what it
    wins over the horizon in seconds, spent on and saved by the site's people.
    """

    moves: MoveList
    considered: MoveList
    curve: StopAnywhere
    net: Estimate
    verdict: str
    budget_s: float


def within_budget(moves: MoveList, seconds: float, *, day: Ints | None = None) -> Choice:
    """The best of the list's blocks that take no more than `seconds`, and whether they pay back.

    `day` (T,) numbers the day of each tour. ValueError for a budget that is not above 0.
    """
    if not seconds > 0:
        raise ValueError(f"a budget of {seconds} s allows no move: give more than 0")
    days = moves.work.tour_days if day is None else len(np.unique(day))
    horizon = moves.work.horizon_days / max(days, 1)
    plans = [_fitting(moves, _densest(moves.blocks, seconds, horizon), seconds)]
    if len(moves.blocks) <= MOST_EXACT and math.isfinite(seconds):
        plans.append(_fitting(moves, _knapsack(moves.blocks, seconds, horizon), seconds))
    curves = [stop_anywhere(plan, day=day) for plan in plans]
    best = max(range(len(plans)), key=lambda row: (curves[row].net_s[curves[row].best], -row))
    curve = curves[best]
    done = int(np.searchsorted(plans[best].block_ends, curve.moves[curve.best], side="right"))
    considered = _first(plans[best], done)
    verdict = curve.verdict(curve.best)
    return Choice(
        moves=considered if verdict == PAYS else _first(plans[best], 0),
        considered=considered,
        curve=curve,
        net=curve.net(curve.best),
        verdict=verdict,
        budget_s=seconds,
    )


def _first(moves: MoveList, blocks: int) -> MoveList:
    """The list that stops after so many blocks."""
    if blocks == len(moves.blocks):
        return moves
    done = int(moves.block_ends[blocks - 1]) if blocks else 0
    return moves.stopped(done, blocks)


def _fitting(moves: MoveList, blocks: Sequence[Block], seconds: float) -> MoveList:
    """The blocks in the list's order, as many as their moves take no more than `seconds`."""
    chosen = {(block.trail, block.row) for block in blocks}
    plan = with_blocks(moves, [block for block in moves.blocks if (block.trail, block.row) in chosen])
    spent = np.append(0.0, plan.spent_s)[plan.block_ends]
    return _first(plan, int(np.searchsorted(spent, seconds, side="right")))


def _densest(blocks: Sequence[Block], seconds: float, horizon: float) -> list[Block]:
    """Blocks that win something, in their order, as long as they fit; later ones fill what is left."""
    taken: list[Block] = []
    skipped: set[int] = set()
    left = seconds
    for block in blocks:
        is_worth = block.gain_s * horizon > block.about_s
        if block.trail in skipped or not is_worth or block.about_s > left:
            skipped.add(block.trail)
        else:
            taken.append(block)
            left -= block.about_s
    return taken


def _knapsack(blocks: Sequence[Block], seconds: float, horizon: float) -> list[Block]:
    """The best sum of what blocks win, the first so many of each trail, with times rounded up to grains."""
    trails: dict[int, list[Block]] = {}
    for block in sorted(blocks, key=lambda block: (block.trail, block.row)):
        trails.setdefault(block.trail, []).append(block)
    grain = seconds / GRAINS
    best = np.zeros(GRAINS + 1)
    taken: list[npt.NDArray[np.int64]] = []
    for its in trails.values():
        grown, count = best.copy(), np.zeros(GRAINS + 1, np.int64)
        won, spent = 0.0, 0.0
        for done, block in enumerate(its, 1):
            won += block.gain_s * horizon - block.about_s
            spent += block.about_s
            size = math.ceil(spent / grain - 1e-9)
            if size > GRAINS:
                break
            offered = best[: GRAINS + 1 - size] + won
            is_better = offered > grown[size:]
            grown[size:][is_better] = offered[is_better]
            count[size:][is_better] = done
        best = grown
        taken.append(count)
    left = int(np.argmax(best))
    chosen: list[Block] = []
    for its, count in zip(reversed(list(trails.values())), reversed(taken), strict=True):
        done = int(count[left])
        chosen += its[:done]
        left -= math.ceil(sum(block.about_s for block in its[:done]) / grain - 1e-9) if done else 0
    return chosen
