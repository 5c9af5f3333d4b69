"""One level's lanes with a node for every place an agent can stand at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, STRtree

from spatial.facility import Aisle, Facility
from spatial.floor.floor_rules import Link
from spatial.navigation.access import ON_LANE_M, Joints, join
from spatial.navigation.main_floor import LevelFloor, link_joints, standing_places
from spatial.navigation.nav_graph import NODE_KINDS
from spatial.navigation.network import canonical, weave
from spatial.navigation.pick_spots import SEARCH, Spot, places_of, spots_of, standing_lines

BESIDE_AISLE_M = 0.1
"""A standing place this far outside an aisle's clear width still belongs to the aisle."""

_JUNCTION, _BEND, _END, _ACCESS, _STATION, _MOUTH, _LINK_END = range(len(NODE_KINDS))


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelNetwork:
    """Nodes `xy` (N, 2) of `kind` (N,), `edges` (E, 2), and the places of NavGraph by their node here.

    `faces` maps a pick face to the nodes that it can be worked from, each with its aisle, the best first;
    `link_ends` an end (index of the link, 0 its start or 1 its end) to its node.
    """

    floor: LevelFloor
    xy: npt.NDArray[np.float64]
    kind: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    faces: Mapping[str, Sequence[tuple[int, str | None]]]
    stations: Mapping[str, int]
    aisles: Mapping[str, tuple[int, int]]
    link_ends: Mapping[tuple[int, int], int]


def level_network(facility: Facility, floor: LevelFloor, links: Sequence[Link]) -> LevelNetwork:
    """The lanes of `floor` with the places of its level.

    1. Pick faces, stations, aisle mouths and the ends of links are joined to the lanes in straight sight.
    2. Lanes are split at these joints; faces beside no lane are joined along their rack.
    """
    level = floor.space.level
    aisles = [aisle for aisle in facility.aisles if aisle.level == level]
    stations = [station for station in facility.stations if station.level == level]
    spots, at_spots = _joined_faces(facility, floor)
    at_mouths = _mouths(aisles, floor)
    places = standing_places([station.pose[:2] for station in stations], floor.reached)
    at_stations = join(places, floor.lines, floor.floor)
    link_ends, at_links = link_joints(links, floor)

    network = weave(floor.xy, floor.edges, Joints.stack(at_mouths, at_spots, at_stations, at_links))
    ends = np.cumsum([2 * len(aisles), len(spots), len(stations)])
    mouth_node, spot_node, station_node, link_node = np.split(network.node, ends)
    edges = canonical(np.concatenate([network.edges, _along_faces(spots, at_spots, spot_node, floor.floor)]))
    kind = _kinds(edges, len(network.xy))
    for nodes, name in (
        (mouth_node, _MOUTH),
        (spot_node, _ACCESS),
        (station_node, _STATION),
        (link_node, _LINK_END),
    ):
        kind[nodes[nodes >= 0]] = name
    return LevelNetwork(
        floor=floor,
        xy=network.xy,
        kind=kind,
        edges=edges,
        faces=_by_face(spots, spot_node.tolist(), _aisles_of(at_spots, aisles)),
        stations={s.id: node for s, node in zip(stations, station_node.tolist(), strict=True) if node >= 0},
        aisles={
            aisle.id: (first, last)
            for aisle, (first, last) in zip(aisles, mouth_node.reshape(-1, 2).tolist(), strict=True)
            if min(first, last) >= 0
        },
        link_ends={end: node for end, node in zip(link_ends, link_node.tolist(), strict=True) if node >= 0},
    )


def _joined_faces(facility: Facility, floor: LevelFloor) -> tuple[list[Spot], Joints]:
    """For every pick face that can be reached the first of its spots that join a lane, one for each side that is
    known to face an aisle.
    """
    places = places_of(facility, floor.space.level)
    missing = dict.fromkeys(places)
    found: list[Spot] = []
    joined: list[Joints] = []
    for known, share in SEARCH:
        spots = spots_of(places, missing, known=known, share=share)
        joints = join(standing_lines(spots, floor.reached), floor.lines, floor.floor)
        rows = np.flatnonzero(joints.edge >= 0).tolist()
        found += [spots[row] for row in rows]
        joined.append(joints.take(rows))
        met = {spots[row].face for row in rows}
        missing = {face: None for face in missing if face not in met}
    return found, Joints.stack(*joined)


