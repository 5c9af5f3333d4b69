"""A placed network against what stands on each level: what edges pass through, how wide they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, STRtree

from spatial.exchange.alignment import Alignment
from spatial.exchange.reconciliation import Crossing, Narrow, OutsideNode, Verdict
from spatial.exchange.route_network import NetworkEdge, RouteNetwork, edge_lines
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import FreeSpace, Solid, free_space
from spatial.navigation.pick_spots import boundary_segments

SURE_SIGMAS = 1.96
"""A finding is sure when it holds this many standard deviations either way: 95 % of a normal error."""

ROUNDING_M = 0.002
"""Less than this inside or too narrow is rounding."""

SIDE_SLACK_M = 0.05
"""Of what stands about an edge, all within this of the nearest may be the nearest."""

_COMPASS = np.array([(np.cos(a), np.sin(a)) for a in np.arange(8) * np.pi / 4])


@dataclass(frozen=True, kw_only=True)
class FloorFindings:
    """The findings of all levels, edges and nodes in their order."""

    edges_checked: int
    crossings: tuple[Crossing, ...]
    narrow: tuple[Narrow, ...]
    outside: tuple[OutsideNode, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Lane:
    """An edge on a level: its path, and one standard deviation of where it lies."""

    edge: NetworkEdge
    line: shapely.LineString
    sigma_m: float


def level_findings(
    placed: RouteNetwork, facility: Facility, agent: AgentClass, alignment: Alignment
) -> FloorFindings:
    """What does not agree on any level of the facility that has an outline; links are passed over."""
    crossings: list[Crossing] = []
    narrow: list[Narrow] = []
    outside: list[OutsideNode] = []
    lanes, level_of = _lanes(placed, alignment), {node.id: node.level for node in placed.nodes}
    checked = 0
    for level in facility.levels:
        here = [lane for lane in lanes if level_of[lane.edge.tail] == level_of[lane.edge.head] == level.id]
        if len(level.outline) < 3:
            continue
        space, checked = free_space(facility, agent, level.id), checked + len(here)
        through = list(_crossings(here, space, facility))
        crossings += through
        blocked = {crossing.edge for crossing in through if crossing.verdict == "fail"}
        narrow += _narrow([lane for lane in here if lane.edge.id not in blocked], space)
        outside += _outside(placed, level.id, _floor(space), alignment)
    return FloorFindings(
        edges_checked=checked, crossings=tuple(crossings), narrow=tuple(narrow), outside=tuple(outside)
    )


def _lanes(placed: RouteNetwork, alignment: Alignment) -> list[_Lane]:
    lines = edge_lines(placed)
    ends, owner = shapely.get_coordinates(lines, return_index=True)
    sigma = np.zeros(len(lines))
    np.maximum.at(sigma, owner, alignment.sigma_at(ends))
    return [
        _Lane(edge=edge, line=line, sigma_m=float(each))
        for edge, line, each in zip(placed.edges, lines, sigma, strict=True)
        if not edge.link
    ]


def _crossings(lanes: list[_Lane], space: FreeSpace, facility: Facility) -> Iterator[Crossing]:
    """Every element an edge passes through; sure where the edge still does when moved by its sigma."""
    kinds = _kinds(facility)
    footprints = np.array([solid.footprint for solid in space.solids], dtype=object)
    lines = np.array([lane.line for lane in lanes], dtype=object)
    if not len(lines) or not len(footprints):
        return
    row, solid = STRtree(footprints).query(lines, predicate="intersects")
    inside = shapely.length(shapely.intersection(lines[row], footprints[solid]))
    for k in np.lexsort((solid, row)).tolist():
        if inside[k] <= ROUNDING_M:
            continue
        lane, element = lanes[row[k]], space.solids[solid[k]]
        yield Crossing(
            edge=lane.edge.id,
            element=element.id,
            kind=kinds.get(element.id, "element"),
            inside_m=float(inside[k]),
            verdict=_sure(lane, element),
        )


def _sure(lane: _Lane, element: Solid) -> Verdict:
    off = SURE_SIGMAS * float(np.hypot(lane.sigma_m, _face_sigma(element)))
    moved = [shapely.transform(lane.line, lambda at, by=by: at + off * by) for by in _COMPASS]
    lengths = shapely.length(shapely.intersection(moved, element.footprint))
    return "fail" if (lengths > ROUNDING_M).all() else "cannot_decide"


def _narrow(lanes: list[_Lane], space: FreeSpace) -> Iterator[Narrow]:
    """The edges where a disc of the agent's radius that follows them is not sure to pass."""
    if not lanes or space.clear.is_empty:
        return
    lines = np.array([lane.line for lane in lanes], dtype=object)
    border = STRtree(boundary_segments(space.clear))
    clearance = border.query_nearest(lines, all_matches=False, return_distance=True)[1]
    inside = shapely.covers(space.clear, lines)
    face = _face_sigmas(lines, clearance, space)
    needed = 2 * space.agent.radius_m
    for k, lane in enumerate(lanes):
        width = 2 * float(clearance[k]) if inside[k] else 0.0
        sigma = 2 * float(np.hypot(face[k], lane.sigma_m))
        verdict = _verdict(width - needed + 2 * ROUNDING_M, sigma)
        if verdict != "pass":
            yield Narrow(
                edge=lane.edge.id, clear_width_m=width, sigma_m=sigma, needed_m=needed, verdict=verdict
            )


