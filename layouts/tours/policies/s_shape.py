"""S-shape, or traversal: every aisle that holds a pick is walked from end to end, side by side through the block.

Within a block (Roodbergen & De Koster 2001, S-shape heuristic, steps 4 to 7):
1. The lanes are taken in order across it; each is entered where the picker is and left at its other mouth.
2. The last one, if it is entered from the front, is left there, after its farthest stop.
3. A lane that can only be walked one way is walked so, be it a dead end or one-way; rule 2 does not count it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from layouts.tours.policies.block_by_block import block_by_block
from layouts.tours.policies.section_by_section import section_by_section
from layouts.tours.problem import Lane, RoutingProblem


def s_shape(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the S-shape policy."""
    return section_by_section(problem, partial(block_by_block, through_block=_through_block))


def _through_block(_here: int, lanes: Sequence[Lane], *, at_front: bool) -> list[int]:
    visits: list[int] = []
    to_choose = sum(lane.only is None for lane in lanes)
    for lane in lanes:
        if lane.only is not None:
            enter, leave = lane.only
        else:
            to_choose -= 1
            enter, leave = (lane.low, lane.high) if at_front else (lane.high, lane.low)
            if at_front and to_choose == 0:
                leave = enter
        visits += lane.walk(enter, leave)
        at_front = leave == lane.low
    return visits
