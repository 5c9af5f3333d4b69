"""The planned tours as jobs: when each may start, for whom, and what it hands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layouts.simulation.engine.tape import GET, PUT
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import JobName
from layouts.simulation.operations.packing import buffer_at, pack_buffer
from layouts.simulation.operations.pick_jobs import Picking
from layouts.simulation.operations.release import aisle_tickets, tour_starts
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.shift_floor import Kind, ShiftFloor
from layouts.simulation.operations.staffing import StaffGroup
from layouts.simulation.operations.zoning import Handing, handings, zone_order
from layouts.tours.tour import Tour
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True)
class Picked:
    """What is left of the tours: the jobs with the last parts of each order, and the buffer where these wait to be
    packed, if they do.
    """

    parts: Mapping[str, Sequence[int]]
    buffer: int | None


def add_tours(
    picking: Picking,
    tours: Sequence[Tour],
    operations: Operations,
    *,
    orders: Sequence[tuple[str, ...]],
    released_s: Mapping[str, float],
    wave_of: Mapping[str, str | None],
) -> Picked:
    """The jobs of `tours`, with the `orders` of each, numbered as these are, the first of the program."""
    floor = picking.floor
    build, graph = floor.build, floor.build.traffic.graphs[0]
    starts = tour_starts(operations.release, orders, released_s=released_s, wave_of=wave_of)
    tickets = aisle_tickets(build, graph, tours, operations.release.aisle_cap)
    hands = handings(operations.zones, tours, orders, graph if is_zoned(operations) else None)
    parts: dict[str, list[int]] = {}
    for number, each in enumerate(hands):
        for order in each.closes:
            parts.setdefault(order, []).append(number)
    buffer = None
    if operations.packing is not None:
        brought = [(tour.id, len(each.closes)) for tour, each in zip(tours, hands, strict=True)]
        buffer = pack_buffer(floor, operations.packing, brought, orders=sum(map(len, parts.values())))
    for tour, of_tour, start, held, each in zip(tours, orders, starts, tickets, hands, strict=True):
        before, behind = _handed(floor, operations.zones.buffer_orders or len(released_s), each)
        if buffer is not None and each.closes:
            behind.append(Act(PUT, buffer, len(each.closes)))

        def errand_of(
            kind: Kind, tour: Tour = tour, before: Sequence[Act] = before, behind: Sequence[Act] = behind
        ) -> Errand:
            return picking.errand(kind, tour, before=before, behind=behind)

        build.job(
            JobName(tour.id, "pick", of_tour, () if buffer is not None else each.closes),
            floor.routines("pick", errand_of),
            pool=_pool(each.zone),
            release_s=start.release_s,
            after=(*start.after, *each.after),
            tickets=held,
        )
    return Picked(parts=parts, buffer=buffer)


def _handed(floor: ShiftFloor, places: int, hands: Handing) -> tuple[list[Act], list[Act]]:
    """What a tour takes over from the zone before, and hands on to the next."""
    before = [Act(GET, _before_zone(floor, hands.zone, places), hands.takes)] if hands.takes else []
    return before, [Act(PUT, _before_zone(floor, zone, places), orders) for zone, orders in hands.hands]


def _before_zone(floor: ShiftFloor, zone: str | None, places: int) -> int:
    return buffer_at(floor, f"orders for {zone}", None, places)


def pick_pools(operations: Operations, group: StaffGroup, graph: NavGraph) -> list[str]:
    """The pools that a group picks from, the preferred first; with pick-and-pass those are of later zones.

    ValueError for a zone that is not in the floor rules.
    """
    if not is_zoned(operations):
        return [_pool(None)]
    zones = zone_order(operations.zones, graph)
    for zone in group.zones:
        if zone not in zones:
            raise ValueError(
                f"zone '{zone}' of staff is not in the floor rules: choose of {', '.join(zones)}"
            )
    own: list[str | None] = [*group.zones] if group.zones else [None, *zones]
    if operations.zones.work == "pick-and-pass":
        own.sort(key=lambda zone: -1 if zone is None else zones.index(zone), reverse=True)
    return [_pool(zone) for zone in own]


def is_zoned(operations: Operations) -> bool:
    """Whether it matters in which zone a tour is."""
    return operations.zones.work == "pick-and-pass" or any(group.zones for group in operations.staff)


def _pool(zone: str | None) -> str:
    return "pick" if zone is None else f"pick in {zone}"
