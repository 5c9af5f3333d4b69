"""Reading and thinning give the bytes of the plain method: laspy, then numpy, point after point."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import laspy
import numpy as np
import pytest

from scans.readers import open_scans
from scans.readers.scan_set import CHUNK_POINTS
from scans.thinning import VOXEL_M, gather
from scans.units import SizeCheck
from scans.voxels import VoxelCloud
from spatial.errors import BadDataError


def plainly_gathered(paths: list[Path]) -> VoxelCloud:
    """The voxels by sorting: sums in float64 of float32 points, in the order of the points."""
    read = [laspy.read(path) for path in paths]
    xyz = [
        np.stack([part.X, part.Y, part.Z], axis=1) * part.header.scales + part.header.offsets for part in read
    ]
    origin = np.round(np.median(xyz[0][:CHUNK_POINTS], axis=0) / 100.0) * 100.0
    points = (np.concatenate(xyz) - origin).astype(np.float32).astype(np.float64)
    _, first, number, counts = np.unique(
        np.floor(points * (1.0 / VOXEL_M)).astype(np.int64),
        axis=0,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    met = np.argsort(first)

    def means(column: np.ndarray) -> np.ndarray:
        return (np.bincount(number.ravel(), weights=column) / counts)[met]

    if "red" in read[0].point_format.dimension_names:
        colour = np.concatenate([np.stack([part.red, part.green, part.blue], axis=1) for part in read])
        shade = np.stack([means(channel >> (8 if colour.max() > 255 else 0)) for channel in colour.T], axis=1)
    else:
        intensity = means(np.concatenate([part.intensity for part in read]).astype(np.float32))
        bright = np.clip(intensity / np.quantile(intensity, 0.99), 0, 1)
        shade = np.repeat((40 + 200 * bright)[:, None], 3, axis=1)
    if len(read) == 1:
        station = np.asarray(read[0].point_source_id, np.int32)
    else:
        station = np.repeat(np.arange(len(read), dtype=np.int32), [len(part) for part in read])
    return VoxelCloud(
        np.stack([means(axis) for axis in points.T], axis=1),
        origin,
        counts[met].astype(np.int32),
        station[first[met]],
        shade.astype(np.float32),
    )


@pytest.mark.parametrize(
    "names",
    [
        ["virtual_scans_aws/tls_plan_labelled.laz"],  # several chunks, extra bytes, stations
        ["real_hall_livox/scans/000.laz", "real_hall_livox/scans/004.laz", "real_hall_livox/scans/008.laz"],
        ["formats_valid/1.2-with-color.copc.laz"],
    ],
    ids=["one", "three files", "colour"],
)
def test_the_bytes_are_those_of_the_plain_method(shared_data: Path, names: list[str]) -> None:
    paths = [shared_data / name for name in names]
    cloud, plain = gather(open_scans(paths, unit="m")), plainly_gathered(paths)
    for column in (field.name for field in fields(VoxelCloud)):
        assert getattr(cloud, column).tobytes() == getattr(plain, column).tobytes(), column


@pytest.mark.parametrize("name", ["virtual_scans_aws/tls_plan.laz", "formats_valid/1.2-with-color.copc.laz"])
def test_the_shape_alone_has_the_places_stations_and_shades_of_the_whole(
    shared_data: Path, name: str
) -> None:
    scans = open_scans([shared_data / name], unit="m")
    for shape, whole in zip(scans.chunks(shape_only=True), scans.chunks(), strict=True):
        assert shape.points.tobytes() == whole.points.tobytes()
        np.testing.assert_array_equal(shape.station, whole.station)
        shade = "intensity" if whole.colour is None else "colour"
        assert getattr(shape, shade).tobytes() == getattr(whole, shade).tobytes()
        assert shape.time_s is None
        assert whole.time_s is not None


def test_the_size_of_a_long_scan_is_judged_from_a_bounded_sample_that_sees_its_end() -> None:
    rng = np.random.default_rng(0)
    check = SizeCheck("long", metres_stated=True)
    for _ in range(100):
        check.add(rng.uniform(0, 50, (5000, 3)))
        assert len(check._samples) <= 200_000
    with pytest.raises(BadDataError, match="wider than a building"):
        check.add(rng.uniform(0, [5000, 50, 10], (5000, 3)))
