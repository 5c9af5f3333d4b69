"""Combined: every aisle is either walked through or returned from, whichever makes the best tour of the block.

Roodbergen & De Koster (2001), §3.3: a dynamic program over the lanes of a block in order across it. Its states are
the shortest ways to have picked all lanes so far and to stand at the front, or at the back, of the last of them;
between lanes the picker keeps to the cross-aisle. The block is left at the front of its last lane.
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
        mouth = {True: lane.low, False: lane.high}
        best = {
            leave: shorter(
                then(problem, walk, lane.walk(mouth[enter], mouth[leave])) for enter, walk in best.items()
            )
            for leave in (True, False)
        }
    return list(best[True].places)
