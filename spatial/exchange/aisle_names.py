"""Which aisle of a facility a node of a network is in: by its place, since networks seldom name aisles."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import STRtree

from spatial.facility import Facility
from spatial.navigation.nav_graph import NavGraph

BESIDE_AISLE_M = 0.1
"""A node this far outside an aisle's clear width still belongs to the aisle."""


def aisle_mouths(facility: Facility, graph: NavGraph) -> dict[str, tuple[int, int]]:
    """The nodes nearest to both ends of each aisle, for aisles with one within their width at each end."""
    mouths: dict[str, tuple[int, int]] = {}
    for aisle in facility.aisles:
        rows = np.flatnonzero([graph.levels[level] == aisle.level for level in graph.level.tolist()])
        if len(rows) == 0:
            continue
        away = np.linalg.norm(graph.xy[rows, None] - np.array([aisle.p0, aisle.p1]), axis=2)
        if (away.min(axis=0) <= aisle.clear_width_m).all():
            first, last = rows[away.argmin(axis=0)].tolist()
            mouths[aisle.id] = first, last
    return mouths


def aisles_of_places(facility: Facility, graph: NavGraph) -> dict[str, str]:
    """The aisle of each location with a node: the nearest whose clear width holds that node."""
    lanes = [aisle for aisle in facility.aisles if not aisle.cross]
    places = list(graph.access)
    if not lanes or not places:
        return {}
    stands = shapely.points(graph.xy[[graph.access[place] for place in places]])
    tree = STRtree(shapely.linestrings([(lane.p0, lane.p1) for lane in lanes]))
    (row, lane), away = tree.query_nearest(stands, all_matches=False, return_distance=True)
    limit = np.array([each.clear_width_m / 2 + BESIDE_AISLE_M for each in lanes])[lane]
    inside = away <= limit
    return {places[r]: lanes[k].id for r, k in zip(row[inside], lane[inside], strict=True)}
