"""Bad input ends in one BadDataError that names the file, the record and the remedy."""

import random
import struct
from pathlib import Path

import numpy as np
import pye57
import pytest

from scans.cloud import PointCloud
from scans.laz_writer import write_laz
from scans.readers import READERS, open_scan, open_scans
from scans.units import unit_named
from spatial.errors import BadDataError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
MALFORMED = sorted(p for p in (SHARED / "malformed").rglob("*") if p.suffix in READERS)
# broken for others, whole for us: no images2D is needed, and empty GeoTIFF records state no unit
READABLE = {"e57__testdata__las2e57_no_images_tag.e57": 153, "PDAL__las__1.2-empty-geotiff-vlrs.las": 43}


def read(path, **options):
    return sum(len(chunk) for chunk in open_scan(path, **options).chunks())


def laz(path, points):
    write_laz(path, PointCloud(points=points.astype(np.float32), origin=np.zeros(3)))
    return path


def ply(path, text):
    path.write_text(f"ply\nformat ascii 1.0\n{text}", "utf-8")
    return path


XYZ = "property float x\nproperty float y\nproperty float z\nend_header\n"


@pytest.mark.skipif(not MALFORMED, reason="skipped: ../shared/data is not here")
@pytest.mark.parametrize("path", MALFORMED, ids=lambda p: p.name)
def test_a_malformed_file_of_others_is_named_or_read_whole(path):
    if path.name in READABLE:
        assert read(path) == READABLE[path.name]
    else:
        with pytest.raises(BadDataError) as caught:
            read(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", READERS)
def test_missing_folder_empty_and_foreign_files_are_named(tmp_path, suffix):
    path = tmp_path / f"hall{suffix}"
    with pytest.raises(BadDataError, match="cannot be read"):
        open_scan(path)
    path.mkdir()
    with pytest.raises(BadDataError, match="is a folder"):
        open_scan(path)
    path.rmdir()
    path.write_bytes(b"")
    with pytest.raises(BadDataError, match="is empty"):
        open_scan(path)
    path.write_bytes(b"PK\x03\x04 something else entirely" * 20)
    with pytest.raises(BadDataError, match=f"hall{suffix}"):
        open_scan(path)


def test_an_unknown_suffix_names_the_known_ones(tmp_path):
    (tmp_path / "hall.obj").write_text("1 2 3\n")
    with pytest.raises(BadDataError, match=r"none of \.las, \.laz, \.e57, \.ply, \.pcd"):
        open_scan(tmp_path / "hall.obj")


@pytest.mark.parametrize("suffix", [".las", ".laz", ".e57", ".ply", ".pcd"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_named(tmp_path, hall, suffix, share):
    path = tmp_path / f"hall{suffix}"
    if suffix in (".las", ".laz"):
        laz(path, hall)
    elif suffix == ".e57":
        with pye57.E57(str(path), mode="w") as file:
            file.write_scan_raw({f"cartesian{a}": hall[:, i].copy() for i, a in enumerate("XYZ")})
    elif suffix == ".ply":
        head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(hall)}\n{XYZ}"
        path.write_bytes(head.encode() + hall.astype("<f4").tobytes())
    else:
        head = f"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH {len(hall)}\nHEIGHT 1\nDATA binary\n"
        path.write_bytes(head.encode() + hall.astype("<f4").tobytes())
    assert read(path) == len(hall)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadDataError, match=f"hall{suffix}"):
        read(path)


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
def test_a_ply_point_that_is_not_finite_is_named_with_its_number(tmp_path, bad):
    rows = [f"{k} {k} {k % 5}" for k in range(50)]
    rows[17] = f"{bad} 1.0 2.0"
    path = ply(tmp_path / "hall.ply", "element vertex 50\n" + XYZ + "\n".join(rows) + "\n")
    with pytest.raises(BadDataError, match=rf"point 17 of 50 is not finite \({bad}, 1, 2\).*--drop-invalid"):
        read(path)
    assert read(path, drop_invalid=True) == 49


def test_a_cloud_without_any_valid_point_is_named(tmp_path):
    path = ply(tmp_path / "hall.ply", "element vertex 2\n" + XYZ + "nan 0 0\n0 nan 0\n")
    with pytest.raises(BadDataError, match="none of its 2 points is valid"):
        read(path, drop_invalid=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("element vertex 0\n" + XYZ, "holds 0 points"),
        ("element vertex 1000000000000\n" + XYZ + "1 2 3\n", "1000000000000 lines of 3 numbers need"),
        ("element vertex -5\n" + XYZ, "'element vertex -5' is no PLY"),
        ("element vertex 3\n" + XYZ + "1 2 3\n1 two 3\n4 5 6\n", "line 9 reads '1 two 3', not 3 numbers"),
        ("element vertex 3\n" + XYZ + "1 2 3\n1 2 3 4 5\n7 8\n", "line 9 reads '1 2 3 4 5'"),
        ("element vertex 3\n" + XYZ + "1.0000 2.00000 3.0000\n", "ends after 1 of 3 points"),
        ("element vertex 1\nproperty float x\nend_header\n1\n", "no y, z"),
        ("element vertex 1\nproperty float x\n", "no 'end_header'"),
        ("element vertex 1\nproperty quad x\nend_header\n1\n", "'property quad x' is no PLY"),
        ("element vertex 1\nproperty float x\n" + XYZ + "1 1 2 3\n", "names a property twice"),
    ],
)
def test_a_broken_ply_is_named_with_what_is_wrong(tmp_path, text, message):
    with pytest.raises(BadDataError, match=message):
        read(ply(tmp_path / "hall.ply", text), unit="m")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (
            "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 4000000000\nHEIGHT 9\nDATA binary\n",
            "36000000000 points",
        ),
        ("FIELDS x y z\nSIZE 4 4\nTYPE F F F\nWIDTH 1\nDATA binary\n", "differ in length"),
        ("FIELDS x y z\nSIZE 4 4 4\nTYPE F F Q\nWIDTH 1\nDATA binary\n", "describes no record"),
        ("FIELDS x y q\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nDATA binary\n", "have no z"),
        ("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 5\nPOINTS 6\nDATA binary\n", "POINTS 6 is not WIDTH"),
        ("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH -1\nDATA binary\n", "is no count"),
        ("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nHEIGHT\nDATA binary\n", "is no count"),
        ("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nDATA zip\n", "'zip' is none of"),
        ("FIELDS x y z\nTYPE F F F\nWIDTH 1\nDATA binary\n", "lacks SIZE"),
    ],
)
def test_a_broken_pcd_is_named_with_what_is_wrong(tmp_path, head, message):
    (tmp_path / "hall.pcd").write_bytes(head.encode() + bytes(24))
    with pytest.raises(BadDataError, match=message):
        read(tmp_path / "hall.pcd", unit="m")


