"""PTX: every scan comes into the world by its matrix, with its station; mirrors and false counts are named."""

import numpy as np
import pytest

from scans.readers import open_scan, open_scans
from spatial.errors import BadDataError
from spatial.poses import pose_from_xyz_yaw, transform_points

UTM = (636_110.25, 5_300_000.5, 400.125)


def block(points, pose, *, size=None, position=None, axes=None, matrix=None, colour=False):
    """One scan of a PTX whose points are in the scanner's frame."""
    columns, rows = size or (len(points) // 2, 2)
    turn = pose[:3, :3]
    head = [f"{columns}", f"{rows}"]
    head.append(" ".join(map(repr, (pose[:3, 3] if position is None else np.array(position)).tolist())))
    head += [" ".join(map(repr, row)) for row in (turn.T if axes is None else np.array(axes)).tolist()]
    head += [" ".join(map(repr, row)) for row in (pose.T if matrix is None else np.array(matrix)).tolist()]
    tail = " 10 20 30" if colour else ""
    return "\n".join([*head, *(f"{x!r} {y!r} {z!r} 0.5{tail}" for x, y, z in points.tolist())]) + "\n"


def whole(scans, **options):
    chunks = list(scans.chunks(**options))
    points = np.concatenate([c.world_points() for c in chunks])
    return points, np.concatenate([c.station for c in chunks]), chunks


def test_two_scans_come_into_the_world_and_know_their_stations(tmp_path, hall):
    holed = hall.copy()
    holed[::4] = 0
    poses = [pose_from_xyz_yaw(*UTM, 0.3), pose_from_xyz_yaw(UTM[0] + 9, UTM[1], UTM[2], -2.0)]
    path = tmp_path / "hall.ptx"
    path.write_text("".join(block(holed, pose, colour=True) for pose in poses))
    scan = open_scan(path)
    points, station, chunks = whole(scan, size=700)
    kept = hall[np.arange(len(hall)) % 4 != 0]
    expected = np.concatenate([transform_points(pose, kept) for pose in poses])
    assert np.abs(points - expected).max() < 1e-5
    assert np.array_equal(station, np.repeat([0, 1], 1500))
    assert {k: v.tolist() for k, v in scan.stations.items()} == {
        k: pose[:3, 3].tolist() for k, pose in enumerate(poses)
    }
    assert scan.point_count == 4000
    assert np.array_equal(np.unique(chunks[0].colour, axis=0), [[10, 20, 30]])
    assert set(chunks[0].intensity.tolist()) == {0.5}
    assert max(len(c) for c in chunks) <= 700


def test_points_in_the_world_already_stand_where_the_position_says(tmp_path, hall):
    (tmp_path / "h.ptx").write_text(block(hall, np.eye(4), position=(3, 4, 1.5)))
    assert open_scan(tmp_path / "h.ptx").stations[0].tolist() == [3, 4, 1.5]


def test_a_position_that_contradicts_the_matrix_is_told(tmp_path, hall):
    (tmp_path / "h.ptx").write_text(block(hall, pose_from_xyz_yaw(1, 2, 3, 0.1), position=(1, 2, 4)))
    scan = open_scan(tmp_path / "h.ptx")
    assert scan.stations[0].tolist() == [1, 2, 3]
    assert any("is 1 from where its matrix leads" in note for note in scan.notes)


MIRROR = np.diag([1.0, -1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"matrix": MIRROR}, "the matrix of scan 1 mirror .*determinant -1.*right-handed"),
        ({"axes": MIRROR[:3, :3]}, "the scanner's axes of scan 1 mirror"),
        ({"matrix": np.diag([2.0, 2.0, 2.0, 1.0])}, "the matrix of scan 1 are no rotation .*determinant 8"),
        ({"matrix": np.diag([1.0, 1.0, np.nan, 1.0])}, "no rotation"),
        ({"matrix": np.diag([1.0, 1.0, 1.0, 2.0])}, "last column"),
        ({"position": (np.nan, 0, 0)}, "not finite"),
        ({"size": (1001, 2)}, "scan 1 states 2002 beams, but the file ends after 2000"),
        ({"size": (0, 2)}, "states 0 columns"),
        ({"size": (10**9, 10**9)}, "beams of scan 1 need"),
        ({"size": (999, 2)}, "not the 1 numbers that the header of scan 2 has there"),
    ],
)
def test_a_scan_that_cannot_be_right_is_named(tmp_path, hall, changes, message):
    path = tmp_path / "hall.ptx"
    path.write_text(block(hall, np.eye(4)) + block(hall, np.eye(4), **changes))
    with pytest.raises(BadDataError, match=message):
        list(open_scan(path).chunks())


def test_a_bad_beam_is_named_by_its_line(tmp_path, hall):
    lines = (block(hall, np.eye(4)) + block(hall, np.eye(4))).split("\n")
    lines[2010 + 10 + 4] = "1 2 3"
    (tmp_path / "h.ptx").write_text("\n".join(lines))
    with pytest.raises(BadDataError, match="line 2025 reads '1 2 3'"):
        list(open_scan(tmp_path / "h.ptx").chunks())


def test_stations_run_on_over_files(tmp_path, hall):
    for name in ("a.ptx", "b.ptx"):
        (tmp_path / name).write_text(block(hall, np.eye(4)) * 2)
    scan = open_scans([tmp_path / "a.ptx", tmp_path / "b.ptx"])
    assert np.array_equal(np.unique(whole(scan)[1]), [0, 1, 2, 3])
    assert sorted(scan.stations) == [0, 1, 2, 3]


def test_a_ptx_of_others_agrees_with_a_plain_parse(shared_data):
    path = shared_data / "formats_valid" / "complex-transform.ptx"
    rows = [[float(w) for w in line.split()] for line in path.read_text().split("\n") if line.strip()]
    matrix, beams = np.array(rows[6:10]), np.array(rows[10:])
    beams = beams[beams[:, :3].any(axis=1)]
    expected = np.column_stack([beams[:, :3], np.ones(len(beams))]) @ matrix
    scan = open_scan(path, unit="m")
    points, _, chunks = whole(scan)
    assert scan.point_count == len(rows) - 10
    assert np.abs(points - expected[:, :3]).max() < 1e-5
    assert np.array_equal(chunks[0].colour, beams[:, 4:])
    assert np.abs(scan.stations[0] - matrix[3, :3]).max() == 0
