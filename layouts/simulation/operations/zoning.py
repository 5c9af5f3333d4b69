"""Zones: how the parts of an order that lie in several zones follow each other.

Plans with `zoned` have tours that keep to one zone. In parallel these know nothing of each other, and an order is
done with the last of them. With pick-and-pass they go through the zones in turn, and what has been picked waits for
the next zone in a buffer of so many orders; who finds it full waits with his tour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.operations.staffing import Name
from layouts.tours.tour import Tour
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph


class Zoning(BaseModel):
    """How zones work together; it needs `zoned` tours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work: Literal["parallel", "pick-and-pass"] = "parallel"
    order: tuple[Name, ...] = ()
    """The zones in the order of pick-and-pass; default that of the floor rules. Picks in no zone come first."""
    buffer_orders: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Orders that can wait before each zone of pick-and-pass; default any number."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Zoning:
        if len(set(self.order)) < len(self.order):
            raise ValueError(f"order names a zone twice: {', '.join(self.order)}")
        if self.work == "parallel" and (self.order or self.buffer_orders is not None):
            raise ValueError("order and buffer_orders are for work 'pick-and-pass'")
        return self


class Handing(NamedTuple):
    """What a tour has to do with other zones: tours that come before it, orders that it takes over, and how many
    it hands on to each zone; `closes` are the orders that end with it, or with another tour like it.
    """

    zone: str | None
    after: tuple[int, ...] = ()
    takes: int = 0
    hands: tuple[tuple[str | None, int], ...] = ()
    closes: tuple[str, ...] = ()


def handings(
    zoning: Zoning, tours: Sequence[Tour], orders: Sequence[tuple[str, ...]], graph: NavGraph | None
) -> list[Handing]:
    """What each of `tours`, with its `orders`, has to do with others; without a graph they are in no zone.

    ValueError for a zone that is not there.
    """
    zones = [None] * len(tours) if graph is None else zones_of_tours(tours, graph)
    if zoning.work == "parallel" or graph is None:
        return [Handing(zone, closes=each) for zone, each in zip(zones, orders, strict=True)]
    rank = _ranks(zoning, graph)
    parts: dict[str, dict[str | None, list[int]]] = {}
    for number in sorted(range(len(tours)), key=lambda number: rank[zones[number]]):
        for order in orders[number]:
            parts.setdefault(order, {}).setdefault(zones[number], []).append(number)
    after: list[dict[int, None]] = [{} for _ in tours]
    takes = [0] * len(tours)
    hands: list[Counter[str | None]] = [Counter() for _ in tours]
    closes: list[list[str]] = [[] for _ in tours]
    for order, by_zone in parts.items():
        for (_, before), (zone, following) in pairwise(by_zone.items()):
            # all tours of a zone before all of the next; the last of them brings, the first of them takes
            for number in following:
                after[number].update(dict.fromkeys(before))
            hands[before[-1]][zone] += 1
            takes[following[0]] += 1
        for number in [*by_zone.values()][-1]:
            closes[number].append(order)
    found = [
        Handing(
            zone, tuple(sorted(before)), takes[number], tuple(hands[number].items()), tuple(closes[number])
        )
        for number, (zone, before) in enumerate(zip(zones, after, strict=True))
    ]
    _check_buffer(zoning, found, rank)
    return found


def zones_of_tours(tours: Sequence[Tour], graph: NavGraph) -> list[str | None]:
    """The zone of each tour: that of most of its stops, of equals the one it comes to first."""
    zone_at: dict[int, str] = {}
    for (tail, head), zone in zip(graph.edges.tolist(), graph.zone.tolist(), strict=True):
        if zone >= 0:
            zone_at.setdefault(tail, graph.zones[zone])
            zone_at.setdefault(head, graph.zones[zone])
    return [
        Counter(zone_at.get(stop.node) for stop in tour.stops).most_common(1)[0][0] if tour.stops else None
        for tour in tours
    ]


def zone_order(zoning: Zoning, graph: NavGraph) -> tuple[str, ...]:
    """All zones, first to last; ValueError for one that the floor rules do not name or that `order` leaves out."""
    order = zoning.order or tuple(zone.name for zone in graph.rules.zones)
    unknown = [zone for zone in order if zone not in graph.zones]
    missing = [zone for zone in graph.zones if zone not in order]
    if unknown and zoning.order:
        raise ValueError(f"zone '{unknown[0]}' is not in the floor rules: choose of {', '.join(graph.zones)}")
    if missing:
        raise ValueError(f"zone '{missing[0]}' has no place in the order of zones: add it")
    return tuple(zone for zone in order if zone in graph.zones)


def _ranks(zoning: Zoning, graph: NavGraph) -> dict[str | None, int]:
    return {zone: number for number, zone in enumerate((None, *zone_order(zoning, graph)))}


def _check_buffer(zoning: Zoning, found: Sequence[Handing], rank: dict[str | None, int]) -> None:
    """BadDataError where the buffer is too small even for tours that are done one by one."""
    places = zoning.buffer_orders
    if places is None:
        return
    need = _most_waiting(found, rank)
    if need > places:
        raise BadDataError(
            f"zones.buffer_orders {places} is below {need}, which the tours need even one by one: raise it, or put "
            "fewer orders on a tour"
        )


def _most_waiting(found: Sequence[Handing], rank: dict[str | None, int]) -> int:
    """Orders that wait before one zone at most, when tours are done one by one, later zones first."""
    needs = [len(each.after) for each in found]
    followers: list[list[int]] = [[] for _ in found]
    for number, each in enumerate(found):
        for before in each.after:
            followers[before].append(number)
    ready = [(-rank[each.zone], number) for number, each in enumerate(found) if not each.after]
    heapify(ready)
    waiting: Counter[str | None] = Counter()
    most = 0
    while ready:
        _, number = heappop(ready)
        waiting[found[number].zone] -= found[number].takes
        waiting.update(dict(found[number].hands))
        most = max(most, *waiting.values())
        for later in followers[number]:
            needs[later] -= 1
            if needs[later] == 0:
                heappush(ready, (-rank[found[later].zone], later))
    return most
