"""A tour: the stops of one batch in the order they are visited, and the way between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from spatial.navigation.joined_routes import Route


class Pick(NamedTuple):
    """One order line, or the part of it that this tour takes, with the location it is taken from."""

    order: str
    sku: str
    quantity: int
    location: str


class Stop(NamedTuple):
    """A halt at graph node `node` to work at one pick face."""

    node: int
    face: str
    picks: tuple[Pick, ...]


@dataclass(frozen=True, kw_only=True)
class Tour:
    """From the depot node over the stops and back; any picker can take it.

    `legs[i]` is the node route to stop i, the last leg the one back to the depot: one leg more than stops.
    `length_m` is the sum of their edges; no tour over the same stops is shorter than `lower_bound_m`, where
    that was asked for.
    """

    id: str
    depot: int
    stops: tuple[Stop, ...]
    legs: Sequence[Route]
    length_m: float
    lower_bound_m: float | None = None

    @property
    def route(self) -> Route:
        """All legs as one node sequence."""
        return (self.depot, *chain.from_iterable(leg[1:] for leg in self.legs))


@dataclass(frozen=True, kw_only=True)
class TourPlan:
    """All tours in the order they are released, how they were batched and routed, and what a reader must know.

    However orders are batched, tours come to `batching_bound_m` at least, where that is known.
    """

    policy: str
    tours: tuple[Tour, ...]
    batching: str = "first-come"
    batching_bound_m: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def length_m(self) -> float:
        """Metres of all tours together."""
        return sum(tour.length_m for tour in self.tours)

    @property
    def lower_bound_m(self) -> float | None:
        """What all tours together could be at best for these batches; None unless asked of each."""
        bounds = [tour.lower_bound_m for tour in self.tours]
        return None if None in bounds else sum(bound for bound in bounds if bound is not None)

    @property
    def lines(self) -> int:
        """Picks of all tours together."""
        return sum(len(stop.picks) for tour in self.tours for stop in tour.stops)


def plan_line(plan: TourPlan) -> str:
    """The plan in one line; how much longer than the shortest it can be, where that is known."""
    told = [f"{len(plan.tours)} tours", f"{plan.lines} lines", f"{plan.length_m:,.0f} m", plan.policy]
    bound = plan.lower_bound_m
    if bound is not None and plan.length_m > 0:
        above = (plan.length_m - bound) / bound if bound > 0 else 0.0
        told.append(f"at most {above:.1%} above the shortest" if above > 0 else "none can be shorter")
    if plan.batching_bound_m is not None:
        told.append(f"{plan.batching_bound_m:,.0f} m at least with any batches")
    return ", ".join(told)


def tours_dict(plan: TourPlan) -> dict[str, Any]:
    """The plan as values for JSON: totals first, then every tour with its stops and route."""
    return {
        "policy": plan.policy,
        "batching": plan.batching,
        "batching_bound_m": plan.batching_bound_m,
        "tours": len(plan.tours),
        "lines": plan.lines,
        "length_m": plan.length_m,
        "lower_bound_m": plan.lower_bound_m,
        "notes": list(plan.notes),
        "plan": [_tour_dict(tour) for tour in plan.tours],
    }


def _tour_dict(tour: Tour) -> dict[str, Any]:
    return {
        "id": tour.id,
        "length_m": tour.length_m,
        "lower_bound_m": tour.lower_bound_m,
        "stops": [
            {
                "face": stop.face,
                "node": stop.node,
                "picks": [
                    {"order": p.order, "sku": p.sku, "quantity": p.quantity, "location": p.location}
                    for p in stop.picks
                ],
            }
            for stop in tour.stops
        ],
        "route": list(tour.route),
    }
