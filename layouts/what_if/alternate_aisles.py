"""Neighbouring aisles made one-way in alternating directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatial.errors import UndecidedError
from spatial.floor.floor_rules import FloorRules, OneWay
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.traffic import with_rules

PARALLEL_DEG = 10.0
IN_LINE_M = 1.0
"""Aisles whose middles are nearer than this, measured across them, are in line: parts of one."""

NAMED = 10

Floats = npt.NDArray[np.float64]


def alternate_rules(graph: NavGraph) -> FloorRules:
    """The rules of `graph` with the aisles that are picked from made one-way, neighbours against each other.

    1. Parallel such aisles of a level that lie beside each other make a block; cross-aisles stay as they are.
    2. The first aisle is driven towards +X (towards +Y where it runs along Y); seen that way it is the one on the
       right. The next is driven the other way, and so on; aisles in line with each other go the same way.
    3. Whatever could be reached before must be reached still, there and back.

    Raises UndecidedError without two neighbouring aisles, where the graph has one-way lanes already, and where
    step 3 fails, with the aisles that cannot be one-way.
    """
    if graph.is_one_way:
        raise UndecidedError(
            "the floor has one-way rules already, so no alternating ones are laid over them: take one_way out of "
            "the rules, or out of what is varied"
        )
    added = tuple(
        OneWay(aisle=aisle, heading_deg=heading) for aisle, heading in sorted(_headings(graph).items())
    )
    if not added:
        raise UndecidedError(
            f"{graph.facility} has no two aisles beside each other to alternate: leave one_way out"
        )
    rules = graph.rules.model_copy(update={"one_way": (*graph.rules.one_way, *added)})
    _require_all_reached(graph, with_rules(graph, rules))
    return rules


def _headings(graph: NavGraph) -> dict[str, float]:
    """For each aisle that has a neighbour, the way it is driven, in degrees from +X."""
    names = sorted({*graph.aisles} & {*graph.aisle_of.values()})
    if len(names) < 2:
        return {}
    mouths = graph.xy[np.array([graph.aisles[name] for name in names])]
    level = graph.level[[graph.aisles[name][0] for name in names]]
    along = mouths[:, 1] - mouths[:, 0]
    along = along / np.maximum(np.linalg.norm(along, axis=1), 1e-9)[:, None]
    headings = {}
    for block in _blocks(mouths, along, level):
        sense = _eastward(along[block[0]])
        across = mouths[block].mean(axis=1) @ np.array([-sense[1], sense[0]])
        order = np.argsort(across, kind="stable")
        rank = np.cumsum(np.diff(across[order], prepend=across[order[0]]) > IN_LINE_M)
        if rank[-1] == 0:
            continue
        for place, turn in zip(order.tolist(), rank.tolist(), strict=True):
            way = _eastward(along[block[place]]) * (-1) ** turn
            headings[names[block[place]]] = (
                round(float(np.degrees(np.arctan2(way[1], way[0]))), 1) + 0.0
            )  # not -0.0
    return headings


def _blocks(mouths: Floats, along: Floats, level: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """The aisles (A,) that are parallel to each other and overlap along their length, in turn."""
    parallel = np.abs(along @ along.T) > np.cos(np.radians(PARALLEL_DEG))
    ends = np.einsum("ak,bmk->abm", along, mouths)
    low, high = ends.min(axis=2), ends.max(axis=2)
    own_low, own_high = np.diag(low)[:, None], np.diag(high)[:, None]
    beside = np.minimum(high, own_high) - np.maximum(low, own_low) > 0
    joined = coo_array(parallel & beside & (level[:, None] == level[None, :]))
    count, block = connected_components(joined, directed=False)
    return [np.flatnonzero(block == number) for number in range(count)]


def _eastward(way: Floats) -> Floats:
    """The way itself or its opposite: towards +X, or towards +Y where it has no X."""
    return way if way[0] > 1e-6 or (abs(way[0]) <= 1e-6 and way[1] > 0) else -way


def _require_all_reached(before: NavGraph, after: NavGraph) -> None:
    lost = [place for place in after.unreached if place not in before.unreached]
    if not lost:
        return
    aisles = sorted({before.aisle_of.get(place, place) for place in lost} & {*before.aisles})
    stations = [place for place in lost if place in before.stations]
    named = ", ".join((aisles or stations or lost)[:NAMED])
    raise UndecidedError(
        f"aisles in alternating directions leave {len(lost)} places without a way there and back, in {named}: an "
        "aisle that ends at a wall cannot be one-way; give one_way rules for the others yourself"
    )
