"""From a scenario to its slotting problem: the tours of its shift over the SKUs that they visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.plan_scenario import Demand, PlannedShift, TourFloor, demand_on, plan_on, tour_floor
from layouts.scenario import Scenario
from layouts.slotting.hard_rules import one_each
from layouts.slotting.place_metric import place_metric
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.slotting_table import Slotting
from layouts.tours.tour import TourPlan
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.navigation.shortest_paths import lengths_from, lengths_to
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]

REDRAWN = 8
"""Replications of made-up orders whose tours are planned at most: what is learnt then holds for days like these."""
ENOUGH_LINES = 20_000
"""No further replication where those so far have as many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SlottingStart:
    """A scenario's slotting problem, one SKU a location and no other rule yet, and what it was made from.

    `shift` is the planned first replication. `pieces` (U,) are those picked from each unit over the stretch of the
    tours. `left_out` are the slotting's locations that nobody can pick from, by SKU: their units stand nowhere.
    """

    scenario: Scenario
    floor: TourFloor
    demand: Demand
    shift: PlannedShift
    problem: SlottingProblem
    pieces: npt.NDArray[np.float64]
    left_out: Mapping[str, tuple[str, ...]]

    def round_trips_m(self, node: int) -> npt.NDArray[np.float64]:
        """Metres (L,) from a graph node to where each location is picked from, and back."""
        graph = self.floor.graph
        there = [graph.access[name] for name in self.problem.location]
        metres: npt.NDArray[np.float64] = (lengths_from(graph, [node]) + lengths_to(graph, [node]))[0, there]
        return metres

    def slotting(self, assignment: Ints) -> Slotting:
        """The table of an assignment (U,); what nobody can pick from stays in it where it was.

        Units of a SKU that share a location are one pick face there.
        """
        table: dict[str, list[str]] = {sku: [] for sku in self.demand.slotting}
        for sku, location in zip(self.problem.sku, assignment.tolist(), strict=True):
            if location != NOWHERE:
                table[sku].append(self.problem.location[location])
        for sku, locations in self.left_out.items():
            table[sku] += locations
        return {sku: tuple(dict.fromkeys(locations)) for sku, locations in table.items() if locations}

    def assignment(self, slotting: Slotting) -> Ints:
        """The assignment (U,) of a table: units that may stay stay, the others take the new locations in turn, and
        where there are fewer locations than units, the last ones share the SKU's first.

        BadDataError for a location that is none of the problem's, and for more of them than units.
        """
        problem = self.problem
        known = {name: row for row, name in enumerate(problem.location)}
        units: dict[str, list[int]] = {}
        for row, sku in enumerate(problem.sku):
            units.setdefault(sku, []).append(row)
        at = np.full(len(problem.sku), NOWHERE, np.int64)
        for sku, places in slotting.items():
            wanted = [place for place in places if place not in self.left_out.get(sku, ())]
            strange = [place for place in wanted if place not in known]
            its = units.get(sku, [])
            if strange or len(wanted) > len(its):
                raise BadDataError(
                    f"SKU '{sku}' is at {', '.join(wanted)}: expected {len(its)} of the locations that can be "
                    "picked from; is the plan one of this scenario?"
                )
            rows = [known[place] for place in wanted]
            staying = [unit for unit in its if int(problem.now[unit]) in rows]
            for unit in staying:
                at[unit] = problem.now[unit]
                rows.remove(int(problem.now[unit]))
            going = [unit for unit in its if unit not in staying]
            at[going[: len(rows)]] = rows
            if wanted:
                at[going[len(rows) :]] = known[wanted[0]]
        return at


