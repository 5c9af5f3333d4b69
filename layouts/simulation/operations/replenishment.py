"""Replenishment: pick faces hold so many pieces, and low ones are refilled by those who replenish."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.engine.tape import GET, PUT
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import Resource
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor, place_of
from layouts.simulation.operations.staffing import Instant, Name
from layouts.tours.tour import Pick, Tour


class Replenishment(BaseModel):
    """An (s, Q) policy for every location that is picked from.

    A location that falls to `low_pieces`, counting what is on its way, asks for `bring_pieces`. They come from above
    in the same column of the rack, where it has a place higher up, or from `station`; there is always enough there.
    Who finds too few pieces to pick waits for them, in narrow lanes before the tour, for there the refill could not
    get by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    capacity_pieces: int = Field(ge=1, le=1_000_000)
    """Room for pieces at a location."""
    start_pieces: int | None = Field(default=None, ge=0, le=1_000_000)
    """Pieces there when the shift starts; default full."""
    low_pieces: int = Field(ge=0, le=1_000_000)
    bring_pieces: int = Field(ge=1, le=1_000_000)
    fetch_s: Instant = 30.0
    """Seconds to take pieces out of the reserve."""
    fill_s: Instant = 30.0
    """Seconds to put them into the pick face, which is taken meanwhile."""
    station: Name | None = None
    """Where pieces come from if not from above; default the depot."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Replenishment:
        if self.low_pieces + self.bring_pieces > self.capacity_pieces:
            raise ValueError(
                f"low_pieces {self.low_pieces} and bring_pieces {self.bring_pieces} are more than capacity_pieces "
                f"{self.capacity_pieces}: a refill would not fit"
            )
        if self.start_pieces is not None and self.start_pieces > self.capacity_pieces:
            raise ValueError(
                f"start_pieces {self.start_pieces} is above capacity_pieces {self.capacity_pieces}"
            )
        return self


@dataclass(frozen=True, kw_only=True)
class Stock:
    """The pieces at pick faces: the resource of each location, and how many are got at once."""

    of_location: Mapping[str, int]
    most_at_once: int
    most_refills: int

    def get_all(self, picks: Sequence[Pick]) -> list[Act]:
        """Take out what is picked, so few pieces at once that who waits has made the location ask for more."""
        acts: list[Act] = []
        if self.of_location:
            for pick in picks:
                whole, rest = divmod(pick.quantity, self.most_at_once)
                sizes = [self.most_at_once] * whole + [rest] * (rest > 0)
                acts += [Act(GET, self.of_location[pick.location], size) for size in sizes]
        return acts


NO_STOCK = Stock(of_location={}, most_at_once=1, most_refills=0)
"""Pick faces that never run out."""


def add_stock(floor: ShiftFloor, wanted: Replenishment | None, tours: Sequence[Tour]) -> Stock:
    """The stock of all locations that `tours` pick from, with the refills that they ask for."""
    if wanted is None:
        return NO_STOCK
    demand: Counter[str] = Counter()
    for tour in tours:
        for stop in tour.stops:
            for pick in stop.picks:
                demand[pick.location] += pick.quantity
    above = _places_above(floor, demand)
    stock = {location: _stock(floor, wanted, location, above.get(location)) for location in demand}
    most = sum(math.ceil((each + wanted.capacity_pieces) / wanted.bring_pieces) for each in demand.values())
    return Stock(of_location=stock, most_at_once=wanted.low_pieces + 1, most_refills=most)


def _stock(floor: ShiftFloor, wanted: Replenishment, location: str, above: str | None) -> int:
    """The pieces at a location, and the refill that they ask for."""
    graph = floor.build.traffic.graphs[0]
    level, xy = place_of(graph, graph.access[location])
    stock = floor.build.resource(
        Resource(f"stock {location}", "stock", level, xy, graph.aisle_of.get(location)),
        capacity=wanted.capacity_pieces,
        level=wanted.capacity_pieces if wanted.start_pieces is None else wanted.start_pieces,
        low=wanted.low_pieces,
        refill=len(floor.build.refills),
        refill_pieces=wanted.bring_pieces,
    )

    def errand_of(kind: Kind) -> Errand:
        return _refill(floor, kind, wanted, location, above, stock)

    floor.build.refill(floor.routines("replenish", errand_of), pool="replenish")
    return stock


def _refill(
    floor: ShiftFloor, kind: Kind, wanted: Replenishment, location: str, above: str | None, stock: int
) -> Errand:
    """Fetch pieces, above the pick face or at the station, and fill them in."""
    node, face = floor.location(kind, location), floor.face(kind, location)
    name = floor.build.resources[face].name
    put = floor.activity(kind, "put", node, resource=name, location=location, quantity=wanted.bring_pieces)
    fill = floor.work(put, wanted.fill_s)
    filled = Act(PUT, stock, wanted.bring_pieces)
    low_m = floor.heights[location] if floor.does_lift(kind) else 0.0
    if above is None:
        station = floor.station(kind, wanted.station)
        fetch = floor.work(floor.activity(kind, "load", station), wanted.fetch_s)
        return floor.errand(
            kind,
            [
                Halt(station, [fetch]),
                Halt(node, [*floor.alone(face, [fill]), filled], loaded=True, height_m=low_m),
            ],
        )
    fetch = floor.work(floor.activity(kind, "load", node, resource=name, location=above), wanted.fetch_s)
    high_m = floor.heights[above] if floor.does_lift(kind) else 0.0
    lower = [floor.lift(kind, node, low_m - high_m)] if high_m != low_m else []
    return floor.errand(
        kind,
        [Halt(node, [*floor.alone(face, [fetch, *lower, fill]), filled], height_m=high_m, leaves_m=low_m)],
    )


def _places_above(floor: ShiftFloor, picked: Container[str]) -> Mapping[str, str]:
    """For each location the lowest one over it in its column that nobody picks from."""
    tier = floor.tiers
    in_column: dict[str, list[str]] = {}
    for location, column in floor.build.traffic.graphs[0].pick_faces.items():
        in_column.setdefault(column, []).append(location)
    found = {}
    for places in in_column.values():
        reserve = sorted((tier[place], place) for place in places if place not in picked)
        for place in places:
            higher = [other for level, other in reserve if level > tier[place]]
            if higher:
                found[place] = higher[0]
    return found
