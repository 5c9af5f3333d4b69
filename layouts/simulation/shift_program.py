"""From planned tours and the settings of a shift to a program that the engine plays, and who plays it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import numpy as np
import numpy.typing as npt

from layouts.depot import Depot
from layouts.orders import Order
from layouts.plan_scenario import PlannedShift
from layouts.simulation.engine.tape import NOBODY, Crew
from layouts.simulation.operations.arrivals import Arrivals, add_arrivals
from layouts.simulation.operations.crew import crew_of, members
from layouts.simulation.operations.draws import Draws, Loads, Stream
from layouts.simulation.operations.ground import Ground, ground_of
from layouts.simulation.operations.new_floor import kind_of, new_floor
from layouts.simulation.operations.order_times import order_times, undated
from layouts.simulation.operations.packing import add_packing
from layouts.simulation.operations.pick_jobs import picking_on
from layouts.simulation.operations.release import orders_of
from layouts.simulation.operations.replenishment import add_stock
from layouts.simulation.operations.settings import NOTHING_ELSE, Operations
from layouts.simulation.operations.shift_floor import ShiftFloor
from layouts.simulation.operations.shipping import add_shipping, staging_of
from layouts.simulation.operations.side_routines import side_routines
from layouts.simulation.operations.staffing import StaffGroup, Task
from layouts.simulation.operations.tour_jobs import Picked, add_tours, pick_pools
from layouts.simulation.operations.upkeep import MOST_FAILURES
from layouts.simulation.program import Program
from layouts.simulation.traffic.check_traffic import guarded
from layouts.simulation.traffic.static_check import Jam, possible_jams
from layouts.simulation.traffic.traffic_map import USUAL_TRAFFIC, TrafficMap, TrafficSettings
from layouts.simulation.work import Work
from layouts.timetable import Timetable
from layouts.tours.tour import Tour
from spatial.facility import Facility
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftProgram:
    """A shift that can be played, by `run_tape(program.tape, program.seats, program.jobs, crew, …)`.

    `agents`, `classes` and `vehicles` (A,) are the agents' names, the names of their classes, and whether these are
    machines. `orders` are when orders came in and are due. The run needs room for `most_refills`. `draws` are the
    random numbers of all replications; those of one are in `crew` and `program.jobs`. `section_of` (R,) is the
    section that a cell lies in, or NOBODY; `guarded` are rings of resources that tickets keep from filling up.
    """

    program: Program
    crew: Crew
    agents: tuple[str, ...]
    classes: tuple[str, ...]
    vehicles: tuple[bool, ...]
    orders: Timetable
    most_refills: int
    draws: Draws
    section_of: npt.NDArray[np.int64]
    guarded: tuple[frozenset[int], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""
        return self.program.notes

    def jams(self) -> tuple[Jam, ...]:
        """How its agents could come to wait for each other for good; none is a proof that they cannot."""
        rows = self.program.tape.rows
        found = possible_jams(
            rows["op"],
            rows["a"],
            rows["b"],
            self.program.tape.start,
            resources=self.program.meaning.resource,
            section_of=self.section_of,
        )
        return tuple(jam for jam in found if not any(set(jam.ring) <= members for members in self.guarded))


def shift_program(
    shift: PlannedShift,
    facility: Facility,
    operations: Operations = NOTHING_ELSE,
    *,
    orders: Sequence[Order] = (),
    work: Work | None = None,
    pickers: int = 1,
    starts_at: datetime | None = None,
    traffic: TrafficSettings = USUAL_TRAFFIC,
    seed: int = 0,
    replication: int = 0,
    horizon_s: float = math.inf,
    ground: Ground | None = None,
) -> ShiftProgram:
    """The program of `shift`, planned on `facility`, with the work of `operations`.

    Without staff there are `pickers` of the class that the tours are planned for. `orders` tell when each came in,
    when it is due, and its wave; without them all are there at the start. `starts_at` is needed for dates. There are
    breakdowns up to `horizon_s`, or for as long as all the work may take. `ground` may be known, see `shift_ground`.

    Raises ValueError for a plan without tours and for settings that do not fit it, BadDataError for orders and
    buffers that do not, UndecidedError where somebody cannot reach a place of his work.
    """
    work, tours = work or Work(), shift.plan.tours
    if not tours:
        raise ValueError("the plan has no tours: there is nothing to simulate")
    staff = operations.staff or (StaffGroup(count=pickers),)
    in_tours = [orders_of(tour) for tour in tours]
    times = _times(orders, in_tours, starts_at, operations)
    streams = _streams(operations, work, staff, lines=shift.plan.lines, orders=len(times))
    ground = ground or shift_ground(facility, shift.graph, shift.depot, operations, traffic)
    graphs = ground.traffic.graphs
    floor = new_floor(
        ground,
        _with_tickets(ground.traffic, tours),
        operations,
        staff=staff,
        depot=shift.depot.name,
        tours=tours,
        streams=[each.purpose for each in streams],
    )
    stock = add_stock(floor, operations.replenishment, tours)
    picked = add_tours(
        picking_on(floor, work, stock, operations.goods_to_person, servers=shift.depot.servers),
        tours,
        operations,
        orders=in_tours,
        released_s=dict(zip(times.names, times.released_s.tolist(), strict=True)),
        wave_of={order.id: order.wave for order in orders},
    )
    _add_packing(floor, operations, picked, tours, times)
    loads = _add_loads(floor, operations, tours, seed)
    team = members(staff, lambda group: kind_of(floor, operations, group))
    pools = {group: _pools(floor, operations, group) for group in staff}
    _check_pools(floor, pools)
    floor.build.notes += _notes(operations, picked, graphs)
    side = side_routines(floor, operations, [(group, kind_of(floor, operations, group)) for group in staff])
    program = floor.build.build(most_agents=len(team))
    agents = [graphs[floor.kinds[member.kind].graph].agent for member in team]
    draws = Draws(
        seed=seed,
        streams=streams,
        performance=np.array([member.group.performance for member in team]),
        vehicles=np.array([agent.is_vehicle for agent in agents], np.bool_),
        breakdowns=operations.breakdowns,
        work_s=min(horizon_s, _most_work_s(program, stock.most_refills)),
        loads=loads,
    )
    return ShiftProgram(
        program=replace(
            program,
            jobs=program.jobs._replace(release_s=draws.release_s(program.jobs.release_s, replication)),
        ),
        crew=crew_of(
            team,
            agents,
            pools=[pools[member.group] for member in team],
            side=side,
            pace=draws.pace(replication),
            fail_s=draws.fail_s(replication),
        ),
        agents=tuple(member.name for member in team),
        classes=tuple(agent.name for agent in agents),
        vehicles=tuple(agent.is_vehicle for agent in agents),
        orders=times,
        most_refills=stock.most_refills,
        draws=draws,
        section_of=_section_of(floor.build.traffic, len(program.meaning.resource)),
        guarded=tuple(frozenset(jam.members) for jam in floor.build.traffic.guards),
    )


def shift_ground(
    facility: Facility,
    graph: NavGraph,
    depot: Depot,
    operations: Operations = NOTHING_ELSE,
    traffic: TrafficSettings = USUAL_TRAFFIC,
) -> Ground:
    """What the programs of all shifts share that are planned on `graph`, by whatever orders."""
    classes = [group.agent or graph.agent.name for group in operations.staff]
    return ground_of(facility, graph, depot, classes, traffic)


def with_draws(shift: ShiftProgram, replication: int) -> ShiftProgram:
    """The same shift with the random numbers of another replication: everything else is shared."""
    program, draws = shift.program, shift.draws
    release_s = draws.release_s(program.jobs.release_s, replication)
    return replace(
        shift,
        program=replace(program, jobs=program.jobs._replace(release_s=release_s)),
        crew=shift.crew._replace(pace=draws.pace(replication), fail_s=draws.fail_s(replication)),
    )


def _times(
    orders: Sequence[Order],
    in_tours: Sequence[tuple[str, ...]],
    starts_at: datetime | None,
    operations: Operations,
) -> Timetable:
    """When the orders of the plan came in and are due; all at the start where they are released at once."""
    planned = tuple(dict.fromkeys(chain.from_iterable(in_tours)))
    none = np.full(len(planned), np.nan)
    times = Timetable(names=planned, released_s=np.zeros(len(planned)), due_s=none, done_s=none)
    if not orders:
        return times
    at_once = operations.release.policy == "at-once"
    told = order_times(undated(orders) if at_once and starts_at is None else orders, starts_at)
    missing = next((order for order in planned if order not in told.place), None)
    if missing is not None:
        raise ValueError(f"order '{missing}' is planned but not among the orders: give those of the plan")
    rows = [told.place[order] for order in planned]
    if at_once:
        return replace(times, due_s=told.due_s[rows])
    return replace(times, released_s=told.released_s[rows], due_s=told.due_s[rows])


def _streams(
    operations: Operations, work: Work, staff: Sequence[StaffGroup], *, lines: int, orders: int
) -> tuple[Stream, ...]:
    """The streams of factors on working times that this shift needs."""

    def doers(task: Task) -> int:
        return sum(group.count for group in staff if task in group.does)

    streams = [Stream("pick", work.pick_time, work.pick_cv, uses=lines, doers=doers("pick"))]
    if operations.packing is not None:
        streams.append(Stream("pack", operations.packing.time, uses=orders, doers=doers("pack")))
    if operations.breakdowns is not None:
        streams.append(Stream("repair", "exponential", uses=MOST_FAILURES, by_performance=False))
    if any(group.performance != 1 for group in staff):
        streams.append(Stream("steady"))
    return tuple(streams)


def _add_packing(
    floor: ShiftFloor,
    operations: Operations,
    picked: Picked,
    tours: Sequence[Tour],
    times: Timetable,
) -> None:
    """Pack what has been picked, and ship what has been packed."""
    if operations.packing is None or picked.buffer is None:
        return
    shipping = operations.shipping
    staging = None if shipping is None else staging_of(floor, shipping, orders=len(times))
    lines = Counter(pick.order for tour in tours for stop in tour.stops for pick in stop.picks)
    packed = add_packing(
        floor, operations.packing, picked.buffer, parts=picked.parts, lines=lines, staging=staging
    )
    if shipping is not None and staging is not None:
        due_s = dict(zip(times.names, times.due_s.tolist(), strict=True))
        add_shipping(floor, shipping, staging, packed=packed, due_s=due_s)


def _add_loads(
    floor: ShiftFloor, operations: Operations, tours: Sequence[Tour], seed: int
) -> tuple[Loads, ...]:
    """What comes in: putaway to places that nobody picks from, returns to those that somebody does."""
    streams: tuple[tuple[Task, Arrivals | None], ...] = (
        ("putaway", operations.putaway),
        ("returns", operations.returns),
    )
    loads = []
    for task, arrivals in streams:
        if arrivals is not None:
            picked = dict.fromkeys(
                pick.location for tour in tours for stop in tour.stops for pick in stop.picks
            )
            others = [place for place in floor.build.traffic.graphs[0].access if place not in picked]
            places = others if others and task == "putaway" else [*picked]
            loads.append(
                Loads(task, arrivals, add_arrivals(floor, arrivals, task, candidates=places, seed=seed))
            )
    return tuple(loads)


def _pools(floor: ShiftFloor, operations: Operations, group: StaffGroup) -> list[int]:
    """The pools that a group works from, by what it does."""
    graph = floor.build.traffic.graphs[0]
    names: list[str] = []
    for task in group.does:
        names += pick_pools(operations, group, graph) if task == "pick" else [task]
    return [floor.build.pool(name) for name in names]


def _check_pools(floor: ShiftFloor, pools: Mapping[StaffGroup, Sequence[int]]) -> None:
    served = {pool for each in pools.values() for pool in each}
    for job in floor.build.jobs:
        if job.pool not in served:
            name = next(name for name, pool in floor.build.pools.items() if pool == job.pool)
            raise ValueError(
                f"nobody in staff does '{name}', as job '{job.name.id}' needs: add it to a group"
            )


def _notes(operations: Operations, picked: Picked, graphs: Sequence[NavGraph]) -> list[str]:
    has_vehicles = any(graph.agent.is_vehicle for graph in graphs)
    notes = [
        f"{name} is for vehicles, and there are none in this shift."
        for name, settings in (("breakdowns", operations.breakdowns), ("charging", operations.charging))
        if settings is not None and not has_vehicles
    ]
    packing = operations.packing
    parted = sum(len(parts) > 1 for parts in picked.parts.values())
    if packing is not None and packing.buffer_orders is not None and parted:
        notes.append(
            f"{parted} orders are picked in parts, which wait in the pack buffer for each other: if parts alone "
            f"fill its {packing.buffer_orders} places, the shift stalls; raise packing.buffer_orders then."
        )
    return notes


def _with_tickets(traffic: TrafficMap, tours: Sequence[Tour]) -> TrafficMap:
    """The same traffic; where lanes are narrow, with tickets for rings that these tours could fill."""
    if not (traffic.settings.tickets and traffic.lanes):
        return traffic
    return guarded(traffic, traffic.ways([tour.legs for tour in tours]))


def _section_of(traffic: TrafficMap, resources: int) -> npt.NDArray[np.int64]:
    found = np.full(resources, NOBODY)
    found[: len(traffic.section_of)] = traffic.section_of
    return found


def _most_work_s(program: Program, refills: int) -> float:
    """More seconds of work than any agent can have: all there is, and the longest routine for every refill."""
    seconds = program.tape.rows["x"]
    routines = np.add.reduceat(seconds, program.tape.start[:-1])
    return float(seconds.sum() + refills * routines.max())
