"""How long a network serves all demand after a node stopped: its time to survive.

Simchi-Levi, Schmidt, Wei et al. (2015), "Identifying risks and mitigating disruptions in the automotive supply
chain", Interfaces 45, 375-390: the longest time for which stock elsewhere, and flow within the capacities that are
left, cover demand. Goods under way count for nothing, and lead times are not waited for. The same authors' time to
recover is that until the node is restored; where the user knows it, a node is exposed if it survives for less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from layouts.network.disruptions import MOST_DAYS
from layouts.network.model import Network
from layouts.network.wiring import Floats, Wiring
from spatial.errors import UndecidedError
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers


class Survival(NamedTuple):
    """Days that the network survives without a node, infinite where it needs it for nothing; whether it is exposed,
    None where nobody told how long the node takes to recover.
    """

    node: str
    days: float
    recover_days: float | None

    @property
    def is_exposed(self) -> bool | None:
        """Whether demand is missed before the node is restored."""
        return None if self.recover_days is None else self.days < self.recover_days


def survivals(
    network: Network, wiring: Wiring, *, workers: Workers | None = None, progress: Progress = silent
) -> tuple[Survival, ...]:
    """That of every node but customers, the least first."""
    nodes = [node for node in network.nodes.values() if node.kind != "demand"]
    numbers = [wiring.nodes.index(node.id) for node in nodes]
    players: Workers = workers or ThisProcess()
    told = counted(progress, "times to survive", len(nodes))
    days = players.play(partial(_most_days_without, wiring, _rows(wiring)), numbers, told)
    found = [Survival(node.id, each, node.recover_days) for node, each in zip(nodes, days, strict=True)]
    return tuple(sorted(found, key=lambda each: (each.days, each.node)))


def time_to_survive(wiring: Wiring, down: Sequence[str]) -> float:
    """Days for which all demand is met while these nodes are down."""
    return _most_days(wiring, _rows(wiring), [wiring.nodes.index(each) for each in down])


class _Rows(NamedTuple):
    """`flows` @ units ≤ `stock` + `per_day` t: rows of the points that make nothing, of nodes, and of lanes; `node`
    is that which a row is down with, -1 for lanes.
    """

    flows: csr_array
    stock: Floats
    per_day: Floats
    node: Floats


def _rows(wiring: Wiring) -> _Rows:
    """1. What leaves a point or is wanted there is its stock and what comes. 2. and 3. Capacities: nodes, lanes."""
    routes = np.arange(len(wiring.tail))
    ones, points, nodes = np.ones(len(routes)), len(wiring.demand), len(wiring.nodes)
    own = np.where(wiring.is_customer, 0.0, wiring.demand)
    flows = coo_array(
        (
            np.concatenate([ones, -ones, ones, ones]),
            (
                np.concatenate(
                    [
                        wiring.tail,
                        wiring.head,
                        points + wiring.node_of[wiring.tail],
                        points + nodes + wiring.lane_of,
                    ]
                ),
                np.tile(routes, 4),
            ),
        ),
        shape=(points + nodes + len(wiring.lanes), len(routes)),
    ).tocsr()
    stock = np.concatenate(
        [np.where(wiring.is_customer, 0, wiring.units), np.zeros(nodes + len(wiring.lanes))]
    )
    capacity = wiring.node_capacity - np.bincount(wiring.node_of, weights=own, minlength=nodes)
    per_day = np.concatenate([-wiring.demand, capacity, wiring.lane_capacity])
    node = np.concatenate([wiring.node_of, np.arange(nodes), np.full(len(wiring.lanes), -1)])
    keep = np.ones(len(stock), np.bool_)
    keep[:points] = ~wiring.is_source
    return _Rows(csr_array(flows[keep]), stock[keep], per_day[keep], node[keep])


def _most_days_without(wiring: Wiring, rows: _Rows, n: int) -> float:
    return _most_days(wiring, rows, [n])


def _most_days(wiring: Wiring, rows: _Rows, numbers: Sequence[int]) -> float:
    own = np.isin(wiring.node_of, numbers) & ~wiring.is_customer
    if (wiring.demand[own] > 0).any():
        return 0.0
    is_down = np.isin(rows.node, numbers)
    first_node = np.count_nonzero(~wiring.is_source)
    per_day = rows.per_day.copy()
    per_day[first_node:][is_down[first_node:]] = 0.0
    stock = np.where(is_down, 0.0, rows.stock)
    bound = np.isfinite(per_day)
    flows = rows.flows[np.flatnonzero(bound)]
    table = coo_array(flows)
    routes = len(wiring.tail)
    days = np.flatnonzero(per_day[bound])
    whole = coo_array(
        (
            np.concatenate([table.data, -per_day[bound][days]]),
            (np.concatenate([table.row, days]), np.concatenate([table.col, np.full(len(days), routes)])),
        ),
        shape=(flows.shape[0], routes + 1),
    ).tocsr()
    solve: Any = linprog  # its stubs know no sparse rows
    cost = np.zeros(routes + 1)
    cost[-1] = -1.0
    upper: list[float | None] = [None] * routes + [float(MOST_DAYS)]
    found = solve(cost, A_ub=whole, b_ub=stock[bound], bounds=[(0.0, each) for each in upper], method="highs")
    if found.x is None:
        down = ", ".join(wiring.nodes[n] for n in numbers)
        raise UndecidedError(f"the time to survive without {down} is not found ({found.message})")
    most = max(0.0, float(found.x[-1]))
    return math.inf if most > MOST_DAYS - 1e-6 else most
