"""Tiles of a cloud: every point once, where its tile says, as densely as it says; the same bytes whoever works."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import numpy.typing as npt
import pytest

from scans.cloud import PointCloud
from scans.readers import open_scan
from scans.tiles.build import TileSizes, build_tiles
from scans.tiles.columns import NO_DATA
from scans.tiles.morton import NONE_BEFORE, RootCube, levels, stable_order
from spatial.errors import BadDataError

UTM = np.array([512_300.0, 5_403_100.0, 200.0])
SMALL = TileSizes(bucket=3_000, leaf=400, tile=700)
Tile = dict[str, Any]


def hall(count: int = 30_000, seed: int = 0) -> npt.NDArray[np.float32]:
    """Points (N, 3) on the floor and two rack faces of a hall of 40 × 20 × 8 m, and a few in the air."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, (40, 20, 8), (count, 3))
    kind = rng.integers(0, 20, count)
    points[kind < 12, 2] = 0.0
    points[(kind >= 12) & (kind < 15), 1] = 6.0
    points[(kind >= 15) & (kind < 19), 1] = 9.0
    return points.astype(np.float32)


def chunks(points: npt.NDArray[np.float32], size: int = 7_001, **columns: Any) -> Iterator[PointCloud]:
    for first in range(0, len(points), size):
        part = slice(first, first + size)
        scalars = {name: values[part] for name, values in columns.get("scalars", {}).items()}
        rest = {name: values[part] for name, values in columns.items() if name != "scalars"}
        yield PointCloud(points[part], UTM, scalars=scalars, **rest)


