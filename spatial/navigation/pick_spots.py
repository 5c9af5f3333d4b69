"""Where an agent can stand to reach into a rack: straight out from the face, as far as it reaches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
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


SEARCH = tuple((known, share) for known in (True, False) for share in (0.0, -0.25, 0.25, -0.45, 0.45))
"""Where to look for a standing place, the best first: sides known to face an aisle before the others, and on each
the middle of the place before what is beside it, in shares of its width."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One side of one pick face: the point on the rack's face, and the direction straight out from it.

    `along_m` is the point's place along the row from its centre; spots of one `rack` and `side` form a line.
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


def places_of(facility: Facility, level: str) -> dict[str, tuple[Location, Rack]]:
    """One location of every pick face of a level, and its rack."""
    racks = {rack.id: rack for rack in facility.racks if rack.level == level}
    return {pick_face(each): (each, racks[each.rack]) for each in facility.locations if each.rack in racks}


def spots_of(
    places: Mapping[str, tuple[Location, Rack]], faces: Iterable[str], *, known: bool, share: float
) -> list[Spot]:
    """The spots of some pick faces, `share` of a place's width beside its middle: on the sides that are known to
    face an aisle, or else on the others.
    """
    return [
        _spot(face, *places[face], side, share) for face in faces for side in _sides(places[face][1], known)
    ]


def _sides(rack: Rack, known: bool) -> tuple[int, ...]:
    return rack.faces if known else tuple(side for side in (1, -1) if side not in rack.faces)


def _spot(face: str, place: Location, rack: Rack, side: int, share: float) -> Spot:
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    x, y = place.center[0] - rack.center[0], place.center[1] - rack.center[1]
    along = c * x + s * y + share * place.size_m[0]
    aside = side * rack.depth_m / 2
    return Spot(
        face=face,
        rack=rack.id,
        side=side,
        along_m=along,
        point=(rack.center[0] + along * c - aside * s, rack.center[1] + along * s + aside * c),
        outward=(-side * s, side * c),
    )


def standing_lines(spots: Sequence[Spot], space: FreeSpace) -> npt.NDArray[np.object_]:
    """For each spot the line (S,) on which the agent can stand before it, nearest point first; None if none.

    The line runs straight out from the face within the agent's reach, all of it in sight of the face.
    """
    lines = np.full(len(spots), None, dtype=object)
    if not spots:
        return lines
    point = np.array([spot.point for spot in spots])
    outward = np.array([spot.outward for spot in spots])
    inside = _contains(space.clear, point + OVERHANG_M * outward)
    sight_m = np.where(inside, space.agent.reach_m, 0.0)
    ray, crossed_m = _crossings(point, outward, OVERHANG_M, space.agent.reach_m, space.clear)
    np.minimum.at(sight_m, ray, crossed_m)
    row, near_m, far_m = _first_stretch(point, outward, space.agent.radius_m, sight_m, space.walkable)
    near, far = point[row] + near_m[:, None] * outward[row], point[row] + far_m[:, None] * outward[row]
    lines[row] = shapely.linestrings(np.stack([near, far], axis=1))
    return lines


def _first_stretch(
    point: npt.NDArray[np.float64],
    outward: npt.NDArray[np.float64],
    start_m: float,
    end_m: npt.NDArray[np.float64],
    floor: MultiPolygon,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The first stretch of each ray (S,) between `start_m` and `end_m` that lies INSIDE_M in `floor`: the rays
    (R,) that have one, and where it begins and ends.
    """
    rows = np.arange(len(point))
    crossing, crossed_m = _crossings(point, outward, start_m, float(end_m.max(initial=0.0)), floor)
    ray = np.concatenate([rows, crossing, rows])
    at_m = np.concatenate([np.full(len(point), start_m), np.minimum(crossed_m, end_m[crossing]), end_m])
    order = np.lexsort((at_m, ray))
    ray, at_m = ray[order], at_m[order]
    near, far = at_m[:-1] + INSIDE_M, at_m[1:] - INSIDE_M
    stretch = np.flatnonzero((ray[:-1] == ray[1:]) & (far >= near))
    middle = (near[stretch] + far[stretch])[:, None] / 2
    stretch = stretch[_contains(floor, point[ray[stretch]] + middle * outward[ray[stretch]])]
    found, first = np.unique(ray[stretch], return_index=True)
    return found, near[stretch[first]], far[stretch[first]]


def _contains(floor: MultiPolygon, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    shapely.prepare(floor)
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(floor, points)
    return inside


def _crossings(
    point: npt.NDArray[np.float64],
    outward: npt.NDArray[np.float64],
    start_m: float,
    end_m: float,
    floor: MultiPolygon,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Where rays (S,) cross the edge of `floor` between `start_m` and `end_m`: the ray (C,) and how far along."""
    border = boundary_segments(floor)
    rays = shapely.linestrings(np.stack([point + start_m * outward, point + end_m * outward], axis=1))
    ray, segment = STRtree(border).query(rays, predicate="intersects")
    ends = shapely.get_coordinates(border[segment]).reshape(-1, 2, 2)
    edge = ends[:, 1] - ends[:, 0]
    across = _cross(outward[ray], edge)
    ray, ends, edge, across = (each[across != 0] for each in (ray, ends, edge, across))
    return ray, _cross(ends[:, 0] - point[ray], edge) / across


def _cross(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def boundary_segments(floor: MultiPolygon) -> npt.NDArray[np.object_]:
    """Every straight piece of the boundary as a two-point line (B,)."""
    coordinates, ring = shapely.get_coordinates(shapely.get_parts(floor.boundary), return_index=True)
    pairs = np.stack([coordinates[:-1], coordinates[1:]], axis=1)[ring[:-1] == ring[1:]]
    segments: npt.NDArray[np.object_] = shapely.linestrings(pairs)
    return segments
