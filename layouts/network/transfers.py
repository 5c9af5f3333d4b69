"""Which units to move between sites before they are short, as a linear programme, and why, from its shadow prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from layouts.network.model import Lane, Network, Pair
from layouts.network.plan import plan, usual_state
from layouts.network.wiring import wiring_of
from spatial.errors import BadDataError, UndecidedError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WHOLE = 1e-6
"""From a whole number: less is rounding of the solver."""
PRICED = 1e-9
"""A shadow price of less is none."""


class Transfer(NamedTuple):
    """Units of a family over a lane between sites, and why."""

    lane: str
    origin: str
    destination: str
    family: str
    units: int
    cost: float
    reason: str


class Balance(NamedTuple):
    """A site and family: what it holds, needs over the days, is short of before and after, and `worth`, what one more
    unit there would save.
    """

    node: str
    family: str
    stock: int
    need: int
    short_before: int
    short_after: int
    worth: float


class FullLane(NamedTuple):
    """A lane that carries all it can in the days, and what carrying one more unit would save."""

    lane: str
    units: int
    worth: float


@dataclass(frozen=True, kw_only=True)
class Transfers:
    """The plan: `cost` of lanes and `short_cost` of what is still short, against `short_cost_before`.

    `is_whole` says whether the programme's own optimum was whole; if not, whole units cost a little more, and shadow
    prices are those of parts.
    """

    days: int
    moves: tuple[Transfer, ...]
    balances: tuple[Balance, ...]
    full_lanes: tuple[FullLane, ...]
    cost: float
    short_cost: float
    short_cost_before: float
    is_whole: bool


class _Programme(NamedTuple):
    """`pairs` are the sites and families, `lanes` those between sites that arrive in time with their `most` units;
    `moves` (M, 3) are lane, origin and destination pair of each variable.
    """

    pairs: tuple[Pair, ...]
    lanes: tuple[Lane, ...]
    most: Floats
    moves: Ints
    stock: Floats
    need: Floats
    short_cost: Floats


def transfers(network: Network, *, days: int) -> Transfers:
    """The cheapest moves between sites, given what each needs over so many days.

    A site needs its own demand and what the undisrupted plan sends from it, each day, less what it is to get from
    suppliers, plants and ports (`plan`). A move costs its lane; a unit that is needed and not there costs the
    `short_cost` of the demand it is for (the greatest of its customers'). Only units that are there, and arrive in
    time, are moved, none on to a third site. BadDataError where no demand has a short_cost; UndecidedError where the
    solver finds no plan.
    """
    programme = _programme(network, days)
    units, prices, is_whole = _solve(programme)
    moved = _moved(programme, units)
    before = np.maximum(0, programme.need - programme.stock)
    after = np.maximum(0, programme.need - programme.stock - moved)
    balances = tuple(
        Balance(
            node,
            family,
            stock=int(programme.stock[k]),
            need=int(programme.need[k]),
            short_before=int(before[k]),
            short_after=int(after[k]),
            worth=float(prices.of_pair[k]),
        )
        for k, (node, family) in enumerate(programme.pairs)
    )
    return Transfers(
        days=days,
        moves=tuple(_moves(programme, units, prices, before)),
        balances=balances,
        full_lanes=tuple(
            FullLane(lane.id, int(most), float(worth))
            for lane, most, worth in zip(programme.lanes, programme.most, prices.of_lane, strict=True)
            if worth > PRICED
        ),
        cost=float(_costs(programme) @ units),
        short_cost=float(programme.short_cost @ after),
        short_cost_before=float(programme.short_cost @ before),
        is_whole=is_whole,
    )


class _Prices(NamedTuple):
    """What one unit more would save: at a site that needs it, of stock that could be sent, over a lane."""

    of_pair: Floats
    of_stock: Floats
    of_lane: Floats


def _programme(network: Network, days: int) -> _Programme:
    wiring = wiring_of(network)
    flow = plan(wiring, usual_state(wiring)).flow
    is_site = [node.kind == "site" for node in network.nodes.values()]
    points = [p for p in range(len(wiring.demand)) if is_site[wiring.node_of[p]] and not wiring.is_source[p]]
    place = {p: k for k, p in enumerate(points)}
    need, dear = wiring.demand.copy(), wiring.short_cost.copy()
    for a in np.flatnonzero(flow):
        tail, head = int(wiring.tail[a]), int(wiring.head[a])
        if tail in place and head not in place:
            need[tail] += flow[a]
            dear[tail] = max(dear[tail], wiring.short_cost[head])
        elif head in place and tail not in place:
            need[head] -= flow[a] * max(0.0, 1 - network.lanes[wiring.lane_of[a]].lead_days / days)
    needed = np.maximum(0, np.ceil(need * days - WHOLE))[points]
    if not (dear[points][needed > 0] > 0).any() and needed.any():
        raise BadDataError("no demand has a short_cost: give demand.csv one, or nothing is worth a transfer")
    between = tuple(
        lane
        for lane in network.lanes
        if network.nodes[lane.origin].kind == network.nodes[lane.destination].kind == "site"
        and lane.lead_days <= days
    )
    most = np.array([lane.capacity_per_day * (days - np.ceil(lane.lead_days) + 1) for lane in between])
    moves = [
        (k, place[tail], place[head])
        for k, lane in enumerate(between)
        for family in network.families
        if lane.family in (None, family)
        and (tail := wiring.point(lane.origin, family)) in place
        and (head := wiring.point(lane.destination, family)) in place
    ]
    return _Programme(
        pairs=tuple(wiring.pair(p) for p in points),
        lanes=between,
        most=most,
        moves=np.array(moves, np.int64).reshape(-1, 3),
        stock=wiring.units[points].astype(np.float64),
        need=needed,
        short_cost=dear[points],
    )


def _costs(programme: _Programme) -> Floats:
    return np.array([programme.lanes[k].cost_per_unit for k in programme.moves[:, 0]], np.float64)


def _solve(programme: _Programme) -> tuple[Floats, _Prices, bool]:
    """Variables: units of each move, then units short of each pair. Rows: 1. What is needed is there, comes, less
    what goes, or is short. 2. Nothing goes that is not there. 3. Capacities of lanes.
    """
    lane, tail, head = programme.moves.T
    moves, pairs, lanes = len(lane), len(programme.pairs), len(programme.lanes)
    each, ones = np.arange(moves), np.ones(moves)
    table = coo_array(
        (
            np.concatenate([ones, -ones, -np.ones(pairs), ones, ones]),
            (
                np.concatenate([tail, head, np.arange(pairs), pairs + tail, 2 * pairs + lane]),
                np.concatenate([each, each, moves + np.arange(pairs), each, each]),
            ),
        ),
        shape=(2 * pairs + lanes, moves + pairs),
    )
    most = np.concatenate([programme.stock - programme.need, programme.stock, programme.most])
    kept = np.isfinite(most)
    rows = csr_array(table.tocsr()[np.flatnonzero(kept)])
    cost = np.concatenate([_costs(programme), programme.short_cost])
    solve: Any = linprog  # its stubs know no sparse rows
    found = solve(cost, A_ub=rows, b_ub=most[kept], method="highs")
    if found.x is None:
        raise UndecidedError(f"no plan of transfers is found ({found.message}): check stock and demand")
    saved = np.zeros(len(most))
    saved[kept] = -found.ineqlin.marginals
    prices = _Prices(saved[:pairs], saved[pairs : 2 * pairs], saved[2 * pairs :])
    units = found.x[:moves]
    is_whole = bool(np.abs(units - np.rint(units)).max(initial=0.0) < WHOLE)
    if not is_whole:
        whole = milp(
            cost,
            constraints=LinearConstraint(rows, -np.inf, most[kept]),
            integrality=np.concatenate([ones, np.zeros(pairs)]),
        )
        if whole.x is None:
            raise UndecidedError(
                f"no plan of whole transfers is found ({whole.message}): check stock and demand"
            )
        units = whole.x[:moves]
    return np.rint(units), prices, is_whole


def _moved(programme: _Programme, units: Floats) -> Floats:
    """What comes less what goes, of each pair."""
    _, tail, head = programme.moves.T
    pairs = len(programme.pairs)
    comes = np.bincount(head, weights=units, minlength=pairs)
    return np.asarray(comes - np.bincount(tail, weights=units, minlength=pairs))


def _moves(programme: _Programme, units: Floats, prices: _Prices, before: Floats) -> Sequence[Transfer]:
    found = []
    for (k, tail, head), count in zip(programme.moves.tolist(), units.tolist(), strict=True):
        if count < 0.5:
            continue
        lane, family = programme.lanes[k], programme.pairs[tail][1]
        found.append(
            Transfer(
                lane.id, lane.origin, lane.destination, family, round(count), count * lane.cost_per_unit,
                _reason(programme, prices, before, (k, tail, head)),
            )
        )  # fmt: skip
    return sorted(
        found, key=lambda move: (-programme.short_cost[_place(programme, move)], -move.units, move.lane)
    )


def _place(programme: _Programme, move: Transfer) -> int:
    return programme.pairs.index((move.destination, move.family))


def _reason(programme: _Programme, prices: _Prices, before: Floats, move: tuple[int, int, int]) -> str:
    """Which shortage the move ends, what that saves, and what keeps it from being more."""
    k, tail, head = move
    lane, (site, _) = programme.lanes[k], programme.pairs[head]
    short, worth = before[head], prices.of_pair[head]
    why = (
        f"{site} would be short of {short:,.0f}; a unit there saves {worth:,.4g} and costs {lane.cost_per_unit:,.4g}"
        if short > 0
        else f"{site} sends on what others are short of; a unit there saves {worth:,.4g}"
    )
    spare = prices.of_pair[tail] + prices.of_stock[tail]
    limits = []
    if prices.of_lane[k] > PRICED:
        limits.append(f"lane {lane.id} is full: room for one more would save {prices.of_lane[k]:,.4g}")
    if spare > PRICED:
        limits.append(f"{lane.origin} has no more to spare: one more there would save {spare:,.4g}")
    return "; ".join([why, *limits])


def limits_of(found: Transfers) -> Mapping[str, float]:
    """What one more unit would save, by what is short: sites still short, and full lanes; the dearest first."""
    saved = {
        f"{each.node} ({each.family})": each.worth
        for each in found.balances
        if each.short_after and each.worth > PRICED
    }
    saved |= {f"lane {each.lane}": each.worth for each in found.full_lanes}
    return dict(sorted(saved.items(), key=lambda item: (-item[1], item[0])))
