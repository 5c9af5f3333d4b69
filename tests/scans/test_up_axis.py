"""Up is turned to Z and never mirrored; a hall on its side, and a mirrored file, are refused with the remedy."""

import json
import struct
from typing import get_args

import numpy as np
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.readers import open_scan, open_scans
from scans.up_axis import Up, floor_axis, up_named, world_from_up
from spatial.errors import BadDataError

ON_SIDE = ("x", "-x", "y", "-y")


@pytest.fixture
def room():
    """Points (N, 3) of a hall of 30 × 20 × 7 m: floor, walls, and boxes that stand on the floor."""
    rng = np.random.default_rng(0)
    floor = rng.uniform(0, [30, 20, 0.01], (6000, 3))
    sides = [rng.uniform(low, high, (700, 3)) for low, high in (
        ([0, 0, 0], [30, 0.01, 7]), ([0, 19.99, 0], [30, 20, 7]),
        ([0, 0, 0], [0.01, 20, 7]), ([29.99, 0, 0], [30, 20, 7]),
    )]  # fmt: skip
    boxes = rng.uniform([4, 4, 0], [26, 16, 5], (3000, 3))
    return np.round(np.concatenate([floor, *sides, boxes]), 3)


def laid(points, up):
    """World points as a file has them whose axis `up` points up."""
    return points @ world_from_up(up)[:3, :3]


def save(path, points):
    write_laz(path, PointCloud(points=points.astype(np.float32), origin=np.zeros(3)))
    return path


def whole(scans):
    return np.concatenate([c.world_points() for c in scans.chunks()])


@pytest.mark.parametrize("up", get_args(Up))
def test_every_turn_is_a_rotation_that_takes_its_axis_to_z(up):
    turn = world_from_up(up)
    axis = np.eye(3)["xyz".index(up[-1])] * (-1 if up.startswith("-") else 1)
    assert np.linalg.det(turn) == 1.0
    assert np.array_equal(turn[:3, :3] @ turn[:3, :3].T, np.eye(3))
    assert (turn[:3, :3] @ axis).tolist() == [0, 0, 1]


def test_y_up_is_the_inverse_of_gltf():
    assert (world_from_up("y")[:3, :3] @ [1, 2, 3]).tolist() == [1, -3, 2]


@pytest.mark.parametrize("up", get_args(Up))
def test_a_given_axis_is_believed_and_brings_the_hall_upright(tmp_path, room, up):
    path = save(tmp_path / "hall.laz", laid(room, up))
    scan = open_scan(path, up=up)
    assert np.abs(whole(scan) - room).max() < 1e-3
    assert whole(open_scan(path, up="z", unit="m")).shape == room.shape


@pytest.mark.parametrize("up", ON_SIDE)
def test_a_hall_on_its_side_is_refused_with_the_option(tmp_path, room, up):
    path = save(tmp_path / "hall.laz", laid(room, up))
    with pytest.raises(BadDataError, match=rf"hall\.laz: its floor lies across {up[-1]}.*--up {up}"):
        whole(open_scan(path))


def test_an_upright_hall_is_not_refused_at_any_heading(tmp_path, room):
    for yaw in np.radians([0, 17, 45, 90]):
        turned = room @ np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]]).T
        assert floor_axis(turned) is None


def test_an_aisle_higher_than_wide_is_not_refused(room):
    aisle = room[(room[:, 1] > 8) & (room[:, 1] < 11)]
    assert len(aisle) > 1000
    assert floor_axis(aisle) is None


@pytest.mark.parametrize("name", ["tiny101_tls.laz", "small102_tls.laz", "medium103_tls.laz"])
def test_halls_of_the_bench_are_right_upright_and_refused_on_their_side(shared_data, name):
    chunk = next(open_scan(shared_data / "scan_bench" / name).chunks(size=200_000_000))
    points = chunk.world_points()[:: max(1, len(chunk) // 20_000)]
    assert floor_axis(points) is None
    assert [floor_axis(laid(points, up)) for up in ON_SIDE] == ["x", "x", "y", "y"]


def test_stations_and_poses_are_turned_with_the_points(tmp_path, room):
    path = save(tmp_path / "1.laz", laid(room, "y"))
    (tmp_path / "p.json").write_text(json.dumps({"poses": [laid(np.array([5.0, 6.0, 1.6]), "y").tolist()]}))
    scan = open_scans([path], poses=tmp_path / "p.json", up="y")
    assert np.abs(scan.stations[0] - [5, 6, 1.6]).max() < 1e-12
    # a sensor at (5, 1.6, −6) in a world whose y points up, not turned in it
    (tmp_path / "p.txt").write_text("0 5 1.6 -6 0 0 0 1\n")
    posed = open_scans([path], poses=tmp_path / "p.txt", up="y")
    assert np.abs(posed.stations[0] - [5, 6, 1.6]).max() < 1e-12
    assert np.abs(whole(posed) - (room + np.array([5, 6, 1.6]))).max() < 1e-3


def test_large_coordinates_survive_the_turn(tmp_path, room):
    far = room + np.array([500_000.0, 5_300_000.0, 400.0])
    (tmp_path / "hall.xyz").write_text("\n".join(f"{x:.3f} {y:.3f} {z:.3f}" for x, y, z in laid(far, "-y")))
    assert np.abs(whole(open_scan(tmp_path / "hall.xyz", up="-y")) - far).max() < 1e-5


def test_a_las_file_with_a_mirrored_axis_is_refused(tmp_path, room):
    path = save(tmp_path / "hall.las", room)
    content = bytearray(path.read_bytes())
    (scale,) = struct.unpack_from("<d", content, 139)
    struct.pack_into("<d", content, 139, -scale)
    path.write_bytes(content)
    with pytest.raises(BadDataError, match=r"scale of y is -.*mirrored.*export it with scales above 0"):
        open_scan(path)


def test_an_unknown_axis_names_those_there_are():
    assert up_named("-y") == "-y"
    with pytest.raises(ValueError, match="'up' is none of x, y, z, -x, -y, -z"):
        up_named("up")
