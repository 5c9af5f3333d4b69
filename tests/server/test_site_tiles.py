"""Tiles of all points and of thinned ones lie in the facility's world, however the scan lay in its own."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import laspy
import numpy as np
import numpy.typing as npt
import pytest

from scans.levelled_scan import LevelledScan, level
from scans.readers import ScanSet, open_scan
from scans.scan_to_facility import Scanned
from scans.thinning import gather
from server.chores.site_tiles import tiles_of_scan

UTM = np.array([512_340.0, 5_403_120.0, 210.0])
TILT_RAD = np.deg2rad(2.0)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> ScanSet:
    """A floor of 20 × 12 m in UTM, tilted by 2° about Y, with a temperature."""
    rng = np.random.default_rng(0)
    flat = np.column_stack([rng.uniform(0, 20, 60_000), rng.uniform(0, 12, 60_000), np.zeros(60_000)])
    c, s = np.cos(TILT_RAD), np.sin(TILT_RAD)
    world = flat @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) + UTM
    header = laspy.LasHeader(version="1.4", point_format=6)
    header.scales, header.offsets = np.full(3, 0.0001), UTM
    header.add_extra_dim(laspy.ExtraBytesParams("temperature", np.float32))
    las = laspy.LasData(header)
    las.x, las.y, las.z = world.T
    las.temperature = flat[:, 0]
    path = tmp_path_factory.mktemp("tilted") / "floor.las"
    las.write(path)
    return open_scan(path)


@pytest.fixture(scope="module")
def hall(scans: ScanSet) -> LevelledScan:
    return level(scans, gather(scans))


def world_points(folder: Path) -> npt.NDArray[np.float64]:
    root = json.loads((folder / "tileset.json").read_text())["root"]
    found = []
    for path in folder.glob("*.glb"):
        data = path.read_bytes()
        (size,) = struct.unpack_from("<I", data, 12)
        count = json.loads(data[20 : 20 + size])["accessors"][0]["count"]
        found.append(np.frombuffer(data, "<f4", 3 * count, 28 + size).reshape(-1, 3))
    m = np.array(root["transform"]).reshape(4, 4).T
    points: npt.NDArray[np.float64] = np.concatenate(found) @ m[:3, :3].T + m[:3, 3]
    return points


@pytest.mark.parametrize("wanted", ["full", "thinned"])
def test_a_tilted_scan_in_utm_is_level_and_near_the_origin(
    scans: ScanSet, hall: LevelledScan, wanted: Any, tmp_path: Path
) -> None:
    scanned = cast("Scanned", SimpleNamespace(cloud=hall.cloud, world_from_scan=hall.world_from_scan))
    write = tiles_of_scan(scans, scanned, wanted)
    assert write is not None
    write(tmp_path / "cloud")
    points = world_points(tmp_path / "cloud")
    assert len(points) == (60_000 if wanted == "full" else len(hall.cloud))
    assert np.ptp(points[:, 2]) < 0.002  # the fitted plane's own error over 20 m
    low, high = hall.points.min(axis=0), hall.points.max(axis=0)
    assert np.abs(points.min(axis=0) - low).max() < 0.026  # a voxel
    assert np.abs(points.max(axis=0) - high).max() < 0.026
    assert np.abs(points).max() < 200
    numbers = json.loads((tmp_path / "cloud" / "tileset.json").read_text())["extras"]["numbers"]
    assert [one["name"] for one in numbers] == (["intensity", "temperature"] if wanted == "full" else [])


def test_no_tiles_are_none(scans: ScanSet, hall: LevelledScan) -> None:
    scanned = cast("Scanned", SimpleNamespace(cloud=hall.cloud, world_from_scan=hall.world_from_scan))
    assert tiles_of_scan(scans, scanned, "none") is None
