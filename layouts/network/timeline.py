"""When the network is in which state: events that overlap make states of their own, each with its own plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.network.disruptions import Disruption, Disruptions
from layouts.network.plan import State, plan, shares_of, usual_state
from layouts.network.wiring import Floats, Wiring
from spatial.errors import BadDataError
from spatial.progress import Progress, counted, silent

Ints = npt.NDArray[np.int64]

MOST_STATES = 512


class Worlds(NamedTuple):
    """The S states by number, the usual one first: capacities (S, N), (S, L), factors (S, L), (S, L), (S, P), (S, P),
    and the shares of the plan (S, A).
    """

    node_capacity: Floats
    lane_capacity: Floats
    lead_factor: Floats
    cost_factor: Floats
    price_factor: Floats
    demand_factor: Floats
    shares: Floats


class Timeline(NamedTuple):
    """The state of each day in each replication (R, T), and that whose plan is followed (R, T)."""

    state: Ints
    planned: Ints


def timeline_of(
    wiring: Wiring,
    disruptions: Disruptions,
    spans: Ints,
    *,
    days: int,
    usual: Floats | None = None,
    progress: Progress = silent,
) -> tuple[Worlds, Timeline]:
    """The states that the `spans` (R, E, 2) of the events make, and when; `usual` are the shares (A,) of the plan
    without events, where they are known.

    BadDataError where events overlap in more than 512 ways.
    """
    codes = _codes(spans, days)
    found, state = np.unique(codes, return_inverse=True)
    if found[0] != 0:  # the usual state is there, whether it occurs or not
        found, state = np.insert(found, 0, 0), state + 1
    if len(found) > MOST_STATES:
        raise BadDataError(
            f"the events overlap in {len(found)} ways: {MOST_STATES} at most; give fewer events, or shorter ones"
        )
    state = state.reshape(codes.shape).astype(np.int64)
    active = [[e for k, e in enumerate(disruptions.events) if int(code) >> k & 1] for code in found]
    late = disruptions.reaction_days
    planned = np.zeros_like(state)
    planned[:, late:] = state[:, : days - late] if late < days else 0
    return _worlds(wiring, active, usual, progress), Timeline(state, planned)


def usual_shares(wiring: Wiring) -> Floats:
    """The shares (A,) of the plan without events."""
    return shares_of(wiring, plan(wiring, usual_state(wiring)).flow)


def _worlds(
    wiring: Wiring, active: Sequence[Sequence[Disruption]], usual: Floats | None, progress: Progress
) -> Worlds:
    """The states in which these events are `active`, each with its plan; the first is the usual one, for what a plan
    does not tell.
    """
    told = counted(progress, "plans", len(active))
    states = [state_of(wiring, events) for events in active]
    shares = [usual_shares(wiring) if usual is None else usual]
    told(1)
    for state in states[1:]:
        shares.append(shares_of(wiring, plan(wiring, state).flow, shares[0]))
        told(1)
    nodes, lanes, lead, cost, price, demand = (np.stack(each) for each in zip(*states, strict=True))
    return Worlds(nodes, lanes, lead, cost, price, demand, np.stack(shares))


def state_of(wiring: Wiring, events: Sequence[Disruption]) -> State:
    """The state in which all these events are on; factors multiply."""
    state = State(*(each.copy() for each in usual_state(wiring)))
    for event in events:
        _apply(wiring, state, event)
    return State(np.floor(state.node_capacity), np.floor(state.lane_capacity), *state[2:])


def _apply(wiring: Wiring, state: State, event: Disruption) -> None:
    nodes = np.array([event.of is None or event.of == each for each in wiring.nodes])
    lanes = np.array([event.of is None or event.of == each for each in wiring.lanes], np.bool_)
    families = np.array([event.family is None or event.family == each for each in wiring.families])
    points = nodes[wiring.node_of] & np.tile(families, len(wiring.nodes))
    times = 0.0 if event.times is None else event.times
    match event.kind:
        case "node_down":
            state.node_capacity[nodes] = 0.0
        case "lane_down":
            state.lane_capacity[lanes] = 0.0
        case "lead_time":
            state.lead_factor[lanes] *= times
        case "capacity":
            for capacity, which in ((state.node_capacity, nodes), (state.lane_capacity, lanes)):
                capacity[which] = capacity[which] * times if times else 0.0
        case "demand":
            state.demand_factor[points] *= times
        case "price":
            state.price_factor[points] *= times
            if event.of is not None:
                state.cost_factor[lanes] *= times


def _codes(spans: Ints, days: int) -> Ints:
    """Which events are on, as bits, for each replication and day (R, T)."""
    replications, events, _ = spans.shape
    codes = np.zeros((replications, days), np.int64)
    day = np.arange(days)
    for e in range(events):
        first, end = spans[:, e, :1], spans[:, e, 1:]
        codes |= ((first <= day) & (day < end)).astype(np.int64) << e
    return codes
