"""RGB-D recordings: a folder with 16-bit depth images, `intrinsics.json`, and a pose for each image.

`depth/*.png` in order of their names · `intrinsics.json` with width, height, fx, fy, cx, cy in pixels, depth_scale
(depth units a metre) and depth_max_m, or noise_per_m2 · poses of the camera (x right, y down, z forward) in the
world, as TUM text or as trajectory.log (Open3D). Colour images are not read.

The noise of a depth camera grows with the square of the depth: sigma = noise_per_m2 · z². Beyond depth_max_m a
depth is left out; where only the noise is known, beyond the depth at which sigma passes 5 cm.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from scans.poses_file import SensorPoses, read_poses
from scans.readers.faults import naming_faults, size_of_file
from scans.readers.trajectory_log import read_trajectory_log
from scans.scan_file import Block, ScanFile
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points

INTRINSICS = "intrinsics.json"
POSES = ("poses.txt", "trajectory.txt", "groundtruth.txt", "groundtruth_tum.txt", "trajectory.log")
_DEPTH_16_BIT = ("I;16", "I;16B", "I;16L")
_WORST_SIGMA_M = 0.05
_MOST_PIXELS = 16384
_LONGEST_JSON = 1 << 16


@dataclass(frozen=True, kw_only=True)
class _Camera:
    """What `intrinsics.json` says; `noise_per_m2` is 0 where it is unknown."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    depth_scale: float
    depth_max_m: float
    noise_per_m2: float

    def __str__(self) -> str:
        noise = "its noise is not stated"
        if self.noise_per_m2:
            far = self.noise_per_m2 * self.depth_max_m**2
            noise = f"sigma {self.noise_per_m2:g} m at 1 m grows with its square to {far:.3g} m there"
        return f"{self.depth_scale:g} depth units a metre, cut off at {self.depth_max_m:.3g} m, {noise}"


def open_rgbd(folder: Path) -> ScanFile:
    """The points of a folder of depth images, in the world of its poses, metres.

    The station of a point is its image, from 0; its position is known. Pixels without depth, or too deep, give no
    point. Where the noise is known, the scalar `depth_sigma_m` has it. BadDataError names what is missing or wrong.
    """
    images = sorted((folder / "depth").glob("*.png"))
    if not images:
        raise BadDataError(
            f"{folder}: is a folder, but no RGB-D recording, which has depth/*.png: pass the scan files in it"
        )
    camera = _read_camera(folder / INTRINSICS)
    poses, poses_name = _read_poses(folder, images)
    next(_depth(images[:1], camera))
    return ScanFile(
        path=folder,
        point_count=len(images) * camera.width * camera.height,
        blocks=partial(_blocks, images, camera, poses),
        stated_unit="m",
        stations={index: pose[:3, 3].copy() for index, pose in enumerate(poses)},
        station_count=len(images),
        invalid_is_normal=True,
        notes=(f"{len(images)} depth images, poses of {poses_name}: {camera}",),
    )


def _read_camera(path: Path) -> _Camera:
    if size_of_file(path) > _LONGEST_JSON:
        raise BadDataError(f"{path}: is larger than {_LONGEST_JSON} bytes: it is no {INTRINSICS}")
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise BadDataError(f"{path}: is no JSON ({fault}): write it again") from fault
    told = told if isinstance(told, dict) else {}
    read = partial(_value, path, told)
    noise = read("noise_per_m2", above=0.0) if "noise_per_m2" in told else 0.0
    if "depth_max_m" not in told and noise == 0.0:
        raise BadDataError(
            f"{path}: has neither depth_max_m nor noise_per_m2: depth noise grows with the square of the depth; "
            "write the depth in metres up to which the camera measures as depth_max_m"
        )
    return _Camera(
        width=_pixels(path, read("width", above=0.0)),
        height=_pixels(path, read("height", above=0.0)),
        fx=read("fx", above=0.0),
        fy=read("fy", above=0.0),
        cx=read("cx"),
        cy=read("cy"),
        depth_scale=read("depth_scale", above=0.0),
        depth_max_m=read("depth_max_m", above=0.0)
        if "depth_max_m" in told
        else math.sqrt(_WORST_SIGMA_M / noise),
        noise_per_m2=noise,
    )


def _value(path: Path, told: dict[str, Any], name: str, *, above: float = -math.inf) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < 1e9:
        bound = "a number" if above == -math.inf else f"a number above {above:g}"
        raise BadDataError(
            f"{path}: {name} is {str(value)[:40]}, not {bound}: write it, as the camera has it"
        )
    return float(value)


def _pixels(path: Path, value: float) -> int:
    if not value.is_integer() or value > _MOST_PIXELS:
        raise BadDataError(
            f"{path}: a size of {value:g} is no count of pixels to {_MOST_PIXELS}: write it again"
        )
    return int(value)


def _read_poses(folder: Path, images: Sequence[Path]) -> tuple[Sequence[Matrix4], str]:
    path = next((folder / name for name in POSES if (folder / name).is_file()), None)
    if path is None:
        raise BadDataError(
            f"{folder}: has no poses of its {len(images)} depth images: put {POSES[0]} with lines "
            "'t tx ty tz qx qy qz qw' (camera to world), or trajectory.log, beside depth/"
        )
    if path.suffix == ".log":
        poses = read_trajectory_log(path)
        if len(poses) != len(images):
            raise BadDataError(
                f"{path}: {len(poses)} poses for {len(images)} depth images: keep one pose for each"
            )
        return list(poses), path.name
    sensors = read_poses(path)
    if not isinstance(sensors, SensorPoses):
        raise BadDataError(f"{path}: has positions alone: write lines 't tx ty tz qx qy qz qw'")
    return sensors.for_files(images), path.name


def _depth(images: Sequence[Path], camera: _Camera) -> Iterator[npt.NDArray[np.uint16]]:
    """The depths (H, W) of the images in the camera's units."""
    for path in images:
        with naming_faults(path, "PNG"), Image.open(path, formats=["PNG"]) as image:
            if image.mode not in _DEPTH_16_BIT:
                raise BadDataError(
                    f"{path}: is an image of kind {image.mode}, not of 16 bits: depths are cut, or it is a picture: "
                    "export depth as 16-bit PNG"
                )
            if image.size != (camera.width, camera.height):
                raise BadDataError(
                    f"{path}: has {image.width} × {image.height} pixels, but {INTRINSICS} states {camera.width} × "
                    f"{camera.height}: put the depth camera's own intrinsics there"
                )
            yield np.asarray(image).astype(np.uint16)


def _blocks(images: Sequence[Path], camera: _Camera, poses: Sequence[Matrix4], size: int) -> Iterator[Block]:
    v, u = np.indices((camera.height, camera.width)).reshape(2, -1)
    x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    for station, (depth, pose) in enumerate(zip(_depth(images, camera), poses, strict=True)):
        z = depth.ravel() / camera.depth_scale
        seen = np.flatnonzero((z > 0) & (z <= camera.depth_max_m))
        for first in range(0, len(seen), size):
            some = seen[first : first + size]
            in_camera = np.stack([x[some], y[some], np.ones(len(some))], axis=1) * z[some, None]
            yield Block(
                xyz=np.asfortranarray(transform_points(pose, in_camera)),
                station=np.full(len(some), station, dtype=np.int32),
                scalars=_sigma(z[some], camera),
            )


def _sigma(z: npt.NDArray[np.float64], camera: _Camera) -> dict[str, npt.NDArray[np.float32]]:
    return {"depth_sigma_m": (camera.noise_per_m2 * z * z).astype(np.float32)} if camera.noise_per_m2 else {}
