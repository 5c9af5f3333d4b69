"""Midpoint: what lies in the front half of an aisle is picked from the front, the rest from the back.

Hall (1993), Distance approximations for routing manual pickers in a warehouse, IIE Transactions 25(4). The first
and the last aisle are walked through. The literature knows it for one block; here several follow each other as
they do under largest gap, which `two_sided` tells.
"""

from __future__ import annotations

from layouts.tours.policies.two_sided import two_sided
from layouts.tours.policies.walks import ROUNDING_M
from layouts.tours.problem import Lane, RoutingProblem


def midpoint(problem: RoutingProblem) -> tuple[int, ...]:
    """The visits of the midpoint policy."""
    return two_sided(problem, _stops_before_the_middle)


def _stops_before_the_middle(problem: RoutingProblem, lane: Lane) -> int:
    """The stops no farther from the front mouth than from the back one."""
    stops = list(lane.stops)
    nearer = problem.length_m[lane.low, stops] <= problem.length_m[lane.high, stops] + ROUNDING_M
    return int(nearer.sum())
