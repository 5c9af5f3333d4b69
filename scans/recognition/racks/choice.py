"""Which of the rows found at several headings are racks: the best evidence wins where rows overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from networkx import Graph, complement, connected_components, max_weight_clique
from shapely import Polygon, STRtree

from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow

_MIN_QUALITY, _MIN_LONE_QUALITY = 0.4, 0.6
_SHORT_M = 2.5
_OVERLAP = 0.25
_KNEE_M, _HIGHEST_LONE_M = 0.5, 4.0
_RISE_M = 0.3
_HEADROOM_M = 2.0
_MIN_DEPTH_M = 0.3
_DEEPEST_SHELF_M, _STACKED_M, _BY_HAND_M = 0.8, 1.0, 1.75


def footprint(row: FoundRow) -> Polygon:
    """The row's rectangle in the world, counter-clockwise."""
    u0, u1 = row.posts[0] - row.upright_width_m / 2, row.posts[-1] + row.upright_width_m / 2
    uv = np.array([[u0, row.v0], [u1, row.v0], [u1, row.v1], [u0, row.v1]])
    return Polygon(uv @ axes_of(row.yaw_rad))


def choose_rows(rows: Iterable[FoundRow]) -> tuple[FoundRow, ...]:
    """The rows that are racks, in reading order: by heading, then across, then along.

    RULE 1: quality of at least 0.4; of a lone bay, a lone tier or a short row, which much else resembles, 0.6.
    RULE 2: as deep as a shelf, and several tiers, or several bays under one tier above knee height whose uprights
    rise on to hold the loads on it; if deeper than shelves are, a tier higher than pallets are stacked; if short,
    higher than is stacked by hand. Else it is a gate, a platform, a machine or a stack.
    RULE 3: of rows that overlap by a quarter of the smaller one, the set that explains most: the sum of
    quality times points is greatest.
    """
    able = [r for r in rows if r.quality >= _needed(r) and _is_rack(r)]  # RULES 1, 2
    shapes = np.array([footprint(r) for r in able], np.object_)
    rivals = Graph()
    rivals.add_nodes_from(range(len(able)))
    near = STRtree(shapes).query(shapes, predicate="intersects").T
    rivals.add_edges_from((i, j) for i, j in near.tolist() if i < j and _compete(shapes[i], shapes[j]))
    kept = (_best(group, rivals, able) for group in connected_components(rivals))
    return tuple(sorted((able[i] for group in kept for i in group), key=_reading_order))


def _needed(row: FoundRow) -> float:
    is_rich = len(row.posts) > 2 and len(row.tiers) > 1 and row.length_m > _SHORT_M
    return _MIN_QUALITY if is_rich else _MIN_LONE_QUALITY


def _is_rack(row: FoundRow) -> bool:
    top = row.tiers[-1].z_m
    open_below = top - (row.tiers[-2].z_m if len(row.tiers) > 1 else 0.0)
    is_platform = row.height_m < top + _RISE_M and open_below > _HEADROOM_M
    is_lone_deck = len(row.posts) > 2 and _KNEE_M < top < _HIGHEST_LONE_M and row.height_m > top + _RISE_M
    stands = len(row.tiers) > 1 or is_lone_deck
    is_stack = row.depth_m > _DEEPEST_SHELF_M and top < _STACKED_M
    is_stack |= row.length_m < _SHORT_M and row.height_m < _BY_HAND_M
    return stands and not is_platform and not is_stack and row.depth_m > _MIN_DEPTH_M


def _compete(p: Polygon, q: Polygon) -> bool:
    return bool(p.intersection(q).area >= _OVERLAP * min(p.area, q.area))


def _best(group: set[int], rivals: Graph, rows: Sequence[FoundRow]) -> list[int]:  # RULE 3
    """The rows of `group`, no two of them rivals, that explain most (a maximum weight clique of friends)."""
    friends = complement(rivals.subgraph(group))
    for i in group:
        friends.nodes[i]["weight"] = round(1000 * rows[i].quality * rows[i].evidence_points)
    return sorted(max_weight_clique(friends, weight="weight")[0])


def _reading_order(row: FoundRow) -> tuple[int, float, float]:
    heading = round(float(np.degrees(row.yaw_rad)) / 5) % 36
    u, v = axes_of(np.deg2rad(heading * 5.0)) @ row.center
    return heading, round(float(v), 1), float(u)