@pytest.mark.parametrize(
    ("packed", "unpacked", "stream", "message"),
    [
        (4, 12, b"\xff\xff\xff\xff", "are damaged"),
        (4, 12, b"\x1f\x00\x00\x00", "are damaged"),
        (900, 12, bytes(4), "need"),
        (4, 4_000_000_000, bytes(4), "are said to hold"),
    ],
)
def test_a_broken_compressed_pcd_is_named(tmp_path, packed, unpacked, stream, message):
    head = b"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nHEIGHT 1\nDATA binary_compressed\n"
    (tmp_path / "hall.pcd").write_bytes(head + struct.pack("<II", packed, unpacked) + stream)
    with pytest.raises(BadDataError, match=message):
        read(tmp_path / "hall.pcd", unit="m")


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (100, struct.pack("<I", 0xFFFFFFFF), "states 4294967295 variable length records"),
        (247, struct.pack("<Q", 10**12), "need 30000000000"),
        (96, struct.pack("<I", 0xFFFFFFF0), "its header and records"),
        (104, b"\x3e", "point format 62"),
        (105, struct.pack("<H", 3), "too short for point format 6"),
        (243, struct.pack("<I", 0xFFFFFFFF), "extended record 0 of 4294967295"),
    ],
)
def test_a_false_count_in_a_las_header_is_named_before_it_is_followed(tmp_path, hall, offset, value, message):
    path = laz(tmp_path / "hall.las", hall)
    content = bytearray(path.read_bytes())
    content[offset : offset + len(value)] = value
    path.write_bytes(content)
    with pytest.raises(BadDataError, match=message):
        read(path)


