"""What stands on the floor and the plan does not know: obstacles and racks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from scans.deviation.finding import Finding, judge
from scans.deviation.frames import Floats
from scans.deviation.rack_corners import rack_corners
from scans.deviation.rack_refit import RackFit
from scans.deviation.seen_points import SeenPoints
from scans.recognition.building.floor import FloorSurface, fit_floor_plane, floor_surface
from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.obstacles import find_obstacles
from scans.recognition.racks.choice import footprint
from scans.recognition.racks.find_racks import find_racks
from scans.recognition.sight import Sight, look_around
from scans.strays import is_stray
from scans.thinning import VOXEL_M
from spatial.facility import Facility

_CELL_M = 0.05
_SEEN_CELL_M = 0.25
_WALL_M = 0.15
_NEAR_RACK_M = 0.35  # posts, guards and loads that stand out
_SIZE_SIGMA_M = 0.02
_LOAD_M = 0.12  # loads stand out of racks
_FLOOR_M = 0.05
_SURE_QUALITY = 0.7  # a row of less is as likely stacked goods
_FEWEST_POINTS = 5  # with which a station shows a thing
_ABOUT_M = 0.03
_LOW_M, _HIGH_M = 0.25, 2.0  # heights at which what moves is seen


@dataclass(frozen=True)
class Newcomer:
    """An obstacle or a rack that the plan does not know; `top_m` above the floor. `is_still` if two stations saw it:
    what one alone saw may have gone by.
    """

    id: str
    is_rack: bool
    footprint: shapely.Polygon
    top_m: float
    is_still: bool = True


@dataclass(frozen=True)
class Unexplained:
    """The hall's floor and what stands on it that the plan does not explain.

    `floor_cells` (F, 2) are the quarter-metre cells in which the floor or anything low was seen.
    """

    newcomers: tuple[Newcomer, ...]
    floor_cells: frozenset[tuple[int, int]]
    knows_eyes: bool

    def seen_share(self, polygon: shapely.Polygon) -> float:
        """Share of the quarter-metre cells with their middle in `polygon` in which anything was seen."""
        x0, y0, x1, y1 = polygon.bounds
        i = np.arange(math.floor(x0 / _SEEN_CELL_M), math.ceil(x1 / _SEEN_CELL_M))
        j = np.arange(math.floor(y0 / _SEEN_CELL_M), math.ceil(y1 / _SEEN_CELL_M))
        cells = np.stack(np.meshgrid(i, j), -1).reshape(-1, 2)
        cells = cells[shapely.contains_xy(polygon, (cells + 0.5) * _SEEN_CELL_M)]
        seen = sum((int(a), int(b)) in self.floor_cells for a, b in cells)
        return seen / max(len(cells), 1)


def find_newcomers(plan: Facility, fits: Mapping[str, RackFit | None], seen: SeenPoints) -> Unexplained:
    """What `seen` shows on the floor beside the planned racks, where they stand and where they should, the planned
    walls, columns and obstacles.

    Racks first, those that recognition is sure of; then obstacles. UndecidedError where no floor was scanned.
    """
    points, station = seen.thinned(VOXEL_M)
    kept = ~is_stray(points)
    points, station = points[kept], station[kept]
    floor = floor_surface(points, fit_floor_plane(points))
    heights = points[:, 2] - floor.heights(points[:, :2])
    room = _room(plan, points)
    known = [*_footprints(plan, fits), *_things(plan)]
    roof_m = max((wall.height_m for wall in plan.walls), default=float(np.quantile(heights, 0.99)))

    inside = shapely.contains_xy(room, points[:, :2]) & (heights > _FLOOR_M) & (heights < roof_m - 0.2)
    beside = shapely.union_all([one.buffer(_NEAR_RACK_M) for one in known])
    shapely.prepare(beside)
    inside[inside] = ~shapely.contains_xy(beside, points[inside][:, :2])
    rows = find_racks(points[inside], heights[inside], roof_m)
    new_racks = [footprint(row) for row in rows if row.quality >= _SURE_QUALITY]

    columns = column_map(points, heights, cell_m=_CELL_M, top_m=roof_m)
    eyes = {n: eye - [0, 0, floor.heights(eye[None, :2])[0]] for n, eye in enumerate(seen.eyes)}
    sight = _sight(np.column_stack([points[:, :2], heights]), station, eyes, columns)
    things = find_obstacles(columns, sight, room, [], [*known, *new_racks], roof_m)
    newcomers = [Newcomer(f"new-rack-{i}", True, one, roof_m) for i, one in enumerate(new_racks, 1)]
    newcomers += [
        Newcomer(f"new-{i}", False, one.footprint, one.top_m, _is_seen_twice(one.footprint, seen, floor))
        for i, one in enumerate(things, 1)
    ]
    low = np.floor(points[heights < 2.0, :2] / _SEEN_CELL_M).astype(np.int64)
    cells = frozenset((int(i), int(j)) for i, j in np.unique(low, axis=0))
    return Unexplained(tuple(newcomers), cells, seen.knows_eyes)


def _is_seen_twice(shape: shapely.Polygon, seen: SeenPoints, floor: FloorSurface) -> bool:
    """Whether points of two stations stand in `shape`."""
    around = shape.buffer(_ABOUT_M)
    rows = seen.near(np.reshape(around.bounds, (2, 2)), 0.0)
    xyz, station = seen.points[rows], seen.station[rows]
    height = xyz[:, 2] - floor.heights(xyz[:, :2])
    own = (station >= 0) & (height > _LOW_M) & (height < _HIGH_M)
    own[own] = shapely.contains_xy(around, xyz[own, :2])
    return bool(np.count_nonzero(np.bincount(station[own]) >= _FEWEST_POINTS) >= 2)


def _sight(
    above_floor: Floats, station: npt.NDArray[np.int32], eyes: Mapping[int, Floats], columns: ColumnMap
) -> Sight:
    return look_around(above_floor, station, eyes, columns.origin, columns.bits.shape, columns.cell_m)


def _room(plan: Facility, points: Floats) -> shapely.Polygon:
    """The floor inside the planned walls, or all that was scanned where the plan has no outline."""
    outlines = [shapely.Polygon(level.outline) for level in plan.levels if len(level.outline) > 2]
    if not outlines:
        return shapely.MultiPoint(points[:: max(1, len(points) // 10_000), :2]).convex_hull
    return max(outlines, key=lambda one: float(one.area)).buffer(-_WALL_M)


def _footprints(plan: Facility, fits: Mapping[str, RackFit | None]) -> Iterator[shapely.Polygon]:
    for rack in plan.racks:
        fit = fits.get(rack.id)
        yield shapely.Polygon(rack_corners(rack if fit is None else fit.moved())).buffer(_LOAD_M)


def _things(plan: Facility) -> Iterator[shapely.Polygon]:
    """Planned columns and obstacles."""
    for column in plan.columns:
        size = max(column.size_m)
        yield shapely.Point(column.center).buffer(0.7072 * size + 0.05)
    for obstacle in plan.obstacles:
        yield shapely.Polygon(obstacle.footprint).buffer(0.1)


def added(newcomers: Sequence[Newcomer], *, knows_eyes: bool, limit_m: float) -> Iterator[Finding]:
    """A finding for each: its longer side against `limit_m`.

    What went by cannot be told from what stands there without stations, or where one station alone saw it.
    """
    for one in newcomers:
        box = shapely.get_coordinates(one.footprint.minimum_rotated_rectangle)
        sides = sorted((math.dist(box[0], box[1]), math.dist(box[1], box[2])))
        middle = one.footprint.centroid
        is_sure = one.is_rack or (knows_eyes and one.is_still)
        sigma = _SIZE_SIGMA_M if is_sure else math.inf
        kind = "rack" if one.is_rack else "obstacle"
        yield Finding(
            type=f"{kind}_added",
            verdict=judge(sides[1], sigma, limit_m),
            text=f"{kind} not planned, {sides[1]:.2f} × {sides[0]:.2f} m, {one.top_m:.2f} m high"
            + ("" if is_sure else ", which may have gone by"),
            place={kind: one.id},
            by_m=sides[1],
            sigma_m=_SIZE_SIGMA_M,
            limit_m=limit_m,
            more={"at": (middle.x, middle.y), "size_m": (sides[1], sides[0]), "height_m": one.top_m},
        )
