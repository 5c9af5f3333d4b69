"""Return: every aisle that holds a pick is entered and left at its front.

With one block (Hall 1993; De Koster & Van der Poort 1998) the aisles follow each other along the front
cross-aisle. The literature has no version for several blocks; ours keeps Roodbergen & De Koster's order:
1. The farthest block first, then each nearer one.
2. In a block every lane is entered from the front cross-aisle of the block and left there, after its farthest
   stop, in order across from the closer side.
3. A lane that can only be walked one way is walked so.
"""

from __future__ import annotations

from layouts.tours.policies.block_by_block import from_closer_side
from layouts.tours.policies.section_by_section import section_by_section
from layouts.tours.problem import RoutingProblem, Section


def return_policy(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the return policy."""
    return section_by_section(problem, _through_section)


def _through_section(problem: RoutingProblem, here: int, section: Section) -> list[int]:
    visits: list[int] = []
    for block in reversed(section.blocks):
        for lane in from_closer_side(problem, visits[-1] if visits else here, block):
            visits += lane.walk(*(lane.only or (lane.low, lane.low)))
    return visits
