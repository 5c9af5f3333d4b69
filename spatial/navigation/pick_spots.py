"""Where an agent can stand to reach into a rack: straight out from the face, as far as it reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, STRtree

from spatial.facility import Facility, Location, Rack
from spatial.floor.free_space import FreeSpace

OVERHANG_M = 0.15
"""Loads and rack guards stick out of a face, and a scan gives them to the floor: ignored this far."""

INSIDE_M = 0.005
"""A standing place keeps this far from the edge of the walkable floor, out of reach of rounding."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One side of one pick face: the point on the rack's face, and the direction straight out from it.

    `along_m` is the place along the row from its centre; spots of one `rack` and `side` form a line.
    """

    face: str
    rack: str
    side: int
    along_m: float
    point: tuple[float, float]
    outward: tuple[float, float]


def pick_face(location: Location) -> str:
    """The name of the column of locations over each other that `location` belongs to."""
    return f"{location.rack}/{location.bay}/{location.position}"


def spots_of(facility: Facility, level: str) -> list[Spot]:
    """Both sides of every pick face of a level, the sides that are known to face an aisle first."""
    racks = {rack.id: rack for rack in facility.racks if rack.level == level}
    columns = {pick_face(place): place for place in facility.locations if place.rack in racks}
    return [spot for face, place in columns.items() for spot in _sides(face, place, racks[place.rack])]


def _sides(face: str, place: Location, rack: Rack) -> Iterator[Spot]:
    along = np.array([np.cos(rack.yaw_rad), np.sin(rack.yaw_rad)])
    left = np.array([-along[1], along[0]])
    center = np.asarray(rack.center)
    offset = float((np.asarray(place.center[:2]) - center) @ along)
    for side in (*rack.faces, *(side for side in (1, -1) if side not in rack.faces)):
        point = center + offset * along + side * rack.depth_m / 2 * left
        outward = side * left
        yield Spot(
            face=face,
            rack=rack.id,
            side=side,
            along_m=offset,
            point=(float(point[0]), float(point[1])),
            outward=(float(outward[0]), float(outward[1])),
        )


def standing_lines(spots: list[Spot], space: FreeSpace) -> npt.NDArray[np.object_]:
    """For each spot the line (S,) on which the agent can stand before it, nearest point first; None if none.

    The line runs straight out from the face within the agent's reach, all of it in sight of the face.
    """
    lines = np.full(len(spots), None, dtype=object)
    if not spots:
        return lines
    point = np.array([spot.point for spot in spots])
    outward = np.array([spot.outward for spot in spots])
    reach = space.agent.reach_m
    seen_to = _first_crossing(point, outward, OVERHANG_M, reach, space.clear)
    enter = np.full(len(spots), space.agent.radius_m + INSIDE_M)
    outside = ~_on_floor(space.walkable, point + enter[:, None] * outward)
    enter[outside] = INSIDE_M + _first_crossing(
        point[outside], outward[outside], space.agent.radius_m, reach, space.walkable
    )
    leave = _first_crossing(point, outward, enter, reach, space.walkable) - INSIDE_M
    leave = np.minimum(leave, seen_to)
    stands = _on_floor(space.clear, point + OVERHANG_M * outward)
    stands &= _on_floor(space.walkable, point + enter[:, None] * outward) & (leave >= enter)
    near, far = point + enter[:, None] * outward, point + leave[:, None] * outward
    lines[stands] = shapely.linestrings(np.stack([near, far], axis=1)[stands])
    return lines


def _on_floor(floor: MultiPolygon, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    shapely.prepare(floor)
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(floor, points)
    return inside


def _first_crossing(
    point: npt.NDArray[np.float64],
    outward: npt.NDArray[np.float64],
    start_m: float | npt.NDArray[np.float64],
    end_m: float,
    floor: MultiPolygon,
) -> npt.NDArray[np.float64]:
    """How far along each ray (S,) the edge of `floor` is first met after `start_m`; `end_m` if it is not."""
    first = np.full(len(point), end_m)
    start = np.broadcast_to(start_m, len(point))
    border = boundary_segments(floor)
    rays = shapely.linestrings(np.stack([point + start[:, None] * outward, point + end_m * outward], axis=1))
    ray, segment = STRtree(border).query(rays, predicate="intersects")
    ends = shapely.get_coordinates(border[segment]).reshape(-1, 2, 2)
    edge = ends[:, 1] - ends[:, 0]
    across = _cross(outward[ray], edge)
    hit = across != 0
    met = _cross(ends[hit, 0] - point[ray[hit]], edge[hit]) / across[hit]
    np.minimum.at(first, ray[hit], met)
    return first


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def boundary_segments(floor: MultiPolygon) -> npt.NDArray[np.object_]:
    """Every straight piece of the boundary as a two-point line (B,)."""
    coordinates, ring = shapely.get_coordinates(shapely.get_parts(floor.boundary), return_index=True)
    pairs = np.stack([coordinates[:-1], coordinates[1:]], axis=1)[ring[:-1] == ring[1:]]
    segments: npt.NDArray[np.object_] = shapely.linestrings(pairs)
    return segments