def _mouths(aisles: list[Aisle], floor: LevelFloor) -> Joints:
    """Both ends of every aisle, moved onto the lane nearest by; none where no lane is within its width.

    Where something stands in the end of an aisle, its mouth is where one gets past it, up to a width further in.
    """
    ends = np.array([end for a in aisles for end in ((a.p0, a.p1), (a.p1, a.p0))]).reshape(-1, 2, 2)
    width = np.repeat([aisle.clear_width_m for aisle in aisles], 2)
    inside = shapely.line_interpolate_point(shapely.linestrings(ends), width)
    entrances = shapely.linestrings(np.stack([ends[:, 0], shapely.get_coordinates(inside)], axis=1))
    mouths = _onto_lanes(shapely.points(ends[:, 0]), width, floor)
    further = _onto_lanes(shapely.intersection(entrances, floor.space.clear), width, floor)
    row = np.arange(len(ends))
    return Joints.stack(mouths, further).take(np.where(mouths.edge >= 0, row, len(ends) + row))


def _onto_lanes(
    places: npt.NDArray[np.object_], reach_m: npt.NDArray[np.float64], floor: LevelFloor
) -> Joints:
    """Places moved onto the lane nearest by, in sight over clear floor and within reach."""
    found = places.copy()
    found[shapely.is_empty(places)] = None
    joints = join(found, floor.lines, floor.space.clear)
    near = np.linalg.norm(joints.stand - joints.turn, axis=1) <= reach_m
    return Joints(
        edge=np.where(near, joints.edge, -1), offset_m=joints.offset_m, stand=joints.turn, turn=joints.turn
    )


def _along_faces(
    spots: list[Spot], joints: Joints, node: npt.NDArray[np.int64], floor: MultiPolygon
) -> npt.NDArray[np.int64]:
    """Edges (E, 2) from place to place along a rack that faces open floor, where its lane is far away."""
    beside = np.flatnonzero(np.linalg.norm(joints.stand - joints.turn, axis=1) > ON_LANE_M).tolist()
    beside.sort(key=lambda row: (spots[row].rack, spots[row].side, spots[row].along_m))
    pairs = np.array(
        [
            (a, b)
            for a, b in pairwise(beside)
            if (spots[a].rack, spots[a].side) == (spots[b].rack, spots[b].side)
        ],
        np.int64,
    ).reshape(-1, 2)
    clear = shapely.covers(floor, shapely.linestrings(joints.stand[pairs]))
    edges: npt.NDArray[np.int64] = node[pairs[clear]]
    return edges


def _kinds(edges: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    degree = np.bincount(edges.ravel(), minlength=count)
    return np.asarray(np.where(degree == 1, _END, np.where(degree == 2, _BEND, _JUNCTION)))


def _by_face(
    spots: list[Spot], nodes: list[int], aisles: list[str | None]
) -> dict[str, list[tuple[int, str | None]]]:
    faces: dict[str, list[tuple[int, str | None]]] = {}
    for spot, node, aisle in zip(spots, nodes, aisles, strict=True):
        faces.setdefault(spot.face, []).append((node, aisle))
    return faces


def _aisles_of(joints: Joints, aisles: list[Aisle]) -> list[str | None]:
    """The aisle (S,) that each standing place is in: the nearest whose clear width holds it."""
    found: list[str | None] = [None] * len(joints.edge)
    lanes = [aisle for aisle in aisles if not aisle.cross]
    if not found or not lanes:
        return found
    stands = shapely.points(joints.stand)
    tree = STRtree(shapely.linestrings([(lane.p0, lane.p1) for lane in lanes]))
    (row, lane), away = tree.query_nearest(stands, all_matches=False, return_distance=True)
    limit = np.array([each.clear_width_m / 2 + BESIDE_AISLE_M for each in lanes])[lane]
    for r, k in zip(row[away <= limit].tolist(), lane[away <= limit].tolist(), strict=True):
        found[r] = lanes[k].id
    return found
