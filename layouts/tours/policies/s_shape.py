"""S-shape: every aisle that holds a pick is walked from end to end, side by side through the block.

The rules are the textbook's (Roodbergen & De Koster 2001, §3.1), read for any floor:
1. Aisles that run side by side form a block; the blocks are visited nearest first.
2. Within a block the aisles are taken in order across it, from the outer one nearer to the picker.
3. The first aisle is entered at its nearer end; each is left at its other end, where the next is entered.
4. The last aisle of an odd number is entered, picked up to its farthest stop and left where it was entered.
5. So is an aisle that cannot be walked through because its far end leads nowhere else.
6. Stops in no open aisle come last, nearest first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.policies.nearest_neighbour import nearest_first
from layouts.tours.problem import AisleEnds, RoutingProblem

PARALLEL = 0.996
"""Cosine of 5°: aisles closer in heading run side by side."""

DETOUR_M = 0.05
"""An end with no shortcut longer than this to any other aisle is a dead end."""


@dataclass(frozen=True)
class Lane:
    """An aisle in its block: its mouths from low to high along the block, its stops likewise."""

    low: int
    high: int
    stops: tuple[int, ...]
    across_m: float


def s_shape(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the S-shape policy."""
    visits: list[int] = []
    blocks = _blocks(problem)
    while blocks:
        here = visits[-1] if visits else 0
        nearest = min(blocks, key=lambda block: min(_reach(problem, here, lane) for lane in block))
        blocks.remove(nearest)
        visits += _through_block(problem, here, nearest)
    loose = set(range(1, problem.stop_count + 1)) - set(visits)
    visits += nearest_first(problem, start=visits[-1] if visits else 0, stops=loose)
    return tuple(visits)


def _through_block(problem: RoutingProblem, here: int, block: list[Lane]) -> list[int]:
    """RULES 2 to 5."""
    if _reach(problem, here, block[-1]) < _reach(problem, here, block[0]):
        block = block[::-1]
    visits: list[int] = []
    at_low = problem.length_m[here, block[0].low] <= problem.length_m[here, block[0].high]
    traversed = 0
    for number, lane in enumerate(block):
        last_odd = number == len(block) - 1 and traversed % 2 == 0
        enter, leave = (lane.low, lane.high) if at_low else (lane.high, lane.low)
        stops = lane.stops if at_low else lane.stops[::-1]
        if _is_dead_end(problem, enter, leave):
            visits += [enter, *stops, enter]
        elif _is_dead_end(problem, leave, enter):
            visits += [leave, *stops[::-1], leave]
        elif last_odd:
            visits += [enter, *stops, enter]
        else:
            visits += [enter, *stops, leave]
            at_low = not at_low
            traversed += 1
    return visits


def _reach(problem: RoutingProblem, here: int, lane: Lane) -> float:
    return float(min(problem.length_m[here, lane.low], problem.length_m[here, lane.high]))


def _is_dead_end(problem: RoutingProblem, enter: int, leave: int) -> bool:
    """Whether every way from `leave` to the depot or another aisle's mouth comes back through `enter`."""
    others = [0] + [m for aisle in problem.aisles for m in aisle.mouths if m not in (enter, leave)]
    back = problem.length_m[leave, enter] + problem.length_m[enter, others]
    return bool((problem.length_m[leave, others] > back - DETOUR_M).all()) and len(others) > 1


def _blocks(problem: RoutingProblem) -> list[list[Lane]]:
    """RULE 1: aisles of one heading whose extents along it overlap, in order across."""
    left = list(problem.aisles)
    blocks = []
    while left:
        first = left[0]
        heading = _heading(problem, first)
        mates = [aisle for aisle in left if _side_by_side(problem, first, aisle, heading)]
        left = [aisle for aisle in left if aisle not in mates]
        lanes = [_lane(problem, aisle, heading) for aisle in mates]
        blocks.append(sorted(lanes, key=lambda lane: (lane.across_m, lane.low)))
    return blocks


def _heading(problem: RoutingProblem, aisle: AisleEnds) -> npt.NDArray[np.float64]:
    a, b = problem.xy[list(aisle.mouths)]
    heading: npt.NDArray[np.float64] = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    return heading


def _side_by_side(
    problem: RoutingProblem, one: AisleEnds, other: AisleEnds, heading: npt.NDArray[np.float64]
) -> bool:
    if abs(float(_heading(problem, other) @ heading)) < PARALLEL and other is not one:
        return False
    a, b = np.sort(problem.xy[list(one.mouths)] @ heading), np.sort(problem.xy[list(other.mouths)] @ heading)
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return bool(2 * shared >= min(a[1] - a[0], b[1] - b[0]))


def _lane(problem: RoutingProblem, aisle: AisleEnds, heading: npt.NDArray[np.float64]) -> Lane:
    low, high = sorted(aisle.mouths, key=lambda mouth: (float(problem.xy[mouth] @ heading), mouth))
    stops = sorted(aisle.stops, key=lambda stop: (float(problem.xy[stop] @ heading), stop))
    middle = problem.xy[[low, high]].mean(axis=0)
    across = float(middle @ np.array([-heading[1], heading[0]]))
    return Lane(low=low, high=high, stops=tuple(stops), across_m=across)
