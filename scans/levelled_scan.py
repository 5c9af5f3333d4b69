"""A scan as recognition wants it: one bounded cloud, the floor level, every height above it known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scans.readers.scan_set import ScanSet
from scans.recognition.building.floor import (
    FloorPlane,
    FloorSurface,
    fit_floor_plane,
    floor_surface,
    level_from_scan,
)
from scans.recognition.racks_and_walls import roof_height
from scans.roomy_arrays import let_go, parts_of, roomy_empty, taken
from scans.strays import is_stray
from scans.voxels import VoxelCloud
from spatial.facility import Georeference
from spatial.poses import Matrix4, transform_points

_FAR_M = 100_000.0
_ON_FLOOR_M = 0.05


@dataclass(frozen=True)
class LevelledScan:
    """Points of a scan in the facility's world frame.

    `cloud` has one point a voxel; `heights` (N,) are above the `floor`, whose plane is `plane`; `roof_m` is the
    height of the roof, or of what is highest if none was seen; `stations` are the sensor positions (3,); `tilt_rad`
    is the floor's tilt in the scan's own frame, taken out if `levelled`. `world_from_scan` takes points as they were
    read here.
    """

    cloud: VoxelCloud
    heights: npt.NDArray[np.float64]
    plane: FloorPlane
    floor: FloorSurface
    roof_m: float
    stations: Mapping[int, npt.NDArray[np.float64]]
    tilt_rad: float
    levelled: bool
    world_from_scan: Matrix4
    points_read: int
    georeference: Georeference | None

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """The points (N, 3), metres."""
        return self.cloud.points

    def floor_points(self) -> npt.NDArray[np.float64]:
        """x, y (M, 2) of the points on the floor, within 5 cm of it."""
        is_floor = np.empty(len(self.points), np.bool_)
        for part in parts_of(len(is_floor), self.heights):
            is_floor[part] = np.abs(self.heights[part]) < _ON_FLOOR_M
        return taken(self.points, is_floor)[:, :2]

    def above_floor(self) -> npt.NDArray[np.float64]:
        """The points (N, 3), z counted from the floor below them."""
        above: npt.NDArray[np.float64] = roomy_empty(self.points.shape, np.float64)
        for part in parts_of(len(above), above, self.points, self.heights):
            above[part, :2], above[part, 2] = self.points[part, :2], self.heights[part]
        return above

    def let_go(self) -> None:
        """What of the points lies in files may leave memory: a stage that looked at all is over."""
        cloud = self.cloud
        let_go(cloud.points, cloud.counts, cloud.station, cloud.shade, self.heights)

    @property
    def eyes_above_floor(self) -> dict[int, npt.NDArray[np.float64]]:
        """The sensor positions (3,), z counted from the floor below them."""
        return {
            number: eye - [0.0, 0.0, float(self.floor.heights(eye[None, :2])[0])]
            for number, eye in self.stations.items()
        }


def level(scans: ScanSet, cloud: VoxelCloud, *, seed: int = 0) -> LevelledScan:
    """`cloud` without strays, in the world: the scan's frame, turned if its floor tilts by more than half a degree.

    Coordinates beyond 100 km are kept relative to a georeference, so that the world's origin is near the
    building. Raises UndecidedError if there is no floor.
    """
    points_read = int(cloud.counts.sum())
    cloud = cloud.where(~is_stray(cloud.points))
    points = cloud.points  # this copy is moved in place, and so are its parts: a second one may not fit
    is_far = bool(np.abs(cloud.origin).max() > _FAR_M)
    near_from_scan = -cloud.origin if is_far else np.zeros(3)
    for part in parts_of(len(points), points):
        points[part] += cloud.origin + near_from_scan
    plane = fit_floor_plane(points, seed=seed)
    turn = level_from_scan(plane)
    levelled = not np.array_equal(turn, np.eye(4))
    if levelled:
        for part in parts_of(len(points), points):
            points[part] = transform_points(turn, points[part])
    world_plane = fit_floor_plane(points, seed=seed) if levelled else plane
    floor = floor_surface(points, world_plane)
    heights: npt.NDArray[np.float64] = roomy_empty((len(points),), np.float64)
    for part in parts_of(len(points), points, heights):
        heights[part] = points[part, 2] - floor.heights(points[part, :2])
    return LevelledScan(
        cloud=replace(cloud, origin=np.zeros(3)),
        heights=heights,
        plane=world_plane,
        floor=floor,
        roof_m=roof_height(points, heights),
        stations={
            number: transform_points(turn, (eye + near_from_scan)[None])[0]
            for number, eye in scans.stations.items()
        },
        tilt_rad=plane.tilt_rad,
        levelled=levelled,
        world_from_scan=turn @ _shifted(near_from_scan),
        points_read=points_read,
        georeference=_georeference(cloud.origin) if is_far else None,
    )


def _shifted(by: npt.NDArray[np.float64]) -> Matrix4:
    pose = np.eye(4)
    pose[:3, 3] = by
    return pose


def _georeference(origin: npt.NDArray[np.float64]) -> Georeference:
    e, n, h = (float(x) for x in origin)
    return Georeference(crs="unknown", enu_origin=(e, n, h))
