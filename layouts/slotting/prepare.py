"""A scenario's slotting problem with its rules and costs, and a legal assignment to begin with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layouts.csv_table import read_rows
from layouts.scenario import Scenario
from layouts.slotting.from_scenario import SlottingStart
from layouts.slotting.moves.move_work import Stock
from layouts.slotting.objective.balance import Balance, balance_cost
from layouts.slotting.objective.ergonomics import ergonomics_cost
from layouts.slotting.objective.replenishment import Replenishment, replenishment_cost
from layouts.slotting.problem import CrowdCost, PlaceCost, SlottingProblem
from layouts.slotting.rules.broken import Broken, broken
from layouts.slotting.rules.build import hard_rules
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.rules.slot_items import SlotItem, SlotItems, item_of, read_slot_items
from layouts.slotting.rules.slot_locations import SlotLocation, slot_locations
from layouts.slotting.rules.start import feasible_start
from layouts.slotting.slot_settings import SlotSettings
from spatial.errors import BadDataError
from spatial.facility import Facility

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


NO_ITEMS = "No items are told, so the only rule is how many SKUs a location holds: give 'items' in slot.yaml."


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotTables:
    """What is told of SKUs and of all locations of a facility."""

    items: SlotItems
    locations: tuple[SlotLocation, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """A problem ready to be searched: `legal` (U,) breaks no rule, `today` tells what the present slotting breaks.

    `locations` (L,) are those of the problem; `notes` say which rules bind nothing, and for want of what.
    """

    start: SlottingStart
    settings: SlotSettings
    problem: SlottingProblem
    items: SlotItems
    locations: tuple[SlotLocation, ...]
    legal: Ints
    today: tuple[Broken, ...]
    notes: tuple[str, ...]

    def broken(self, assignment: Ints) -> tuple[Broken, ...]:
        """The rules that an assignment (U,) breaks, by the judge that shares nothing with the search."""
        return broken(self.problem.sku, assignment.tolist(), self.items, self.locations, self.settings.rules)

    @property
    def stock(self) -> Stock:
        """What there is to carry of each unit, its share of its SKU's stock, and how high."""
        held = [self.items.get(sku, SlotItem()) for sku in self.problem.sku]
        faces = Counter(self.problem.sku)
        shares = [-(-item.stock // faces[sku]) for sku, item in zip(self.problem.sku, held, strict=True)]
        pieces = np.array(shares, np.float64)
        mass = np.array([item.mass_kg or 0.0 for item in held])
        return Stock(pieces=pieces, mass_kg=pieces * mass, height_m=_heights(self.locations))


def slot_tables(facility: Facility, scenario: Scenario, settings: SlotSettings) -> SlotTables:
    """Read the tables of the settings, or the scenario's items; BadDataError where one is not what it must be."""
    items: SlotItems = {}
    if settings.items is not None:
        items = read_slot_items(settings.items)
    elif scenario.items is not None:
        items = _scenarios_items(scenario.items)
    return SlotTables(items=items, locations=slot_locations(facility, settings.locations))


def _scenarios_items(path: Path) -> SlotItems:
    """Its columns that rules know; a scenario's table may have others, as those of `orders make` have."""
    items: dict[str, SlotItem] = {}
    for row, cells in read_rows(path, required=("sku", "mass_kg")):
        sku = cells["sku"]
        if sku in items:
            raise BadDataError(f"{path} row {row} column 'sku' has '{sku}' again: keep one row a SKU")
        items[sku] = item_of(f"{path} row {row}", cells)
    return items


def prepared(
    start: SlottingStart, settings: SlotSettings, *, tables: SlotTables | None = None, seed: int = 0
) -> Prepared | Infeasible:
    """Lay rules and costs over the problem of a scenario, and place what has no legal location.

    `tables` are those of the settings, by default read now.

    Infeasible tells the rules that leave no assignment at all. Raises BadDataError for a table that is not what it
    must be and for a kept SKU that there is not.
    """
    tables = tables or slot_tables(start.floor.facility, start.scenario, settings)
    items = tables.items
    told = {place.id: place for place in tables.locations}
    locations = tuple(told[name] for name in start.problem.location)
    built = hard_rules(start.problem.sku, items, locations, settings.rules)
    problem = replace(
        start.problem,
        fixed=_kept(start.problem.sku, settings.keep),
        rules=built.rules,
        place_costs=tuple(_place_costs(start, settings, items, locations)),
        crowd_costs=tuple(_crowd_costs(start, settings, locations)),
    )
    found = feasible_start(problem, built.homes, seed=seed)
    if isinstance(found, Infeasible):
        return found
    homes = tuple(f"{rule}: kept in {home}" for rule, home in found.homes.items())
    return Prepared(
        start=start,
        settings=settings,
        problem=replace(problem, rules=found.rules),
        items=items,
        locations=locations,
        legal=found.assignment,
        today=broken(problem.sku, problem.now.tolist(), items, locations, settings.rules),
        notes=(*start.shift.notes, *(built.notes if items else (NO_ITEMS,)), *homes),
    )


def require_known(keep: Sequence[str], skus: Collection[str]) -> None:
    """BadDataError for a kept SKU that there is not, with the one that may be meant."""
    missing = sorted({*keep} - {*skus})
    if missing:
        near = get_close_matches(missing[0], list(skus), 1)
        meant = f", did you mean '{near[0]}'?" if near else ": take it out"
        raise BadDataError(f"keep names SKU '{missing[0]}', which the slotting has not{meant}")


def _kept(skus: Sequence[str], keep: Sequence[str]) -> npt.NDArray[np.bool_]:
    require_known(keep, skus)
    kept = {*keep}
    return np.array([sku in kept for sku in skus], np.bool_)


def _place_costs(
    start: SlottingStart, settings: SlotSettings, items: SlotItems, locations: Sequence[SlotLocation]
) -> list[PlaceCost]:
    problem, wanted = start.problem, settings.objective
    held = [items.get(sku, SlotItem()) for sku in problem.sku]
    costs = []
    if wanted.ergonomics is not None:
        mass_kg = np.array([math.nan if item.mass_kg is None else item.mass_kg for item in held])
        costs.append(
            ergonomics_cost(
                wanted.ergonomics, visits=problem.visits, mass_kg=mass_kg, height_m=_heights(locations)
            )
        )
    if wanted.replenishment is not None and any(item.size_mm is not None for item in held):
        volume = np.array([math.prod(item.size_mm) * 1e-9 if item.size_mm else math.nan for item in held])
        costs.append(
            replenishment_cost(
                wanted.replenishment,
                picked_m3=start.pieces * volume,
                volume_m3=np.array([math.prod(place.size_m) for place in locations]),
                round_trip_s=_round_trips(start, wanted.replenishment),
            )
        )
    return costs


def _crowd_costs(
    start: SlottingStart, settings: SlotSettings, locations: Sequence[SlotLocation]
) -> list[CrowdCost]:
    balance = settings.objective.balance
    if balance is None:
        return []
    scenario = start.scenario
    pick_s = start.problem.visits * scenario.pick_s + start.pieces * scenario.piece_s
    return [balance_cost(balance, pick_s=pick_s, group=_groups(start, balance, locations))]


def _groups(start: SlottingStart, balance: Balance, locations: Sequence[SlotLocation]) -> Ints:
    """The group of each location (L,): its zone or its aisle, −1 for one in none."""
    graph = start.floor.graph
    names = [
        place.zone if balance.by == "zone" else graph.aisle_of.get(place.id, place.aisles[0])
        for place in locations
    ]
    number = {name: row for row, name in enumerate(sorted({name for name in names if name is not None}))}
    if balance.by == "zone" and not number:
        raise BadDataError(
            "objective.balance is by zone, but no location tells one: add zones or use by: aisle"
        )
    return np.array([-1 if name is None else number[name] for name in names], np.int64)


def _heights(locations: Sequence[SlotLocation]) -> Floats:
    """Of the locations' middles (L,) above the foot of their racks."""
    return np.array([place.bottom_m + place.size_m[2] / 2 for place in locations])


def _round_trips(start: SlottingStart, settings: Replenishment) -> Floats:
    """Seconds (L,) from where refills come from to each location and back, on the ways of who picks."""
    problem, graph = start.problem, start.floor.graph
    if settings.station is not None and settings.station not in graph.stations:
        raise BadDataError(
            f"objective.replenishment.station is '{settings.station}', which is no station: choose one of "
            f"{', '.join(graph.stations)}"
        )
    node = start.floor.depot.node if settings.station is None else graph.stations[settings.station]
    return start.round_trips_m(node) * problem.seconds_per_m
