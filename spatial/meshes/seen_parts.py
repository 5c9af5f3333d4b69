"""Whose surface it is that a scan saw beyond the elements: of an obstacle, of what hangs on a wall, or of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from spatial.facility import Facility, Level
from spatial.floor_heights import floor_height
from spatial.meshes.boxes import Float64s, Int32s, Triangles

RESIDUAL = "residual"
BESIDE_M = 0.2
"""A surface so far outside an obstacle is still its own: outlines are coarse, and surfaces are rounded by a cell."""
ON_WALL_M = 0.5
"""What is no farther from a wall hangs on it: pipes, radiators and cabinets are no deeper."""

_NOBODY = -1


@dataclass(frozen=True)
class SeenPart:
    """Vertices (V, 3) in the world and faces (F, 3) of what belongs to one element.

    `id` and `level` are those of the element, RESIDUAL and "" for what belongs to none.
    """

    id: str
    level: str
    vertices: Float64s
    faces: Int32s

    @property
    def name(self) -> str:
        """What its node is called: the element's own has the id as its name."""
        return self.id if self.id == RESIDUAL else f"{self.id} {RESIDUAL}"


@dataclass(frozen=True)
class _Claim:
    """An element of a level: the shape from which it reaches `within_m`, and its heights, world z."""

    id: str
    shape: shapely.Geometry
    within_m: float
    low_m: float
    high_m: float


def seen_parts(facility: Facility, residual: Triangles | None) -> tuple[SeenPart, ...]:
    """The parts of a surface, by the middles of its faces; of an obstacle first, then of walls, then of none.

    A face is the obstacle's whose outline is nearest, within BESIDE_M of it and of its heights; else the nearest
    wall's within ON_WALL_M. Elements without a face have no part; None gives none.
    """
    if residual is None or len(residual[1]) == 0:
        return ()
    vertices, faces = residual
    owners, owner = _owners(facility, vertices[faces].mean(axis=1))
    parts = []
    for number in np.unique(owner).tolist():
        used, kept = np.unique(faces[owner == number], return_inverse=True)
        name, level = owners[number]
        parts.append(SeenPart(name, level, vertices[used], kept.reshape(-1, 3).astype(np.int32)))
    return tuple(parts)


def _owners(facility: Facility, middles: Float64s) -> tuple[list[tuple[str, str]], npt.NDArray[np.int64]]:
    """Id and level of whom a face may belong to, nobody last; and the number of who owns each of `middles` (F, 3)."""
    owners: list[tuple[str, str]] = []
    owner = np.full(len(middles), _NOBODY)
    for claims_of in (_obstacles, _walls):
        for level in facility.levels:
            claims = claims_of(facility, level)
            free = np.flatnonzero(owner == _NOBODY)
            nearest = _nearest(claims, middles[free])
            found = nearest != _NOBODY
            owner[free[found]] = len(owners) + nearest[found]
            owners += [(claim.id, level.id) for claim in claims]
    owner[owner == _NOBODY] = len(owners)
    return [*owners, (RESIDUAL, "")], owner


def _obstacles(facility: Facility, level: Level) -> list[_Claim]:
    return [
        _claim(
            level,
            each.id,
            shapely.Polygon(each.footprint),
            BESIDE_M,
            each.z0_m - BESIDE_M,
            each.z1_m + BESIDE_M,
        )
        for each in facility.obstacles
        if each.level == level.id
    ]


def _walls(facility: Facility, level: Level) -> list[_Claim]:
    return [
        _claim(level, each.id, shapely.LineString([each.p0, each.p1]), ON_WALL_M, 0.0, each.height_m)
        for each in facility.walls
        if each.level == level.id
    ]


def _claim(
    level: Level, name: str, shape: shapely.Geometry, within_m: float, low_m: float, high_m: float
) -> _Claim:
    """From `low_m` above the lowest floor under the shape's corners to `high_m` above the highest."""
    floor = floor_height(level, shapely.get_coordinates(shape))
    return _Claim(name, shape, within_m, float(floor.min()) + low_m, float(floor.max()) + high_m)


def _nearest(claims: Sequence[_Claim], places: Float64s) -> npt.NDArray[np.int64]:
    """Which claim is nearest in the plan to each of the places (N, 3) among those that reach it, _NOBODY for none."""
    nearest = np.full(len(places), _NOBODY)
    if not claims or not len(places):
        return nearest
    shapes: npt.NDArray[Any] = np.array([claim.shape for claim in claims])
    points = shapely.points(places[:, :2])
    reach = claims[0].within_m
    place, claim = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=reach)
    low, high = (np.array([getattr(each, end) for each in claims]) for end in ("low_m", "high_m"))
    held = (low[claim] <= places[place, 2]) & (places[place, 2] <= high[claim])
    place, claim = place[held], claim[held]
    away = shapely.distance(shapes[claim], points[place])
    order = np.lexsort((claim, away, place))
    which, first = np.unique(place[order], return_index=True)
    nearest[which] = claim[order][first]
    return nearest