def _face_sigmas(
    lines: npt.NDArray[np.object_], clearance: npt.NDArray[np.float64], space: FreeSpace
) -> npt.NDArray[np.float64]:
    """Sigma (L,) of the least exactly known of the solids that may be the nearest; 0 at the floor's edge."""
    sigmas = np.zeros(len(lines))
    if space.solids:
        tree = STRtree([solid.footprint for solid in space.solids])
        line, solid = tree.query(lines, predicate="dwithin", distance=clearance + SIDE_SLACK_M)
        np.maximum.at(sigmas, line, np.array([_face_sigma(each) for each in space.solids])[solid])
    return sigmas


def _face_sigma(solid: Solid) -> float:
    """One standard deviation of a solid's faces, at the corner where its heading counts most."""
    if solid.yaw_sigma_rad == 0:
        return solid.sigma_m
    corners = shapely.get_coordinates(solid.footprint)
    arm = float(np.linalg.norm(corners - solid.center, axis=1).max())
    return math.hypot(solid.sigma_m, solid.yaw_sigma_rad * arm)


def _outside(
    placed: RouteNetwork, level: str, floor: MultiPolygon, alignment: Alignment
) -> Iterator[OutsideNode]:
    nodes = [node for node in placed.nodes if node.level == level]
    at = np.array([node.xy for node in nodes], np.float64).reshape(-1, 2)
    away, sigma = shapely.distance(shapely.points(at), floor), alignment.sigma_at(at)
    for node, outside, each in zip(nodes, away.tolist(), sigma.tolist(), strict=True):
        if outside > ROUNDING_M:
            verdict: Verdict = "fail" if outside > SURE_SIGMAS * each else "cannot_decide"
            yield OutsideNode(node=node.id, level=level, outside_m=outside, verdict=verdict)


def _floor(space: FreeSpace) -> MultiPolygon:
    """The floor with what stands on it: a node inside a rack is on the floor, and its edges cross the rack."""
    return shapely.union_all([space.clear, *(solid.footprint for solid in space.solids)])


def _verdict(room_m: float, sigma_m: float) -> Verdict:
    if abs(room_m) < SURE_SIGMAS * sigma_m:
        return "cannot_decide"
    return "pass" if room_m >= 0 else "fail"


def _kinds(facility: Facility) -> dict[str, str]:
    return {
        **{rack.id: "rack" for rack in facility.racks},
        **{column.id: "column" for column in facility.columns},
        **{wall.id: "wall" for wall in facility.walls},
        **{obstacle.id: obstacle.kind for obstacle in facility.obstacles},
    }
