"""What all policies that follow aisles share: which section is next, and how the picker meets it.

The literature's warehouse is one section with the depot in front of it. On any floor:
1. Sections are visited nearest first.
2. The front of a section is the outer cross-aisle that is nearer to the picker, on foot.
3. Its left is the side of its outer aisle that is nearer to the picker, across the aisles.
4. Stops in no open aisle come last, nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from layouts.tours.policies.nearest_neighbour import nearest_first
from layouts.tours.problem import Lane, RoutingProblem, Section

ThroughSection = Callable[[RoutingProblem, int, Section], list[int]]
"""The visits in a section, by a picker who comes from this place to its front left."""


def section_by_section(problem: RoutingProblem, through_section: ThroughSection) -> tuple[int, ...]:
    """All visits: the sections in turn, each as `through_section` walks it, then the loose stops."""
    visits: list[int] = []
    left = list(problem.sections)
    while left:
        here = visits[-1] if visits else 0
        nearest = left.pop(_nearest(problem, here, left))
        visits += through_section(problem, here, _seen_from(problem, here, nearest))
    loose = nearest_first(problem, start=visits[-1] if visits else 0, stops=problem.loose)
    return (*visits, *loose)


def _nearest(problem: RoutingProblem, here: int, sections: Sequence[Section]) -> int:
    """RULE 1."""
    if len(sections) == 1:
        return 0
    reach = [_reach(problem, here, _mouths(section.lanes)) for section in sections]
    return reach.index(min(reach))


def _reach(problem: RoutingProblem, here: int, places: Iterable[int]) -> float:
    metres = problem.metres_from(here)
    return min(metres[place] for place in places)


def _mouths(lanes: Sequence[Lane]) -> list[int]:
    return [mouth for lane in lanes for mouth in (lane.low, lane.high)]


def _seen_from(problem: RoutingProblem, here: int, section: Section) -> Section:
    """RULES 2 and 3: the section turned so that its front and its left are the picker's."""
    low = _reach(problem, here, (lane.low for lane in section.blocks[0]))
    high = _reach(problem, here, (lane.high for lane in section.blocks[-1]))
    if high < low:
        section = _front_to_back(section)
    x = (problem.xy @ np.array(section.across)).tolist()
    sides = [x[mouth] for mouth in _mouths(section.lanes)]
    if max(sides) - x[here] < x[here] - min(sides):
        section = _left_to_right(section)
    return section


def _front_to_back(section: Section) -> Section:
    blocks = tuple(
        tuple(replace(lane, low=lane.high, high=lane.low, stops=lane.stops[::-1]) for lane in block)
        for block in section.blocks[::-1]
    )
    return replace(section, blocks=blocks)


def _left_to_right(section: Section) -> Section:
    blocks = tuple(
        tuple(replace(lane, aisle=-lane.aisle) for lane in block[::-1]) for block in section.blocks
    )
    x, y = section.across
    return replace(section, blocks=blocks, across=(-x, -y))
