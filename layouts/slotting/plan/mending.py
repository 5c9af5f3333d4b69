"""What today's slotting needs before it keeps the rules is moved first, whatever it brings; then what pays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.blocks import Block
from layouts.slotting.moves.budget import Choice, within_budget
from layouts.slotting.moves.move_list import MoveList, with_blocks
from layouts.slotting.moves.stop_anywhere import PAYS, StopAnywhere, stop_anywhere
from layouts.slotting.problem import NOWHERE
from layouts.slotting.rules.broken import Broken

Ints = npt.NDArray[np.int64]

Key = tuple[int, int]
"""The trail and the row of a block."""
Judge = Callable[[Ints], Sequence[Broken]]

MOST_ROUNDS = 8
"""So often blocks are added for what is still broken; then all of them are taken."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AfterMending(StopAnywhere):
    """A curve of which only the stops from `first` on are to choose from: at the earlier ones rules are broken."""

    first: int

    @property
    def best(self) -> int:
        """The stop from `first` on that wins most, the earliest of equals."""
        return self.first + int(np.argmax(self.net_s[self.first :]))


def chosen_moves(moves: MoveList, budget_s: float, *, legal: Ints, judge: Judge) -> Choice:
    """As `within_budget`, but what mends today's slotting comes first and is not left out for want of a saving.

    `legal` (U,) is a legal assignment near today's, `judge` tells what an assignment breaks. Within a budget that
    does not pay all mending, as much of it is done as fits.
    """
    choice = within_budget(moves, budget_s)
    must = legal != moves.problem.now
    if not must.any() or not moves.blocks or _is_mended(choice.considered, must, judge):
        return choice
    mending = _mending(moves, must, judge)
    others = {_key(block) for block in choice.considered.blocks} - mending
    first, later = ([block for block in moves.blocks if _key(block) in keys] for keys in (mending, others))
    plan = with_blocks(moves, [*first, *later])
    spent = np.append(0.0, plan.spent_s)[np.append(0, plan.block_ends)]
    plan = _first(plan, int(np.searchsorted(spent[1:], budget_s, side="right")))
    curve = _curve(plan, _mended_after(plan, mending))
    done = int(np.searchsorted(plan.block_ends, curve.moves[curve.best], side="right"))
    considered, verdict = _first(plan, done), curve.verdict(curve.best)
    return replace(
        choice,
        moves=considered if verdict == PAYS else _first(plan, 0),
        considered=considered,
        curve=curve,
        net=curve.net(curve.best),
        verdict=verdict,
    )


def _is_mended(moves: MoveList, must: npt.NDArray[np.bool_], judge: Judge) -> bool:
    is_homeless = must & (moves.problem.now == NOWHERE) & (moves.target == NOWHERE)
    return not is_homeless.any() and not judge(moves.target)


def _mending(moves: MoveList, must: npt.NDArray[np.bool_], judge: Judge) -> set[Key]:
    """The blocks after which no rule is broken, all where no fewer are found."""
    problem = moves.problem
    units = {*np.flatnonzero(must).tolist()}
    chosen: set[Key] = set()
    for _ in range(MOST_ROUNDS):
        grown = _with_earlier(moves.blocks, (block for block in moves.blocks if units & {*block.units}))
        target = _target(moves, grown)
        found = judge(target)
        if not found:
            return grown
        if grown == chosen:
            break
        chosen = grown
        units |= _involved(problem.sku, problem.location, target, found)
    return {_key(block) for block in moves.blocks}


def _with_earlier(blocks: Sequence[Block], wanted: Iterable[Block]) -> set[Key]:
    last: dict[int, int] = {}
    for block in wanted:
        last[block.trail] = max(block.row, last.get(block.trail, -1))
    return {_key(block) for block in blocks if block.row <= last.get(block.trail, -1)}


def _target(moves: MoveList, chosen: set[Key]) -> Ints:
    target = moves.problem.now.copy()
    for block in moves.blocks:
        if _key(block) in chosen:
            target[block.units] = moves.target[block.units]
    return target


def _involved(
    skus: Sequence[str], locations: Sequence[str], target: Ints, found: Sequence[Broken]
) -> set[int]:
    """Units of the SKUs that break a rule, and those that lie where they do."""
    named, places = {each.sku for each in found}, {each.location for each in found}
    return {
        unit
        for unit, (sku, at) in enumerate(zip(skus, target.tolist(), strict=True))
        if sku in named or (at != NOWHERE and locations[at] in places)
    }


def _mended_after(plan: MoveList, mending: set[Key]) -> int:
    """How many moves are done once all that mends is."""
    rows = [row for row, block in enumerate(plan.blocks) if block.is_searched or _key(block) in mending]
    return int(plan.block_ends[rows[-1]]) if rows else 0


def _key(block: Block) -> Key:
    return block.trail, block.row


def _first(moves: MoveList, blocks: int) -> MoveList:
    if blocks == len(moves.blocks):
        return moves
    return moves.stopped(int(moves.block_ends[blocks - 1]) if blocks else 0, blocks)


def _curve(plan: MoveList, mended: int) -> AfterMending:
    curve = stop_anywhere(plan)
    first = int(np.searchsorted(curve.moves, mended))
    return AfterMending(**curve.__dict__, first=min(first, len(curve.moves) - 1))
