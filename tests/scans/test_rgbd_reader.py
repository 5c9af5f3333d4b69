"""A folder of depth images becomes points of the world, each image a station; what is missing is named."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from scans.readers import open_scan
from scans.virtual_camera import DepthCamera, unproject
from spatial.errors import BadDataError

CAMERA = {
    "width": 40, "height": 30, "fx": 20.0, "fy": 25.0, "cx": 19.5, "cy": 14.5,
    "depth_scale": 1000.0, "depth_max_m": 8.0,
}  # fmt: skip
# looks along +X of the world from 1.5 m: camera x is world −Y, camera y is world −Z
LEVEL = "-0.5 0.5 -0.5 0.5"


def recording(folder, depths_m, *, camera=CAMERA, poses=None, places=None):
    """A folder with depth images (K, H, W) in metres and poses that look along +X."""
    (folder / "depth").mkdir(parents=True)
    for k, depth in enumerate(depths_m):
        units = np.round(np.asarray(depth) * 1000).astype(np.uint16)
        Image.fromarray(units).save(folder / "depth" / f"{k:06d}.png")
    (folder / "intrinsics.json").write_text(json.dumps(camera))
    places = places or [(float(k), 0.0, 1.5) for k in range(len(depths_m))]
    rows = [f"{k} {x!r} {y!r} {z!r} {LEVEL}" for k, (x, y, z) in enumerate(places)]
    (folder / "poses.txt").write_text("\n".join(rows) if poses is None else poses)
    return folder


def whole(scans, **options):
    chunks = list(scans.chunks(**options))
    points = np.concatenate([c.world_points() for c in chunks])
    return points, np.concatenate([c.station for c in chunks]), chunks


def wall(distance_m):
    return np.full((30, 40), distance_m)


def test_a_wall_lies_where_it_is_and_every_image_is_a_station(tmp_path):
    places = [(636_110.25, 5_300_000.5, 401.5), (636_111.25, 5_300_002.5, 401.5)]
    scan = open_scan(recording(tmp_path / "walk", [wall(2.0), wall(4.0)], places=places))
    points, station, chunks = whole(scan, size=500)
    v, u = np.indices((30, 40))
    for k, (place, depth) in enumerate(zip(places, (2.0, 4.0), strict=True)):
        expected = np.stack(
            [np.full((30, 40), depth), -(u - 19.5) / 20 * depth, -(v - 14.5) / 25 * depth], axis=-1
        )
        seen = points[station == k] - np.array(place)
        assert np.abs(seen - expected.reshape(-1, 3)).max() < 1e-5
    assert {k: p.tolist() for k, p in scan.stations.items()} == dict(enumerate(map(list, places)))
    assert scan.point_count == 2400
    assert max(len(c) for c in chunks) <= 500


def test_pixels_without_depth_or_beyond_the_cut_give_no_point(tmp_path):
    depth = wall(2.0)
    depth[:5], depth[5:9] = 0.0, 8.001
    points, _, _ = whole(open_scan(recording(tmp_path / "walk", [depth])))
    assert len(points) == 21 * 40


def test_the_noise_grows_with_the_square_of_the_depth_and_cuts_where_it_passes_5_cm(tmp_path):
    camera = {k: v for k, v in CAMERA.items() if k != "depth_max_m"} | {"noise_per_m2": 0.002}
    depth = wall(2.0)
    depth[:10], depth[10:20] = 4.0, 5.001
    scan = open_scan(recording(tmp_path / "walk", [depth], camera=camera))
    points, _, chunks = whole(scan)
    sigma = chunks[0].scalars["depth_sigma_m"]
    assert np.abs(sigma - 0.002 * points[:, 0] ** 2).max() < 1e-6
    assert len(points) == 20 * 40
    assert "1000 depth units a metre, cut off at 5 m" in scan.notes[0]
    assert "0.002 m at 1 m" in scan.notes[0]


def test_a_recording_of_others_agrees_with_the_virtual_camera(tmp_path, shared_data):
    source, folder = shared_data / "virtual_scans_aws" / "depth_camera", tmp_path / "walk"
    (folder / "depth").mkdir(parents=True)
    for k in range(8):
        shutil.copy(source / "depth" / f"{k:06d}.png", folder / "depth")
    shutil.copy(source / "intrinsics.json", folder)
    lines = (source / "groundtruth_tum.txt").read_text().split("\n")
    (folder / "groundtruth_tum.txt").write_text("\n".join(lines[:9]))
    scan = open_scan(folder)
    points, station, _ = whole(scan)
    told = json.loads((folder / "intrinsics.json").read_text())
    camera = DepthCamera(**{k: told[k] for k in ("width", "height", "fx", "fy", "cx", "cy")})
    images = np.stack([np.asarray(Image.open(p)) for p in sorted((folder / "depth").glob("*.png"))])
    rows = np.loadtxt(folder / "groundtruth_tum.txt")
    poses = np.tile(np.eye(4), (len(rows), 1, 1))
    for pose, (x, y, z, w) in zip(poses, rows[:, 4:], strict=True):
        # the columns of a rotation are the turned axes: v + 2 q × (q × v + w v)
        q = np.array([x, y, z])
        pose[:3, :3] = [a + 2 * np.cross(q, np.cross(q, a) + w * a) for a in np.eye(3)]
        pose[:3, :3] = pose[:3, :3].T
    poses[:, :3, 3] = rows[:, 1:4]
    images[images > 8000] = 0
    expected = unproject(images.astype(np.uint16), poses, camera)
    assert np.abs(points - expected.world_points()).max() < 1e-4
    assert np.array_equal(station, expected.station)
    assert np.abs(scan.stations[3] - rows[3, 1:4]).max() < 1e-12
    # the floor of that hall
    assert abs(np.median(points[points[:, 2] < 0.15, 2]) - 0.034) < 0.01


def test_an_open3d_recording_is_read_with_its_trajectory_once_the_camera_is_told(tmp_path, shared_data):
    source = shared_data / "rgbd_open3d" / "RGBD"
    shutil.copytree(source / "depth", tmp_path / "walk" / "depth")
    shutil.copy(source / "trajectory.log", tmp_path / "walk")
    with pytest.raises(BadDataError, match=r"intrinsics\.json: cannot be read"):
        open_scan(tmp_path / "walk")
    camera = {"width": 640, "height": 480, "fx": 525, "fy": 525, "cx": 319.5, "cy": 239.5}
    (tmp_path / "walk" / "intrinsics.json").write_text(
        json.dumps(camera | {"depth_scale": 1000, "depth_max_m": 4})
    )
    scan = open_scan(tmp_path / "walk", up="-y")
    points, station, _ = whole(scan)
    assert set(station.tolist()) == set(range(5))
    # five views of one room a few centimetres apart: most of one lies on the other
    first, last = points[station == 0], points[station == 4]
    cells = {tuple(c) for c in np.floor(first / 0.05).astype(int).tolist()}
    near = np.mean([tuple(c) in cells for c in np.floor(last[::50] / 0.05).astype(int).tolist()])
    assert near > 0.5


def without(name):
    return {k: v for k, v in CAMERA.items() if k != name}


@pytest.mark.parametrize(
    ("camera", "message"),
    [
        (without("fx"), "fx is None, not a number above 0"),
        (without("depth_scale"), "depth_scale is None"),
        (without("depth_max_m"), "neither depth_max_m nor noise_per_m2"),
        (CAMERA | {"depth_scale": 0}, "depth_scale is 0, not a number above 0"),
        (CAMERA | {"width": 40.5}, "40.5 is no count of pixels"),
        (CAMERA | {"width": 1e8}, "no count of pixels"),
        (CAMERA | {"width": 41}, "has 40 × 30 pixels, but intrinsics.json states 41 × 30"),
        ([1, 2], "neither depth_max_m"),
    ],
)
def test_a_camera_that_does_not_fit_is_named(tmp_path, camera, message):
    with pytest.raises(BadDataError, match=message):
        open_scan(recording(tmp_path / "walk", [wall(2.0)], camera=camera))


@pytest.mark.parametrize(
    ("poses", "message"),
    [
        (f"0 0 0 0 {LEVEL}\n1 0 0 0 {LEVEL}", "2 poses for 1 scan files"),
        (f"0 0 0 0 {LEVEL} 5", "has no pose for scan 0"),
        ('{"poses": [[0, 0, 0]]}', "positions alone"),
        ("", "holds no pose"),
    ],
)
def test_poses_that_do_not_fit_are_named(tmp_path, poses, message):
    with pytest.raises(BadDataError, match=message):
        open_scan(recording(tmp_path / "walk", [wall(2.0)], poses=poses))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 1\n1 0 0 0\n0 1 0 0\n0 0 -1 0\n0 0 0 1\n", "mirrors"),
        ("0 0 1\n2 0 0 0\n0 2 0 0\n0 0 2 0\n0 0 0 1\n", "is no pose"),
        ("0 0 1\n1 0 0 0\n", "no multiple of 19"),
        ("0 0 1\n1 0 0 zero\n", "more than numbers"),
        ("0 0 1\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n" * 2, "2 poses for 1 depth images"),
    ],
)
def test_a_trajectory_log_that_is_wrong_is_named(tmp_path, text, message):
    folder = recording(tmp_path / "walk", [wall(2.0)])
    (folder / "poses.txt").unlink()
    (folder / "trajectory.log").write_text(text)
    with pytest.raises(BadDataError, match=message):
        open_scan(folder)


def test_missing_poses_images_and_a_plain_folder_are_named(tmp_path):
    folder = recording(tmp_path / "walk", [wall(2.0)])
    (folder / "poses.txt").unlink()
    with pytest.raises(BadDataError, match="has no poses of its 1 depth images"):
        open_scan(folder)
    (folder / "depth" / "000000.png").unlink()
    with pytest.raises(BadDataError, match="is a folder, but no RGB-D recording"):
        open_scan(folder)


def test_an_image_of_8_bits_is_named_wherever_it_is(tmp_path):
    folder = recording(tmp_path / "walk", [wall(2.0), wall(2.0)])
    Image.fromarray(np.full((30, 40), 200, np.uint8)).save(folder / "depth" / "000001.png")
    with pytest.raises(BadDataError, match=r"000001\.png: is an image of kind L, not of 16 bits"):
        list(open_scan(folder).chunks())


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_an_image_cut_short_is_named(tmp_path, share):
    folder = recording(tmp_path / "walk", [np.random.default_rng(0).uniform(1, 5, (30, 40))])
    image = folder / "depth" / "000000.png"
    image.write_bytes(image.read_bytes()[: int(image.stat().st_size * share)])
    with pytest.raises(BadDataError, match=r"000000\.png: is not a readable PNG"):
        open_scan(folder)
