"""E57: numbers beyond the standard's own are scalars, as in LAS; what is marked invalid is not taken for measured."""

import numpy as np
import pye57
import pytest
from pye57 import libe57

from scans.readers import open_scan

KINDS = {
    "float": lambda image: libe57.FloatNode(image, 0.0, libe57.E57_DOUBLE, -1e9, 1e9),
    "integer": lambda image: libe57.IntegerNode(image, 0, -1000, 1000),
    "scaled": lambda image: libe57.ScaledIntegerNode(image, 0, -(10**6), 10**6, 0.25, 100.0),
}
FLAG = "integer"


def write(path, columns):
    """An E57 with one scan of these columns: name → (kind, values)."""
    with pye57.E57(str(path), mode="w") as file:
        image = file.image_file
        image.extensionsAdd("thermal", "http://www.example.com/thermal")
        image.extensionsAdd("nor", "http://www.libe57.org/E57_NOR_surface_normals.txt")
        scan, prototype = libe57.StructureNode(image), libe57.StructureNode(image)
        scan.set("guid", libe57.StringNode(image, "{1}"))
        buffers = libe57.VectorSourceDestBuffer()
        arrays = {name: np.ascontiguousarray(values, np.float64) for name, (_, values) in columns.items()}
        for name, (kind, values) in columns.items():
            prototype.set(name, KINDS[kind](image))
            buffers.append(libe57.SourceDestBuffer(image, name, arrays[name], len(values), True, True))
        points = libe57.CompressedVectorNode(image, prototype, libe57.VectorNode(image, True))
        scan.set("points", points)
        file.data3d.append(scan)
        writer = points.writer(buffers)
        writer.write(len(values))
        writer.close()
    return path


def columns_of(hall, **more):
    xyz = {f"cartesian{axis}": ("float", hall[:, i]) for i, axis in enumerate("XYZ")}
    return xyz | {name.replace("__", ":"): column for name, column in more.items()}


def read(path, size=700):
    return list(open_scan(path).chunks(size=size))


def test_extra_numbers_of_every_kind_are_scalars_without_their_prefix(tmp_path, hall):
    n = np.arange(len(hall))
    path = write(
        tmp_path / "hall.e57",
        columns_of(
            hall,
            thermal__temperature=("float", 20 + n / 8),
            thermal__class=("integer", n % 7),
            thermal__humidity=("scaled", 100 + (n % 9) / 4),
            nor__normalX=("float", n * 0.0),
            rowIndex=("integer", n % 10),
        ),
    )
    chunks = read(path)
    scalars = {name: np.concatenate([c.scalars[name] for c in chunks]) for name in chunks[0].scalars}
    assert {name: values.tolist() for name, values in scalars.items()} == {
        "temperature": (20 + n / 8).tolist(),
        "class": (n % 7).tolist(),
        "humidity": (100 + (n % 9) / 4).tolist(),
    }


def test_scalars_go_with_the_points_that_are_kept(tmp_path, hall):
    n = np.arange(len(hall))
    path = write(
        tmp_path / "hall.e57",
        columns_of(hall, cartesianInvalidState=(FLAG, n % 3), thermal__temperature=("float", n)),
    )
    (chunk,) = read(path, size=5000)
    assert np.array_equal(chunk.scalars["temperature"], n[n % 3 == 0])
    assert np.abs(chunk.world_points() - hall[n % 3 == 0]).max() < 1e-5


def test_invalid_intensities_times_and_colours_are_not_taken_for_measured(tmp_path, hall):
    n = np.arange(len(hall))
    is_invalid = n % 2
    colours = {f"color{c}": ("integer", n % 200) for c in ("Red", "Green", "Blue")}
    path = write(
        tmp_path / "hall.e57",
        columns_of(
            hall,
            intensity=("float", n + 1.0),
            timeStamp=("float", n / 4),
            **colours,
            isIntensityInvalid=(FLAG, is_invalid),
            isTimeStampInvalid=(FLAG, is_invalid),
            isColorInvalid=(FLAG, is_invalid),
        ),
    )
    (chunk,) = read(path, size=5000)
    assert np.array_equal(chunk.intensity, np.where(is_invalid, 0, n + 1))
    assert np.array_equal(chunk.time_s, np.where(is_invalid, np.nan, n / 4), equal_nan=True)
    assert np.array_equal(chunk.colour[:, 0], np.where(is_invalid, 160, n % 200))
    assert chunk.intensity.dtype == np.float32
    assert chunk.scalars == {}


@pytest.mark.parametrize("form", ["spherical", "both"])
def test_the_invalid_state_of_the_coordinates_that_are_read_counts(tmp_path, hall, form):
    n = np.arange(len(hall))
    reach = np.linalg.norm(hall, axis=1)
    spherical = {
        "sphericalRange": ("float", reach),
        "sphericalAzimuth": ("float", np.arctan2(hall[:, 1], hall[:, 0])),
        "sphericalElevation": ("float", np.arcsin(hall[:, 2] / reach)),
        "sphericalInvalidState": (FLAG, (n % 4 == 0) * 1),
    }
    both = columns_of(hall, cartesianInvalidState=(FLAG, (n % 2 == 0) * 2)) | spherical
    path = write(tmp_path / "hall.e57", spherical if form == "spherical" else both)
    kept = n % 4 != 0 if form == "spherical" else n % 2 != 0
    (chunk,) = read(path, size=5000)
    assert np.abs(chunk.world_points() - hall[kept]).max() < 1e-5
