"""Schedules of orders with due times beside the published optima of `ibsrp_kris_small`.

    python benchmarks/bench_scheduling.py [--every K] [--network] [--seconds S] [--json FILE]

Time of a batch = T · distance + pick · pieces + setup; two pickers, due times that must be kept. Tours come from the
exact program of parallel aisles or, with --network, from that of the published network: the same lengths.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from published import arcs, instances, shared_data

from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.exact.network.network_tour import optimal_network_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.scheduling.problem import Members, SchedulingProblem, TourLength, scheduling_problem
from layouts.tours.scheduling.schedule_orders import schedule_orders

SAME_S = 1e-3


def published_problem(row: dict[str, Any]) -> SchedulingProblem:
    """Capacity counts pieces, and each is picked for PickTime."""
    of = {name: int(value) for name, value in row["params"].items()}
    pieces = [sum(quantity for _, quantity in order["lines"]) for order in row["orders"]]
    return scheduling_problem(
        pieces,
        [order["due"] for order in row["orders"]],
        [of["PickTime"] * each for each in pieces],
        capacity=of["CapaPicker"],
        pickers=of["NbPickers"],
        seconds_per_metre=of["TimeToTravelOneDistanceUnit"],
        setup_s=of["SetupTime"],
        names=[f"order {order['id']}" for order in row["orders"]],
    )


def network_lengths(row: dict[str, Any]) -> TourLength:
    """Tours on the published network."""
    edges, length_m = arcs(row)
    depot, end = (int(row["params"][name]) for name in ("DepartingDepot", "ArrivalDepot"))
    places = [[place for place, _ in order["lines"]] for order in row["orders"]]

    def length(orders: Members) -> float:
        stops = np.array([place for order in orders for place in places[order]])
        return optimal_network_tour(edges, length_m, stops, depot=depot, end=end).length_m

    return length


def aisle_lengths(row: dict[str, Any]) -> TourLength:
    """Tours among parallel aisles: places are named by aisle and block, and lie along y from the block's front."""
    junctions = np.array([xy[:2] for xy in row["coords"].values() if xy[2].startswith("intersection")])
    across, along = np.unique(junctions[:, 0]), np.unique(junctions[:, 1])
    warehouse = ParallelAisles(
        aisle_m=np.tile(np.diff(along)[:, None], (1, len(across))),
        cross_m=np.tile(np.diff(across), (len(along), 1)),
        depot_m=float(along[0]),
    )
    placed = []
    for order in row["orders"]:
        places = [row["coords"][str(place)] for place, _ in order["lines"]]
        block = np.array([int(name.split()[4]) for _, _, name in places])
        aisle = np.array([int(name.split()[2]) for _, _, name in places])
        placed.append((aisle, block, np.array([y for _, y, _ in places]) - along[block]))

    def length(orders: Members) -> float:
        aisle, block, offset_m = (
            np.concatenate(each) for each in zip(*(placed[o] for o in orders), strict=True)
        )
        return optimal_tour(warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m)).length_m

    return length


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take every so many of the instances")
    parser.add_argument("--network", action="store_true", help="tours on the published network")
    parser.add_argument("--seconds", type=float, help="stop each instance about then")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    if shared_data() is None:
        print("skipped: no shared data")
        return 0
    results = []
    for row in instances("ibsrp_kris_small")[:: options.every]:
        length = network_lengths(row) if options.network else aisle_lengths(row)
        start = time.perf_counter()
        found = schedule_orders(published_problem(row), length, budget_s=options.seconds)
        seconds = time.perf_counter() - start
        results.append(
            {
                "name": row["name"],
                "orders": len(row["orders"]),
                "time_s": found.time_s,
                "tardiness_s": found.tardiness_s,
                "bound_s": found.time_bound_s,
                "published_s": row["optimal"],
                "is_equal": found.tardiness_s == 0 and abs(found.time_s - row["optimal"]) < SAME_S,
                "is_proven": found.is_proven,
                "seconds": seconds,
                "published_cpu_s": float(row["published_cpu_s"]),
            }
        )
        show(results[-1])
    summary(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def show(of: dict[str, Any]) -> None:
    print(
        f"{of['name']:18}{of['orders']:4}{of['time_s']:12.0f}{of['bound_s']:14.1f}{of['published_s']:12.0f}"
        f"{'equal' if of['is_equal'] else 'differs':>9}{'proven' if of['is_proven'] else '':>8}"
        f"{of['seconds']:9.2f} s{of['published_cpu_s']:9.2f} s",
        flush=True,
    )


def summary(results: list[dict[str, Any]]) -> None:
    for orders in sorted({of["orders"] for of in results}):
        these = [of for of in results if of["orders"] == orders]
        spent = [of["seconds"] for of in these]
        above = [of["time_s"] / of["published_s"] - 1 for of in these]
        print(
            f"{orders} orders: {sum(of['is_equal'] for of in these)} of {len(these)} at the published optimum, "
            f"{sum(of['is_proven'] for of in these)} proven, worst {max(above):.3%} above; median "
            f"{np.median(spent):.2f} s, most {max(spent):.2f} s"
        )


if __name__ == "__main__":
    sys.exit(main())
