"""Every format gives the same cloud back; many files become one."""

import json
import struct

import laspy
import numpy as np
import pye57
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.readers import open_scan, open_scans, read_scans
from spatial.errors import BadDataError
from spatial.poses import pose_from_xyz_yaw, transform_points

UTM = np.array([500_000.0, 5_300_000.0, 400.0])


def whole(scans, **options):
    chunks = list(scans.chunks(**options))
    return {
        "points": np.concatenate([c.world_points() for c in chunks]),
        "intensity": join([c.intensity for c in chunks]),
        "colour": join([c.colour for c in chunks]),
        "time_s": join([c.time_s for c in chunks]),
        "station": join([c.station for c in chunks]),
    }


def join(columns):
    return None if any(column is None for column in columns) else np.concatenate(columns)


def write_las(path, points, *, colour=None, station=None, intensity=None, time_s=None, compressed=None):
    header = laspy.LasHeader(version="1.4", point_format=7 if colour is not None else 6)
    header.scales, header.offsets = np.full(3, 0.001), np.floor(points.mean(axis=0))
    las = laspy.LasData(header)
    las.xyz = points
    if colour is not None:
        las.red, las.green, las.blue = colour.T
    if station is not None:
        las.point_source_id = station
    if intensity is not None:
        las.intensity = intensity
    if time_s is not None:
        las.gps_time = time_s
    las.write(path)
    return path


def write_ply(path, columns, format_name="ascii", after=b"", extra_header=""):
    names = {"f4": "float", "f8": "double", "u1": "uchar", "u2": "ushort"}
    records = np.rec.fromarrays(list(columns.values()), names=list(columns))
    lines = [f"property {names[records.dtype[n].str[1:]]} {n}" for n in columns]
    head = f"ply\nformat {format_name} 1.0\ncomment a hall\nelement vertex {len(records)}\n"
    head += "\n".join(lines) + "\n" + extra_header + "end_header\n"
    if format_name == "ascii":
        body = "\n".join(" ".join(repr(v) for v in row) for row in records.tolist()).encode() + b"\n"
    else:
        order = ">" if "big" in format_name else "<"
        body = records.astype(records.dtype.newbyteorder(order)).tobytes()
    path.write_bytes(head.encode() + body + after)
    return path


def literal_lzf(data):
    """An LZF stream of literals alone, and one with references where the data repeat."""
    out = b""
    for start in range(0, len(data), 32):
        part = data[start : start + 32]
        out += bytes([len(part) - 1]) + part
    return out


def write_pcd(path, points, data, colour=None):
    fields, kinds = ["x", "y", "z"], ["F", "F", "F"]
    columns = [points[:, i].astype("<f4") for i in range(3)]
    if colour is not None:
        fields, kinds = [*fields, "rgb"], [*kinds, "U"]
        packed = colour.astype(np.uint32)
        columns.append((packed[:, 0] << 16 | packed[:, 1] << 8 | packed[:, 2]).astype("<u4"))
    sizes, counts = " ".join("4" * len(fields)), " ".join("1" * len(fields))
    head = f"# .PCD v0.7\nVERSION 0.7\nFIELDS {' '.join(fields)}\nSIZE {sizes}\nTYPE {' '.join(kinds)}\n"
    head += f"COUNT {counts}\nWIDTH {len(points)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
    head += f"POINTS {len(points)}\nDATA {data}\n"
    records = np.rec.fromarrays(columns)
    if data == "ascii":
        body = "\n".join(" ".join(repr(v) for v in row) for row in records.tolist()).encode()
    elif data == "binary":
        body = records.tobytes()
    else:
        plain = b"".join(c.tobytes() for c in columns)
        packed_bytes = literal_lzf(plain)
        body = struct.pack("<II", len(packed_bytes), len(plain)) + packed_bytes
    path.write_bytes(head.encode() + body)
    return path