def read_glb(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The attributes of the one primitive, as the file's own words place them."""
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert (kind, size % 4) == (b"JSON", 0)
    document = json.loads(data[20 : 20 + size])
    binary = data[28 + size :]
    columns = {}
    for name, index in document["meshes"][0]["primitives"][0]["attributes"].items():
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
        kind = {5126: "<f4", 5123: "<u2"}[accessor["componentType"]]
        assert view["byteOffset"] % 4 == 0
        values = np.frombuffer(binary, kind, accessor["count"] * width, view["byteOffset"])
        columns[name] = values.reshape(-1, width) if width > 1 else values
    return columns


def tiles_of(folder: Path) -> list[tuple[Tile, list[Tile]]]:
    """Every tile with those above it, the root first."""

    def below(tile: Tile, above: list[Tile]) -> Iterator[tuple[Tile, list[Tile]]]:
        yield tile, above
        for child in tile.get("children", ()):
            yield from below(child, [*above, tile])

    return list(below(json.loads((folder / "tileset.json").read_text())["root"], []))


def all_points(folder: Path) -> npt.NDArray[np.float32]:
    found = [
        read_glb(folder / tile["content"]["uri"])["POSITION"]
        for tile, _ in tiles_of(folder)
        if "content" in tile
    ]
    return np.concatenate(found)


def sorted_rows(points: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return points[np.lexsort(points.T)]


def bounds(tile: Tile) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    box = tile["boundingVolume"]["box"]
    half = np.array([box[3], box[7], box[11]])
    return np.array(box[:3]) - half, np.array(box[:3]) + half


def test_every_point_is_in_exactly_one_tile(tmp_path):
    points = np.concatenate([hall(), np.tile(hall(1), (1_500, 1))])  # 1,500 of them in one place
    told = build_tiles(chunks(points), tmp_path / "cloud", sizes=SMALL)
    assert told.points == len(points)
    assert np.array_equal(sorted_rows(all_points(tmp_path / "cloud")), sorted_rows(points))
    assert told.tiles == len(tiles_of(tmp_path / "cloud")) > 50


@pytest.mark.parametrize("count", [1, 2, 401, 20_000])
def test_every_point_of_a_cloud_in_the_air_is_in_one_tile_too(tmp_path, count):
    points = np.random.default_rng(3).uniform(0, 30, (count, 3)).astype(np.float32)
    build_tiles(chunks(points), tmp_path / "cloud", sizes=TileSizes(bucket=60, leaf=50, tile=90))
    assert np.array_equal(sorted_rows(all_points(tmp_path / "cloud")), sorted_rows(points))


def test_bounds_hold_a_tile_and_all_below_it(tmp_path):
    build_tiles(chunks(hall()), tmp_path / "cloud", sizes=SMALL)
    for tile, above in tiles_of(tmp_path / "cloud"):
        points = read_glb(tmp_path / "cloud" / tile["content"]["uri"])["POSITION"].astype(np.float64)
        assert len(points) == tile["extras"]["points"] <= SMALL.tile
        for holder in [tile, *above]:
            low, high = bounds(holder)
            assert (points >= low - 1e-9).all()
            assert (points <= high + 1e-9).all()
        own_low, own_high = bounds(tile)
        if not tile.get("children"):
            assert (own_high - own_low <= np.maximum(np.ptp(points, axis=0), 1e-3) + 3e-4).all()


def test_a_level_with_those_above_holds_one_point_in_each_occupied_cell():
    points = hall(5_000)
    cube = RootCube.around(points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64))
    codes = cube.codes(points)
    order = stable_order(codes)
    level = levels(codes[order], NONE_BEFORE)
    local = (points[order].astype(np.float64) - cube.low) / cube.edge_m
    for shown in range(6):
        cells = np.minimum((local * 2 ** (shown + 7)).astype(np.int64), 2 ** (shown + 7) - 1)
        occupied = np.unique(cells, axis=0)
        of_shown = np.unique(cells[level <= shown], axis=0)
        assert np.array_equal(of_shown, occupied)
        assert np.count_nonzero(level <= shown) == len(occupied)


def test_spacing_is_the_grid_of_inner_tiles_and_the_true_distance_in_leaves(tmp_path):
    step = 0.02
    x, y = np.meshgrid(np.arange(0, 8, step), np.arange(0, 8, step))
    floor = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)]).astype(np.float32)
    build_tiles(chunks(floor), tmp_path / "cloud", sizes=TileSizes(bucket=50_000, leaf=20_000))
    tiles = tiles_of(tmp_path / "cloud")
    edge = json.loads((tmp_path / "cloud" / "tileset.json").read_text())["geometricError"]
    leaves = [tile["geometricError"] for tile, _ in tiles if not tile.get("children")]
    assert [min(leaves), max(leaves)] == pytest.approx([step, step], rel=0.1)
    for tile, above in tiles:
        assert all(tile["geometricError"] <= holder["geometricError"] for holder in above)
        if tile.get("children"):
            assert tile["geometricError"] == pytest.approx(edge / 2 ** (len(above) + 7), rel=1e-3)


@pytest.mark.parametrize("workers", [2, 5])
def test_bytes_do_not_depend_on_workers_or_chunks(tmp_path, workers):
    points, rng = hall(), np.random.default_rng(1)
    points[5_000:5_200] = points[0]
    columns = {"colour": rng.integers(0, 256, points.shape).astype(np.uint8)}
    columns["intensity"] = rng.uniform(0, 9, len(points)).astype(np.float32)
    build_tiles(chunks(points, **columns), tmp_path / "one", sizes=SMALL, workers=1)
    build_tiles(chunks(points, size=999, **columns), tmp_path / "many", sizes=SMALL, workers=workers)
    one, many = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "many"))
    assert one == many
    assert sorted(p.name for p in tmp_path.iterdir()) == ["many", "one"]  # nothing is left aside


def test_tiles_are_the_same_whatever_is_sorted_at_once(tmp_path):
    points = hall(60_000)
    for name, bucket in (("small", 20_000), ("whole", 100_000)):
        sizes = TileSizes(bucket=bucket, leaf=1_000, tile=100_000)
        build_tiles(chunks(points), tmp_path / name, sizes=sizes)
    small, whole = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("small", "whole"))
    assert small == whole


