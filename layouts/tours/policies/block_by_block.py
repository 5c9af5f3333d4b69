"""From block to block, as Roodbergen & De Koster's heuristics for several cross-aisles go.

Roodbergen & De Koster (2001), Routing methods for warehouses with multiple cross aisles, IJPR 39(9), the steps
that their heuristics share:
1. The left aisle is the leftmost that holds a stop in any block.
2. It is walked from the front to the front of the farthest block with stops; what lies in it on the way is
   picked.
3. The farthest block is entered at its front, every nearer one in turn at its back: with the leftmost or the
   rightmost lane that is left in it, whichever is closer, and the left one of two that are equally close.
4. Each block is left at its front.
One block makes them the textbook's heuristics (Hall 1993; De Koster & Van der Poort 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from layouts.tours.problem import Lane, RoutingProblem, Section


class ThroughBlock(Protocol):
    """How a policy works one block."""

    def __call__(self, here: int, lanes: Sequence[Lane], /, *, at_front: bool) -> list[int]:
        """The visits over `lanes` in this order, by a picker who comes from `here` to the front or the back of
        the block and leaves it at its front.
        """
        ...


def block_by_block(
    problem: RoutingProblem, here: int, section: Section, *, through_block: ThroughBlock
) -> list[int]:
    """The visits in a section by a picker who comes from `here`, each block worked as `through_block` does."""
    *nearer, farthest = section.blocks
    left = min(lane.aisle for lane in section.lanes)
    on_the_way = [lane for block in nearer for lane in block if lane.aisle == left and lane.only is None]
    visits = [place for lane in on_the_way for place in lane.walk(lane.low, lane.high)]
    for block in (farthest, *reversed(nearer)):
        lanes = [lane for lane in block if lane not in on_the_way]
        if lanes:
            at = visits[-1] if visits else here
            visits += through_block(at, from_closer_side(problem, at, lanes), at_front=block is farthest)
    return visits


def from_closer_side(problem: RoutingProblem, here: int, lanes: Sequence[Lane]) -> list[Lane]:
    """RULE 3: the lanes of a block in order across it, from the outer one that is closer on foot."""
    metres = problem.metres_from(here)
    left, right = (min(metres[lane.low], metres[lane.high]) for lane in (lanes[0], lanes[-1]))
    return list(lanes if left <= right else lanes[::-1])
