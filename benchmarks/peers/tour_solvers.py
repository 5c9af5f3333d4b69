"""Other people's solvers on a table of lengths: each gives the places from the first to the last in its order."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import networkx as nx
import numpy as np
import numpy.typing as npt

Lengths = npt.NDArray[np.float64]
Solver = Callable[[Lengths, int, float], list[int]]
"""From a table, the place where the tour ends (it starts at 0) and the seconds it may take, to the order."""

STEPS, STEPS_IN_CYCLE = 1_000_000, 32_000
"""The longest length in whole numbers, which most solvers insist on; fast_tsp takes no length above 65,535."""


def ortools(length_m: Lengths, end: int, seconds: float) -> list[int]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    whole = _whole(length_m, STEPS).tolist()
    manager = pywrapcp.RoutingIndexManager(len(length_m), 1, [0], [end])
    routing = pywrapcp.RoutingModel(manager)
    transit = routing.RegisterTransitMatrix(whole)
    routing.SetArcCostEvaluatorOfAllVehicles(transit)
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    options.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    options.time_limit.FromMilliseconds(round(1000 * seconds))
    found = routing.SolveWithParameters(options)
    order, at = [], routing.Start(0)
    while not routing.IsEnd(at):
        order.append(manager.IndexToNode(at))
        at = found.Value(routing.NextVar(at))
    return [*order, manager.IndexToNode(at)]


def pyvrp(length_m: Lengths, end: int, seconds: float) -> list[int]:
    from pyvrp import Model
    from pyvrp.stop import MaxRuntime

    whole = _whole(length_m, STEPS).tolist()
    model = Model()
    places = [0, end] if end else [0]
    depots = [model.add_depot(model.add_location(0, 0)) for _ in places]
    clients = [place for place in range(len(length_m)) if place not in places]
    model.add_vehicle_type(start_depot=depots[0], end_depot=depots[-1])
    for _ in clients:
        model.add_client(model.add_location(0, 0))
    for i, here in zip([*places, *clients], model.locations, strict=True):
        for j, there in zip([*places, *clients], model.locations, strict=True):
            model.add_edge(here, there, distance=whole[i][j])
    route = model.solve(stop=MaxRuntime(seconds), display=False).best.routes()[0]
    return [0, *(clients[stop.idx] for stop in route if stop.is_client()), end]


def fast_tsp(length_m: Lengths, end: int, seconds: float) -> list[int]:
    from fast_tsp import find_tour

    return _from_cycle(find_tour(_closed(length_m, end), duration_seconds=seconds), end)


def networkx(length_m: Lengths, end: int, seconds: float) -> list[int]:  # noqa: ARG001  # it takes what it needs
    graph = nx.from_numpy_array(np.maximum(_closed(length_m, end), 1e-9))
    tours = (
        nx.approximation.christofides(graph),
        nx.approximation.greedy_tsp(graph, source=0),
    )
    orders = [_from_cycle(tour[:-1], end) for tour in tours]
    return min(orders, key=lambda order: float(length_m[order[:-1], order[1:]].sum()))


PEERS: dict[str, Solver] = {"ortools": ortools, "pyvrp": pyvrp, "fast_tsp": fast_tsp, "networkx": networkx}
INSTALLED = {name: solver for name, solver in PEERS.items() if find_spec(name) is not None}
"""The peers that this environment holds."""


def _whole(length_m: Lengths, steps: int) -> npt.NDArray[np.int64]:
    return np.rint(length_m * (steps / max(float(length_m.max()), 1e-9))).astype(np.int64)


def _closed(length_m: Lengths, end: int) -> npt.NDArray[np.int64]:
    """A table whose shortest round tour is the shortest tour from 0 to `end`: only the leg between these is free."""
    whole = _whole(length_m, STEPS_IN_CYCLE)
    if end:
        whole += STEPS_IN_CYCLE + 1
        np.fill_diagonal(whole, 0)
        whole[0, end] = whole[end, 0] = 0
    return whole


def _from_cycle(cycle: list[int], end: int) -> list[int]:
    """The round tour from 0; opened, with `end` moved to the end where it is not beside 0."""
    at = cycle.index(0)
    turned = cycle[at:] + cycle[:at]
    if end == 0:
        return [*turned, 0]
    if turned[1] == end:
        turned = [0, *reversed(turned[1:])]
    return [*(place for place in turned if place != end), end]
