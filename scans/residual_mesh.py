"""What a scan saw and no element of the facility draws, as one coarse surface: nothing seen is lost.

Points that lie on the floor, on a wall or its doors, in a rack or a column are explained; so is the roof, which a
facility does not have. Through the rest goes a surface, where points are and nowhere else. An obstacle explains
nothing: its outline says where something stands, and the surface in it how that looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import shapely
from numba import njit
from shapely import Polygon

from scans.recognition.tiled_points import TiledPoints
from scans.surface.crumbs import Triangles, without_crumbs
from scans.surface.seen_surface import seen_surface
from scans.surface.spacing import cells_m
from spatial.facility import Facility, Level, Rack
from spatial.floor.decks import deck_thickness_m, ground_area
from spatial.floor_heights import floor_height
from spatial.locations import world_from_rack
from spatial.poses import Matrix4, transform_points

_FEWEST_FACES = 12  # of a piece that is kept: less are stray returns
_FLOOR_M = 0.12
_BESIDE_M = 0.2
_ROOF_SHARE = 0.9
UNKNOWN = -1

Floats = npt.NDArray[np.float64]


def residual_mesh(
    points: Floats,
    facility: Facility,
    *,
    station: npt.NDArray[np.integer] | None = None,
    eyes: Mapping[int, Floats] | None = None,
) -> Triangles | None:
    """Vertices (V, 3), metres, and faces (F, 3) of what `points` (N, 3) show beyond `facility`.

    Faces look to the sensor, which stood at `eyes` (3,) of the point's `station` (N,); where that is not known, to
    the middle of the hall. Sheets are open where nobody looked. None if everything is explained.
    """
    numbers = np.full(len(points), UNKNOWN) if station is None else station
    left, seen_by = unexplained(points, numbers, facility)
    seen_from = _eyes_of(seen_by, eyes or {}, _middle(facility))
    vertices, faces = without_crumbs(*_surface(left, seen_from), fewest=_FEWEST_FACES)
    return None if len(faces) == 0 else (vertices, faces)


def _surface(points: Floats, eyes: Floats) -> Triangles:
    """The surface through points (N, 3) seen from `eyes` (N, 3), of each thing as fine as it was scanned."""
    widths = cells_m(points)
    parts = [
        seen_surface(points[widths == width], eyes[widths == width], cell_m=width)
        for width in np.unique(widths).tolist()
    ]
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    faces = [each + start for (_, each), start in zip(parts, starts, strict=False)]
    return (
        np.concatenate([np.zeros((0, 3)), *(vertices for vertices, _ in parts)]),
        np.concatenate([np.zeros((0, 3), np.int32), *faces]).astype(np.int32),
    )


def unexplained(
    points: Floats, station: npt.NDArray[np.integer], facility: Facility
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The points (M, 3) that no element explains, and their stations (M,); a level explains only what is on it."""
    parts = [
        _unexplained_on(
            level,
            points if mine is None else points[mine],
            station if mine is None else station[mine],
            facility,
        )
        for level, mine in _shares(points, facility)
    ]
    return np.concatenate([left for left, _ in parts]), np.concatenate([seen_by for _, seen_by in parts])


def _unexplained_on(
    level: Level, points: Floats, station: npt.NDArray[np.integer], facility: Facility
) -> tuple[Floats, npt.NDArray[np.int64]]:
    tiles = TiledPoints.of(points, station.astype(np.float64))  # a station goes along with its point
    left = ~_is_explained(tiles, level, facility)
    return tiles.xyz[left], tiles.heights[left].astype(np.int64)


def _shares(points: Floats, facility: Facility) -> Iterator[tuple[Level, npt.NDArray[np.bool_] | None]]:
    """Each level with those of `points` (N,) that lie over it from its deck's underside up; all of a single level.

    What lies over none belongs to the lowest.
    """
    if len(facility.levels) == 1:
        yield facility.levels[0], None
        return
    rest = np.ones(len(points), np.bool_)
    lowest, *uppers = sorted(facility.levels, key=lambda level: level.elevation_m)
    for level in reversed(uppers):
        underside_m = floor_height(level, points[:, :2]) - (deck_thickness_m(facility, level) or 0.0)
        mine = rest & (points[:, 2] > underside_m - _FLOOR_M)
        mine &= shapely.contains_xy(ground_area(level), points[:, 0], points[:, 1])
        rest &= ~mine
        yield level, mine
    yield lowest, rest


