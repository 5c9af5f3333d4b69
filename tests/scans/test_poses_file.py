"""Poses beside the scans: which row belongs to which file, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from scans.poses_file import SensorPoses, StationPositions, read_poses, write_poses
from spatial.errors import BadDataError

HALF = np.sqrt(0.5)
TUM = f"# t tx ty tz qx qy qz qw index\n0 1 2 3 0 0 0 1 8\n1 4 5 6 0 0 {HALF} {HALF} 4\n"


def written(tmp_path, text):
    path = tmp_path / "poses.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_row_belongs_to_the_file_that_carries_its_number(tmp_path):
    poses = read_poses(written(tmp_path, TUM))
    assert isinstance(poses, SensorPoses)
    first, second = poses.for_files([Path("scans/004.laz"), Path("scans/008.laz")])
    assert second[:3, 3].tolist() == [1, 2, 3]
    assert first[:3, 3].tolist() == [4, 5, 6]
    # a quarter turn to the left takes +X to +Y
    assert np.allclose(first[:3, :3] @ [1, 0, 0], [0, 1, 0])


def test_without_numbers_rows_and_files_go_by_order(tmp_path):
    poses = read_poses(written(tmp_path, "0 1 0 0 0 0 0 1\n1 2 0 0 0 0 0 1\n"))
    assert isinstance(poses, SensorPoses)
    assert [p[0, 3] for p in poses.for_files([Path("b.ply"), Path("a.ply")])] == [1, 2]
    with pytest.raises(BadDataError, match="2 poses for 1 scan files"):
        poses.for_files([Path("a.ply")])


def test_a_file_without_its_pose_is_named(tmp_path):
    poses = read_poses(written(tmp_path, TUM))
    assert isinstance(poses, SensorPoses)
    with pytest.raises(BadDataError, match=r"no pose for scan 12 \(012.laz\)"):
        poses.for_files([Path("012.laz")])
    with pytest.raises(BadDataError, match="has no number in its name"):
        poses.for_files([Path("hall.laz")])


@pytest.mark.parametrize("numbers", [[0, 1], [1, 2], [7, 30]])
def test_station_positions_go_with_station_numbers_by_sorted_order(tmp_path, numbers):
    poses = read_poses(written(tmp_path, json.dumps({"poses": [[1, 2, 3], [4, 5, 6]], "n": 9})))
    assert isinstance(poses, StationPositions)
    stations = poses.for_stations(numbers[::-1])
    assert {k: v.tolist() for k, v in stations.items()} == {numbers[0]: [1, 2, 3], numbers[1]: [4, 5, 6]}


def test_station_positions_must_be_as_many_as_stations(tmp_path):
    poses = read_poses(written(tmp_path, '{"poses": [[1, 2, 3]]}'))
    assert isinstance(poses, StationPositions)
    with pytest.raises(BadDataError, match="1 station positions, but the points name 2"):
        poses.for_stations([0, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no pose"),
        ("# only a comment\n", "holds no pose"),
        ("0 1 2 3 0 0 0 1\nhello\n", "line 2 is no pose"),
        ("0 1 2 3 0 0 0\n", "line 1 is no pose"),
        ("0 1 nan 3 0 0 0 1\n", "line 1 is no pose"),
        ("0 1 2 3 0 0 0 1 2.5\n", "line 1 is no pose"),
        ("0 1 2 3 0 0 0 0\n", "quaternion has length 0.000"),
        ("0 1 2 3 5 0 0 1\n", "quaternion has length 5.099"),
        ("0 1 2 3 0 0 0 1 2\n0 1 2 3 0 0 0 1 2\n", "stands on two lines"),
        ("0 1 2 3 0 0 0 1 2\n0 1 2 3 0 0 0 1\n", "give all or none"),
        ('{"poses": [[1, 2]]}', r"poses\[0\] is \[1, 2\]"),
        ('{"poses": [[1, 2, NaN]]}', r"poses\[0\]"),
        ('{"poses": []}', 'no list "poses"'),
        ('{"poses": ', "is no JSON"),
    ],
)
def test_a_broken_poses_file_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(BadDataError, match=message):
        read_poses(written(tmp_path, text))


def test_a_missing_or_binary_poses_file_is_named(tmp_path):
    with pytest.raises(BadDataError, match="cannot be read"):
        read_poses(tmp_path / "none.txt")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadDataError, match="is no text"):
        read_poses(tmp_path / "b.txt")


def test_written_poses_are_read_by_the_name_of_their_scan(tmp_path):
    path, rng = tmp_path / "poses.json", np.random.default_rng(0)
    poses = {}
    for k in range(8):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        pose = np.eye(4)
        pose[:3, :3] = turn * np.sign(np.linalg.det(turn))
        pose[:3, 3] = rng.normal(0, 1e5, 3)
        poses[f"{k}.laz"] = pose
    poses["half.laz"] = np.diag([-1.0, -1.0, 1.0, 1.0])
    spread = np.diag(np.arange(1.0, 7.0))
    write_poses(path, poses, covariance={"3.laz": spread}, told={"registration": {"converged": True}})
    read = read_poses(path)
    assert isinstance(read, SensorPoses)
    for name, pose in poses.items():
        assert np.allclose(read.for_files([Path("elsewhere") / name])[0], pose, atol=1e-9)
    assert read.covariance[3].tolist() == spread.tolist()
    assert np.isnan(read.covariance[0]).all()
    with pytest.raises(BadDataError, match=r"has no pose for 9\.laz"):
        read.for_files([Path("9.laz")])


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"position_m": [0, 0, 0], "quaternion_xyzw": [0, 0, 0, 1]}, r"poses\[0\] names no scan"),
        ({"scan": "a", "position_m": [0, 0], "quaternion_xyzw": [0, 0, 0, 1]}, "no 'position_m' of 3 finite"),
        ({"scan": "a", "position_m": [0, 0, "NaN"], "quaternion_xyzw": [0, 0, 0, 1]}, "no 'position_m'"),
        ({"scan": "a", "position_m": [0, 0, 0], "quaternion_xyzw": [0, 0, 0, 2]}, r"length 2\.000, not 1"),
        (
            {"scan": "a", "position_m": [0, 0, 0], "quaternion_xyzw": [0, 0, 0, 1], "covariance": [1, 2]},
            "no 'covariance' of 6 × 6",
        ),
    ],
)
def test_a_named_pose_that_is_none_is_refused(tmp_path, entry, fault):
    with pytest.raises(BadDataError, match=fault):
        read_poses(written(tmp_path, json.dumps({"poses": [entry]})))
