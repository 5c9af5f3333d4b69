"""Combined: every aisle is either walked through or returned from, whichever makes the best tour of the block.

Roodbergen & De Koster (2001), combined heuristic: a dynamic program over the lanes of a block in order across it.
Its states are the shortest ways to have picked all lanes so far and to stand at the front, or at the back, of the
last of them; between lanes the picker keeps to the cross-aisle. The block is left at the front of its last lane. A
lane that can only be walked one way, be it a dead end or one-way, is walked so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from layouts.tours.policies.block_by_block import block_by_block
from layouts.tours.policies.section_by_section import section_by_section
from layouts.tours.policies.walks import Walk, shorter, then
from layouts.tours.problem import Lane, RoutingProblem


def combined(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the combined policy."""
    return section_by_section(
        problem, partial(block_by_block, through_block=partial(_through_block, problem))
    )


def _through_block(
    problem: RoutingProblem, _here: int, lanes: Sequence[Lane], *, at_front: bool
) -> list[int]:
    best = {at_front: Walk()}
    for lane in lanes:
        ends: dict[bool, list[Walk]] = {}
        for front, walk in best.items():
            for enter, leave in _ways(lane, at_front=front):
                ends.setdefault(leave == lane.low, []).append(then(problem, walk, lane.walk(enter, leave)))
        best = {front: shorter(walks) for front, walks in ends.items()}
    return list((best.get(True) or best[False]).places)


def _ways(lane: Lane, *, at_front: bool) -> list[tuple[int, int]]:
    """The mouths by which a picker at the front or the back of the block can enter and leave the lane."""
    if lane.only is not None:
        return [lane.only]
    enter = lane.low if at_front else lane.high
    return [(enter, lane.low), (enter, lane.high)]
