"""Days of a network, one after the other: goods come, demand takes, points order, origins ship what they can.

All is whole units, so what is made is at every end of a day exactly what was used, lies there or is under way.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled
from layouts.network.laws import Laws, counter, drawn
from layouts.network.rationing import ration, split
from layouts.network.timeline import Timeline, Worlds
from layouts.network.wiring import Wiring

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SERIES = ("asked", "at_once", "lost", "owed", "made", "used", "stock", "under_way")
COSTS = ("transport", "purchase", "handling", "holding", "short")
ENDLESS = 2**53
"""Units a day of what has no capacity."""


class Net(NamedTuple):
    """What the days need of the wiring, and the routes by lane, by the point and by the node that they leave."""

    node_of: Ints
    is_source: Flags
    is_customer: Flags
    tail: Ints
    head: Ints
    lane_of: Ints
    into: Ints
    order: Ints
    units: Ints
    order_at: Ints
    up_to: Ints
    price: Floats
    holding: Floats
    short_cost: Floats
    handling: Floats
    lane_cost: Floats
    by_lane: Ints
    lane_start: Ints
    by_tail: Ints
    tail_start: Ints
    by_node: Ints
    node_start: Ints


class Desk(NamedTuple):
    """Room for what a replication keeps in mind: by point (P,), `coming` by point and day (P, ring); `asked` and
    `notes` by route (A,); `of_node` (N,) and `of_lane` (L,).
    """

    stock: Ints
    under_way: Ints
    owed: Ints
    today: Ints
    served: Ints
    of_point: Ints
    parts: Floats
    coming: Ints
    asked: Ints
    notes: Ints
    of_node: Ints
    of_lane: Ints


class Told(NamedTuple):
    """What R replications come to: SERIES by day (R, T, 8); of the days that count: units `asked` for, met `at_once`
    (R, P), over lanes (R, L), COSTS (R, 5).
    """

    series: Ints
    asked: Ints
    at_once: Ints
    over: Ints
    costs: Floats


def net_of(wiring: Wiring) -> Net:
    """The arrays that compiled code reads."""
    shared = [getattr(wiring, name) for name in Net._fields[:16]]
    groups = (
        (wiring.lane_of, len(wiring.lanes)),
        (wiring.tail, len(wiring.demand)),
        (wiring.node_of[wiring.tail], len(wiring.nodes)),
    )
    listed = [part for of, count in groups for part in _by(of, count)]
    return Net(*shared, *listed)


def _by(of: Ints, count: int) -> tuple[Ints, Ints]:
    members = np.argsort(of, kind="stable")
    return members, np.searchsorted(of[members], np.arange(count + 1)).astype(np.int64)


def play_days(
    net: Net,
    worlds: Worlds,
    timeline: Timeline,
    demand: Laws,
    lead: Laws,
    capacity: Floats,
    *,
    first: int,
    warm_up: int,
    waits: bool,
    seed: int,
) -> Told:
    """Play the replications `first`, `first` + 1 … of a timeline (R, T), where nodes can do `capacity` (R, N) times
    as much as told. Days from `warm_up` on count. What is short is owed if customers wait (`waits`), else lost.

    On each day:
    1. What is due comes; goods for customers are used.
    2. What is wanted at a point with stock is served from it.
    3. Customers ask for what they want and are owed, other points for what their policy orders, from the end of the
       network to its beginning, so that each knows what is asked of it. A point's orders are split as planned; no
       more is asked of a lane, or counts at a node, than it can do that day.
    4. Lanes, stocks and nodes with too little ration it; what is left of orders is asked for again the next day.
    5. Under a disruption, customers turn to whoever else has stock, the cheapest lane first.
    6. What is shipped leaves, to be there after the lead time of the lane.
    """
    replications, days = timeline.state.shape
    points, lanes = len(net.node_of), len(net.lane_start) - 1
    told = Told(
        np.zeros((replications, days, len(SERIES)), np.int64),
        np.zeros((replications, points), np.int64),
        np.zeros((replications, points), np.int64),
        np.zeros((replications, lanes), np.int64),
        np.zeros((replications, len(COSTS))),
    )
    longest = float(lead.values.max(initial=0)) * float(worlds.lead_factor.max(initial=1.0))
    ring = min(days, math.ceil(longest)) + 1
    within = np.floor(np.minimum(worlds.lane_capacity, ENDLESS) + 1e-6).astype(np.int64)
    for r in range(replications):
        one = Told(told.series[r], told.asked[r], told.at_once[r], told.over[r], told.costs[r])
        _play(
            net, worlds, within, timeline.state[r], timeline.planned[r], demand, lead, capacity[r],
            np.uint64(counter(np.uint64(seed), np.uint64(first + r))), warm_up, waits, _desk(net, ring), one,
        )  # fmt: skip
    return told


def _desk(net: Net, ring: int) -> Desk:
    """An empty desk with the first stock."""
    points, routes = len(net.node_of), len(net.tail)
    nodes, lanes = len(net.node_start) - 1, len(net.lane_start) - 1
    under_way, owed, today, served, of_point = np.zeros((5, points), np.int64)
    return Desk(
        stock=net.units.copy(),
        under_way=under_way,
        owed=owed,
        today=today,
        served=served,
        of_point=of_point,
        parts=np.zeros(points),
        coming=np.zeros((points, ring), np.int64),
        asked=np.zeros(routes, np.int64),
        notes=np.zeros(routes, np.int64),
        of_node=np.zeros(nodes, np.int64),
        of_lane=np.zeros(lanes, np.int64),
    )


@compiled
def _play(
    net: Net,
    worlds: Worlds,
    within: Ints,
    states: Ints,
    planned: Ints,
    demand: Laws,
    lead: Laws,
    capacity: Floats,
    begin: np.uint64,
    warm_up: int,
    waits: bool,
    desk: Desk,
    told: Told,
) -> None:
    days, points, routes = len(states), len(net.node_of), len(net.tail)
    nodes, lanes = len(net.node_start) - 1, len(net.lane_start) - 1
    stock, under_way, owed, today, served, of_point, parts, coming, asked, notes, of_node, of_lane = desk
    families = points // nodes
    ring = coming.shape[1]
    series, costs = told.series, told.costs
    for day in range(days):
        c, counts = states[day], day >= warm_up
        made, used = 0, 0
        for n in range(nodes):
            of_node[n] = _whole(worlds.node_capacity[c, n] * capacity[n])
        for lane in range(lanes):
            of_lane[lane] = within[c, lane]
        # 1. what is due comes
        for p in range(points):
            came = coming[p, day % ring]
            coming[p, day % ring] = 0
            under_way[p] -= came
            if net.is_customer[p]:
                used += came
            else:
                stock[p] += came
        # 2. what is wanted
        for p in range(points):
            of_point[p], served[p] = 0, 0
            exact = drawn(demand, p, begin, day) * worlds.demand_factor[c, p] + parts[p]
            today[p] = math.floor(exact + 1e-9)
            parts[p] = exact - today[p]
            if not net.is_customer[p]:
                n = net.node_of[p]
                there = of_node[n] if net.is_source[p] else min(stock[p], of_node[n])
                served[p] = min(owed[p] + today[p], there)
                of_node[n] -= served[p]
                used += served[p]
                if net.is_source[p]:
                    made += served[p]
                else:
                    stock[p] -= served[p]
        # 3. who orders what
        shares = worlds.shares[planned[day]]
        for p in net.order:
            start, end = net.into[p], net.into[p + 1]
            if start == end:
                continue
            short = owed[p] + today[p] - served[p]
            if net.is_customer[p]:
                wanted = short
            else:
                position = stock[p] + under_way[p] - min(of_point[p] + short, of_node[net.node_of[p]])
                wanted = net.up_to[p] - position if position <= net.order_at[p] else 0
            offset = (day + 1) * 0.6180339887498949 + p * 0.7548776662466927
            offset = min(max(offset - math.floor(offset), 1e-9), 1 - 1e-9)
            split(wanted, shares, start, end, offset, asked)
            for a in range(start, end):
                asked[a] = min(asked[a], of_lane[net.lane_of[a]])
                of_point[net.tail[a]] += asked[a]
        # 4. who gets what: only where more may be asked for than there is
        if families > 1:  # of one family, no more was asked of a lane
            for lane in range(lanes):
                ration(
                    asked, net.by_lane, net.lane_start[lane], net.lane_start[lane + 1],
                    of_lane[lane], day, notes,
                )  # fmt: skip
        for p in range(points):
            if of_point[p] > stock[p] and not net.is_source[p]:
                ration(asked, net.by_tail, net.tail_start[p], net.tail_start[p + 1], stock[p], day, notes)
        for n in range(nodes):
            of_all = 0
            for p in range(n * families, (n + 1) * families):
                of_all += of_point[p]
            if of_all > of_node[n]:
                ration(asked, net.by_node, net.node_start[n], net.node_start[n + 1], of_node[n], day, notes)
        # 5. and 6. what leaves
        for a in range(routes):
            if asked[a] > 0:
                tail = net.tail[a]
                of_node[net.node_of[tail]] -= asked[a]
                of_lane[net.lane_of[a]] -= asked[a]
                if net.is_source[tail]:
                    made += asked[a]
                else:
                    stock[tail] -= asked[a]
        if c != 0:
            made += _turn_to_others(net, asked, owed, today, of_node, of_lane, stock)
        for a in range(routes):
            if asked[a] > 0:
                p, lane, tail = net.head[a], net.lane_of[a], net.tail[a]
                if net.is_customer[p]:
                    served[p] += asked[a]
                lasts = round(drawn(lead, lane, begin, day) * worlds.lead_factor[c, lane])
                if lasts > 0:
                    under_way[p] += asked[a]
                    if day + lasts < days:
                        coming[p, (day + lasts) % ring] += asked[a]
                elif net.is_customer[p]:
                    used += asked[a]
                else:
                    stock[p] += asked[a]
                if counts:
                    told.over[lane] += asked[a]
                    costs[0] += asked[a] * net.lane_cost[lane] * worlds.cost_factor[c, lane]
                    costs[2] += asked[a] * net.handling[net.node_of[tail]]
                    if net.is_source[tail]:
                        costs[1] += asked[a] * net.price[tail] * worlds.price_factor[c, tail]
        # the end of the day
        asked_today, met, lost, owed_today, lies, moves = 0, 0, 0, 0, 0, 0
        for p in range(points):
            at_once = min(today[p], max(0, served[p] - owed[p]))
            left = owed[p] + today[p] - served[p]
            owed[p] = left if waits else 0
            asked_today += today[p]
            met += at_once
            lost += left - owed[p]
            owed_today += owed[p]
            lies += stock[p]
            moves += under_way[p]
            if counts:
                told.asked[p] += today[p]
                told.at_once[p] += at_once
                costs[3] += stock[p] * net.holding[p]
                costs[4] += (today[p] - at_once) * net.short_cost[p]
        series[day, 0], series[day, 1], series[day, 2], series[day, 3] = asked_today, met, lost, owed_today
        series[day, 4], series[day, 5], series[day, 6], series[day, 7] = made, used, lies, moves


@compiled
def _whole(capacity: float) -> int:
    return ENDLESS if capacity > ENDLESS else math.floor(capacity + 1e-6)


@compiled
def _turn_to_others(
    net: Net, asked: Ints, owed: Ints, today: Ints, of_node: Ints, of_lane: Ints, stock: Ints
) -> int:
    """What customers do not get as planned they get over other lanes, if there is any; how much was made for it."""
    made = 0
    for p in range(len(owed)):
        if not net.is_customer[p]:
            continue
        start, end = net.into[p], net.into[p + 1]
        short = owed[p] + today[p]
        for a in range(start, end):
            short -= asked[a]
        for a in range(start, end):
            if short <= 0:
                break
            tail = net.tail[a]
            there = ENDLESS if net.is_source[tail] else stock[tail]
            more = min(short, there, of_node[net.node_of[tail]], of_lane[net.lane_of[a]])
            if more > 0:
                asked[a] += more
                short -= more
                of_node[net.node_of[tail]] -= more
                of_lane[net.lane_of[a]] -= more
                if net.is_source[tail]:
                    made += more
                else:
                    stock[tail] -= more
    return made
