"""From a scenario to planned tours: everything that happens before the first step is walked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from layouts.demand.mark import made_up_notes
from layouts.demand.one_sku_a_place import synthetic_orders, synthetic_slotting
from layouts.demand.redraw import redrawn_orders
from layouts.depot import Depot, with_depot
from layouts.items import Items, read_items
from layouts.orders import Order, read_orders
from layouts.scenario import Scenario
from layouts.slotting_table import Slotting, read_slotting
from layouts.tours.due_times import Crew
from layouts.tours.picking_floor import every_place, picking_floor
from layouts.tours.plan import TourSettings, plan_tours
from layouts.tours.tour import TourPlan
from spatial.errors import UndecidedError
from spatial.facility import Facility
from spatial.floor.agents import agent_named
from spatial.floor.facility_rules import rules_on
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances, shortest_distances
from spatial.progress import Progress, silent

MOST_MEASURED = 4_000
"""Nodes among which a floor is measured once for all replications: 16 million lengths, and ways that take less."""


@dataclass(frozen=True, kw_only=True)
class TourFloor:
    """What tours run on, whatever was ordered: the facility with its depot, its graph, where tours start."""

    facility: Facility
    graph: NavGraph
    depot: Depot
    is_depot_drawn: bool
    notes: tuple[str, ...]

    def staffed(self, pickers: int) -> TourFloor:
        """The same where so many pick: at a depot that is not drawn as many can hand over at once."""
        if self.is_depot_drawn or self.depot.servers == pickers:
            return self
        *others, station = self.facility.stations
        stations = (*others, replace(station, servers=pickers))
        return replace(
            self,
            facility=replace(self.facility, stations=stations),
            depot=replace(self.depot, servers=pickers),
        )

    @cached_property
    def distances(self) -> Distances | None:
        """Those among all places that tours may go to; None where these are more than can be kept."""
        nodes = every_place(self.graph, depot=self.depot.node)
        return shortest_distances(self.graph, nodes) if len(nodes) <= MOST_MEASURED else None


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What lies where and what a piece weighs, and the orders of the file, None where they are made up."""

    slotting: Slotting
    items: Items
    orders: tuple[Order, ...] | None


@dataclass(frozen=True, kw_only=True)
class PlannedTours:
    """What was ordered, the tours for it, and what a reader must know of the orders."""

    orders: tuple[Order, ...]
    plan: TourPlan
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedShift:
    """The facility with its depot, the graph that tours run on, where they start, what was ordered and lies where,
    the tours, and what was assumed.
    """

    facility: Facility
    graph: NavGraph
    depot: Depot
    orders: tuple[Order, ...]
    slotting: Slotting
    plan: TourPlan
    notes: tuple[str, ...]


def plan_scenario(
    facility: Facility,
    scenario: Scenario,
    *,
    replication: int = 0,
    is_bounded: bool = False,
    progress: Progress = silent,
) -> PlannedShift:
    """Plan the tours of `scenario` on `facility`, which is the one at its site; see TourSettings on `is_bounded`.

    The replication tells which orders there are where they are drawn anew. Raises UndecidedError when there are no
    racks, no locations, or none that can be reached, and BadDataError for a table that is not what it must be.
    """
    floor = tour_floor(facility, scenario)
    demand = demand_on(floor, scenario)
    return plan_on(floor, demand, scenario, replication=replication, is_bounded=is_bounded, progress=progress)


def tour_floor(facility: Facility, scenario: Scenario) -> TourFloor:
    """What `plan_scenario` needs of the facility; it raises the same, but nothing of tables."""
    require_pick_places(facility)
    agent = agent_named(scenario.agent)
    if scenario.speed_m_s is not None:
        agent = replace(agent, speed_m_s=scenario.speed_m_s)
    rules = rules_on(facility, scenario.rules)
    equipped, station, notes = with_depot(facility, agent, at=scenario.depot, servers=scenario.pickers)
    graph = build_graph(equipped, agent, rules)
    return TourFloor(
        facility=equipped,
        graph=graph,
        depot=_depot(equipped, graph, station),
        is_depot_drawn=equipped is facility,
        notes=notes,
    )


def demand_on(floor: TourFloor, scenario: Scenario) -> Demand:
    """The tables of `scenario`, or what is made up for the floor instead; it raises what `plan_scenario` does."""
    graph = floor.graph
    if not graph.access:
        reason = next(iter(graph.unreached.values()))
        raise UndecidedError(
            f"none of {len(graph.unreached)} locations can be reached, the first because: {reason}"
        )
    orders = None if scenario.orders is None else read_orders(scenario.orders)
    return Demand(
        slotting=synthetic_slotting(graph.access, seed=scenario.seed)
        if scenario.slotting is None
        else read_slotting(scenario.slotting),
        items={} if scenario.items is None else read_items(scenario.items),
        orders=orders,
    )