def write_e57(path, scans, **fields):
    with pye57.E57(str(path), mode="w") as file:
        for points, translation, (w, x, y, z) in scans:
            data = {f"cartesian{axis}": points[:, i].copy() for i, axis in enumerate("XYZ")} | fields
            file.write_scan_raw(data, rotation=np.array([w, x, y, z]), translation=np.array(translation))
    return path


@pytest.mark.parametrize("suffix", [".las", ".laz"])
def test_las_and_laz_give_all_they_hold(tmp_path, hall, suffix):
    n = np.arange(len(hall))
    colour = np.stack([n * 30, n * 20, 65535 - n], axis=1).astype(np.uint16)
    path = write_las(
        tmp_path / f"hall{suffix}", hall, colour=colour, station=n % 3, intensity=n, time_s=n / 10
    )
    scan = open_scan(path)
    cloud = whole(scan)

    assert scan.point_count == len(hall)
    assert np.abs(cloud["points"] - hall).max() < 1e-5
    assert np.array_equal(cloud["intensity"], n)
    assert np.array_equal(cloud["colour"], colour >> 8)
    assert np.array_equal(cloud["time_s"], n / 10)
    assert np.array_equal(cloud["station"], n % 3)


def test_chunks_keep_their_size_and_order_and_share_the_origin(tmp_path, hall):
    path = write_las(tmp_path / "hall.laz", hall + UTM)
    chunks = list(open_scan(path).chunks(size=300))
    assert [len(c) for c in chunks] == [300] * 6 + [200]
    assert len({c.origin.tobytes() for c in chunks}) == 1
    assert np.abs(np.concatenate([c.world_points() for c in chunks]) - (hall + UTM)).max() < 1e-5


def test_utm_coordinates_lose_nothing_and_the_origin_is_in_whole_metres(tmp_path, hall):
    (cloud,) = open_scan(write_las(tmp_path / "hall.las", hall + UTM)).chunks()
    assert np.array_equal(cloud.origin, np.round(cloud.origin))
    assert np.abs(cloud.points).max() < 200
    assert cloud.points.dtype == np.float32
    assert cloud.points.flags.c_contiguous


def test_a_cloud_near_zero_keeps_the_origin_zero(tmp_path, hall):
    (cloud,) = open_scan(write_las(tmp_path / "hall.las", hall)).chunks()
    assert np.array_equal(cloud.origin, [0, 0, 0])


def test_8_bit_colours_in_16_bit_fields_stay_as_they_are(tmp_path, hall):
    colour = np.full((len(hall), 3), (10, 200, 255), np.uint16)
    cloud = whole(open_scan(write_las(tmp_path / "hall.las", hall, colour=colour)))
    assert np.array_equal(cloud["colour"][0], [10, 200, 255])


