"""The aisles of a floor that pickers can walk along, found once for all its tours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from layouts.tours.policies.only_way import only_way
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Distances

ROUND_M = 2.0
"""An aisle whose mouths are farther apart on foot than its length and this is blocked: a way round leads through
the next aisle, which is twice the distance of two aisles longer. What a picker steps round inside is less."""


@dataclass(frozen=True, kw_only=True)
class OpenAisle:
    """An aisle that nothing blocks: the nodes of its two mouths, its level, and the only way to walk it where there
    is but one, as `only_way` tells it.
    """

    mouths: tuple[int, int]
    level: int
    only: tuple[int, int] | None


def open_aisles(
    graph: NavGraph, distances: Distances, *, among: frozenset[int], depot: int
) -> Mapping[str, OpenAisle]:
    """The open ones, by id, of the aisles whose mouths are `among` these nodes, which have `distances`."""
    aisles = {aisle: mouths for aisle, mouths in graph.aisles.items() if among.issuperset(mouths)}
    others = distances.rows([depot, *(mouth for mouths in aisles.values() for mouth in mouths)]).tolist()
    found = {}
    for aisle, mouths in aisles.items():
        low, high = distances.rows(mouths).tolist()
        walked = min(distances.length_m[low, high], distances.length_m[high, low])
        if walked <= math.dist(*graph.xy[list(mouths)]) + ROUND_M:
            only = only_way((low, high), others=others, length_m=distances.length_m)
            found[aisle] = OpenAisle(mouths=mouths, level=int(graph.level[mouths[0]]), only=only)
    return found
