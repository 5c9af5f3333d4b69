"""The metric of a graph's places: a table of all lengths where these are few, lanes where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from layouts.slotting.metric import BOTH_WAYS, DOWN, UP, Metric, apart_m, table_metric
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import lengths_from, lengths_to

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_IN_TABLE = 4_000
"""Places with a table, which then takes 64 MB."""
MOST_LARGE_TABLE = 12_000
"""Places with a table where lanes do not hold: 576 MB."""
CHUNK = 256
"""Places whose lengths are worked out together."""
SAMPLES = 64
TOLERANCE_M = 0.05
"""Lanes hold where none of the lengths from some sample places is off by more."""


def place_metric(graph: NavGraph, nodes: Sequence[int], *, depot: int) -> Metric:
    """The metric of the graph nodes `nodes` (P,), different ones with the node `depot` among them.

    Place p is `nodes[p]`; tours start and end at the depot. Lengths are those of the shortest ways by the rules,
    rounded to float32, infinite where there is none. Of more than MOST_LARGE_TABLE places lanes are taken even where
    a cross-aisle in mid-lane makes some ways shorter than they tell.
    """
    places = np.asarray(nodes, np.int64)
    if len(places) > MOST_IN_TABLE:
        metric = lane_metric(graph, places, depot=depot)
        if len(places) > MOST_LARGE_TABLE or _worst_m(graph, metric, places) <= TOLERANCE_M:
            return metric
    table = np.empty((len(places), len(places)), np.float32)
    for rows in _chunks(len(places)):
        table[rows] = lengths_from(graph, places[rows].tolist())[:, places]
    row = int(np.flatnonzero(places == depot)[0])
    return table_metric(table, start=row, end=row)


def lane_metric(graph: NavGraph, nodes: Ints, *, depot: int) -> Metric:
    """The metric by lanes: every aisle is one, and a place in no aisle is one by itself."""
    row_of = {int(node): row for row, node in enumerate(nodes)}
    aisle_at = {
        graph.access[place]: aisle for place, aisle in graph.aisle_of.items() if place in graph.access
    }
    aisles = sorted(
        {aisle_at[node] for node in row_of if node in aisle_at and node != depot} & {*graph.aisles}
    )
    number = {aisle: lane for lane, aisle in enumerate(aisles)}
    ends = [graph.aisles[aisle] for aisle in aisles]
    lane = np.full(len(nodes), -1, np.int32)
    for node, row in row_of.items():
        lane[row] = number.get(aisle_at.get(node, ""), -1) if node != depot else -1
        if lane[row] < 0:
            lane[row] = len(ends)
            ends.append((node, node))
    mouths = np.array(ends, np.int64).reshape(-1)
    unique, which = np.unique(mouths, return_inverse=True)
    onward, home = lengths_from(graph, unique.tolist()), lengths_to(graph, unique.tolist())
    own = which.reshape(-1, 2)[lane]
    enter = onward[own, nodes[:, None]]
    leave = home[own, nodes[:, None]]
    between = onward[which][:, mouths]
    sense = _senses(between)
    # in a lane that is walked down only, how far up a place lies is told by the way to the low mouth
    up = np.where(sense[lane] == DOWN, leave[:, 0], enter[:, 0])
    start = row_of[depot]
    return Metric(
        start=start,
        end=start,
        table=np.zeros((0, 0), np.float32),
        lane=lane,
        up_m=up.astype(np.float32),
        leave_m=leave.astype(np.float32),
        enter_m=enter.astype(np.float32),
        mouths_m=between.astype(np.float32),
        sense=sense,
    )


def _senses(between: Floats) -> npt.NDArray[np.int8]:
    """How each lane can be walked: a way from mouth to mouth that is longer than the one back leads round."""
    lanes = np.arange(len(between) // 2)
    up, down = between[2 * lanes, 2 * lanes + 1], between[2 * lanes + 1, 2 * lanes]
    both = np.isclose(up, down, rtol=0, atol=TOLERANCE_M)
    return np.where(both, BOTH_WAYS, np.where(up < down, UP, DOWN)).astype(np.int8)


def _worst_m(graph: NavGraph, metric: Metric, places: Ints) -> float:
    """By how much the lengths from sample places to all are off at most."""
    rows = np.unique(np.linspace(0, len(places) - 1, SAMPLES).astype(np.int64))
    true = lengths_from(graph, places[rows].tolist())[:, places]
    worst = 0.0
    for row, lengths in zip(rows.tolist(), true, strict=True):
        told = np.array([apart_m(metric, row, there) for there in range(len(places))])
        known = np.isfinite(lengths)
        worst = max(worst, float(np.abs(told - lengths)[known].max(initial=0.0)))
    return worst


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, CHUNK):
        yield slice(start, min(start + CHUNK, count))
