"""Blocks played one after the other from today's state, each wait in a buffer given a location.

Every step is checked against every rule. A block that finds no buffer is tried again once others are done, and if
some remain, once more from the start with them first. The last resort is a search, of few units.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.blocks import Block, joined
from layouts.slotting.moves.buffers import Buffers
from layouts.slotting.moves.holding import Holding
from layouts.slotting.moves.move_work import Carrying
from layouts.slotting.moves.rescue import MOST_UNITS, searched
from layouts.slotting.moves.trails import Step

Ints = npt.NDArray[np.int64]

FIRST_OF_CYCLE = 6
"""So many units of a cycle, those handled in the least time, are compared for going to the buffer."""
MOST_ROUNDS = 20
MOST_WAITS = 4
"""So many buffers are tried where a later step of a block is hindered."""


class Went(NamedTuple):
    """A unit went from one location to another, to wait there or to stay."""

    unit: int
    here: int
    to: int
    is_to_buffer: bool


class Played(NamedTuple):
    """Blocks in the order done, the moves of each, and those that cannot be done."""

    blocks: list[Block]
    moves: list[list[Went]]
    left: list[Block]


def played(
    carrying: Carrying, blocks: Sequence[Block], target: Ints, buffers: Sequence[int] | None = None
) -> Played:
    """Do `blocks` in their order as far as that can be."""
    once = _Player(carrying, target, buffers).play(list(blocks))
    if not once.left:
        return once
    late = {block.trail for block in once.left}
    ordered = sorted(blocks, key=lambda block: block.trail not in late)
    again = _Player(carrying, target, buffers).play(ordered)
    best = again if len(again.left) < len(once.left) else once
    return _with_search(carrying, best, target, buffers) if best.left else best


def _with_search(carrying: Carrying, best: Played, target: Ints, buffers: Sequence[int] | None) -> Played:
    """All blocks as one where they are few, else those left over as one after the others."""
    for first, rest in (([], [*best.blocks, *best.left]), (best.blocks, best.left)):
        units = sorted(unit for block in rest for unit in block.units)
        if len(units) <= MOST_UNITS:
            played = _Player(carrying, target, buffers).play([*first, joined(rest, units)])
            if not played.left:
                return played
    return best


class _Player:
    def __init__(self, carrying: Carrying, target: Ints, buffers: Sequence[int] | None) -> None:
        self._carrying = carrying
        self._target: list[int] = target.tolist()
        self._holding = Holding(carrying.problem, carrying.problem.now)
        self._buffers = Buffers(carrying, self._holding, target, buffers)

    def play(self, blocks: list[Block]) -> Played:
        done: list[Block] = []
        moves: list[list[Went]] = []
        for _ in range(MOST_ROUNDS):
            late: list[Block] = []
            stuck: set[int] = set()
            for block in blocks:
                went = None if block.trail in stuck else self._block(block)
                if went is None:
                    stuck.add(block.trail)
                    late.append(block)
                else:
                    done.append(block)
                    moves.append(went)
            if not late or len(late) == len(blocks):
                return Played(done, moves, late)
            blocks = late
        return Played(done, moves, blocks)

    def _block(self, block: Block) -> list[Went] | None:
        if block.is_searched:
            return self._search(block.units)
        if not block.steps[0].is_to_buffer and len(block.steps) == 1:
            return self._steps(block.steps, None)
        if block.is_cycle:
            return self._cycle([step.unit for step in block.steps[:-1]])
        if not block.steps[0].is_to_buffer:
            return self._steps(block.steps, None)
        unit = block.steps[0].unit
        found = self._buffers.nearest(unit, self._holding.location[unit], self._target[unit])
        for _, location in list(islice(found, MOST_WAITS)):
            went = self._steps(block.steps, location)
            if went is not None:
                return went
        return None

    def _search(self, units: list[int]) -> list[Went] | None:
        steps = searched(units, self._target, self._holding, self._buffers, self._go)
        if steps is None:
            return None
        went = []
        for unit, to in steps:
            went.append(Went(unit, self._holding.location[unit], to, to != self._target[unit]))
            self._go(unit, to)
        return went

    def _cycle(self, units: list[int]) -> list[Went] | None:
        handling = self._carrying.handling_s
        rows = sorted(range(len(units)), key=lambda row: (handling[units[row]], row))
        choices: list[tuple[float, int, int]] = []
        for tried, row in enumerate(rows):
            unit = units[row]
            here, to = self._holding.location[unit], self._target[unit]
            for extra, location in islice(self._buffers.nearest(unit, here, to), 1):
                direct = self._carrying.apart_s(here, to)
                choices.append((float(handling[unit]) + extra - direct, row, location))
            if choices and tried + 1 >= FIRST_OF_CYCLE:
                break
        for _, row, location in sorted(choices):
            turned = [*units[row:], *units[:row]]
            steps = (Step(turned[0], True), *(Step(unit, False) for unit in (*turned[1:], turned[0])))
            went = self._steps(steps, location)
            if went is not None:
                return went
        return None

    def _steps(self, steps: Sequence[Step], first_buffer: int | None) -> list[Went] | None:
        """Do all steps, or none; the first that goes to a buffer goes to `first_buffer`, others to the nearest."""
        went: list[Went] = []
        for step in steps:
            to = self._where(step, first_buffer)
            if step.is_to_buffer:
                first_buffer = None
            if to is None:
                for back in reversed(went):
                    self._go(back.unit, back.here)
                return None
            went.append(Went(step.unit, self._holding.location[step.unit], to, step.is_to_buffer))
            self._go(step.unit, to)
        return went

    def _where(self, step: Step, first_buffer: int | None) -> int | None:
        target = self._target[step.unit]
        if not step.is_to_buffer:
            return target if self._holding.hindrance(step.unit, target) is None else None
        if first_buffer is not None:
            return first_buffer
        here = self._holding.location[step.unit]
        return next((location for _, location in self._buffers.nearest(step.unit, here, target)), None)

    def _go(self, unit: int, to: int) -> None:
        here = self._holding.location[unit]
        self._holding.move(unit, to)
        self._buffers.moved(here, to)
