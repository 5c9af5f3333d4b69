"""Shortest tours among parallel aisles some of which are one-way, proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components

from layouts.tours.exact.aisles.block_tour import BlockTour, as_block_tour
from layouts.tours.exact.closed_walk import closed_walk
from layouts.tours.exact.frontier_state import AGAINST, BACK, BOTH, FRONT, NONE, ONCE, TWICE
from layouts.tours.exact.network.elimination import sweep_program
from layouts.tours.exact.one_way.one_way_state import ONE_WAY_SLOTS, largest_surplus
from layouts.tours.exact.one_way.one_way_sweep import CHOICES, sweep_one_way
from layouts.tours.exact.stretch import add_legs, sort_by_stretch, way_lengths
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from spatial.errors import UndecidedError

MOST_STATES = 200_000

Indices = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.float64]


def optimal_one_way_tour(
    warehouse: ParallelAisles,
    picks: Picks,
    *,
    aisle_direction: Indices,
    cross_direction: Indices | None = None,
) -> BlockTour:
    """The shortest tour where lanes may be one-way.

    `aisle_direction` (B, M) is 0 where both ways are allowed, +1 where only from the front on, −1 where only back to
    it; `cross_direction` (B + 1, M − 1) likewise along the cross-aisles, +1 towards higher aisles. Nobody turns
    round in a one-way aisle; a pick at its very end is reached from the junction.

    Raises ValueError for picks outside the warehouse and where no closed tour exists, UndecidedError where the
    frontier is too wide or lanes are walked too often for a proof.
    """
    picks.within(warehouse)
    if warehouse.blocks + 2 > ONE_WAY_SLOTS:
        raise UndecidedError(
            f"{warehouse.blocks} blocks with one-way aisles: a shortest tour is proven for at most "
            f"{ONE_WAY_SLOTS - 2}; plan it on the table of distances instead"
        )
    if len(picks.aisle) == 0:
        return as_block_tour(warehouse, picks, np.empty(0, np.int64), np.empty(0))
    floor = _floor(warehouse, picks, aisle_direction, cross_direction)
    way, times = _decide(floor)
    tail, head, leg_m = _legs(floor, way, times)
    depot = warehouse.depot[0] * warehouse.aisles + warehouse.depot[1]
    places = (warehouse.blocks + 1) * warehouse.aisles + len(picks.aisle)
    walked = closed_walk(tail, head, places, depot, True)
    return as_block_tour(warehouse, picks, np.append(depot, head[walked]), leg_m[walked])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Floor:
    """J junctions, c · M + a, and K stretches between them: first the aisles, a · B + b, then the cross-aisles.

    `ends` (K, 2) are junctions, `ways` (K, CHOICES) the lengths of the ways to use a stretch. Stretch s holds the
    picks order[start[s] : start[s + 1]]; those `at_junction` (P,), or −1, are in none.
    """

    ends: Indices
    length_m: Lengths
    ways: Lengths
    required: npt.NDArray[np.bool_]
    sweep_order: Indices
    order: Indices
    start: Indices
    offset_m: Lengths
    at_junction: Indices


def _floor(
    warehouse: ParallelAisles, picks: Picks, aisle_direction: Indices, cross_direction: Indices | None
) -> _Floor:
    blocks, aisles = warehouse.aisle_m.shape
    junction = np.arange((blocks + 1) * aisles).reshape(blocks + 1, aisles)
    ends = np.vstack(
        (
            np.column_stack((junction[:-1].T.ravel(), junction[1:].T.ravel())),
            np.column_stack((junction[:, :-1].ravel(), junction[:, 1:].ravel())),
        )
    )
    length_m = np.concatenate((warehouse.aisle_m.T.ravel(), warehouse.cross_m.ravel()))
    crossing = np.zeros(warehouse.cross_m.shape, np.int64) if cross_direction is None else cross_direction
    direction = np.concatenate(
        (
            _checked(aisle_direction, warehouse.aisle_m).T.ravel(),
            _checked(crossing, warehouse.cross_m).ravel(),
        )
    )

    at_back = picks.offset_m == warehouse.aisle_m[picks.block, picks.aisle]
    at_end = at_back | (picks.offset_m == 0)
    at_junction = np.where(at_end, junction[picks.block + at_back, picks.aisle], -1)
    inside = np.flatnonzero(~at_end)
    order, start = sort_by_stretch(
        (picks.aisle * blocks + picks.block)[inside], picks.offset_m[inside], len(length_m)
    )
    order = inside[order]
    required = np.zeros(junction.size, np.bool_)
    required[at_junction[at_end]] = True
    required[junction[warehouse.depot]] = True
    ways = _ways(length_m, direction, picks.offset_m[order], start)
    usable = _check_return(int(junction[warehouse.depot]), ends, direction, required, start)
    ways[~usable, ONCE:] = np.inf
    return _Floor(
        ends=ends,
        length_m=length_m,
        ways=ways,
        required=required,
        sweep_order=junction.T.ravel(),
        order=order,
        start=start,
        offset_m=picks.offset_m,
        at_junction=at_junction,
    )


def _ways(length_m: Lengths, direction: Indices, offset_m: Lengths, start: Indices) -> Lengths:
    """The lengths (K, CHOICES) of the ways to use each stretch: through a one-way lane only with it."""
    ways = np.full((len(length_m), CHOICES), np.inf)
    for stretch in range(len(length_m)):
        way_lengths(length_m[stretch], offset_m[start[stretch] : start[stretch + 1]], ways[stretch])
    ways[:, AGAINST] = ways[:, ONCE]
    ways[np.ix_(direction != 0, (TWICE, FRONT, BACK, BOTH))] = np.inf
    ways[direction > 0, AGAINST] = np.inf
    ways[direction < 0, ONCE] = np.inf
    return ways


def _check_return(
    depot: int,
    ends: Indices,
    direction: Indices,
    required: npt.NDArray[np.bool_],
    start: Indices,
) -> npt.NDArray[np.bool_]:
    """Which stretches (K,) can be walked into from the depot and back again; ValueError if one with picks cannot."""
    joined = np.zeros((len(required), len(required)), np.bool_)
    joined[tuple(ends[direction >= 0].T)] = True
    joined[tuple(ends[direction <= 0, ::-1].T)] = True
    _, part = connected_components(joined, connection="strong")
    returns = part == part[depot]
    open_stretches: npt.NDArray[np.bool_] = returns[ends].all(axis=1)
    if not (returns[required].all() and open_stretches[np.diff(start) > 0].all()):
        raise ValueError("no closed tour: one-way lanes lead to a pick or from it, but not there and back")
    return open_stretches


def _checked(direction: Indices, length_m: Lengths) -> Indices:
    direction = np.asarray(direction, np.int64)
    if direction.shape != length_m.shape or not np.isin(direction, (-1, 0, 1)).all():
        raise ValueError(f"directions of shape {direction.shape}: expected −1, 0 or 1 in {length_m.shape}")
    return direction


def _decide(floor: _Floor) -> tuple[Indices, Indices]:
    """The way of each stretch and how often it is used.

    A surplus is at first allowed to be small. That is proof when whatever goes beyond is longer, and at the latest
    when every visit may have one of its own: between two visits the way is shortest and meets a junction once.
    """
    front, back = np.ascontiguousarray(floor.ends.T)
    program = sweep_program(front, back, floor.required, floor.sweep_order)
    with_picks = np.diff(floor.start) > 0
    both_ends = with_picks & np.isfinite(floor.ways[:, BOTH])
    visits = int(floor.required.sum() + with_picks.sum() + both_ends.sum())
    enough = min(visits, largest_surplus(program.width))
    bound_m, most_surplus = np.inf, 1
    while True:
        swept = sweep_one_way(program, floor.ways, most_surplus, bound_m, MOST_STATES)
        if swept.length_m < np.inf and (swept.length_m <= swept.beyond_m or most_surplus >= visits):
            return swept.way, swept.times
        if most_surplus == enough or swept.states > MOST_STATES:
            raise UndecidedError(
                f"one-way lanes: no proof within {MOST_STATES} states and {most_surplus} walks more one way than "
                "the other; plan the tour on the table of distances instead"
            )
        bound_m = min(bound_m, swept.length_m * (1 + 1e-9) + 1e-9)
        most_surplus = min(2 * most_surplus, enough)


def _legs(floor: _Floor, way: Indices, times: Indices) -> tuple[Indices, Indices, Lengths]:
    """Every leg that is walked, by place: junctions, and behind them the picks."""
    junctions = len(floor.required)
    picks = len(floor.offset_m)
    most = int(times.sum()) * 2 + 2 * int(times.max(initial=1)) * picks + 2 * picks
    tail, head, leg_m = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    count = 0
    for stretch in np.flatnonzero(way != NONE).tolist():
        inside = floor.order[floor.start[stretch] : floor.start[stretch + 1]]
        front, back = floor.ends[stretch].tolist()
        count = add_legs(
            int(way[stretch]),
            int(times[stretch]),
            (front, back),
            float(floor.length_m[stretch]),
            junctions + inside,
            floor.offset_m[inside],
            (tail, head, leg_m),
            count,
        )
    for pick in np.flatnonzero(floor.at_junction >= 0).tolist():
        junction = floor.at_junction[pick]
        tail[count : count + 2] = junction, junctions + pick
        head[count : count + 2] = junctions + pick, junction
        leg_m[count : count + 2] = 0.0
        count += 2
    return tail[:count], head[:count], leg_m[:count]
