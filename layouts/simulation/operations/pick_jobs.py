"""Picking: planned tours as errands for those who pick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layouts.simulation.engine.tape import AHEAD, GIVE, NOBODY, TAKE, WAIT
from layouts.simulation.errands import Act, Errand, is_even
from layouts.simulation.meaning import Activity
from layouts.simulation.operations.goods_to_person import GoodsToPerson, brings_racks, pick_works, rack_tour
from layouts.simulation.operations.replenishment import Stock
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor
from layouts.simulation.work import Work
from layouts.tours.tour import Stop, Tour
from spatial.navigation.joined_routes import Route


@dataclass(frozen=True, kw_only=True)
class Picking:
    """How tours are picked: the floor, how long work takes, what lies there, and how a tour is handed over: with a
    `seat` at the depot, and the work `drop` of each kind of agents that pick. Made by `picking_on`.
    """

    floor: ShiftFloor
    work: Work
    stock: Stock
    racks: GoodsToPerson
    seat: int
    drop: Mapping[Kind, Act]

    def errand(
        self, kind: Kind, tour: Tour, *, before: Sequence[Act] = (), behind: Sequence[Act] = ()
    ) -> Errand:
        """A tour for agents of a kind; they do `before` and `behind` it, where it starts and ends.

        1. Pieces from stock in narrow lanes are taken before, as waiting there would keep the refill out.
        2. At each stop the pick face is taken, alone, and each line takes its time.
        3. The tour is handed over at the depot, with a seat there.
        """
        floor = self.floor
        if not before and self._is_plain(kind, tour):
            return self._plain(kind, tour, behind)
        if brings_racks(floor, kind):
            return rack_tour(
                floor, kind, tour, self.racks, work=self.work, stock=self.stock, before=before, behind=behind
            )
        depot = floor.station(kind, None)
        is_planned = kind.graph == 0
        nodes = [
            stop.node if is_planned else floor.location(kind, stop.picks[0].location) for stop in tour.stops
        ]
        legs = tour.legs if is_planned else (None,) * (len(nodes) + 1)
        narrow = floor.build.traffic.cell_of[kind.graph]
        halts: list[Halt] = []
        first = list(before)
        for stop, node, leg in zip(tour.stops, nodes, legs, strict=False):
            gets = self.stock.get_all(stop.picks)
            if node in narrow:
                first += gets
                gets = []
            halts.append(self._halt(kind, stop, node, gets, leg, bool(halts)))
        if first or depot != kind.home:
            halts.insert(0, Halt(depot, first))
        hand_over = [Act(TAKE, self.seat), self.drop[kind], Act(GIVE, self.seat), *behind]
        return floor.errand(kind, [*halts, Halt(depot, hand_over, legs[-1], loaded=True)])

    def _is_plain(self, kind: Kind, tour: Tour) -> bool:
        """Whether a tour is walked as planned, by people who take pieces that never run out."""
        agent = self.floor.graph(kind).agent
        as_planned = kind.graph == 0 and kind.home == tour.depot
        return as_planned and is_even(agent) and agent.lift_speed_m_s is None and not self.stock.of_location

    def _plain(self, kind: Kind, tour: Tour, behind: Sequence[Act]) -> Errand:
        """What `errand` comes to for a plain tour, of which a shift has thousands: without a value for every act."""
        floor, work, stream = self.floor, self.work, self.floor.streams["pick"]
        places, activities, find = floor.places[0], floor.build.activities, floor.build.find
        counts: list[int] = []
        acts: list[float] = []
        for stop in tour.stops:
            level, xy = places[stop.node]
            known, count = find(stop.face), len(stop.picks)
            face = floor.face(kind, stop.picks[0].location) if known is None else known
            acts += (AHEAD, 0, count + 2, 0.0) if floor.foresees else ()
            acts += (TAKE, face, NOBODY, 0.0)
            for pick in stop.picks:
                acts += (WAIT, len(activities), stream, work.line_s(pick.quantity))
                activities.append(
                    Activity("pick", level, xy, stop.face, pick.location, pick.order, pick.sku, pick.quantity)
                )
            acts += (GIVE, face, NOBODY, 0.0)
            counts.append(count + 2 + floor.foresees)
        for act in (Act(TAKE, self.seat), self.drop[kind], Act(GIVE, self.seat), *behind):
            acts += act
        return Errand(legs=tour.legs, counts=[*counts, 3 + len(behind)], acts=acts)

    def _halt(
        self, kind: Kind, stop: Stop, node: int, gets: list[Act], leg: Route | None, loaded: bool
    ) -> Halt:
        """The work at one stop, which for those with a lift goes from height to height."""
        floor = self.floor
        works = pick_works(floor, kind, stop.picks, node, stop.face, self.work)
        face = floor.face(kind, stop.picks[0].location)
        if not floor.does_lift(kind):
            return Halt(node, gets + floor.alone(face, works), leg, loaded)
        heights = [floor.heights[pick.location] for pick in stop.picks]
        for place in range(len(heights) - 1, 0, -1):
            if heights[place] != heights[place - 1]:
                works.insert(place, floor.lift(kind, node, heights[place] - heights[place - 1]))
        return Halt(node, gets + floor.alone(face, works), leg, loaded, heights[0], heights[-1])


def picking_on(floor: ShiftFloor, work: Work, stock: Stock, racks: GoodsToPerson, *, servers: int) -> Picking:
    """How tours are picked on a floor where `servers` hand over at once."""
    drop = {
        kind: floor.work(
            floor.activity(kind, "drop", floor.station(kind, None), resource=floor.depot), work.drop_s
        )
        for kind in floor.kinds
        if "pick" in kind.does
    }
    seat = floor.seats(floor.depot, None, servers)
    return Picking(floor=floor, work=work, stock=stock, racks=racks, seat=seat, drop=drop)
