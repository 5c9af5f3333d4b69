"""The crossover case: 10 one-way aisles of 20 bays without passing, Zipf demand, 10 lines a tour.

Slotting by velocity and distance puts the fast movers into the aisles next to the depot. Few pickers walk less by it;
many queue behind each other there, and a random slotting, which spreads them, picks more an hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.layout_file.read_layout import build_layout_file
from layouts.plan_scenario import TourFloor, tour_floor
from layouts.scenario import Scenario
from layouts.slotting_table import Slotting, write_slotting
from layouts.what_if.variants import with_alternate_aisles
from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility
from spatial.navigation.shortest_paths import lengths_from, lengths_to

Ints = npt.NDArray[np.int64]

LAYOUT = """
id: CROSSOVER
building: {{width_m: {width_m}, depth_m: {depth_m}, height_m: 6}}
rack_types:
  shelf: {{kind: shelving, depth_m: 0.6, bay_width_m: {bay_m}, upright_width_m: 0.04, tiers_m: [2.0], positions: 1,
           height_m: 2.2, floor_places: true}}
blocks:
  - {{id: MAIN, rack: shelf, at_m: [2, 6], rows: {rows}, bays: {bays}, aisle_width_m: {aisle_m}, flue_m: 0.05,
     back_aisle_m: 3}}
stations:
  - {{id: DEPOT, kind: depot, at_m: [{depot_m}, 3], servers: 40}}
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """What the case leaves open. `sides` is 1 for a pick face on the left of each bay alone, 2 for both sides."""

    aisles: int = 10
    bays: int = 20
    sides: int = 2
    bay_m: float = 0.96
    aisle_m: float = 1.2
    depot_share: float = 0.0
    """Where the depot stands: 0 before the first aisle, 1 before the last."""
    zipf: float = 1.0
    lines: int = 10
    orders: int = 500
    pick_s: float = 15.0
    drop_s: float = 60.0
    pick_time: str = "exponential"
    routing: str = "exact"
    horizon_s: float = 2 * 3600.0
    warm_up_s: float = 1200.0
    seed: int = 0


def hall(folder: Path, case: Case) -> Facility:
    """The facility of the case; the layout file that it was built from is left in `folder`."""
    rows = [1, *[2] * (case.aisles - 1), 1]
    pitch_m = case.aisle_m + 2 * 0.6 + 0.05
    first_m, last_m = 2 + 0.6 + case.aisle_m / 2, 2 + 0.6 + case.aisle_m / 2 + (case.aisles - 1) * pitch_m
    text = LAYOUT.format(
        width_m=round(4 + case.aisles * pitch_m, 3),
        depth_m=round(6 + case.bays * (case.bay_m + 0.04) + 0.04 + 6, 3),
        bay_m=case.bay_m,
        rows=rows,
        bays=case.bays,
        aisle_m=case.aisle_m,
        depot_m=round(first_m + case.depot_share * (last_m - first_m), 3),
    )
    file = folder / "hall.yaml"
    file.write_text(text, encoding="utf-8")
    facility = build_layout_file(file)
    on_floor = (each for each in facility.locations if each.tier == 0)
    places = tuple(each for each in on_floor if case.sides == 2 or int(each.id.split("-")[1]) % 2 == 1)
    return replace(facility, locations=places)


def baskets(case: Case) -> Ints:
    """SKUs by rank (orders, lines): different ones in an order, drawn one after the other by Zipf's law."""
    skus = case.aisles * case.bays * case.sides
    # the largest of log p + Gumbel noise are a sample in turn without replacement (Yellott 1977)
    chance = -case.zipf * np.log(np.arange(1, skus + 1))
    noise = np.random.default_rng([case.seed, 7]).gumbel(size=(case.orders, skus))
    return np.argsort(-(chance + noise), axis=1, kind="stable")[:, : case.lines]


def sku_name(rank: int) -> str:
    """The SKU of a rank by velocity, from 0."""
    return f"SKU-{rank + 1:04d}"


def crossover(folder: Path, case: Case, **changes: Any) -> Scenario:
    """The case as files in `folder`; today's slotting is a random one."""
    facility = hall(folder, case)
    write_facility(folder / "hall.json", facility)
    rows = [
        f"T{number:05d},{sku_name(rank)},1,made up by the crossover case"
        for number, basket in enumerate(baskets(case).tolist())
        for rank in basket
    ]
    (folder / "orders.csv").write_text("\n".join(["order,sku,quantity,source", *rows, ""]), encoding="utf-8")
    kinds = {aisle.id: "narrow-one-way" for aisle in facility.aisles if not aisle.cross}
    settings = {
        "site": folder / "hall.json",
        "orders": folder / "orders.csv",
        "slotting": folder / "random.csv",
        "redraw_orders": True,
        "routing": case.routing,
        "batch_lines": case.lines,
        "pick_s": case.pick_s,
        "piece_s": 0.0,
        "drop_s": case.drop_s,
        "pick_time": case.pick_time,
        "horizon_s": case.horizon_s,
        "warm_up_s": case.warm_up_s,
        "seed": case.seed,
        "traffic": {"lanes": kinds},
        **changes,
    }
    places = sorted(place.id for place in facility.locations)
    order = np.random.default_rng([case.seed, 8]).permutation(len(places))
    write_slotting(folder / "random.csv", slotting_in([places[row] for row in order]))
    return with_alternate_aisles(Scenario(**settings), folder=folder)


def slotting_in(places: Sequence[str]) -> Slotting:
    """The fastest SKU in the first place, the next in the next, and so on."""
    return {sku_name(rank): (place,) for rank, place in enumerate(places)}


def by_distance(floor: TourFloor) -> Slotting:
    """Velocity by distance: the faster a SKU, the shorter the way from the depot to its place and back."""
    graph, depot = floor.graph, floor.depot.node
    there_and_back = lengths_from(graph, [depot])[0] + lengths_to(graph, [depot])[0]
    return slotting_in(sorted(graph.access, key=lambda place: (there_and_back[graph.access[place]], place)))


def floor_of(scenario: Scenario) -> TourFloor:
    """Where the tours of the case run."""
    return tour_floor(read_facility(scenario.site), scenario)
