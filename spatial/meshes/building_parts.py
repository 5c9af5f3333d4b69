"""The building's own surfaces: floors on their heights, walls around their openings, prisms on the floor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

from spatial.facility import Column, Level, Obstacle, Opening, Point2, Wall
from spatial.floor_heights import floor_height
from spatial.meshes.boxes import Boxes, Float64s, Int32s, make_boxes

DEFAULT_WALL_THICKNESS_M = 0.2
DEFAULT_COLUMN_HEIGHT_M = 3.0
DOOR_THICKNESS_M = 0.06
FLAT_CELL_M = 10.0
"""A flat floor is cut into cells of this size, so that light and heat are smooth on it."""

SLAB_M = 0.2
"""A floor is drawn so thick: how thick it is, neither a scan nor a layout tells."""

Span = tuple[float, float, float, float]
"""s0, s1, z0, z1 on a wall, metres."""


def floor_triangles(level: Level) -> tuple[Float64s, Int32s]:
    """The floor inside the outline, around its holes, as a closed slab: vertices (V, 3) and faces (F, 3), outward.

    Cells of the height grid are cut by the outline, and the pieces triangulated: these are the first faces, seen from
    above. Below lies the same, SLAB_M lower, and between them the sides. Raises ValueError when the outline crosses
    itself.
    """
    polygon = shapely.Polygon(level.outline, level.holes)
    if not polygon.is_valid:
        raise ValueError(
            f"outline of level {level.id!r}: {shapely.is_valid_reason(polygon)}: order its corners"
        )
    cell = level.floor.grid_m if level.floor and level.floor.points else FLAT_CELL_M
    pieces = shapely.intersection(_cells(level, polygon, cell), polygon)
    corners, first = _triangle_corners(pieces[~shapely.is_empty(pieces)])
    plan, index = np.unique(np.round(corners, 6), axis=0, return_inverse=True)
    vertices = np.column_stack([plan, floor_height(level, plan)])
    return _slab(vertices, _facing_up(vertices, index.reshape(-1, 3)[first]))


def _slab(vertices: Float64s, faces: Int32s) -> tuple[Float64s, Int32s]:
    """A sheet seen from above as a body SLAB_M thick, the sheet on top."""
    count = len(vertices)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    start, end = edges.astype(np.int64).T
    forth, back = start * count + end, end * count + start
    here, there = edges[~np.isin(forth, back)].T  # no face beyond it goes back along it
    sides = [
        np.column_stack([there, here, here + count]),
        np.column_stack([there, here + count, there + count]),
    ]
    below = faces[:, ::-1] + count
    return (
        np.concatenate([vertices, vertices - [0.0, 0.0, SLAB_M]]),
        np.concatenate([faces, below, *sides]).astype(np.int32),
    )


def wall_boxes(wall: Wall, element: int, *, base_z: float, outward: float) -> Boxes:
    """The wall as boxes around its openings, its body on the side that `outward_side` tells."""
    thickness = wall.thickness_m or DEFAULT_WALL_THICKNESS_M
    length = math.dist(wall.p0, wall.p1)
    spans = list(_around_openings(length, wall.height_m, wall.openings))
    return _on_wall(wall, spans, base_z, thickness, outward * thickness / 2, element)


def door_boxes(wall: Wall, elements: Sequence[int], *, base_z: float, outward: float) -> Boxes:
    """A panel in every closed opening of the wall; `elements` (one for each opening) says whose it is."""
    thickness = wall.thickness_m or DEFAULT_WALL_THICKNESS_M
    closed = [(i, opening) for i, opening in zip(elements, wall.openings, strict=True) if opening.closed]
    spans = [(opening.s0_m, opening.s1_m, opening.z0_m, opening.z1_m) for _, opening in closed]
    shift = outward * thickness / 2
    return _on_wall(wall, spans, base_z, DOOR_THICKNESS_M, shift, [i for i, _ in closed])


def outward_side(wall: Wall, outline: shapely.Polygon) -> float:
    """+1 when the floor lies right of p0→p1 alone, so that the wall's body is to the left; −1 when left of it; 0 when
    on both sides: such a wall stands half on each.
    """
    length = math.dist(wall.p0, wall.p1) or 1.0
    left = np.array([wall.p0[1] - wall.p1[1], wall.p1[0] - wall.p0[0]]) / length
    middle = (np.asarray(wall.p0) + wall.p1) / 2
    is_left, is_right = shapely.contains_xy(outline, [middle + 0.1 * left, middle - 0.1 * left])
    if is_left and is_right:
        return 0.0
    return -1.0 if is_left else 1.0


def column_box(column: Column, element: int, *, base_z: float) -> Boxes:
    """The column as a box that stands on the floor."""
    height = column.height_m or DEFAULT_COLUMN_HEIGHT_M
    center = (*column.center, base_z + height / 2)
    return make_boxes(center, (*column.size_m, height), column.yaw_rad, element)


def obstacle_prism(obstacle: Obstacle, *, base_z: float) -> tuple[Float64s, Int32s]:
    """The obstacle as a closed prism over its footprint: vertices (V, 3), faces (F, 3)."""
    ring = _counter_clockwise(obstacle.footprint)
    count = len(ring)
    bottom = np.column_stack([ring, np.full(count, base_z + obstacle.z0_m)])
    top = np.column_stack([ring, np.full(count, base_z + obstacle.z1_m)])
    vertices = np.concatenate([bottom, top])
    here, following = np.arange(count), np.roll(np.arange(count), -1)
    sides = np.concatenate(
        [
            np.column_stack([here, following, following + count]),
            np.column_stack([here, following + count, here + count]),
        ]
    )
    cap = _cap(ring)
    return vertices, np.concatenate([cap[:, ::-1], cap + count, sides]).astype(np.int32)


def _cells(level: Level, polygon: shapely.Polygon, size: float) -> npt.NDArray[np.object_]:
    x0, y0, x1, y1 = polygon.bounds
    if level.floor and level.floor.points:  # lines through the samples, so that bilinear patches stay whole
        sample = level.floor.points[0]
        x0, y0 = (
            sample[0] - math.ceil((sample[0] - x0) / size) * size,
            sample[1] - math.ceil((sample[1] - y0) / size) * size,
        )
    x, y = np.meshgrid(np.arange(x0, x1, size), np.arange(y0, y1, size))
    return np.asarray(shapely.box(x, y, x + size, y + size)).ravel()


def _triangle_corners(pieces: npt.NDArray[np.object_]) -> tuple[Float64s, npt.NDArray[np.bool_]]:
    """Corners (3·T, 2) of the triangles of all pieces, and which triangles (T,) have an area."""
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(pieces))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    return corners.reshape(-1, 2), shapely.area(triangles) > 1e-9


def _facing_up(vertices: Float64s, faces: npt.NDArray[np.intp]) -> Int32s:
    a, b, c = (vertices[faces[:, i], :2] for i in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.where((turn > 0)[:, None], faces, faces[:, ::-1]).astype(np.int32)


def _around_openings(length: float, height: float, openings: Iterable[Opening]) -> Iterator[Span]:
    """Cut the wall at every jamb; in each strip keep what no opening takes."""
    holes = [opening for opening in openings if opening.s0_m < length]
    cuts = sorted({0.0, length, *(min(s, length) for hole in holes for s in (hole.s0_m, hole.s1_m))})
    for s0, s1 in pairwise(cuts):
        z = 0.0
        for hole in sorted(holes, key=lambda hole: hole.z0_m):
            if hole.s0_m < s1 and hole.s1_m > s0:
                if hole.z0_m > z:
                    yield s0, s1, z, min(hole.z0_m, height)
                z = max(z, hole.z1_m)
        if z < height:
            yield s0, s1, z, height


def _on_wall(
    wall: Wall,
    spans: Sequence[Span],
    base_z: float,
    thickness: float,
    left_m: float,
    element: int | Sequence[int],
) -> Boxes:
    """Boxes of that thickness over spans of the wall, their middle `left_m` to the left of p0–p1."""
    s0, s1, z0, z1 = np.reshape(spans, (-1, 4)).T
    direction = np.subtract(wall.p1, wall.p0) / (math.dist(wall.p0, wall.p1) or 1.0)
    left = np.array([-direction[1], direction[0]])
    plan = np.asarray(wall.p0) + np.outer((s0 + s1) / 2, direction) + left_m * left
    center = np.column_stack([plan, base_z + (z0 + z1) / 2])
    size = np.column_stack([s1 - s0, np.full(len(s0), thickness), z1 - z0])
    return make_boxes(center, size, math.atan2(direction[1], direction[0]), element)


def _counter_clockwise(footprint: Sequence[Point2]) -> Float64s:
    ring = np.asarray(footprint, dtype=np.float64)
    x, y = ring.T
    return ring if np.dot(x, np.roll(y, -1)) >= np.dot(y, np.roll(x, -1)) else ring[::-1].copy()


def _cap(ring: Float64s) -> npt.NDArray[np.intp]:
    """Triangles (T, 3) over a counter-clockwise ring, as indices of its corners."""
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid or polygon.area == 0:
        return np.empty((0, 3), dtype=np.intp)
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(polygon))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    gaps = np.linalg.norm(corners[:, :, None, :] - ring, axis=-1)
    faces = gaps.argmin(axis=-1)
    vertices = np.column_stack([ring, np.zeros(len(ring))])
    return _facing_up(vertices, faces).astype(np.intp)