def plan_on(
    floor: TourFloor,
    demand: Demand,
    scenario: Scenario,
    *,
    replication: int = 0,
    is_bounded: bool = False,
    progress: Progress = silent,
) -> PlannedShift:
    """`plan_scenario` on a floor and with tables that are ready."""
    tours = tours_on(
        floor, demand, scenario, replication=replication, is_bounded=is_bounded, progress=progress
    )
    return shift_on(floor, demand, tours)


def tours_on(
    floor: TourFloor,
    demand: Demand,
    scenario: Scenario,
    *,
    replication: int = 0,
    is_bounded: bool = False,
    progress: Progress = silent,
) -> PlannedTours:
    """The orders and tours of `plan_on`; who picks and how long work takes matters to batching "in-time" alone."""
    graph, depot = floor.graph, floor.depot
    orders, notes = _orders(demand, scenario, replication)
    distances = floor.distances if scenario.redraw_orders else None
    plan = plan_tours(
        picking_floor(graph, demand.slotting, orders, depot=depot.node, distances=distances),
        orders,
        TourSettings(
            policy=scenario.routing,
            batching=scenario.batching,
            batch_lines=scenario.batch_lines,
            heavy_kg=scenario.heavy_kg,
            items=demand.items,
            is_zoned=scenario.zoned,
            is_bounded=is_bounded,
            crew=Crew(
                pickers=scenario.pickers,
                seconds_per_metre=1 / graph.agent.speed_m_s,
                pick_s=scenario.pick_s,
                piece_s=scenario.piece_s,
                drop_s=scenario.drop_s,
                starts_at=scenario.starts_at,
            ),
            seed=scenario.seed,
        ),
        progress=progress,
    )
    return PlannedTours(orders=orders, plan=plan, notes=notes)


def shift_on(floor: TourFloor, demand: Demand, tours: PlannedTours) -> PlannedShift:
    """The shift of tours that were planned on `floor`, whoever is to pick there, for `demand`."""
    return PlannedShift(
        facility=floor.facility,
        graph=floor.graph,
        depot=floor.depot,
        orders=tours.orders,
        slotting=demand.slotting,
        plan=tours.plan,
        notes=(*tours.plan.notes, *floor.notes, *tours.notes, *_unreached_note(floor.graph)),
    )


def require_pick_places(facility: Facility) -> None:
    """UndecidedError, naming what is missing, unless there are racks with locations to pick from."""
    remedy = "scan a hall with racks or pass a layout"
    if not facility.racks:
        raise UndecidedError(f"{facility.name} has no racks, so there is nothing to pick: {remedy}")
    if not facility.locations:
        raise UndecidedError(
            f"{facility.name} has racks without locations, so there is nothing to pick: {remedy}"
        )


def _depot(facility: Facility, graph: NavGraph, station: str) -> Depot:
    if station not in graph.stations:
        raise UndecidedError(
            f"the depot '{station}' cannot be reached: {graph.unreached[station]}; "
            "set 'depot: [x, y]' in the scenario to a place on the main floor"
        )
    servers = next(each.servers for each in facility.stations if each.id == station)
    return Depot(name=station, node=graph.stations[station], servers=servers)


def _orders(
    demand: Demand, scenario: Scenario, replication: int
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    """The orders of one replication, and what a reader must know of them."""
    given, slotting = demand.orders, demand.slotting
    if given is not None:
        notes = made_up_notes(given)
        if not scenario.redraw_orders:
            return given, notes
        note = f"Every replication has {len(given)} orders drawn with replacement from those of the file."
        return redrawn_orders(given, seed=scenario.seed, replication=replication), (*notes, note)
    orders = synthetic_orders(
        slotting,
        count=scenario.synthetic_orders,
        seed=scenario.seed,
        replication=replication if scenario.redraw_orders else 0,
    )
    if scenario.slotting is not None:
        note = f"Orders are synthetic: {len(orders)} over the {len(slotting)} SKUs of the slotting, its first most."
        return orders, (note,)
    note = (
        f"Orders and slotting are synthetic: {len(orders)} orders over {len(slotting)} SKUs, one at random "
        "in every reachable location whatever the scan saw there; give 'orders' and 'slotting' for your own."
    )
    return orders, (note,)


def _unreached_note(graph: NavGraph) -> tuple[str, ...]:
    count = len(graph.unreached)
    if count == 0:
        return ()
    place, reason = next(iter(sorted(graph.unreached.items())))
    return (f"{count} places cannot be reached, among them {place}: {reason}.",)
