"""Largest gap: an aisle is entered from both ends up to the longest stretch that holds no pick.

Hall (1993); for several blocks Roodbergen & De Koster (2001). A gap lies between two neighbouring stops, or
between a mouth and the stop next to it. The first and the last aisle are walked through; how blocks follow each
other is told in `two_sided`.
"""

from __future__ import annotations

import numpy as np

from layouts.tours.policies.two_sided import two_sided
from layouts.tours.problem import Lane, RoutingProblem


def largest_gap(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the largest-gap policy."""
    return two_sided(problem, _stops_before_the_gap)


def _stops_before_the_gap(problem: RoutingProblem, lane: Lane) -> int:
    """The stops in front of the largest gap, the one nearest to the front of several."""
    places = np.array(lane.walk(lane.low, lane.high))
    return int(np.argmax(problem.length_m[places[:-1], places[1:]]))