@pytest.mark.parametrize("format_name", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_ply_in_all_its_forms_gives_the_points_and_ignores_faces(tmp_path, hall, format_name):
    x, y, z = hall.T
    columns = {"x": x, "y": y, "z": z}
    columns |= {"red": np.full(len(x), 7, "u1"), "green": np.full(len(x), 8, "u1")}
    columns |= {"blue": np.full(len(x), 9, "u1"), "intensity": np.arange(len(x), dtype="f4")}
    after = b"3 0 1 2\n" if format_name == "ascii" else b"\x03" + bytes(12)
    faces = "element face 1\nproperty list uchar int vertex_indices\n"
    cloud = whole(open_scan(write_ply(tmp_path / "hall.ply", columns, format_name, after, faces)), size=700)

    assert np.abs(cloud["points"] - hall).max() < 1e-5
    assert np.array_equal(np.unique(cloud["colour"], axis=0), [[7, 8, 9]])
    assert np.array_equal(cloud["intensity"], np.arange(len(hall)))


@pytest.mark.parametrize("format_name", ["ascii", "binary_little_endian"])
def test_16_bit_ply_colours_become_bytes(tmp_path, hall, format_name):
    x, y, z = hall.T
    wide = {
        c: np.full(len(x), v, "u2") for c, v in zip(("red", "green", "blue"), (0, 32896, 65535), strict=True)
    }
    cloud = whole(open_scan(write_ply(tmp_path / "h.ply", {"x": x, "y": y, "z": z} | wide, format_name)))
    assert np.array_equal(cloud["colour"][0], [0, 128, 255])


@pytest.mark.parametrize("data", ["ascii", "binary", "binary_compressed"])
def test_pcd_in_all_its_forms_gives_points_and_colour(tmp_path, hall, data):
    colour = np.random.default_rng(0).integers(0, 256, (len(hall), 3))
    cloud = whole(open_scan(write_pcd(tmp_path / "hall.pcd", hall, data, colour)), size=700)
    assert np.abs(cloud["points"] - hall).max() < 1e-5
    assert np.array_equal(cloud["colour"], colour)


def test_beams_without_return_in_a_pcd_are_left_out(tmp_path, hall):
    holed = hall.copy()
    holed[100:150] = np.nan
    scan = open_scan(write_pcd(tmp_path / "hall.pcd", holed, "binary"))
    assert scan.point_count == 2000
    assert len(whole(scan)["points"]) == 1950


def test_posed_e57_scans_come_into_the_world_and_their_poses_are_the_stations(tmp_path, hall):
    half = np.sqrt(0.5)
    scans = [(hall, (100.0, 0.0, 2.0), (1.0, 0, 0, 0)), (hall, (0.0, 50.0, 0.0), (half, 0, 0, half))]
    scan = open_scan(write_e57(tmp_path / "hall.e57", scans))
    cloud = whole(scan, size=1500)

    turned = transform_points(pose_from_xyz_yaw(0, 50, 0, np.pi / 2), hall)
    assert np.abs(cloud["points"] - np.concatenate([hall + np.array([100, 0, 2]), turned])).max() < 1e-4
    assert np.array_equal(cloud["station"], np.repeat([0, 1], 2000))
    assert {k: v.tolist() for k, v in scan.stations.items()} == {0: [100, 0, 2], 1: [0, 50, 0]}


def test_e57_points_marked_invalid_are_left_out(tmp_path, hall):
    invalid = np.zeros(len(hall), np.int8)
    invalid[:10] = 1
    path = write_e57(tmp_path / "h.e57", [(hall, (0, 0, 0), (1, 0, 0, 0))], cartesianInvalidState=invalid)
    assert np.abs(whole(open_scan(path))["points"] - hall[10:]).max() < 1e-5


def test_e57_colours_fill_the_range_of_a_byte(shared_data):
    cloud = whole(open_scan(shared_data / "formats_valid" / "ColouredCubeFloat.e57", unit="m"))
    assert cloud["colour"].min() == 0
    assert cloud["colour"].max() == 255


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("mm", 0.001), ("cm", 0.01), ("ft", 0.3048), ("us-ft", 1200 / 3937), ("in", 0.0254), ("m", 1.0)],
)
def test_a_given_unit_is_believed(tmp_path, hall, unit, factor):
    path = write_las(tmp_path / "hall.laz", hall / factor)
    assert np.abs(whole(open_scan(path, unit=unit))["points"] - hall).max() < 0.001


def test_files_in_sensor_frames_are_placed_by_their_poses(tmp_path, hall):
    paths = [write_las(tmp_path / f"{k:03d}.laz", hall) for k in (4, 8)]
    half = np.sqrt(0.5)
    (tmp_path / "poses.txt").write_text(f"0 5 6 7 0 0 {half} {half} 8\n1 1 2 3 0 0 0 1 4\n")
    scan = open_scans(paths, poses=tmp_path / "poses.txt")
    cloud = whole(scan)

    turned = transform_points(pose_from_xyz_yaw(5, 6, 7, np.pi / 2), hall)
    assert np.abs(cloud["points"] - np.concatenate([hall + np.array([1, 2, 3]), turned])).max() < 1e-5
    assert np.array_equal(cloud["station"], np.repeat([0, 1], 2000))
    assert {k: v.tolist() for k, v in scan.stations.items()} == {0: [1, 2, 3], 1: [5, 6, 7]}


