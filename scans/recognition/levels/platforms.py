"""Which decks are levels: people can walk on them and under them, and somebody or something is on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from scans.levelled_scan import LevelledScan
from scans.recognition.building.floor import FloorPlane, FloorSurface, floor_surface
from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.levels.cells import CELL_M
from scans.recognition.levels.extent import deck_extent
from scans.recognition.levels.faces import FACE_M, deck_faces
from scans.recognition.levels.hints import AREA_M2, LOWEST_M, Hint, deck_hints
from scans.recognition.levels.rays import Rays
from scans.roomy_arrays import parts_of, taken

_BESIDE_M = 0.3  # a face may lie so far from where a hint saw the other
_FOOT_M, _HEAD_M = 0.25, 2.0
_FLOOR_M = 0.05
_WALK_M2, _WALK_SHARE = 2.0, 0.05
_THING_M2 = 0.5
_EYE_M = (0.3, 2.5)
"""A tripod or a person's hand holds a scanner so high."""


@dataclass(frozen=True)
class Platform:
    """A level above the floor: its `outline` in the plan, its `floor`, and z of the deck's underside, metres."""

    outline: Polygon
    floor: FloorSurface
    underside_m: float

    @property
    def elevation_m(self) -> float:
        """z of its floor, about."""
        return float(np.median(self.floor.z))


def find_platforms(hall: LevelledScan, outline: Polygon) -> tuple[Platform, ...]:
    """The levels above the floor inside a hall's `outline`, the lowest first; none in most halls.

    A deck is one if

    1. its top was seen: what was seen from below only is a ceiling;
    2. somebody can walk on it, and below it too: there is floor with nothing over it up to 2 m, which the shelves of
       a rack and a stack's top have not;
    3. the scanner stood on it, or things do.
    """
    found: list[Platform] = []
    for hint in deck_hints(hall.points, float(np.median(hall.floor.z))):
        platform = _platform(hint, hall, outline)
        if platform is not None and not any(_are_one(platform, other) for other in found):
            found.append(platform)
    return tuple(sorted(found, key=lambda each: each.elevation_m))


def over(points: npt.NDArray[np.float64], shape: Polygon) -> npt.NDArray[np.bool_]:
    """Which (N,) of `points` (N, 2 or more) lie in `shape`, seen from above."""
    inside = np.empty(len(points), np.bool_)
    shapely.prepare(shape)
    for part in parts_of(len(points), points):
        inside[part] = shapely.contains_xy(shape, points[part, 0], points[part, 1])
    return inside


def _platform(hint: Hint, hall: LevelledScan, outline: Polygon) -> Platform | None:
    near = _near(hint, hall)
    faces = deck_faces(near)
    if faces is None or faces.top_m is None:  # 1
        return None
    rays = Rays.of(hall.points, hall.cloud.station, hall.stations)
    extent = deck_extent(near, rays, faces, hint.grid)
    inside = None if extent is None else _largest(extent.intersection(outline))
    if inside is None or inside.area < AREA_M2:
        return None
    platform = Platform(inside, _floor(near, faces.top_m), faces.low_m)
    return platform if _is_level(platform, hall) else None


def _largest(shape: shapely.Geometry) -> Polygon | None:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return shapely.orient_polygons(max(parts, key=lambda part: part.area)) if parts else None


def _near(hint: Hint, hall: LevelledScan) -> Rays:
    """The beams that end where the hint saw something, or a little above or below."""
    kept = np.zeros(len(hall.points), np.bool_)
    for part in parts_of(len(kept), hall.points):
        z = hall.points[part, 2]
        rows = np.flatnonzero((z > hint.low_m - _BESIDE_M) & (z < hint.high_m + _BESIDE_M))
        kept[part][rows] = hint.grid.is_in(hint.cells, hall.points[part][rows])
    return Rays.of(taken(hall.points, kept), taken(hall.cloud.station, kept), hall.stations)


def _floor(near: Rays, top_m: float) -> FloorSurface:
    """The heights of the deck's top: an underside close below it is seen from below."""
    is_top = ~(near.heights_of_eyes() < near.ends[:, 2]) & (np.abs(near.ends[:, 2] - top_m) < FACE_M)
    return floor_surface(near.ends[is_top], FloorPlane(0.0, 0.0, top_m, 1.0))


def _is_level(platform: Platform, hall: LevelledScan) -> bool:
    points = taken(hall.points, over(hall.points, platform.outline))
    z = points[:, 2]
    is_below = z < platform.underside_m - _FLOOR_M
    on = _map(points, z - platform.floor.heights(points[:, :2]))
    below = _map(points[is_below], (z - hall.floor.heights(points[:, :2]))[is_below])
    least_m2 = max(_WALK_M2, _WALK_SHARE * platform.outline.area)
    can_walk = min(_walkable_m2(on), _walkable_m2(below)) >= least_m2  # 2
    return can_walk and (_scanner_stood_on(platform, hall.stations) or _things_m2(on) >= _THING_M2)  # 3


def _map(points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> ColumnMap:
    """What is seen over each cell; its lowest bin holds the floor and no more."""
    if len(points) == 0:
        return ColumnMap(np.zeros(2), CELL_M, 0.1, np.zeros((1, 1), np.uint64))
    return column_map(points, heights + _FLOOR_M, cell_m=CELL_M, top_m=6.4)


def _walkable_m2(seen: ColumnMap) -> float:
    """Floor that was seen with nothing over it up to two metres."""
    is_floor = seen.count_between(0.0, 2 * _FLOOR_M) > 0
    return CELL_M**2 * int(np.count_nonzero(is_floor & (seen.count_between(_FOOT_M, _HEAD_M) == 0)))


def _things_m2(seen: ColumnMap) -> float:
    """What things cover that are higher than 25 cm."""
    return CELL_M**2 * int(np.count_nonzero(seen.count_between(_FOOT_M, _HEAD_M) > 0))


def _scanner_stood_on(platform: Platform, eyes: Mapping[int, npt.NDArray[np.float64]]) -> bool:
    return any(
        _EYE_M[0] < float(eye[2]) - platform.elevation_m < _EYE_M[1]
        and platform.outline.contains(shapely.Point(eye[:2]))
        for eye in eyes.values()
    )


def _are_one(a: Platform, b: Platform) -> bool:
    """Whether two are too close over each other for somebody to walk between them."""
    is_close = abs(a.elevation_m - b.elevation_m) < LOWEST_M
    return is_close and bool(a.outline.intersects(b.outline))
