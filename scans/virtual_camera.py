"""A virtual depth camera: depth images of a known mesh, with the truth beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.ray_scene import RayScene

NOTHING = -1
"""The element of a pixel without depth."""

_MM = 1000.0


@dataclass(frozen=True, kw_only=True)
class DepthCamera:
    """A stereo or structured-light camera: x right, y down, z forward; pixel (0, 0) is the upper left one."""

    width: int = 424
    """Pixels, at least 1."""
    height: int = 240
    """Pixels, at least 1."""
    fx: float = 212.0
    """Focal length in pixels, above 0."""
    fy: float = 212.0
    """Focal length in pixels, above 0."""
    cx: float = 211.5
    """Column of the axis, pixels."""
    cy: float = 119.5
    """Row of the axis, pixels."""
    noise_per_m2: float = 0.002
    """Standard deviation of a depth at 1 m, metres; it grows with the square of the depth; at least 0."""
    depth_from_m: float = 0.3
    """Nearest depth, metres, above 0."""
    depth_to_m: float = 8.0
    """Farthest depth, metres, at most 65.535 (16 bits of mm)."""

    def __post_init__(self) -> None:
        limits = (
            ("width", self.width >= 1, "at least 1"),
            ("height", self.height >= 1, "at least 1"),
            ("fx", 0 < self.fx < math.inf, "above 0"),
            ("fy", 0 < self.fy < math.inf, "above 0"),
            ("noise_per_m2", 0 <= self.noise_per_m2 < math.inf, "at least 0"),
            ("depth_from_m", self.depth_from_m > 0, "above 0"),
            (
                "depth_to_m",
                self.depth_from_m < self.depth_to_m <= 65.535,
                "above depth_from_m, at most 65.535",
            ),
        )
        for name, holds, bound in limits:
            if not holds:
                raise ValueError(f"{name} {getattr(self, name)} is not {bound}")


@dataclass(frozen=True, eq=False)
class DepthScan:
    """Depth images (K, H, W) uint16 mm, 0 without depth; `element` (K, H, W) int32, NOTHING there;
    `world_from_camera` (K, 4, 4).
    """

    depth_mm: npt.NDArray[np.uint16]
    element: npt.NDArray[np.int32]
    world_from_camera: npt.NDArray[np.float64]


def scan_depth_camera(
    vertices: npt.ArrayLike,
    faces: npt.ArrayLike,
    face_element: npt.ArrayLike,
    world_from_camera: npt.ArrayLike,
    *,
    camera: DepthCamera | None = None,
    seed: int = 0,
) -> DepthScan:
    """Depth images of the mesh `vertices` (V, 3), `faces` (F, 3) from poses (K, 4, 4), world metres.

    Depths carry noise that grows with their square and are rounded to 1 mm. Every image draws from its own
    stream of random numbers. Raises ValueError for arrays of another shape.
    """
    camera = camera or DepthCamera()
    scene = RayScene(vertices, faces)
    element_of = np.asarray(face_element, dtype=np.int32)
    if element_of.shape != (len(np.asarray(faces)),):
        raise ValueError(f"face_element of shape {element_of.shape} is not (F,) with one entry a face")
    poses = np.asarray(world_from_camera, dtype=np.float64)
    if poses.ndim != 3 or poses.shape[1:] != (4, 4):
        raise ValueError(f"world_from_camera of shape {poses.shape} is not (K, 4, 4)")
    depth_mm = np.zeros((len(poses), camera.height, camera.width), dtype=np.uint16)
    element = np.full(depth_mm.shape, NOTHING, dtype=np.int32)
    rays = pixel_rays(camera)
    for k, (pose, stream) in enumerate(
        zip(poses, np.random.SeedSequence(seed).spawn(len(poses)), strict=True)
    ):
        # rays reach z = 1 in the camera's frame, so that their lengths are depths
        hits = scene.cast(pose[:3, 3], (rays @ pose[:3, :3].T).astype(np.float32))
        z = np.where(hits.face >= 0, hits.distance.astype(np.float64), 0.0)
        noisy = z + camera.noise_per_m2 * z * z * np.random.default_rng(stream).standard_normal(len(z))
        seen = (hits.face >= 0) & (noisy >= camera.depth_from_m) & (noisy <= camera.depth_to_m)
        depth_mm[k].ravel()[seen] = np.round(noisy[seen] * _MM)
        element[k].ravel()[seen] = element_of[hits.face[seen]]
    return DepthScan(depth_mm=depth_mm, element=element, world_from_camera=poses)


def pixel_rays(camera: DepthCamera) -> npt.NDArray[np.float64]:
    """The ray (H · W, 3) through each pixel in the camera's frame, row by row, scaled to z = 1."""
    v, u = np.mgrid[: camera.height, : camera.width]
    x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    return np.stack([x, y, np.ones(x.shape)], axis=-1).reshape(-1, 3)


def unproject(
    depth_mm: npt.NDArray[np.uint16], world_from_camera: npt.ArrayLike, camera: DepthCamera
) -> PointCloud:
    """The points of depth images (K, H, W) in the world; `station` is the image. Pixels of depth 0 give none.

    Raises ValueError where images, poses and camera do not fit together.
    """
    poses = np.asarray(world_from_camera, dtype=np.float64)
    if depth_mm.shape != (len(poses), camera.height, camera.width):
        raise ValueError(
            f"depth images {depth_mm.shape} do not fit {len(poses)} poses of {camera.height} × {camera.width}"
        )
    origin = np.round(poses[:, :3, 3].mean(axis=0)) if len(poses) else np.zeros(3)
    rays = pixel_rays(camera)
    points, station = [np.empty((0, 3), np.float32)], [np.empty(0, np.int32)]
    for k, (image, pose) in enumerate(zip(depth_mm, poses, strict=True)):
        seen = np.flatnonzero(image)
        in_camera = rays[seen] * (image.ravel()[seen, None] / _MM)
        in_world = in_camera @ pose[:3, :3].T + (pose[:3, 3] - origin)
        points.append(in_world.astype(np.float32))
        station.append(np.full(len(seen), k, dtype=np.int32))
    return PointCloud(points=np.concatenate(points), origin=origin, station=np.concatenate(station))