def test_poses_are_metres_though_the_points_are_not(tmp_path, hall):
    path = write_las(tmp_path / "1.laz", hall * 1000)
    (tmp_path / "poses.txt").write_text("0 5 6 7 0 0 0 1 1\n")
    cloud = whole(open_scans([path], unit="mm", poses=tmp_path / "poses.txt"))
    assert np.abs(cloud["points"] - (hall + np.array([5, 6, 7]))).max() < 0.001


def test_station_positions_leave_points_and_numbers_alone(tmp_path, hall):
    path = write_las(tmp_path / "hall.laz", hall, station=np.arange(len(hall)) % 2 + 1)
    (tmp_path / "hall.poses.json").write_text(json.dumps({"poses": [[1, 2, 3], [4, 5, 6]]}))
    scan = open_scans([path], poses=tmp_path / "hall.poses.json")
    assert {k: v.tolist() for k, v in scan.stations.items()} == {1: [1, 2, 3], 2: [4, 5, 6]}
    assert set(whole(scan)["station"].tolist()) == {1, 2}


@pytest.mark.parametrize("point_format", [1, 6, 7])
@pytest.mark.parametrize(
    "numbers",
    [
        np.full(120_000, 7),  # no chunk tells another one
        np.repeat([3, 65_000], [50_000, 70_000]),  # each chunk has its own
        np.repeat([3, 0, 9], [49_999, 50_002, 19_999]),  # each chunk has two
        np.where(np.arange(120_000) == 119_999, 4, 2),  # one record, the last
    ],
)
def test_stations_are_those_that_the_points_name_however_they_are_spread_over_chunks(
    tmp_path, numbers, point_format
):
    las = laspy.LasData(laspy.LasHeader(point_format=point_format, version="1.4"))
    las.xyz = np.arange(3.0 * len(numbers)).reshape(-1, 3) % 97
    las.point_source_id = numbers
    las.write(tmp_path / "hall.laz")
    poses = tmp_path / "poses.json"
    poses.write_text(json.dumps({"poses": [[0, 0, number] for number in np.unique(numbers).tolist()]}))
    stations = open_scans([tmp_path / "hall.laz"], poses=poses).stations
    assert {number: eye[2] for number, eye in stations.items()} == {n: n for n in np.unique(numbers).tolist()}


def test_stations_of_many_files_are_numbered_one_after_the_other(tmp_path, hall):
    posed = [(hall, (1.0, 0, 0), (1.0, 0, 0, 0)), (hall, (2.0, 0, 0), (1.0, 0, 0, 0))]
    paths = [
        write_las(tmp_path / "a.laz", hall, station=np.full(len(hall), 9)),
        write_e57(tmp_path / "b.e57", posed),
        write_pcd(tmp_path / "c.pcd", hall, "binary"),
    ]
    scan = open_scans(paths)
    assert np.array_equal(whole(scan)["station"], np.repeat([0, 1, 2, 3], 2000))
    assert sorted(scan.stations) == [1, 2]
    assert sum(len(c) for c in read_scans(paths)) == scan.point_count == 8000


def test_what_is_written_as_laz_is_read_back(tmp_path, hall):
    n = len(hall)
    cloud = PointCloud(
        points=hall.astype(np.float32),
        origin=UTM,
        intensity=np.arange(n, dtype=np.float32),
        colour=np.random.default_rng(0).integers(0, 256, (n, 3)).astype(np.uint8),
        time_s=np.arange(n) / 7,
        station=(np.arange(n) % 5).astype(np.int32),
    )
    write_laz(tmp_path / "hall.laz", cloud)
    read = whole(open_scan(tmp_path / "hall.laz"))
    assert np.abs(read["points"] - cloud.world_points()).max() < 1e-4
    for name in ("intensity", "colour", "time_s", "station"):
        assert np.array_equal(read[name], getattr(cloud, name)), name