def _eyes_of(station: npt.NDArray[np.int64], eyes: Mapping[int, Floats], otherwise: Floats) -> Floats:
    """Where the sensor stood (N, 3) for points of these stations."""
    numbers, place = np.unique(station, return_inverse=True)
    stood = np.array([eyes.get(number, otherwise) for number in numbers.tolist()]).reshape(-1, 3)
    return np.asarray(stood[place.reshape(-1)])


def _middle(facility: Facility) -> Floats:
    """The middle (3,) of the lowest level, at half the height of what stands there."""
    level = facility.levels[0]
    x, y = np.mean(level.outline, axis=0)
    height = max((wall.height_m for wall in facility.walls), default=4.0)
    return np.array([x, y, level.elevation_m + height / 2])


def _is_explained(tiles: TiledPoints, level: Level, facility: Facility) -> npt.NDArray[np.bool_]:
    """Which of the points of `tiles` (N,), all of one level, an element explains: what costs least is asked first.

    Columns go through levels.
    """
    points = tiles.xyz
    explained = np.zeros(len(points), np.bool_)
    for rack in facility.racks:
        if rack.level == level.id:
            _mark_rack(tiles, rack, explained)
    for column in facility.columns:
        around = shapely.Point(column.center).buffer(max(column.size_m) + _BESIDE_M)
        rows = _inside(tiles, around, explained)
        explained[rows] = True
    roof = _ROOF_SHARE * _roof_m(level, facility)
    lowest, highest = _floor_range(level)
    explained |= (points[:, 2] < lowest + _FLOOR_M) | (points[:, 2] > highest + roof)
    # outside the walls lies what was seen through doors: it is not part of this building
    left = np.flatnonzero(~explained)
    outline = Polygon(level.outline).buffer(-_BESIDE_M)
    explained[left] = ~shapely.contains_xy(outline, points[left, :2])
    left = left[~explained[left]]
    z = points[left, 2]
    unsure = left[(z < highest + _FLOOR_M) | (z > lowest + roof)]
    height = points[unsure, 2] - floor_height(level, points[unsure, :2])
    explained[unsure] = (height < _FLOOR_M) | (height > roof)
    return explained


def _roof_m(level: Level, facility: Facility) -> float:
    """The roof's height over a level: where its own walls end or, if it has none, where all do."""
    base_m = {each.id: each.elevation_m - level.elevation_m for each in facility.levels}
    own = [wall.height_m for wall in facility.walls if wall.level == level.id]
    return max(own or [base_m[wall.level] + wall.height_m for wall in facility.walls], default=np.inf)


def _floor_range(level: Level) -> tuple[float, float]:
    """z between which all of the level's floor lies."""
    floor = () if level.floor is None else level.floor.points
    z = [point[2] for point in floor] or [level.elevation_m]
    return min(z), max(z)


def _inside(tiles: TiledPoints, shape: Polygon, explained: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Rows of `tiles` that lie in `shape` and are not yet `explained`."""
    spans = tiles.spans(np.array(shape.exterior.coords), 0.0)
    rows = [span.start + np.flatnonzero(~explained[span]) for span in spans]
    near = np.concatenate([np.zeros(0, np.int64), *rows])
    return np.asarray(near[shapely.contains_xy(shape, tiles.xyz[near, :2])])


def _mark_rack(tiles: TiledPoints, rack: Rack, explained: npt.NDArray[np.bool_]) -> None:
    """Mark the points in the rack, overhang and top loads included."""
    world_from_here = world_from_rack(rack)
    rack_from_world: Matrix4 = np.linalg.inv(world_from_here).astype(np.float64)
    u, v = rack.length_m + _BESIDE_M, rack.depth_m / 2 + _BESIDE_M
    corners = np.array([[-_BESIDE_M, -v, 0.0], [u, -v, 0.0], [u, v, 0.0], [-_BESIDE_M, v, 0.0]])
    low, high = np.array([-_BESIDE_M, -v]), np.array([u, v])
    for span in tiles.spans(transform_points(world_from_here, corners)[:, :2], 0.0):
        _mark_box(tiles.xyz[span], rack_from_world, low, high, explained[span])


@njit(cache=True)
def _mark_box(points, pose, low, high, marked):  # type: ignore[no-untyped-def]
    """Mark the points that lie between `low` and `high` (2,) along and across in the frame of `pose`."""
    for n in range(len(points)):
        x, y, z = points[n, 0], points[n, 1], points[n, 2]
        along = x * pose[0, 0] + y * pose[0, 1] + z * pose[0, 2] + pose[0, 3]
        across = x * pose[1, 0] + y * pose[1, 1] + z * pose[1, 2] + pose[1, 3]
        if low[0] < along < high[0] and low[1] < across < high[1]:
            marked[n] = True
