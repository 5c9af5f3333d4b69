"""The published batching sets as this project's values."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from published import jobprp_foodmart, shared_data
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from layouts.tours.batching.problem import BatchingProblem, Members, batching_problem
from layouts.tours.exact.network.network_tour import optimal_network_tour
from layouts.tours.metric.best_tour import best_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from spatial.any_angle.among import lengths_among

Instance = dict[str, Any]
Table = tuple[npt.NDArray[np.float64], list[npt.NDArray[np.int64]]]

POLICY_OF: Mapping[str, str] = {
    "traversal": "s-shape",
    "return": "return",
    "midpoint": "midpoint",
    "largest gap": "largest-gap",
    "combined": "combined",
    "optimal": "optimal",
}
"""Our name of each policy of the published sets."""


def block_instance(instance: Instance) -> tuple[BatchingProblem, ParallelAisles, list[Picks]]:
    """An instance of Henn & Wäscher, Muter & Öncan or Bahçeci & Öncan; cell 0 is at the back."""
    layout = instance["layout"]
    cells, step = layout["cells"], layout["cell_dist"]
    aisle_m = layout["top_to_cell"] + layout["bottom_to_cell"] + (cells - 1) * step
    warehouse = ParallelAisles(
        aisle_m=np.full((1, layout["aisles"]), aisle_m),
        cross_m=np.full((2, layout["aisles"] - 1), layout["aisle_dist"]),
        depot=(0, layout["depot_aisle"]),
        depot_m=layout["depot_dist"],
    )
    picks = []
    for order in instance["orders"]:
        aisle, cell = np.array(order["picks"]).T
        offset_m = layout["bottom_to_cell"] + (cells - 1 - cell) * step
        picks.append(Picks(aisle=aisle, block=np.zeros_like(aisle), offset_m=offset_m))
    sizes = [order["size"] for order in instance["orders"]]
    return batching_problem(sizes, capacity=instance["capacity"]), warehouse, picks


def foodmart_instance(instance: Instance) -> tuple[BatchingProblem, Table]:
    """Boxes on a trolley; lengths along the arcs, rows 0 and 1 the origin."""
    nodes = len(instance["coords"])
    tail, head, length_m = np.array(instance["arcs"]).T
    arcs = csr_array((length_m, (tail.astype(int), head.astype(int))), shape=(nodes, nodes))
    wanted = sorted({place for order in instance["orders"] for place in order["locs"]})
    places = [instance["depot"], instance["arrival"], *wanted]
    table_m = shortest_path(arcs, directed=False, indices=places)[:, places]
    table_m[0, 1] = table_m[1, 0] = 0.0
    problem = batching_problem(
        [order["boxes"] for order in instance["orders"]], capacity=instance["boxes_per_trolley"]
    )
    return problem, (table_m, _rows(wanted, [order["locs"] for order in instance["orders"]]))


def foodmart_aisles(instance: Instance) -> tuple[BatchingProblem, ParallelAisles, list[Picks]]:
    """The same among parallel aisles, blocks of any number."""
    warehouse, places = jobprp_foodmart(instance)
    picks = []
    for order in instance["orders"]:
        at = np.array(order["locs"]) - 1
        picks.append(Picks(aisle=places.aisle[at], block=places.block[at], offset_m=places.offset_m[at]))
    sizes = [order["boxes"] for order in instance["orders"]]
    return batching_problem(sizes, capacity=instance["boxes_per_trolley"]), warehouse, picks


def obstacle_instance(instance: Instance) -> tuple[BatchingProblem, Table]:
    """Orders on vehicles among polygons, from location 0 to location 1."""
    folder = shared_data()
    assert folder is not None
    with gzip.open(folder / "benchmarks" / "oxenstierna_obp" / "layouts.json.gz", "rt") as file:
        layout = json.load(file)[instance["layout"]]
    orders = list(instance["orders"].values())
    wanted = sorted({place for order in orders for place in order})
    at = [layout["coords"][str(place)] for place in (0, 1, *wanted)]
    outlines = [[layout["coords"][str(corner)] for corner in ring] for ring in layout["obstacles"].values()]
    table_m = lengths_among(outlines, at)
    problem = batching_problem(
        np.ones(len(orders)), capacity=instance["capacity_orders"], batches_at_most=instance["vehicles"]
    )
    return problem, (table_m, _rows(wanted, orders))


def routed_over(table: Table, *, iterations: int = 2000) -> Callable[[Members], float]:
    """The length that `best_tour` finds for a batch over the table."""
    table_m, orders = table

    def tour_length(batch: Members) -> float:
        rows = np.unique(np.concatenate([[0, 1], *(orders[order] for order in batch)])).astype(np.int64)
        table = table_m[np.ix_(rows, rows)]
        return best_tour(table, start=0, end=1, iterations=iterations, proof_rounds=0).length_m

    return tour_length


def routed_in(instance: Instance) -> Callable[[Members], float]:
    """The shortest length for a batch in the network of a Foodmart instance."""
    arcs = np.array(instance["arcs"])
    edges, length_m = arcs[:, :2].astype(np.int64), arcs[:, 2]

    def tour_length(batch: Members) -> float:
        stops = np.unique(np.concatenate([instance["orders"][order]["locs"] for order in batch]))
        ends = {"depot": instance["depot"], "end": instance["arrival"]}
        return optimal_network_tour(edges, length_m, stops, **ends).length_m

    return tour_length


def _rows(wanted: list[int], orders: list[list[int]]) -> list[npt.NDArray[np.int64]]:
    row = {place: at for at, place in enumerate(wanted, start=2)}
    return [np.unique([row[place] for place in order]) for order in orders]
