"""Trails cut into blocks, each complete in itself, so that what brings most per second comes first.

The first block of a trail is the beginning that brings most per second, the next that of the rest, and so on: then
the blocks of all trails in falling order never break a trail's own order (Sidney 1975, of chains).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.move_work import Carrying
from layouts.slotting.moves.trails import Step, Trail

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Steps after which no unit is in a buffer. It comes after the blocks of its `trail` with a lower `row`.

    `gain_s` is about what it saves over the tours' stretch, `about_s` about how long it takes. One that `is_searched`
    has its steps found anew each time it is played.
    """

    trail: int
    row: int
    steps: tuple[Step, ...]
    is_cycle: bool
    gain_s: float
    about_s: float
    is_searched: bool = False

    @property
    def units(self) -> list[int]:
        """Those that come to their targets."""
        return [step.unit for step in self.steps if not step.is_to_buffer]

    @property
    def density(self) -> float:
        """Seconds saved per second of work."""
        return (
            self.gain_s / self.about_s if self.about_s > 0 else self.gain_s * np.inf if self.gain_s else 0.0
        )


def blocks_of(trails: Sequence[Trail], gains: Floats, about_s: Floats) -> list[Block]:
    """All blocks, the best first; `gains` (U,) and `about_s` (U,) are of each unit's move."""
    blocks = [
        block for number, trail in enumerate(trails) for block in _parted(number, trail, gains, about_s)
    ]
    return sorted(blocks, key=lambda block: (-block.density, block.trail, block.row))


def joined(blocks: Sequence[Block], units: Sequence[int]) -> Block:
    """One block of all the `units` of these blocks."""
    return Block(
        trail=min(block.trail for block in blocks),
        row=0,
        steps=tuple(Step(unit, False) for unit in units),
        is_cycle=False,
        gain_s=sum(block.gain_s for block in blocks),
        about_s=sum(block.about_s for block in blocks),
        is_searched=True,
    )


def about_seconds(carrying: Carrying, target: Ints) -> Floats:
    """About how many seconds each unit's move to `target` (U,) takes, with a way to it as long as the mean one."""
    problem = carrying.problem
    loaded = carrying.pairs_s(np.arange(len(target)), problem.now, target)
    moved = np.flatnonzero(target != problem.now)
    ways = carrying.ways_s(target[moved[:-1]], problem.now[moved[1:]])
    about: Floats = loaded + (float(ways.mean()) if len(ways) else 0.0)
    return about


def _parted(number: int, trail: Trail, gains: Floats, about_s: Floats) -> Iterator[Block]:
    pieces: list[tuple[float, float, int]] = []
    first = 0
    for cut in trail.cuts:
        steps = trail.steps[first:cut]
        gain = sum(float(gains[step.unit]) for step in steps if not step.is_to_buffer)
        seconds = sum(float(about_s[step.unit]) for step in steps)
        first = cut
        while pieces and gain * pieces[-1][1] > pieces[-1][0] * seconds:
            before_gain, before_s, _ = pieces.pop()
            gain, seconds = gain + before_gain, seconds + before_s
        pieces.append((gain, seconds, cut))
    first = 0
    for row, (gain, seconds, cut) in enumerate(pieces):
        yield Block(
            trail=number,
            row=row,
            steps=trail.steps[first:cut],
            is_cycle=trail.is_cycle,
            gain_s=gain,
            about_s=seconds,
        )
        first = cut
