"""Ways of errands cut into moves: the polyline that each follows, and its seconds at an even pace.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results. The loop is one
function because what is known of a leg stays in local variables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.engine.tape import MOVE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRAIGHT = 1e-9
"""The turn, in radians, up to which a path goes straight on and a point on it tells nothing."""


@njit(cache=True)
def cut_ways(
    node_xy: Floats,
    near_start: Ints,
    near_node: Ints,
    near_edge: Ints,
    length_m: Floats,
    time_s: Floats,
    nodes: Ints,
    leg_at: Ints,
    leg_start: Ints,
    op: npt.NDArray[np.int8],
    from_m: Floats,
    to_m: Floats,
) -> tuple[Ints, Floats, Floats]:
    """Of all moves (M,), in the order of the rows: where their points begin (M + 1,), the points, and the seconds.

    Leg i leads over `nodes[leg_at[i]:leg_at[i + 1]]`, and its rows, of which the MOVEs go on from `from_m` to `to_m`
    metres, are `leg_start[i]` … `leg_start[i + 1]` − 1. Edges (E,) have a length and the seconds that they take; from
    node n, `near_node[near_start[n]:near_start[n + 1]]` is reached by the edge beside it.
    """
    moves = 0
    for row in range(len(op)):
        moves += op[row] == MOVE
    start = np.zeros(moves + 1, np.int64)
    seconds = np.zeros(moves)
    xy = np.empty((len(nodes) + 2 * moves, 2))
    move, end = 0, 0
    for leg in range(len(leg_at) - 1):
        # the edge under way leads from node k − 1 to node k; it begins `before` metres and `passed` seconds along
        k, before, passed = leg_at[leg], 0.0, 0.0
        length, time = 0.0, 0.0
        for row in range(leg_start[leg], leg_start[leg + 1]):
            if op[row] != MOVE:
                continue
            first, set_out = end, -1.0
            while True:
                if set_out < 0.0 and from_m[row] < before + length:
                    share = (from_m[row] - before) / length
                    end = _append(xy, first, end, node_xy[nodes[k - 1]], node_xy[nodes[k]], share)
                    set_out = passed + share * time
                if set_out >= 0.0 and to_m[row] < before + length:
                    share = (to_m[row] - before) / length
                    end = _append(xy, first, end, node_xy[nodes[k - 1]], node_xy[nodes[k]], share)
                    seconds[move] = passed + share * time - set_out
                    break
                if set_out >= 0.0:
                    end = _append(xy, first, end, node_xy[nodes[k]], node_xy[nodes[k]], 0.0)
                    # lengths summed in another order may end a little later
                    if to_m[row] <= before + length or k + 1 == leg_at[leg + 1]:
                        seconds[move] = passed + time - set_out
                        break
                before, passed = before + length, passed + time
                k += 1
                edge = _edge(near_start, near_node, near_edge, nodes[k - 1], nodes[k])
                length, time = length_m[edge], time_s[edge]
            if end == first + 1:
                xy[end] = xy[first]
                end += 1
            move += 1
            start[move] = end
    return start, xy[:end].copy(), seconds


@njit(cache=True)
def _edge(near_start: Ints, near_node: Ints, near_edge: Ints, tail: int, head: int) -> int:
    at = near_start[tail]
    while near_node[at] != head:
        at += 1
    return int(near_edge[at])


@njit(cache=True)
def _append(xy: Floats, first: int, end: int, tail: Floats, head: Floats, share: float) -> int:
    """Put the point at a share of the way from tail to head behind those from `first` on; returns the new end.

    It takes the place of the last point where that lies on the way to it.
    """
    x, y = tail[0] + share * (head[0] - tail[0]), tail[1] + share * (head[1] - tail[1])
    if end > first and xy[end - 1, 0] == x and xy[end - 1, 1] == y:
        return end
    if end > first + 1:
        ax, ay = xy[end - 1, 0] - xy[end - 2, 0], xy[end - 1, 1] - xy[end - 2, 1]
        bx, by = x - xy[end - 1, 0], y - xy[end - 1, 1]
        ahead = ax * bx + ay * by
        if ahead > 0.0 and abs(ax * by - ay * bx) <= STRAIGHT * ahead:
            end -= 1
    xy[end, 0], xy[end, 1] = x, y
    return end + 1
