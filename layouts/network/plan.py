"""Which way goods go in the long run: as much as can be served, at the least cost, as a linear programme."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, hstack

from layouts.network.wiring import Floats, Wiring
from spatial.errors import UndecidedError

NOTHING = 1e-7
"""Of a unit: less is rounding of the solver."""


class State(NamedTuple):
    """What a network can do at a time: capacities of nodes (N,) and lanes (L,), 0 where they are down; factors on the
    lead times and costs of lanes (L,), on prices (P,) and on demand (P,).
    """

    node_capacity: Floats
    lane_capacity: Floats
    lead_factor: Floats
    cost_factor: Floats
    price_factor: Floats
    demand_factor: Floats


class Plan(NamedTuple):
    """Units a day over each route (A,), `unmet` at each point (P,), and what the flow costs a day."""

    flow: Floats
    unmet: Floats
    cost: float


def usual_state(wiring: Wiring) -> State:
    """When nothing is disrupted."""
    points, lanes = len(wiring.demand), len(wiring.lanes)
    return State(
        wiring.node_capacity,
        wiring.lane_capacity,
        np.ones(lanes),
        np.ones(lanes),
        np.ones(points),
        np.ones(points),
    )


def plan(wiring: Wiring, state: State) -> Plan:
    """The flow that serves most demand a day, and costs least of those that do.

    With one family it is networkx' `min_cost_flow`. Unmet demand costs more than any way that goods can go, so that
    both aims are one programme. UndecidedError where the solver finds none.
    """
    cost = route_costs(wiring, state)
    demand = wiring.demand * state.demand_factor
    asked = np.flatnonzero(demand > 0)
    dear = 1.0 + len(wiring.nodes) * float(cost.max(initial=0.0))
    bounds_of_flow = _single_family_bounds(wiring, state)
    rows, most = _shared(wiring, state, asked, demand)
    balance, wanted = _balance(wiring, asked, demand)
    upper = np.concatenate([bounds_of_flow, demand[asked]])
    solve: Any = linprog  # its stubs know no sparse rows
    found = solve(
        np.concatenate([cost, np.full(len(asked), dear)]),
        A_ub=rows,
        b_ub=most,
        A_eq=balance,
        b_eq=wanted,
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs",
    )
    if found.x is None:
        raise UndecidedError(
            f"the plan of the network is not found ({found.message}): check capacities and demand"
        )
    routes = len(wiring.tail)
    flow = np.where(found.x[:routes] > NOTHING, found.x[:routes], 0.0)
    unmet = np.zeros(len(demand))
    unmet[asked] = np.where(found.x[routes:] > NOTHING, found.x[routes:], 0.0)
    return Plan(flow, unmet, float(cost @ flow))


def route_costs(wiring: Wiring, state: State) -> Floats:
    """What a unit over each route (A,) costs in this state."""
    tail = wiring.tail
    price = wiring.price[tail] * state.price_factor[tail] * wiring.is_source[tail]
    lane = (wiring.lane_cost * state.cost_factor)[wiring.lane_of]
    cost: Floats = lane + price + wiring.handling[wiring.node_of[tail]]
    return cost


def shares_of(wiring: Wiring, flow: Floats, usual: Floats | None = None) -> Floats:
    """The share (A,) of a point's orders that goes over each of its routes: that of the planned flow; else the
    `usual` one; else all over the cheapest.
    """
    points = len(wiring.demand)
    total = np.bincount(wiring.head, weights=flow, minlength=points)
    first = np.zeros(len(flow))
    first[wiring.into[:-1][np.diff(wiring.into) > 0]] = 1.0
    other = first if usual is None else usual
    into = total[wiring.head]
    shares: Floats = np.where(into > 0, flow / np.where(into > 0, into, 1.0), other)
    return shares


def _single_family_bounds(wiring: Wiring, state: State) -> Floats:
    """The most over each route: its lane's capacity, which families may have to share; none out of a node down."""
    return np.minimum(state.lane_capacity[wiring.lane_of], state.node_capacity[wiring.node_of[wiring.tail]])


def _balance(wiring: Wiring, asked: npt.NDArray[np.intp], demand: Floats) -> tuple[Any, Floats]:
    """Into each point that makes nothing, less out of it, and what is unmet, is its demand."""
    points, routes = len(wiring.demand), np.arange(len(wiring.tail))
    ones = np.ones(len(routes))
    flows = coo_array(
        (
            np.concatenate([ones, -ones]),
            (np.concatenate([wiring.head, wiring.tail]), np.concatenate([routes, routes])),
        ),
        shape=(points, len(routes)),
    )
    unmet = coo_array((np.ones(len(asked)), (asked, np.arange(len(asked)))), shape=(points, len(asked)))
    keep = np.flatnonzero(~wiring.is_source)
    return csr_array(hstack([flows, unmet]).tocsr()[keep]), demand[keep]


def _shared(
    wiring: Wiring, state: State, asked: npt.NDArray[np.intp], demand: Floats
) -> tuple[Any, Floats | None]:
    """Rows of capacities that several routes share: out of nodes with what they need themselves, and over lanes."""
    routes = np.arange(len(wiring.tail))
    own = asked[~wiring.is_customer[asked]]
    column = len(routes) + np.searchsorted(asked, own)
    nodes = np.flatnonzero(np.isfinite(state.node_capacity))
    lanes = (
        np.flatnonzero(np.isfinite(state.lane_capacity)) if len(wiring.families) > 1 else np.zeros(0, np.intp)
    )
    place = np.concatenate(
        [wiring.node_of[wiring.tail], wiring.node_of[own], len(wiring.nodes) + wiring.lane_of]
    )
    table = coo_array(
        (
            np.concatenate([np.ones(len(routes)), -np.ones(len(own)), np.ones(len(routes))]),
            (place, np.concatenate([routes, column, routes])),
        ),
        shape=(len(wiring.nodes) + len(wiring.lanes), len(routes) + len(asked)),
    ).tocsr()
    own_demand = np.bincount(wiring.node_of[own], weights=demand[own], minlength=len(wiring.nodes))
    most = np.concatenate([state.node_capacity - own_demand, state.lane_capacity])
    rows = np.concatenate([nodes, len(wiring.nodes) + lanes])
    return (csr_array(table[rows]), most[rows]) if len(rows) else (None, None)
