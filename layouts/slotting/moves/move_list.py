"""The moves from today's slotting to another, in an order that breaks no rule wherever it is stopped.

1. What the target asks against the rules is left out, and told.
2. Moves that need each other's room form components (interplay), and these trails: chains and cycles.
3. Trails are cut into blocks that are complete in themselves; those that save most per second come first.
4. The blocks are played step by step, each checked by all rules, with a location for each wait in a buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.blocks import Block, about_seconds, blocks_of
from layouts.slotting.moves.gains import unit_gains
from layouts.slotting.moves.holding import Holding
from layouts.slotting.moves.interplay import components
from layouts.slotting.moves.move_work import Carrying, MoveWork, Stock, carrying
from layouts.slotting.moves.reachable import LeftOut, checked_target, left, reachable
from layouts.slotting.moves.sequence import Went, played
from layouts.slotting.moves.tangled import tangled_trail
from layouts.slotting.moves.trails import Trail, plain_trails
from layouts.slotting.problem import NOWHERE, SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Move(NamedTuple):
    """All of a unit's stock goes from one location to another, either of which may be NOWHERE.

    `seconds` has the mover's way to `here` from where the last move ended, or from where tours start; `block` is
    the number of its block in the list, from 0.
    """

    unit: int
    here: int
    to: int
    is_to_buffer: bool
    block: int
    seconds: float
    cost: float


@dataclass(frozen=True, kw_only=True, eq=False)
class MoveList:
    """Moves in order and the `blocks` they are of; after each block no unit is in a buffer.

    `target` (U,) is where the units are after all of them; `left_out` tells which stay against the plan, and why.
    """

    carrying: Carrying
    target: Ints
    buffers: tuple[int, ...] | None
    blocks: tuple[Block, ...]
    moves: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def problem(self) -> SlottingProblem:
        """What is slotted."""
        return self.carrying.problem

    @property
    def work(self) -> MoveWork:
        """What moves cost."""
        return self.carrying.work

    @property
    def seconds(self) -> float:
        """Of all moves."""
        return float(self.spent_s[-1]) if self.moves else 0.0

    @property
    def buffer_moves(self) -> int:
        """How many moves go to a buffer."""
        return sum(move.is_to_buffer for move in self.moves)

    @cached_property
    def spent_s(self) -> Floats:
        """Seconds spent after each move (M,)."""
        spent: Floats = np.cumsum([move.seconds for move in self.moves], dtype=np.float64)
        return spent

    @cached_property
    def block_ends(self) -> Ints:
        """How many moves are done after each block (B,)."""
        block = np.array([move.block for move in self.moves], np.int64)
        ends: Ints = np.cumsum(np.bincount(block, minlength=len(self.blocks))).astype(np.int64)
        return ends

    def assignment(self, moves: int) -> Ints:
        """Where each unit (U,) is after so many moves."""
        at = self.problem.now.copy()
        for move in self.moves[:moves]:
            at[move.unit] = move.to
        return at

    def stopped(self, moves: int, blocks: int) -> MoveList:
        """The same list that stops after so many moves, which are so many blocks."""
        target = self.assignment(moves)
        return replace(self, target=target, blocks=self.blocks[:blocks], moves=self.moves[:moves])


def ordered_moves(
    problem: SlottingProblem,
    target: Ints,
    *,
    work: MoveWork | None = None,
    stock: Stock | None = None,
    buffers: Sequence[int] | None = None,
    staging: bool = False,
) -> MoveList:
    """The moves from `problem.now` to `target` (U,), of which units may wait in `buffers`, by default in any location
    that is empty then and legal for them, and with `staging`, where there is none, on the floor where tours start.

    ValueError for a target of another shape, one that moves a fixed unit, or a buffer that is no location.
    """
    target = checked_target(problem, target)
    given = None if buffers is None else tuple(buffers)
    if given and not (min(given) >= 0 and max(given) < len(problem.location)):
        raise ValueError(f"buffers must be locations 0 to {len(problem.location) - 1}")
    gains = unit_gains(problem, target)
    kept, left_out = reachable(problem, target, gains)
    if left_out:
        gains = unit_gains(problem, kept)
    carried = carrying(problem, work or MoveWork(), stock or Stock(), staging=staging)
    about_s = about_seconds(carried, kept)
    blocks = blocks_of(_trails(problem, kept, gains / np.maximum(about_s, 1e-9)), gains, about_s)
    done = played(carried, blocks, kept, given)
    for block in done.left:
        kept = _stay(problem, kept, block)
        left_out += [left(problem, target, unit, _no_buffer(problem, block)) for unit in block.units]
    for unit in _without_order(problem, kept, done.blocks):
        kept[unit] = problem.now[unit]
        left_out.append(
            left(problem, target, unit, "no order of moves brings it there without breaking a rule")
        )
    return MoveList(
        carrying=carried,
        target=kept,
        buffers=given,
        blocks=tuple(done.blocks),
        moves=timed(carried, done.moves),
        left_out=tuple(left_out),
    )


def with_blocks(moves: MoveList, blocks: Sequence[Block]) -> MoveList:
    """Only these of the list's blocks, in this order; a block whose trail's earlier ones are missing is left out."""
    present = {(block.trail, block.row) for block in blocks}
    whole = [block for block in blocks if all((block.trail, row) in present for row in range(block.row))]
    target = moves.problem.now.copy()
    for block in whole:
        for unit in block.units:
            target[unit] = moves.target[unit]
    done = played(moves.carrying, whole, target, moves.buffers)
    for block in done.left:
        target = _stay(moves.problem, target, block)
    return MoveList(
        carrying=moves.carrying,
        target=target,
        buffers=moves.buffers,
        blocks=tuple(done.blocks),
        moves=timed(moves.carrying, done.moves),
        left_out=moves.left_out,
    )


def timed(carrying: Carrying, moves: Sequence[Sequence[Went]]) -> tuple[Move, ...]:
    """The moves of each block with their seconds and cost."""
    flat = [went for block in moves for went in block]
    number = [row for row, block in enumerate(moves) for _ in block]
    unit, here, to = (np.array([went[i] for went in flat], np.int64) for i in range(3))
    before = np.concatenate((np.array([NOWHERE]), to[:-1]))[: len(to)]
    seconds = carrying.ways_s(before, here) + carrying.pairs_s(unit, here, to)
    return tuple(
        Move(*went, block, taken, carrying.work.cost(taken))
        for went, block, taken in zip(flat, number, seconds.tolist(), strict=True)
    )


def _trails(problem: SlottingProblem, target: Ints, density: Floats) -> list[Trail]:
    holding = Holding(problem, problem.now)
    locations: list[int] = target.tolist()
    densities: list[float] = density.tolist()
    trails: list[Trail] = []
    for component in components(problem, target):
        if component.free is not None:
            trails += plain_trails(component, component.free)
        else:
            trails.append(tangled_trail(component, holding, locations, densities))
    return trails


def _stay(problem: SlottingProblem, target: Ints, block: Block) -> Ints:
    kept = target.copy()
    kept[block.units] = problem.now[block.units]
    return kept


def _without_order(problem: SlottingProblem, target: Ints, blocks: Sequence[Block]) -> list[int]:
    is_moved = target != problem.now
    for block in blocks:
        is_moved[block.units] = False
    return np.flatnonzero(is_moved).tolist()


def _no_buffer(problem: SlottingProblem, block: Block) -> str:
    units = block.units
    names = ", ".join(f"'{problem.sku[unit]}'" for unit in units[:5])
    more = f" and {len(units) - 5} more" if len(units) > 5 else ""
    return f"no location is free and legal as a buffer for the moves of {names}{more}: free one nearby"