def test_memory_is_that_of_buckets_and_not_of_the_cloud(tmp_path):
    def peak(count: int) -> int:
        generated = (PointCloud(hall(20_000, seed), UTM) for seed in range(count // 20_000))
        tracemalloc.start()
        build_tiles(
            generated, tmp_path / "cloud", workers=1, sizes=TileSizes(bucket=20_000, leaf=9_000, tile=9_000)
        )
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(20_000)  # what is loaded once
    few, many = peak(1_200_000), peak(2_400_000)
    assert many < 1.25 * few


def test_large_coordinates_lose_nothing(tmp_path):
    """Points in UTM, read from LAS in whole millimetres, come back through the root's transform."""
    rng = np.random.default_rng(4)
    exact = np.round(UTM + rng.uniform(0, (900, 600, 12), (4_000, 3)), 3)
    header = laspy.LasHeader(version="1.4", point_format=6)
    header.scales, header.offsets = np.full(3, 0.001), np.floor(exact.min(axis=0))
    las = laspy.LasData(header)
    las.x, las.y, las.z = exact.T
    las.write(tmp_path / "utm.las")
    build_tiles(open_scan(tmp_path / "utm.las").chunks(), tmp_path / "cloud", sizes=SMALL)
    root = tiles_of(tmp_path / "cloud")[0][0]
    world_from_cloud = np.array(root["transform"]).reshape(4, 4).T
    local = all_points(tmp_path / "cloud").astype(np.float64)
    world = local @ world_from_cloud[:3, :3].T + world_from_cloud[:3, 3]
    assert np.abs(sorted_rows(np.round(world, 3)) - sorted_rows(exact)).max() < 1e-9
    nearest = np.abs(world[np.lexsort(np.round(world, 3).T)] - sorted_rows(exact))
    assert nearest.max() < 1e-4


def test_the_world_of_a_site_is_the_roots_transform(tmp_path):
    turn = np.array([[0.0, -1, 0, 3], [1, 0, 0, -5], [0, 0, 1, 7], [0, 0, 0, 1]])
    build_tiles(chunks(hall(100)), tmp_path / "cloud", world_from_scan=turn)
    transform = np.array(tiles_of(tmp_path / "cloud")[0][0]["transform"]).reshape(4, 4).T
    assert np.allclose(transform[:3, 3], [3 - UTM[1], UTM[0] - 5, UTM[2] + 7], rtol=0, atol=0)
    assert np.array_equal(transform[:3, :3], turn[:3, :3])


def test_z_up_becomes_y_up_once_in_the_node_of_each_tile(tmp_path):
    build_tiles(chunks(hall(50)), tmp_path / "cloud")
    data = (tmp_path / "cloud" / "r.glb").read_bytes()
    node = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])["nodes"][0]
    gltf_from_cloud = np.array(node["matrix"]).reshape(4, 4).T
    assert (gltf_from_cloud @ [1, 2, 3, 1]).tolist() == [1, 3, -2, 1]


def test_colours_are_linear_and_all_256_come_back(tmp_path):
    points = hall(256)
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    build_tiles(chunks(points, colour=grey), tmp_path / "cloud")
    told = read_glb(tmp_path / "cloud" / "r.glb")
    linear = told["COLOR_0"][:, 0] / 65535
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    back = np.empty(256)
    order = [int(np.flatnonzero((points == p).all(axis=1))[0]) for p in told["POSITION"]]
    back[order] = np.round(255 * srgb)
    assert np.array_equal(back, np.arange(256))
    assert (told["COLOR_0"][:, 3] == 65535).all()


