"""Aisle by aisle: every aisle is worked once, through all its blocks, before the next one to the right.

Vaughan & Petersen (1999), The effect of warehouse cross aisles on order picking efficiency, IJPR 37(4), choose
by a dynamic program the cross-aisle that leads from each aisle to the next. Wherever an aisle is entered and left,
the picker goes to one of its outer stops, from there to the other, and on; so two states an aisle suffice, the
stop where its work ends, and the shortest way between two aisles picks the cross-aisle.
"""

from __future__ import annotations

from layouts.tours.policies.section_by_section import section_by_section
from layouts.tours.policies.walks import Walk, shorter, then
from layouts.tours.problem import RoutingProblem, Section


def aisle_by_aisle(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the aisle-by-aisle policy."""
    return section_by_section(problem, _through_section)


def _through_section(problem: RoutingProblem, here: int, section: Section) -> list[int]:
    best = [Walk((here,))]
    for stops in _stops_by_aisle(section):
        best = [shorter(then(problem, walk, way) for walk in best) for way in (stops, stops[::-1])]
    back = shorter(then(problem, walk, [0]) for walk in best)
    return list(back.places[1:-1])


def _stops_by_aisle(section: Section) -> list[list[int]]:
    """The stops of every aisle from front to back, the aisles from left to right."""
    aisles = sorted({lane.aisle for lane in section.lanes})
    return [
        [stop for lane in section.lanes if lane.aisle == aisle for stop in lane.stops] for aisle in aisles
    ]