def slotting_start(facility: Facility, scenario: Scenario, *, progress: Progress = silent) -> SlottingStart:
    """The problem of slotting `scenario` anew on `facility`, which is the one at its site.

    1. Tours are planned as the scenario says: of the orders of the file, which tell all there is to learn even where
       shifts redraw them; where orders are made up and redrawn, of several replications that count as one.
    2. Every location that can be reached may hold a SKU; places are the graph nodes they are picked from.
    3. Every pick location of a SKU is a unit, visited by the tours that were planned to go there.

    Raises what `plan_scenario` does.
    """
    floor = tour_floor(facility, scenario)
    demand = demand_on(floor, scenario)
    learnt = scenario
    if demand.orders is not None:
        learnt = scenario.model_copy(update={"redraw_orders": False})
    shifts: list[PlannedShift] = []
    while not shifts or (
        learnt.redraw_orders
        and len(shifts) < REDRAWN
        and sum(shift.plan.lines for shift in shifts) < ENOUGH_LINES
    ):
        progress("planning tours", len(shifts) / REDRAWN)
        shifts.append(plan_on(floor, demand, learnt, replication=len(shifts)))
    graph = floor.graph
    location = tuple(place for place in _in_order(facility) if place in graph.access)
    known = {place: row for row, place in enumerate(location)}
    pairs = [(sku, place) for sku, places in demand.slotting.items() for place in places]
    unit = {pair: row for row, pair in enumerate(pair for pair in pairs if pair[1] in known)}
    # a SKU that can be picked from nowhere is a unit all the same: it needs a place
    homeless = [sku for sku, places in demand.slotting.items() if not any(place in known for place in places)]
    sku = (*(one for one, _ in unit), *homeless)
    nodes = sorted({graph.access[place] for place in location} | {floor.depot.node})
    row_of = {node: row for row, node in enumerate(nodes)}
    units = len(sku)
    problem = SlottingProblem(
        sku=sku,
        location=location,
        now=np.array([*(known[place] for _, place in unit), *[NOWHERE] * len(homeless)], np.int64),
        fixed=np.zeros(units, np.bool_),
        place=np.array([row_of[graph.access[place]] for place in location], np.int64),
        metric=place_metric(graph, nodes, depot=floor.depot.node),
        seconds_per_m=1 / graph.agent.speed_m_s,
        tours=tour_units([shift.plan for shift in shifts], unit),
        rules=one_each(len(location), units),
    )
    progress("planning tours", 1.0)
    return SlottingStart(
        scenario=scenario,
        floor=floor,
        demand=demand,
        shift=shifts[0],
        problem=problem,
        pieces=_pieces(shifts, unit, units),
        left_out=_left_out(pairs, known, homeless),
    )


def tour_units(plans: Sequence[TourPlan], unit: Mapping[tuple[str, str], int]) -> TourUnits:
    """The tours of several plans of the same work, each of which counts 1 / (number of plans)."""
    start, units = [0], []
    for plan in plans:
        for tour in plan.tours:
            visited = {unit[pick.sku, pick.location] for stop in tour.stops for pick in stop.picks}
            units += sorted(visited)
            start.append(len(units))
    return TourUnits(
        start=np.array(start, np.int64),
        unit=np.array(units, np.int64),
        weight=np.full(len(start) - 1, 1 / max(1, len(plans))),
    )


def with_tours(start: SlottingStart, tours: TourUnits) -> SlottingStart:
    """The same start with other tours over its units."""
    return replace(start, problem=replace(start.problem, tours=tours))


def _in_order(facility: Facility) -> list[str]:
    return [location.id for location in facility.locations]


def _pieces(
    shifts: Sequence[PlannedShift], unit: Mapping[tuple[str, str], int], units: int
) -> npt.NDArray[np.float64]:
    pieces = np.zeros(units)
    for shift in shifts:
        for tour in shift.plan.tours:
            for stop in tour.stops:
                for pick in stop.picks:
                    pieces[unit[pick.sku, pick.location]] += pick.quantity
    return pieces / len(shifts)


def _left_out(
    pairs: Sequence[tuple[str, str]], known: Mapping[str, int], homeless: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Places that cannot be reached, of SKUs that have another one too."""
    out: dict[str, tuple[str, ...]] = {}
    without = {*homeless}
    for sku, place in pairs:
        if place not in known and sku not in without:
            out[sku] = (*out.get(sku, ()), place)
    return out
