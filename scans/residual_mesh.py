"""What a scan saw and no element of the facility explains, as one coarse surface: nothing seen is lost.

Points that lie on the floor, on a wall or its doors, in a rack, an obstacle or a column are explained; so is
the roof, which a facility does not have. The rest fills cells of 15 cm, whose outer sides are the surface.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from spatial.facility import Facility, Rack
from spatial.floor_heights import floor_height
from spatial.locations import world_from_rack
from spatial.poses import Matrix4, transform_points

_CELL_M = 0.15
_FLOOR_M = 0.12
_BESIDE_M = 0.2
_ROOF_SHARE = 0.9
_MIN_POINTS = 2  # a lone point in a cell is a stray return

Triangles = tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]


def residual_mesh(points: npt.NDArray[np.float64], facility: Facility) -> Triangles | None:
    """Vertices (V, 3), metres, and faces (F, 3), outward, of what `points` (N, 3) show beyond `facility`.

    None if everything is explained.
    """
    left = points[~_is_explained(points, facility)]
    index = np.floor(left / _CELL_M).astype(np.int64)
    cells, count = np.unique(index, axis=0, return_counts=True)
    cells = cells[count >= _MIN_POINTS]
    return None if len(cells) == 0 else _surface(cells)


def _is_explained(points: npt.NDArray[np.float64], facility: Facility) -> npt.NDArray[np.bool_]:
    xy = points[:, :2]
    explained = np.zeros(len(points), np.bool_)
    for level in facility.levels:
        height = points[:, 2] - floor_height(level, xy)
        roof = max((w.height_m for w in facility.walls if w.level == level.id), default=np.inf)
        inside = shapely.contains_xy(Polygon(level.outline).buffer(-_BESIDE_M), xy)
        # outside the walls lies what was seen through doors: it is not part of this building
        explained |= ~inside | (height < _FLOOR_M) | (height > _ROOF_SHARE * roof)
        for thing in facility.obstacles:
            around = Polygon(thing.footprint).buffer(_BESIDE_M)
            explained |= shapely.contains_xy(around, xy) & (height < thing.z1_m + _BESIDE_M)
    for column in facility.columns:
        around = shapely.Point(column.center).buffer(max(column.size_m) + _BESIDE_M)
        explained |= shapely.contains_xy(around, xy)
    for rack in facility.racks:
        explained |= _in_rack(points, rack)
    return explained


def _in_rack(points: npt.NDArray[np.float64], rack: Rack) -> npt.NDArray[np.bool_]:
    """Whether the points are in the rack, overhang and top loads included."""
    rack_from_world: Matrix4 = np.linalg.inv(world_from_rack(rack)).astype(np.float64)
    along, across, _ = transform_points(rack_from_world, points).T
    within = (along > -_BESIDE_M) & (along < rack.length_m + _BESIDE_M)
    return np.asarray(within & (np.abs(across) < rack.depth_m / 2 + _BESIDE_M))


def _surface(cells: npt.NDArray[np.int64]) -> Triangles:
    """The outer sides of `cells` (C, 3), two triangles a side, corners shared."""
    corners: list[npt.NDArray[np.int64]] = []
    faces: list[npt.NDArray[np.int64]] = []
    for axis in range(3):
        for sign in (1, -1):
            bare = cells[~_has_neighbour(cells, axis, sign)]
            u, v = np.eye(3, dtype=np.int64)[[(axis + 1) % 3, (axis + 2) % 3]]
            start = bare + (np.eye(3, dtype=np.int64)[axis] if sign > 0 else 0)
            turn = (0, 1, 2, 3) if sign > 0 else (0, 3, 2, 1)
            quad = np.stack([start, start + u, start + u + v, start + v], axis=1)[:, turn]
            first = 4 * np.arange(len(bare)) + sum(len(c) for c in corners)
            corners.append(quad.reshape(-1, 3))
            faces.append(np.concatenate([first[:, None] + [0, 1, 2], first[:, None] + [0, 2, 3]]))
    vertex, shared = np.unique(np.concatenate(corners), axis=0, return_inverse=True)
    return (vertex * _CELL_M).astype(np.float64), shared.reshape(-1)[np.concatenate(faces)].astype(np.int32)


def _has_neighbour(cells: npt.NDArray[np.int64], axis: int, sign: int) -> npt.NDArray[np.bool_]:
    low = cells.min(0) - 1
    size = cells.max(0) - low + 2
    key = np.ravel_multi_index(tuple((cells - low).T), tuple(size))
    step = np.zeros(3, np.int64)
    step[axis] = sign
    beside = np.ravel_multi_index(tuple((cells + step - low).T), tuple(size))
    return np.isin(beside, key)