def test_a_scalar_survives_and_what_is_unknown_stays_so(tmp_path):
    points = hall(900)
    celsius = np.linspace(-20, 60, 900, dtype=np.float32)
    celsius[7] = np.nan
    known = list(chunks(points, intensity=points[:, 0], scalars={"Temperature (°C)": celsius}))
    without = list(chunks(hall(100, seed=5)))
    build_tiles([*without, *known], tmp_path / "cloud")
    told = read_glb(tmp_path / "cloud" / "r.glb")
    value = {tuple(p): t for p, t in zip(told["POSITION"].tolist(), told["_TEMPERATURE_C"], strict=True)}
    for place, expected in zip(points.tolist(), celsius, strict=True):
        assert value[tuple(place)] == (np.float32(NO_DATA) if np.isnan(expected) else expected)
    assert np.count_nonzero(told["_TEMPERATURE_C"] == np.float32(NO_DATA)) == 101
    assert np.count_nonzero(told["_INTENSITY"] == np.float32(NO_DATA)) == 100
    numbers = json.loads((tmp_path / "cloud" / "tileset.json").read_text())["extras"]["numbers"]
    assert [n["attribute"] for n in numbers] == ["_INTENSITY", "_TEMPERATURE_C"]
    assert numbers[1]["low"] == pytest.approx(-18.4, abs=0.2)
    assert numbers[1]["high"] == pytest.approx(58.4, abs=0.2)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((0, 3)), "there is no point"),
        ([[0, 0, 0], [0, np.nan, 0]], "points 0 to 1 is not finite"),
        ([[0, 0, 0], [0, np.inf, 0]], "points 0 to 1 is not finite"),
        ([[0, 0, 0], [50_000, 0, 0]], "50000 m wide, above 10000 m"),
    ],
)
def test_what_is_no_cloud_is_named_and_the_older_tiles_stay(tmp_path, points, said):
    build_tiles(chunks(hall(50)), tmp_path / "cloud")
    before = (tmp_path / "cloud" / "r.glb").read_bytes()
    with pytest.raises(BadDataError, match=said):
        build_tiles([PointCloud(np.array(points, np.float32), UTM)], tmp_path / "cloud")
    assert (tmp_path / "cloud" / "r.glb").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["cloud"]


def test_a_file_that_breaks_off_leaves_no_tiles(tmp_path):
    def breaking() -> Iterator[PointCloud]:
        yield from chunks(hall(50))
        raise BadDataError("hall.laz: ends early")

    with pytest.raises(BadDataError, match="ends early"):
        build_tiles(breaking(), tmp_path / "cloud")
    assert not list(tmp_path.iterdir())


def test_sizes_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ValueError, match="leaf 10 must be"):
        TileSizes(leaf=10, tile=5)
    with pytest.raises(ValueError, match="bucket 5 is below 10"):
        TileSizes(bucket=5, leaf=10)


def test_scalars_are_read_from_every_format_that_has_them(tmp_path):
    points, celsius = hall(300), np.linspace(5, 30, 300, dtype=np.float32)
    header = laspy.LasHeader(version="1.4", point_format=6)
    scaled = laspy.ExtraBytesParams("ring", np.uint8, offsets=np.array([2.0]), scales=np.array([0.5]))
    header.add_extra_dims(
        [laspy.ExtraBytesParams("temperature", np.float32), scaled, laspy.ExtraBytesParams("three", "3u1")]
    )
    las = laspy.LasData(header)
    las.x, las.y, las.z = points.T
    las.temperature, las.ring = celsius, 2.0 + np.arange(300) % 4 / 2
    las.write(tmp_path / "hall.laz")
    names = "".join(f"property float {name}\n" for name in ("x", "y", "z", "scalar_temperature", "nx"))
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex 300\n{names}end_header\n".encode()
    (tmp_path / "hall.ply").write_bytes(head + np.column_stack([points, celsius, celsius]).tobytes())
    pcd = "VERSION 0.7\nFIELDS x y z temperature\nSIZE 4 4 4 4\nTYPE F F F F\nWIDTH 300\nHEIGHT 1\nDATA binary\n"
    (tmp_path / "hall.pcd").write_bytes(pcd.encode() + np.column_stack([points, celsius]).tobytes())
    for name in ("hall.laz", "hall.ply", "hall.pcd"):
        (cloud,) = open_scan(tmp_path / name, unit="m").chunks()
        assert np.array_equal(cloud.scalars["temperature"], celsius), name
        assert set(cloud.scalars) == ({"temperature", "ring"} if name == "hall.laz" else {"temperature"})
        assert np.array_equal(
            cloud.scalars.get("ring", 2 + np.arange(300) % 4 / 2), 2 + np.arange(300) % 4 / 2
        )
