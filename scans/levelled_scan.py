"""A scan as recognition wants it: one bounded cloud, the floor level, every height above it known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from scans.readers.scan_set import ScanSet
from scans.recognition.building.floor import (
    FloorSurface,
    fit_floor_plane,
    floor_surface,
    level_from_scan,
)
from scans.strays import is_stray
from scans.voxels import VoxelAccumulator, VoxelCloud
from spatial.facility import Georeference
from spatial.poses import transform_points

VOXEL_M = 0.025
_FAR_M = 100_000.0
_ROOF_CELL_M = 0.5
_STRUCTURE_M = 2.0


@dataclass(frozen=True)
class LevelledScan:
    """Points of a scan in the facility's world frame.

    `cloud` has one point a voxel; `heights` (N,) are above the `floor`; `roof_m` is the height of the roof, or
    of what is highest if none was seen; `stations` are the sensor positions (3,); `tilt_rad` is the floor's
    tilt in the scan's own frame, taken out if `levelled`.
    """

    cloud: VoxelCloud
    heights: npt.NDArray[np.float64]
    floor: FloorSurface
    roof_m: float
    stations: Mapping[int, npt.NDArray[np.float64]]
    tilt_rad: float
    levelled: bool
    points_read: int
    georeference: Georeference | None

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """The points (N, 3), metres."""
        return self.cloud.points

    @property
    def eyes_above_floor(self) -> dict[int, npt.NDArray[np.float64]]:
        """The sensor positions (3,), z counted from the floor below them."""
        return {
            number: eye - [0.0, 0.0, float(self.floor.heights(eye[None, :2])[0])]
            for number, eye in self.stations.items()
        }


def gather(scans: ScanSet, progress: Callable[[float], None] = lambda _share: None) -> VoxelCloud:
    """All points of `scans` in one voxel cloud of 2.5 cm; raises BadDataError for a broken file."""
    voxels = VoxelAccumulator(VOXEL_M)
    for chunk in scans.chunks():
        voxels.add(chunk)
        progress(min(1.0, voxels.points_read / max(scans.point_count, 1)))
    return voxels.cloud()


def level(scans: ScanSet, cloud: VoxelCloud, *, seed: int = 0) -> LevelledScan:
    """`cloud` without strays, in the world: the scan's frame, turned if its floor tilts by more than half a degree.

    Coordinates beyond 100 km are kept relative to a georeference, so that the world's origin is near the
    building. Raises UndecidedError if there is no floor.
    """
    points_read = int(cloud.counts.sum())
    cloud = cloud.where(~is_stray(cloud.points))
    is_far = bool(np.abs(cloud.origin).max() > _FAR_M)
    near_from_scan = -cloud.origin if is_far else np.zeros(3)
    points = cloud.points + cloud.origin + near_from_scan
    plane = fit_floor_plane(points, seed=seed)
    turn = level_from_scan(plane)
    levelled = not np.array_equal(turn, np.eye(4))
    if levelled:
        points = transform_points(turn, points)
    floor = floor_surface(points, fit_floor_plane(points, seed=seed) if levelled else plane)
    heights = points[:, 2] - floor.heights(points[:, :2])
    return LevelledScan(
        cloud=replace(cloud, points=points, origin=np.zeros(3)),
        heights=heights,
        floor=floor,
        roof_m=_roof(points, heights),
        stations={
            number: transform_points(turn, (eye + near_from_scan)[None])[0]
            for number, eye in scans.stations.items()
        },
        tilt_rad=plane.tilt_rad,
        levelled=levelled,
        points_read=points_read,
        georeference=_georeference(cloud.origin) if is_far else None,
    )


def _roof(points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> float:
    """Height of the roof over most of the hall: the median of what is highest in each half metre."""
    ij = np.floor((points[:, :2] - points[:, :2].min(0)) / _ROOF_CELL_M).astype(np.int64)
    _, cell, count = np.unique(
        ij[:, 0] * (ij[:, 1].max() + 1) + ij[:, 1], return_inverse=True, return_counts=True
    )
    top = np.zeros(len(count))
    np.maximum.at(top, cell, heights)
    inside = top[(count >= 5) & (top > _STRUCTURE_M)]
    return float(np.median(inside)) if len(inside) else float(heights.max())


def _georeference(origin: npt.NDArray[np.float64]) -> Georeference:
    e, n, h = (float(x) for x in origin)
    return Georeference(crs="unknown", enu_origin=(e, n, h))