@pytest.mark.parametrize("suffix", [".las", ".laz", ".pcd", ".ply", ".e57"])
def test_files_with_flipped_bytes_are_read_or_named(tmp_path, hall, suffix):
    """Whatever a flipped byte does, it ends in points or in a BadDataError."""
    path = tmp_path / f"hall{suffix}"
    if suffix in (".las", ".laz"):
        laz(path, hall)
    elif suffix == ".e57":
        with pye57.E57(str(path), mode="w") as file:
            file.write_scan_raw({f"cartesian{a}": hall[:, i].copy() for i, a in enumerate("XYZ")})
    elif suffix == ".pcd":
        rows = "\n".join(" ".join(map(str, row)) for row in hall[:50].tolist())
        path.write_text(f"FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 50\nHEIGHT 1\nDATA ascii\n{rows}\n")
    else:
        ply(path, "element vertex 50\n" + XYZ + "\n".join(" ".join(map(str, r)) for r in hall[:50].tolist()))
    whole = path.read_bytes()
    outcomes = set()
    for seed in range(40):
        rng = random.Random(seed)
        content = bytearray(whole)
        for _ in range(3):
            content[rng.randrange(min(len(content), 600))] = rng.choice([0, 127, 255, rng.randrange(256)])
        path.write_bytes(content)
        try:
            outcomes.add(read(path, unit="m", drop_invalid=True) > 0)
        except BadDataError:
            outcomes.add(False)
    assert False in outcomes


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (1 / 0.3048, "pass --unit m or --unit ft"),
        (1000, "wider than a building"),
        (100, "wider than a building"),
        (1 / 0.0254, "higher than 20"),
        (0.001, "smaller than any room"),
    ],
)
def test_a_hall_of_9_m_in_another_unit_than_metres_asks_for_the_unit(tmp_path, hall, scale, message):
    path = tmp_path / "hall.ply"
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(hall)}\n{XYZ}"
    path.write_bytes(head.encode() + (hall * scale).astype("<f4").tobytes())
    with pytest.raises(BadDataError, match=message) as caught:
        read(path)
    assert "--unit" in str(caught.value)
    assert read(path, unit="m") == len(hall)


def test_a_few_stray_points_do_not_make_a_hall_too_large(tmp_path, hall):
    many = np.concatenate([np.tile(hall, (3, 1)), [[9000.0, 0, 0], [0, 0, 300.0]]])
    assert read(laz(tmp_path / "hall.laz", many)) == 6002


def test_a_high_bay_needs_its_unit_in_laz_and_none_in_e57_which_is_in_metres(tmp_path, hall):
    high_bay = hall * [1, 1, 4]
    with pytest.raises(BadDataError, match="--unit m or --unit ft"):
        read(laz(tmp_path / "hall.laz", high_bay))
    with pye57.E57(str(tmp_path / "hall.e57"), mode="w") as file:
        file.write_scan_raw({f"cartesian{a}": high_bay[:, i].copy() for i, a in enumerate("XYZ")})
    assert read(tmp_path / "hall.e57") == len(hall)


def with_wkt(path, hall, wkt):
    """A LAS file with this WKT as its only record."""
    plain = laz(path, hall).read_bytes()
    data = wkt.encode() + b"\0"
    record = struct.pack("<H16sHH32s", 0, b"LASF_Projection", 2112, len(data), b"") + data
    content = bytearray(plain[:375] + record + plain[375:])
    content[96:104] = struct.pack("<II", 375 + len(record), 1)
    path.write_bytes(content)
    return path


PROJECTED = 'PROJCS["x",GEOGCS["y",UNIT["degree",0.0174532925199433]],UNIT["{}",{}]]'


@pytest.mark.parametrize(
    ("wkt", "message"),
    [
        (PROJECTED.format("US survey foot", "0.304800609601219"), "coordinates in us-ft: pass --unit us-ft"),
        (PROJECTED.format("foot", "0.3048"), "coordinates in ft: pass --unit ft"),
        (PROJECTED.format("fathom", "1.8288"), "'fathom' of 1.8288 m"),
        ('GEOGCS["WGS 84",UNIT["degree",0.0174532925199433]]', "degrees of longitude and latitude"),
    ],
)
def test_a_las_file_that_states_another_unit_asks_to_confirm_it(tmp_path, hall, wkt, message):
    path = with_wkt(tmp_path / "hall.las", hall, wkt)
    with pytest.raises(BadDataError, match=message):
        read(path)
    assert read(path, unit="ft") == len(hall)


def test_a_las_file_that_states_metres_is_read_as_it_is(tmp_path, hall):
    path = with_wkt(tmp_path / "hall.las", hall * [1, 1, 4], PROJECTED.format("metre", "1"))
    assert read(path) == len(hall)


def test_the_first_bad_file_of_many_is_the_one_named(tmp_path, hall):
    good, bad = laz(tmp_path / "good.laz", hall), tmp_path / "bad.laz"
    bad.write_bytes(good.read_bytes()[:1000])
    with pytest.raises(BadDataError, match=r"bad\.laz"):
        open_scans([good, bad])


def test_an_unknown_unit_names_those_there_are():
    assert unit_named("us-ft") == "us-ft"
    with pytest.raises(ValueError, match="'yards' is none of m, cm, mm, ft, us-ft, in"):
        unit_named("yards")
