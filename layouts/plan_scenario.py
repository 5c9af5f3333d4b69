"""From a scenario to planned tours: everything that happens before the first step is walked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from layouts.demand.mark import made_up_notes
from layouts.demand.one_sku_a_place import synthetic_orders, synthetic_slotting
from layouts.demand.redraw import redrawn_orders
from layouts.depot import Depot, with_depot
from layouts.items import read_items
from layouts.orders import Order, read_orders
from layouts.scenario import Scenario
from layouts.slotting_table import Slotting, read_slotting
from layouts.tours.due_times import Crew
from layouts.tours.picking_floor import picking_floor
from layouts.tours.plan import TourSettings, plan_tours
from layouts.tours.tour import TourPlan
from spatial.errors import UndecidedError
from spatial.facility import Facility
from spatial.floor.agents import agent_named
from spatial.floor.facility_rules import rules_on
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.progress import Progress, silent


@dataclass(frozen=True, kw_only=True)
class TourFloor:
    """What tours run on, whatever was ordered: the facility with its depot, its graph, where tours start."""

    facility: Facility
    graph: NavGraph
    depot: Depot
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
    return plan_on(floor, scenario, replication=replication, is_bounded=is_bounded, progress=progress)


def tour_floor(facility: Facility, scenario: Scenario) -> TourFloor:
    """What `plan_scenario` needs of the facility; it raises the same, but nothing of tables."""
    require_pick_places(facility)
    agent = agent_named(scenario.agent)
    if scenario.speed_m_s is not None:
        agent = replace(agent, speed_m_s=scenario.speed_m_s)
    rules = rules_on(facility, scenario.rules)
    equipped, station, notes = with_depot(facility, agent, at=scenario.depot, servers=scenario.pickers)
    graph = build_graph(equipped, agent, rules)
    return TourFloor(facility=equipped, graph=graph, depot=_depot(equipped, graph, station), notes=notes)


def plan_on(
    floor: TourFloor,
    scenario: Scenario,
    *,
    replication: int = 0,
    is_bounded: bool = False,
    progress: Progress = silent,
) -> PlannedShift:
    """`plan_scenario` on a floor that is ready."""
    graph, depot = floor.graph, floor.depot
    orders, slotting, demand_notes = _demand(scenario, graph, replication)
    plan = plan_tours(
        picking_floor(graph, slotting, orders, depot=depot.node),
        orders,
        TourSettings(
            policy=scenario.routing,
            batching=scenario.batching,
            batch_lines=scenario.batch_lines,
            heavy_kg=scenario.heavy_kg,
            items={} if scenario.items is None else read_items(scenario.items),
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
    notes = (*plan.notes, *floor.notes, *demand_notes, *_unreached_note(graph))
    return PlannedShift(
        facility=floor.facility,
        graph=graph,
        depot=depot,
        orders=orders,
        slotting=slotting,
        plan=plan,
        notes=notes,
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


def _demand(
    scenario: Scenario, graph: NavGraph, replication: int
) -> tuple[tuple[Order, ...], Slotting, tuple[str, ...]]:
    if not graph.access:
        reason = next(iter(graph.unreached.values()))
        raise UndecidedError(
            f"none of {len(graph.unreached)} locations can be reached, the first because: {reason}"
        )
    if scenario.orders is not None and scenario.slotting is not None:
        given = read_orders(scenario.orders)
        slotting, notes = read_slotting(scenario.slotting), made_up_notes(given)
        if not scenario.redraw_orders:
            return given, slotting, notes
        note = f"Every replication has {len(given)} orders drawn with replacement from those of the file."
        return redrawn_orders(given, seed=scenario.seed, replication=replication), slotting, (*notes, note)
    slotting = synthetic_slotting(graph.access, seed=scenario.seed)
    orders = synthetic_orders(
        slotting,
        count=scenario.synthetic_orders,
        seed=scenario.seed,
        replication=replication if scenario.redraw_orders else 0,
    )
    note = (
        f"Orders and slotting are synthetic: {len(orders)} orders over {len(slotting)} SKUs, one at random "
        "in every reachable location whatever the scan saw there; give 'orders' and 'slotting' for your own."
    )
    return orders, slotting, (note,)


def _unreached_note(graph: NavGraph) -> tuple[str, ...]:
    count = len(graph.unreached)
    if count == 0:
        return ()
    place, reason = next(iter(sorted(graph.unreached.items())))
    return (f"{count} places cannot be reached, among them {place}: {reason}.",)
