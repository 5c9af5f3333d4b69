"""Whatever happens to a file's bytes, it ends in an error that names the file, or in points: never anything else."""

import math
import resource
import struct
import time
from contextlib import contextmanager
from pathlib import Path

import laspy
import numpy as np
import psutil
import pye57
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from scans.readers import READERS, open_scan
from spatial.errors import BadDataError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
MALFORMED = sorted(p for p in (SHARED / "malformed").rglob("*") if p.suffix.lower() in READERS)
LONGEST_S = 10.0
MOST_BYTES = 1 << 30
POINTS = np.round(np.random.default_rng(5).uniform(0, [30, 40, 9], (120, 3)), 3)
FORMS = (".las", ".laz", ".e57", ".ply", ".pcd", ".xyz", ".csv", ".pts", ".ptx", "depth", "poses", "camera")


def rows(extra=""):
    return "".join(f"{x} {y} {z}{extra}\n" for x, y, z in POINTS.tolist())


def good(folder, form):
    """A good file of that form, and the file within it whose bytes change."""
    path = folder / f"hall{form}"
    if form in (".las", ".laz"):
        header = laspy.LasHeader(version="1.4", point_format=6)
        header.scales = np.full(3, 0.001)
        las = laspy.LasData(header)
        las.xyz = POINTS
        las.write(path)
    elif form == ".e57":
        with pye57.E57(str(path), mode="w") as file:
            file.write_scan_raw({f"cartesian{a}": POINTS[:, i].copy() for i, a in enumerate("XYZ")})
    elif form == ".ply":
        head = "".join(f"property double {axis}\n" for axis in "xyz")
        head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(POINTS)}\n{head}end_header\n"
        path.write_bytes(head.encode() + POINTS.tobytes())
    elif form == ".pcd":
        head = f"FIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nWIDTH {len(POINTS)}\nHEIGHT 1\nDATA binary\n"
        path.write_bytes(head.encode() + POINTS.tobytes())
    elif form == ".ptx":
        scan = "60\n1\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n"
        lines = rows(" 0.5 1 2 3").splitlines(keepends=True)
        path.write_text(scan + "".join(lines[:60]) + scan + "".join(lines[60:]))
    elif form in (".xyz", ".csv", ".pts"):
        head = {".xyz": "", ".csv": "x y z r g b t\n", ".pts": f"{len(POINTS)}\n"}[form]
        path.write_text(head + rows("" if form == ".xyz" else " 1 2 3 4" if form == ".csv" else " -5 1 2 3"))
    else:
        return recording(folder / "walk", form)
    return path, path


def recording(folder, changed):
    (folder / "depth").mkdir(parents=True)
    depth = np.random.default_rng(0).integers(500, 7000, (12, 16)).astype(np.uint16)
    Image.fromarray(depth).save(folder / "depth" / "0.png")
    (folder / "intrinsics.json").write_text(
        '{"width": 16, "height": 12, "fx": 9, "fy": 9, "cx": 7.5, "cy": 5.5, "depth_scale": 1000, "depth_max_m": 8}'
    )
    (folder / "poses.txt").write_text("0 1 2 3 0 0 0 1\n")
    return folder, folder / {"depth": "depth/0.png", "poses": "poses.txt", "camera": "intrinsics.json"}[
        changed
    ]


def read(path):
    """The points of a file, or None where it is named as broken; anything else fails the test."""
    try:
        chunks = list(open_scan(path, unit="m", up="z", drop_invalid=True).chunks(size=50))
    except BadDataError as error:
        assert str(path) in str(error)  # noqa: PT017 (what it says, not that it is raised)
        return None
    points = np.concatenate([c.world_points() for c in chunks])
    assert len(points) > 0
    assert np.isfinite(points).all()
    return points


@contextmanager
def within_bounds():
    """What runs inside takes at most 10 s, and cannot take more than 1 GiB of address space."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + MOST_BYTES, hard))
    began = time.perf_counter()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, hard))
    assert time.perf_counter() - began < LONGEST_S


@pytest.mark.parametrize("form", FORMS)
def test_a_good_file_of_each_form_is_read_and_one_cut_anywhere_is_named_or_a_right_part(tmp_path, form):
    """A text without a count that ends early is whole lines of it, and a last one that may have lost digits."""
    path, changed = good(tmp_path, form)
    whole, expected = changed.read_bytes(), read(path)
    assert expected is not None
    if form.startswith("."):
        assert np.abs(expected - POINTS).max() < 1e-4
    for share in np.linspace(0, 0.999, 60):
        changed.write_bytes(whole[: int(len(whole) * share)])
        points = read(path)
        if points is not None:
            assert form in (".xyz", ".csv") or len(points) == len(expected)
            assert form == "poses" or np.abs(points[:-1] - expected[: len(points) - 1]).max(initial=0) < 1e-4


@pytest.mark.parametrize("form", FORMS)
def test_flipped_bytes_end_in_points_or_an_error_that_names_the_file(tmp_path_factory, form):
    path, changed = good(tmp_path_factory.mktemp("flipped"), form)
    whole = changed.read_bytes()

    @settings(
        max_examples=50, deadline=1000 * LONGEST_S, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        flips=st.lists(
            st.tuples(
                st.floats(0, 1, exclude_max=True).map(lambda at: at**3),  # mostly in the header
                st.one_of(st.integers(0, 255), st.sampled_from(list(b"0-9 .,;\n#enx\xff"))),
            ),
            min_size=1,
            max_size=6,
        ),
        cut=st.one_of(st.just(1.0), st.floats(0, 1)),
    )
    def is_read_or_named(flips, cut):
        content = bytearray(whole)
        for at, value in flips:
            content[math.floor(at * len(content))] = value
        changed.write_bytes(content[: math.ceil(cut * len(content))])
        read(path)

    is_read_or_named()


@pytest.mark.skipif(not MALFORMED, reason="skipped: ../shared/data is not here")
@pytest.mark.parametrize("path", MALFORMED, ids=lambda p: p.name)
def test_broken_files_of_others_end_within_10_s_and_1_gib(path):
    with within_bounds():
        read(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("h.xyz", b"1 " * 50_000_000),
        ("h.pts", b"9" * 5000 + b"\n1 2 3\n"),
        ("h.pts", b"999999999999999\n1 2 3\n4 5 6\n"),
        ("h.ptx", b"100000\n100000\n" + b"0 0 0\n" * 4 + b"0 0 0 0\n" * 4),
        ("h.csv", ",".join(f"c{k}" for k in range(100_000)).encode()),
        ("h.txt", b"\n" * 50_000_000),
        (
            "h.csv",
            ",".join(["x,y,z", *(f"c{k}" for k in range(61))]).encode()
            + b"\n"
            + b"1," * 64
            + b"\n" * 9_000_000,
        ),
        ("h.asc", b"nan nan nan\n" * 1_000_000),
        ("h.xyz", b"1e999 1 2\n" * 10),
        ("h.xyz", b"1 2 3"),
        ("h.ply", b"ply\nformat ascii 1.0\nelement vertex 900000000\n" + b"comment\n" * 10),
        ("h.las", b"LASF" + struct.pack("<I", 0xFFFFFFFF) * 200),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_end_within_10_s_and_1_gib(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with within_bounds():
        points = read(tmp_path / name)
    assert points is None or len(points) == 1
