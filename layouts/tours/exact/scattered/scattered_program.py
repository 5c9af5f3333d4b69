"""Scattered storage as a mixed-integer program: the state network as a flow, with the demand to cover.

Heßler & Irnich (2022) cover the demand by the arcs of Ratliff & Rosenthal's state network. Here an arc only says in
which way a stretch is used; how far one goes in from either end are variables of their own, so that a stretch with n
places takes 2 n of them and not n² arcs. States that no tour within the known bounds passes are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from layouts.tours.exact.aisles.aisle_tables import AisleTables
from layouts.tours.exact.frontier_state import (
    BACK,
    BOTH,
    CLOSED,
    EVEN,
    FRONT,
    ILLEGAL,
    NONE,
    ONCE,
    TWICE,
    WAYS,
)
from layouts.tours.exact.scattered.scattered_bound import Stock, lengths_through, place_values
from layouts.tours.exact.scattered.valued_stretch import valued_ways

Flags = npt.NDArray[np.bool_]
Lengths = npt.NDArray[np.float64]
Terms = list[tuple[int, float]]
"""Variables and their factors in a row."""

SLACK_M = 1e-6
"""A tour as long as the bound is let through in spite of rounding."""


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Linear rows in the making: low ≤ Σ factor · variable ≤ high."""

    row: list[int] = field(default_factory=list)
    variable: list[int] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, terms: Terms, low: float, high: float) -> None:
        for variable, factor in terms:
            self.row.append(len(self.low))
            self.variable.append(variable)
            self.factor.append(factor)
        self.low.append(low)
        self.high.append(high)


@dataclass(frozen=True, kw_only=True)
class _Program:
    """Variables by number: their cost, and whether they are whole; and the rows between them."""

    cost: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: _Rows = field(default_factory=_Rows)

    def variable(self, cost: float, *, whole: bool) -> int:
        self.cost.append(cost)
        self.whole.append(int(whole))
        return len(self.cost) - 1


def best_choice(
    aisle_m: Lengths,
    cross_m: Lengths,
    stock: Stock,
    tables: AisleTables,
    *,
    price_m: Lengths,
    bound_m: float,
    most_nodes: int,
    time_limit_s: float | None = None,
) -> tuple[float, Flags | None]:
    """A lower bound, and the places (L,) of the best tour not longer than `bound_m` that was found.

    `price_m` (K,) leave out the states through which any tour is longer than `bound_m`. The search ends after
    `most_nodes`, or `time_limit_s` where told.
    """
    program = _Program()
    use = _add_flow(program, aisle_m, cross_m, stock, tables, price_m, bound_m)
    passed = _add_reaches(program, aisle_m, stock, use)
    program.rows.add([(v, c) for v, c in enumerate(program.cost) if c], -np.inf, bound_m + SLACK_M)
    rows = program.rows
    matrix = csr_array((rows.factor, (rows.row, rows.variable)), shape=(len(rows.low), len(program.cost)))
    solved = milp(
        np.array(program.cost),
        integrality=np.array(program.whole),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, np.array(rows.low), np.array(rows.high)),
        options={
            "node_limit": most_nodes,
            "mip_rel_gap": 0.0,
            "time_limit": np.inf if time_limit_s is None else time_limit_s,
        },
    )
    lower_m = -np.inf if solved.mip_dual_bound is None else float(solved.mip_dual_bound)
    if solved.x is None:
        return lower_m, None
    covered = [sum(solved.x[variable] for variable in terms) > 0.5 for terms in passed]
    return lower_m, np.array(covered)


def _add_flow(
    program: _Program,
    aisle_m: Lengths,
    cross_m: Lengths,
    stock: Stock,
    tables: AisleTables,
    price_m: Lengths,
    bound_m: float,
) -> list[list[int]]:
    """One unit through the states, step by step; the variable (M · B, WAYS) of each way, or −1 where it is ruled out.

    The lengths within stretches come later: here only walking through them and along the cross-aisles has a cost.
    """
    blocks, aisles = aisle_m.shape
    ways, _ = valued_ways(aisle_m, stock.offset_m, place_values(stock, price_m), stock.start)
    before, after = lengths_through(ways, cross_m, tables)
    limit = bound_m - float(stock.demand @ price_m) + SLACK_M
    use: list[list[int]] = []
    inflows: dict[int, Terms] = {0: []}
    for step in range((2 * blocks + 1) * aisles):
        aisle, part = divmod(step, 2 * blocks + 1)
        onward: dict[int, Terms] = {}
        taken: list[Terms] = [[] for _ in range(WAYS)]
        for state, inflow in inflows.items():
            if part < blocks:
                arcs = _through(aisle_m[part, aisle], ways[aisle * blocks + part], tables.after[part, state])
            else:
                ahead_m = cross_m[part - blocks, aisle] if aisle + 1 < aisles else np.inf
                arcs = _past(state, float(ahead_m), tables, part - blocks)
            outflow: Terms = []
            for arc in arcs:
                beyond = 0.0 if arc.there == CLOSED else after[step + 1, arc.there]
                if before[step, state] + arc.valued_m + beyond > limit:
                    continue
                flow = program.variable(arc.length_m, whole=False)
                outflow.append((flow, -1.0))
                taken[arc.way].append((flow, 1.0))
                if arc.there != CLOSED:
                    onward.setdefault(arc.there, []).append((flow, 1.0))
            source = 1.0 if step == 0 else 0.0
            program.rows.add(inflow + outflow, -source, -source)
        if part < blocks:
            use.append([_total(program, flows) for flows in taken])
        inflows = onward
    return use


