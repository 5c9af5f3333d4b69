"""What midpoint and largest gap share: lanes are worked from both ends, one pass along each cross-aisle.

Within a block (Roodbergen & De Koster 2001, largest gap heuristic, steps 4 to 8):
1. In the farthest block the first lane is walked through, to get to its back; a lone lane is returned from.
2. On the way to it, the lanes whose fronts are passed are entered for the stops of their front part.
3. Along the back cross-aisle each lane is entered for the stops of its back part and left again.
4. The last lane is walked through, to get to the front.
5. Along the front cross-aisle, on the way back, the other lanes are entered for the stops of their front part.
6. A lane that can only be walked one way is walked so, from the cross-aisle where it is entered, and is neither
   first nor last.
The paper has neither rule 2, which only matters where the depot does not lie on the left of all lanes, nor rule 6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from layouts.tours.policies.block_by_block import block_by_block
from layouts.tours.policies.section_by_section import section_by_section
from layouts.tours.policies.walks import ROUNDING_M
from layouts.tours.problem import Lane, RoutingProblem

Split = Callable[[RoutingProblem, Lane], int]
"""How many stops of a lane, counted from its front, belong to its front part."""


def two_sided(problem: RoutingProblem, split: Split) -> tuple[int, ...]:
    """The visits of the policy that parts lanes as `split` says."""
    through_block = partial(_through_block, problem, split)
    return section_by_section(problem, partial(block_by_block, through_block=through_block))


def _through_block(
    problem: RoutingProblem, split: Split, here: int, lanes: Sequence[Lane], /, *, at_front: bool
) -> list[int]:
    """RULES 1 to 6."""
    through = [lane for lane in lanes if lane.only is None]
    if at_front:
        first, last = (through[:1], through[-1:]) if len(through) > 1 else ([], [])
    else:
        first, last = [], through[-1:]
    others = [lane for lane in lanes if lane not in first + last]
    front = {lane: _front_stops(problem, lane, split if last else None) for lane in others}
    passed = [lane for lane in others if first and _is_on_the_way(problem, here, lane.low, first[0].low)]
    visits = [place for lane in reversed(passed) for place in _from_front(lane, front[lane])]
    visits += [place for lane in first for place in lane.walk(lane.low, lane.high)]
    visits += [place for lane in others for place in _from_back(lane, front[lane])]
    visits += [place for lane in last for place in lane.walk(lane.high, lane.low)]
    left = [lane for lane in reversed(others) if lane not in passed]
    return visits + [place for lane in left for place in _from_front(lane, front[lane])]


def _from_front(lane: Lane, count: int) -> tuple[int, ...]:
    if count == 0:
        return ()
    return lane.walk(*lane.only) if lane.only else (lane.low, *lane.stops[:count], lane.low)


def _from_back(lane: Lane, front: int) -> tuple[int, ...]:
    if front == len(lane.stops):
        return ()
    return lane.walk(*lane.only) if lane.only else (lane.high, *lane.stops[front:][::-1], lane.high)


def _front_stops(problem: RoutingProblem, lane: Lane, split: Split | None) -> int:
    """RULE 6, else what `split` says, else all."""
    if lane.only is not None:
        return len(lane.stops) if lane.only[0] == lane.low else 0
    return len(lane.stops) if split is None else split(problem, lane)


def _is_on_the_way(problem: RoutingProblem, start: int, place: int, end: int) -> bool:
    over = problem.length_m[start, place] + problem.length_m[place, end]
    return bool(over <= problem.length_m[start, end] + ROUNDING_M)
