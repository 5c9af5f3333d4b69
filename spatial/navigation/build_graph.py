"""From a facility and an agent class to the navigation graph."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, STRtree

from spatial.errors import UndecidedError
from spatial.facility import Aisle, Facility
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import FreeSpace, free_space, shrunk
from spatial.navigation.access import ON_LANE_M, Joints, join
from spatial.navigation.edge_widths import clear_widths, width_sigmas
from spatial.navigation.lanes import lanes_of
from spatial.navigation.medial_axis import medial_axis
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph
from spatial.navigation.network import canonical, weave
from spatial.navigation.pick_spots import Spot, pick_face, spots_of, standing_lines
from spatial.navigation.unreached import unreached_reasons

TOUCH_M = 0.002
"""An edge may come this much closer to an obstacle than the agent's radius: rounding, not room."""

STATION_REACH_M = 2.5
"""A station's pose may lie on its own desk: the agent stands on the nearest floor within this."""

BESIDE_AISLE_M = 0.1
"""A standing place this far outside an aisle's clear width still belongs to the aisle."""

_JUNCTION, _BEND, _END, _ACCESS, _STATION, _MOUTH = range(len(NODE_KINDS))


@dataclass(frozen=True, kw_only=True, eq=False)
class MainFloor:
    """The level that the lanes run on: nodes `xy` (L, 2), `edges` (E, 2); edges lie in `floor`."""

    space: FreeSpace
    floor: MultiPolygon
    xy: npt.NDArray[np.float64]
    edges: npt.NDArray[np.int64]

    @property
    def lines(self) -> npt.NDArray[np.object_]:
        """The lane edges as two-point lines (E,)."""
        lines: npt.NDArray[np.object_] = shapely.linestrings(self.xy[self.edges])
        return lines


def build_graph(facility: Facility, agent: AgentClass) -> NavGraph:
    """The lanes of `facility` that `agent` can use, with a node for every place it can stand at.

    1. Each level's free space, and the lanes along its medial axis; the longest lanes are the main floor,
       and there is no way yet from one level to another.
    2. Pick faces, stations and aisle mouths are joined to the lanes in straight sight.
    3. Lanes are split at these joints; faces beside no lane are joined along their rack.
    4. What cannot be joined is `unreached`, with the reason.

    Raises UndecidedError when nowhere on any level is room for the agent.
    """
    main = _main_floor(facility, agent)
    aisles = [aisle for aisle in facility.aisles if aisle.level == main.space.level]
    stations = [station for station in facility.stations if station.level == main.space.level]
    spots, at_spots = _joined_faces(facility, main)
    at_mouths = _mouths(aisles, main)
    at_stations = join(_station_places([each.pose[:2] for each in stations], main), main.lines, main.floor)

    network = weave(main.xy, main.edges, Joints.stack(at_mouths, at_spots, at_stations))
    ends = np.cumsum([2 * len(aisles), len(spots)])
    mouth_node, spot_node, station_node = np.split(network.node, ends)
    edges = canonical(np.concatenate([network.edges, _along_faces(spots, at_spots, spot_node, main.floor)]))
    kind = _kinds(edges, len(network.xy))
    for nodes, name in ((mouth_node, _MOUTH), (spot_node, _ACCESS), (station_node, _STATION)):
        kind[nodes[nodes >= 0]] = name

    node_of = dict(zip([spot.face for spot in spots], spot_node.tolist(), strict=True))
    aisle_of = _aisle_of_face(spots, at_spots, aisles)
    faces = {place.id: pick_face(place) for place in facility.locations if pick_face(place) in node_of}
    lines = shapely.linestrings(network.xy[edges])
    widths = clear_widths(lines, main.space)
    levels = tuple(level.id for level in facility.levels)
    graph = NavGraph(
        facility=facility.id,
        agent=agent,
        levels=levels,
        xy=network.xy,
        level=np.full(len(kind), levels.index(main.space.level)),
        kind=kind,
        edges=edges,
        length_m=shapely.length(lines),
        clear_width_m=widths,
        sigma_m=width_sigmas(lines, widths, main.space),
        access={place: node_of[face] for place, face in faces.items()},
        pick_faces=faces,
        stations=_reached([station.id for station in stations], station_node.tolist()),
        aisles={
            aisle.id: (first, last)
            for aisle, (first, last) in zip(aisles, mouth_node.reshape(-1, 2).tolist(), strict=True)
            if min(first, last) >= 0
        },
        aisle_of={place: aisle_of[face] for place, face in faces.items() if face in aisle_of},
        unreached={},
    )
    return replace(graph, unreached=unreached_reasons(facility, main.space, graph))