VALID = {
    "1.0_0.las": 1, "1.0_1.las": 1, "1.1_0.las": 1, "1.1_1.las": 1, "1.2_2.las": 1, "1.2_3.las": 1,
    "1.2-with-color.copc.laz": 1065, "1_4_w_evlr.laz": 1000, "append-bug.laz": 37805, "extra.laz": 1065,
    "extrabytes.las": 1065, "gps-time-nan.las": 1, "interesting.las": 1065, "lots_of_vlr.las": 1,
    "plane.laz": 28185, "sample_c_thin.las": 2732, "simple.laz": 1065, "unregistered_extra_bytes.las": 4,
    "vegetation_1_3.las": 10683, "A4.e57": 4, "A_B.e57": 6, "A_B_different_dims.e57": 2, "A_moved_B.e57": 6,
    "ColouredCubeFloat.e57": 7680, "integer_intensity.e57": 2, "no_ext_namespace.e57": 1,
    "scaled_integer_intensity.e57": 2, "testWithNormals.e57": 2, "tinyCartesianFloatRgb.e57": 2090,
    "tiny_pc_with_extension.e57": 1, "utm17_tab.pcd": 10,
    # every other direction of this one has no return
    "tiny_spherical.e57": 180,
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_a_valid_file_of_others_gives_the_right_number_of_points(shared_data, name):
    cloud = whole(open_scan(shared_data / "formats_valid" / name, unit="m"))
    assert len(cloud["points"]) == VALID[name]


def test_laspy_and_this_reader_agree_on_a_file_of_others(shared_data):
    path = shared_data / "formats_valid" / "append-bug.laz"
    ours, theirs = whole(open_scan(path, unit="m")), laspy.read(path)
    assert np.abs(ours["points"] - theirs.xyz).max() < 0.001
    assert np.array_equal(ours["intensity"], theirs.intensity)


def test_real_compressed_pcd_frames_agree_with_open3d(shared_data):
    o3d = pytest.importorskip("open3d")
    path = shared_data / "real_indoor_scans" / "office1.pcd"
    ours = whole(open_scan(path))
    theirs = o3d.io.read_point_cloud(str(path), remove_nan_points=True)
    assert np.abs(ours["points"] - np.asarray(theirs.points)).max() < 1e-5
    assert np.abs(ours["colour"] / 255 - np.asarray(theirs.colors)).max() < 1e-6


def test_scan_bench_stations_count_from_zero_and_lie_near_their_points(shared_data):
    folder = shared_data / "scan_bench"
    scan = open_scans([folder / "tiny101_tls.laz"], poses=folder / "tiny101_tls.poses.json")
    assert sorted(scan.stations) == list(range(7))
    chunk = next(scan.chunks(size=200_000))
    (station,) = set(chunk.station.tolist())
    reach = np.linalg.norm(chunk.world_points() - scan.stations[station], axis=1)
    # no scanner measures its own tripod
    assert 0.3 < reach.min() < 2


def test_livox_files_are_in_the_sensor_frame_poses_bring_them_together(shared_data):
    """Posed, 23 scans of one hall fill half the voxels that they fill as they lie in the files."""
    folder = shared_data / "real_hall_livox"
    paths = [folder / "scans" / f"{k:03d}.laz" for k in (0, 16, 32, 48)]

    def voxels(poses):
        points = whole(open_scans(paths, poses=poses))["points"]
        return len(np.unique(np.floor(points / 0.2), axis=0))

    assert voxels(folder / "poses_tum_plus_index.txt") < 0.75 * voxels(None)


def test_no_paths_and_no_size_are_mistakes_of_the_caller(tmp_path, hall):
    with pytest.raises(ValueError, match="no scan files"):
        open_scans([])
    with pytest.raises(ValueError, match="below 1"):
        next(open_scan(write_las(tmp_path / "h.las", hall)).chunks(size=0))


def test_station_positions_do_not_go_with_e57(tmp_path, hall):
    path = write_e57(tmp_path / "h.e57", [(hall, (0, 0, 0), (1, 0, 0, 0))])
    (tmp_path / "p.json").write_text('{"poses": [[0, 0, 0]]}')
    with pytest.raises(BadDataError, match="brings its own stations"):
        open_scans([path], poses=tmp_path / "p.json")
