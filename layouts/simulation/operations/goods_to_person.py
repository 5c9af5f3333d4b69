"""Goods to person: robots that bring whole racks to a station, where somebody picks from them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from layouts.simulation.engine.tape import GIVE, TAKE, WAIT
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import Activity
from layouts.simulation.operations.replenishment import Stock
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor
from layouts.simulation.operations.staffing import Instant, Name
from layouts.simulation.work import Work
from layouts.tours.tour import Pick, Tour
from spatial.floor.agents import GOODS_TO_PERSON


class GoodsToPerson(BaseModel):
    """What agents of the class goods_to_person do for a tour, rack by rack.

    They take the rack, lift it, carry it to the station, queue for a seat, stay there while it is picked from, carry
    it back and put it down. Out of a narrow lane they come home before they take the next. Somebody is at each seat
    all the time and is no agent. Nothing is handed over at the depot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    station: Name | None = None
    """Where is picked; default the depot."""
    seats: int = Field(default=1, ge=1, le=10_000)
    lift_s: Instant = 5.0
    """Seconds to lift a rack, and to put it down."""


def brings_racks(floor: ShiftFloor, kind: Kind) -> bool:
    """Whether the class brings racks to a station."""
    return floor.graph(kind).agent.name == GOODS_TO_PERSON.name


def rack_tour(
    floor: ShiftFloor,
    kind: Kind,
    tour: Tour,
    settings: GoodsToPerson,
    *,
    work: Work,
    stock: Stock,
    before: Sequence[Act],
    behind: Sequence[Act],
) -> Errand:
    """The errand of a tour: each pick face is brought to the station and back; `before` and `behind` it, more."""
    station = floor.station(kind, settings.station)
    name = f"goods to person at {settings.station or floor.depot}"
    seat = floor.seats(name, settings.station, settings.seats)
    narrow = floor.build.traffic.cell_of[kind.graph]
    first = list(before)
    for stop in tour.stops:
        first += stock.get_all(stop.picks)
    halts = [Halt(kind.home, first)]
    for stop in tour.stops:
        node, face = floor.location(kind, stop.picks[0].location), floor.face(kind, stop.picks[0].location)
        lift = floor.work(floor.activity(kind, "lift", node, resource=stop.face), settings.lift_s)
        picks = pick_works(floor, kind, stop.picks, station, name, work)
        # a rack is taken before the robot sets out, and never in a narrow lane: it would bar whoever brings it back
        if halts[-1].node in narrow:
            halts.append(Halt(kind.home))
        halts[-1] = halts[-1]._replace(acts=[*halts[-1].acts, Act(TAKE, face)])
        halts += [
            Halt(node, [lift]),
            Halt(station, [Act(TAKE, seat), *picks, Act(GIVE, seat)], loaded=True),
            Halt(node, [lift, Act(GIVE, face)], loaded=True),
        ]
    return floor.errand(kind, [*halts, Halt(kind.home, behind)])


def pick_works(
    floor: ShiftFloor, kind: Kind, picks: Sequence[Pick], node: int, resource: str, work: Work
) -> list[Act]:
    """The work of lines at a node."""
    level, xy = floor.places[kind.graph][node]
    activities, stream = floor.build.activities, floor.streams["pick"]
    first = len(activities)
    activities += [
        Activity("pick", level, xy, resource, pick.location, pick.order, pick.sku, pick.quantity)
        for pick in picks
    ]
    return [
        Act(WAIT, number, stream, work.line_s(pick.quantity))
        for number, pick in enumerate(picks, start=first)
    ]