def _reached(names: list[str], nodes: list[int]) -> dict[str, int]:
    return {name: node for name, node in zip(names, nodes, strict=True) if node >= 0}


def _main_floor(facility: Facility, agent: AgentClass) -> MainFloor:
    floors = [_floor(free_space(facility, agent, level.id)) for level in facility.levels]
    longest = max(floors, key=lambda floor: float(shapely.length(floor.lines).sum()), default=None)
    if longest is None or len(longest.edges) == 0:
        raise UndecidedError(
            f"facility '{facility.id}' has no floor with room for a {agent.name} "
            f"(radius {agent.radius_m} m): check its levels' outlines or choose a smaller agent"
        )
    return longest


def _floor(space: FreeSpace) -> MainFloor:
    floor = shrunk(space.clear, space.agent.radius_m - TOUCH_M)
    xy, edges = lanes_of(medial_axis(space.clear, radius_m=space.agent.radius_m), floor)
    return MainFloor(space=space, floor=floor, xy=xy, edges=edges)


def _joined_faces(facility: Facility, main: MainFloor) -> tuple[list[Spot], Joints]:
    """One spot for every pick face that can be reached: the first of its sides that joins a lane."""
    spots = spots_of(facility, main.space.level)
    joints = join(standing_lines(spots, main.space), main.lines, main.floor)
    first: dict[str, int] = {}
    for row in np.flatnonzero(joints.edge >= 0).tolist():
        first.setdefault(spots[row].face, row)
    rows = [*first.values()]
    return [spots[row] for row in rows], joints.take(rows)


def _station_places(poses: list[tuple[float, float]], main: MainFloor) -> npt.NDArray[np.object_]:
    """The point of the walkable floor nearest to each pose; None beyond STATION_REACH_M."""
    places = np.full(len(poses), None, dtype=object)
    for row, pose in enumerate(poses):
        way = shapely.shortest_line(main.space.walkable, shapely.Point(pose))
        if way.length <= STATION_REACH_M:
            places[row] = shapely.get_point(way, 0)
    return places


def _mouths(aisles: list[Aisle], main: MainFloor) -> Joints:
    """Both ends of every aisle, moved onto the lane nearest by; none where no lane is within its width."""
    ends = shapely.points(np.array([(a.p0, a.p1) for a in aisles], np.float64).reshape(-1, 2))
    reach = np.repeat([aisle.clear_width_m for aisle in aisles], 2)
    joints = join(ends, main.lines, main.space.clear)
    near = np.linalg.norm(joints.stand - joints.turn, axis=1) <= reach
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


def _aisle_of_face(spots: list[Spot], joints: Joints, aisles: list[Aisle]) -> dict[str, str]:
    """The aisle each pick face is worked from: the nearest whose clear width holds the standing place."""
    lanes = [aisle for aisle in aisles if not aisle.cross]
    if not spots or not lanes:
        return {}
    stands = shapely.points(joints.stand)
    tree = STRtree(shapely.linestrings([(lane.p0, lane.p1) for lane in lanes]))
    (row, lane), away = tree.query_nearest(stands, all_matches=False, return_distance=True)
    limit = np.array([each.clear_width_m / 2 + BESIDE_AISLE_M for each in lanes])[lane]
    return {spots[r].face: lanes[k].id for r, k in zip(row[away <= limit], lane[away <= limit], strict=True)}
