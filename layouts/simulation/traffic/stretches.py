"""Where in an aisle it is narrow: the stretches of its axis in which agents cannot pass each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from layouts.simulation.traffic.aisle_axes import along, edges_along
from layouts.simulation.traffic.lane_kinds import NARROW, VERY_NARROW, AisleKind, EdgeRoom, LaneKind
from spatial.navigation.nav_graph import NavGraph


class Stretch(NamedTuple):
    """From `start_m` to `end_m` along an aisle's axis, with its kind of lane."""

    start_m: float
    end_m: float
    kind: LaneKind


def narrow_stretches(
    aisle: AisleKind, graphs: Sequence[NavGraph], rooms: Sequence[EdgeRoom], *, bay_m: float, said: bool
) -> list[Stretch]:
    """The stretches of an aisle that are narrow in any of `graphs`, in rising order; none of a wide aisle.

    1. What any edge calls narrow is narrow.
    2. A wide place between two narrow ones counts as narrow if it is shorter than `bay_m`: nobody passes in it.
    3. A stretch is as narrow as its narrowest edge.
    Where the kind is `said`, the whole aisle is one stretch of it.
    """
    if aisle.kind == "wide":
        return []
    found: list[tuple[float, float, int]] = []
    for graph, room in zip(graphs, rooms, strict=True):
        edges = edges_along(graph, aisle.aisle, aisle.axis)
        ends = np.sort(along(aisle.axis, graph.xy[graph.edges[edges]]), axis=1)
        narrow = (room.room[edges] >= NARROW) | said
        found += [
            (low, high, rank)
            for (low, high), rank in zip(
                ends[narrow].tolist(), room.room[edges][narrow].tolist(), strict=True
            )
        ]
    stretches: list[tuple[float, float, int]] = []
    for low, high, rank in sorted(found):
        if stretches and (said or low - stretches[-1][1] < bay_m):
            start, end, before = stretches[-1]
            stretches[-1] = (start, max(end, high), max(before, rank))
        else:
            stretches.append((low, high, rank))
    lane: LaneKind = "narrow_one_way" if aisle.sense else "narrow_two_way"
    return [
        Stretch(low, high, aisle.kind if said else "very_narrow" if rank == VERY_NARROW else lane)
        for low, high, rank in stretches
    ]