class _Arc(NamedTuple):
    """To another state, by a way of using a stretch: its length, and the least it is less what places are worth."""

    there: int
    way: int
    length_m: float
    valued_m: float


def _through(length_m: float, ways: Lengths, after: npt.NDArray[np.int32]) -> list[_Arc]:
    """From a state into a stretch; `ways` and `after` (WAYS,) are what each way takes and leads to."""
    through_m = {ONCE: float(length_m), TWICE: 2 * float(length_m)}
    return [
        _Arc(there, way, through_m.get(way, 0.0), float(ways[way]))
        for way, there in enumerate(after.tolist())
        if there >= 0 and ways[way] < np.inf
    ]


def _past(state: int, ahead_m: float, tables: AisleTables, cross: int) -> list[_Arc]:
    """From a state past the junction at a cross-aisle: along the edge ahead, or leaving its component behind."""
    degree, left = int(tables.degree[cross, state]), int(tables.left[cross, state])
    carried_m = degree * ahead_m if degree else 0.0
    arcs = [_Arc(state, NONE, carried_m, carried_m)] if carried_m < np.inf else []
    if degree == EVEN and left != ILLEGAL:
        arcs.append(_Arc(left, NONE, 0.0, 0.0))
    return arcs


def _total(program: _Program, flows: Terms) -> int:
    """A whole variable that is the sum of these flows; −1 where there are none."""
    if not flows:
        return -1
    total = program.variable(0.0, whole=True)
    program.rows.add([*flows, (total, -1.0)], 0.0, 0.0)
    return total


def _add_reaches(program: _Program, aisle_m: Lengths, stock: Stock, use: list[list[int]]) -> list[list[int]]:
    """How far each stretch is entered from either end, and that the demand is met; for every place (L,) the
    variables of which one is 1 where it is passed.
    """
    blocks = aisle_m.shape[0]
    passed: list[list[int]] = []
    for stretch, variables in enumerate(use):
        inside = range(int(stock.start[stretch]), int(stock.start[stretch + 1]))
        through = [variables[way] for way in (ONCE, TWICE) if variables[way] >= 0]
        length_m = float(aisle_m[stretch % blocks, stretch // blocks])
        from_front = _reach(program, stock.offset_m[inside], [variables[FRONT], variables[BOTH]])
        from_back = _reach(
            program, length_m - stock.offset_m[inside][::-1], [variables[BACK], variables[BOTH]]
        )
        for front, back in zip(from_front, from_back[::-1], strict=True):
            passed.append([*through, *(one for one in (front, back) if one >= 0)])
    covers: list[Terms] = [[] for _ in stock.demand]
    for place, terms in enumerate(passed):
        sku = int(stock.sku[place])
        program.rows.add([(one, 1.0) for one in terms], 1.0 if sku < 0 else 0.0, 1.0)
        if sku >= 0:
            covers[sku] += [(one, float(stock.supply[place])) for one in terms]
    for sku, found in enumerate(covers):
        if stock.demand[sku] > 0:
            program.rows.add(found, float(stock.demand[sku]), np.inf)
    return passed


def _reach(program: _Program, depth_m: Lengths, entered: list[int]) -> list[int]:
    """Variables that tell whether one goes in as deep as each place (n,); −1 where it is not entered at all."""
    entries = [one for one in entered if one >= 0]
    if not entries:
        return [-1] * len(depth_m)
    reach: list[int] = []
    at_m = 0.0
    for depth in depth_m.tolist():
        one = program.variable(2 * (depth - at_m), whole=True)
        if not reach:
            program.rows.add([(one, 1.0), *((entry, -1.0) for entry in entries)], 0.0, 0.0)
        else:
            program.rows.add([(reach[-1], 1.0), (one, -1.0)], 0.0, np.inf)
        reach.append(one)
        at_m = depth
    if not reach:
        program.rows.add([(entry, 1.0) for entry in entries], 0.0, 0.0)
    return reach
