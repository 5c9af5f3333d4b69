"""Text of points gives back the numbers that were written; what its columns are is told, or asked for."""

import re

import numpy as np
import pytest

from scans.readers import open_scan, open_scans
from scans.readers.text_table import TextTable
from spatial.errors import BadDataError

UTM = np.array([636_110.0, 5_300_000.0, 400.0])


def whole(scans, **options):
    chunks = list(scans.chunks(**options))
    points = np.concatenate([c.world_points() for c in chunks])
    return points, chunks


def write(path, rows, *, by=" ", head="", form="{:.3f}", newline="\n"):
    lines = [by.join(form.format(v) if isinstance(v, float) else str(v) for v in row) for row in rows]
    path.write_bytes((head + newline.join(lines) + newline).encode())
    return path


def table(path, columns, start=0, **options):
    """The numbers of a text file as the parser gives them."""
    counted = TextTable(path=path, start=start, first_line=1, columns=columns, **options).counted()
    return np.concatenate(list(counted.rows(700)))


@pytest.mark.parametrize("form", ["{:.3f}", "{:.6e}", "{:.18e}", "{!r}", "{:+.1f}", "{:.17g}"])
def test_every_number_is_what_python_reads_to_the_last_bit(tmp_path, form):
    rng = np.random.default_rng(3)
    far = 18 if "f" in form else 300
    values = np.concatenate(
        [
            rng.uniform(0, 1, (500, 3)) * UTM,
            rng.standard_normal((500, 3)) * 10.0 ** rng.integers(-far, far, (500, 3)),
            [[0.0, -0.0, 9007199254740993.0], [5.0, -(10.0**-far), 1e22]],
        ]
    ).tolist()
    text = "\n".join(" ".join(form.format(v) for v in row) for row in values)
    (tmp_path / "n.xyz").write_text(text)
    expected = np.array([[float(w) for w in line.split()] for line in text.split("\n")])
    assert np.array_equal(table(tmp_path / "n.xyz", 3), expected)


@pytest.mark.parametrize("suffix", [".xyz", ".txt", ".asc", ".csv"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_three_columns_are_x_y_z_and_utm_coordinates_lose_nothing(tmp_path, hall, suffix, newline):
    path = write(tmp_path / f"hall{suffix}", (hall + UTM).tolist(), newline=newline)
    scan = open_scan(path)
    points, chunks = whole(scan, size=300)
    assert [len(c) for c in chunks] == [300] * 6 + [200]
    assert scan.point_count == len(hall)
    assert np.abs(points - (hall + UTM)).max() < 1e-5
    (block,) = scan.scans[0].file.blocks(10**6)
    assert np.array_equal(block.xyz, np.round(hall + UTM, 3))
    assert scan.notes == (f"hall{suffix}: columns x y z: by their content, separated by blanks",)


@pytest.mark.parametrize(
    ("by", "decimal"),
    [
        (" ", "."),
        ("  \t ", "."),
        (",", "."),
        (", ", "."),
        (";", "."),
        ("\t", "."),
        (" \t\t", "."),
        (";", ","),
        (" ", ","),
    ],
)
def test_separators_and_decimal_marks_are_told_from_the_lines(tmp_path, hall, by, decimal):
    path = tmp_path / "hall.txt"
    lines = [by.join(f"{v:.3f}".replace(".", decimal) for v in row) for row in hall.tolist()]
    path.write_text("\n".join(lines))
    assert np.abs(whole(open_scan(path))[0] - hall).max() < 1e-5


@pytest.mark.parametrize(
    "head",
    ["X,Y,Z,Intensity,Temperature\n", "//X Y Z Intensity Temperature\n", '"x","y","z [m]","i","temperature"\n',
     "# made by hand\n\n# Easting Northing Height reflectance temperature\n", "\ufeffx;y;z;intensity;temperature\n"],
)  # fmt: skip
def test_a_header_names_the_columns_whatever_their_order_and_scalars_survive(tmp_path, hall, head):
    rows = [[x, y, z, 100 * k % 77, 20.0 + k % 5] for k, (x, y, z) in enumerate(hall.tolist())]
    path = write(tmp_path / "hall.csv", rows, by=",", head=head)
    points, chunks = whole(open_scan(path))
    assert np.abs(points - hall).max() < 1e-5
    assert np.array_equal(chunks[0].intensity, [row[3] for row in rows])
    (name,) = chunks[0].scalars
    assert name.lower() == "temperature"
    assert np.array_equal(chunks[0].scalars[name], np.array([row[4] for row in rows], np.float32))


def test_columns_given_are_believed_over_the_header(tmp_path, hall):
    rows = [[7, z, x, y, 9] for x, y, z in hall.tolist()]
    path = write(tmp_path / "hall.csv", rows, by=",", head="a,x,y,z,b\n")
    scan = open_scan(path, columns=["_", "z", "x", "y", "_"])
    points, chunks = whole(scan)
    assert np.abs(points - hall).max() < 1e-5
    assert chunks[0].scalars == {}
    assert "as given" in scan.notes[0]


@pytest.mark.parametrize(("scale", "kind"), [(1, "8 bits"), (257, "16 bits"), (1 / 255, "from 0 to 1")])
def test_colours_of_every_range_become_bytes(tmp_path, hall, scale, kind):
    colour = np.random.default_rng(0).integers(0, 256, (len(hall), 3))
    rows = [[*p, *(repr(v * scale) for v in c)] for p, c in zip(hall.tolist(), colour.tolist(), strict=True)]
    scan = open_scan(write(tmp_path / "hall.txt", rows, head="x y z r g b\n"))
    _, chunks = whole(scan)
    assert np.abs(chunks[0].colour.astype(int) - colour).max() <= (0 if scale >= 1 else 1)
    assert kind in scan.notes[0]


def test_six_unnamed_columns_are_colours_only_if_they_look_like_it(tmp_path, hall):
    rows = [[*p, k % 256, 3, 200] for k, p in enumerate(hall.tolist())]
    _, chunks = whole(open_scan(write(tmp_path / "c.xyz", rows)))
    assert np.array_equal(chunks[0].colour[:, 0], np.arange(len(hall)) % 256)
    normals = [[*p, 0.6, 0.8, 0.0] for p in hall.tolist()]
    with pytest.raises(BadDataError, match=r"line 1 has 6 columns.*--columns"):
        open_scan(write(tmp_path / "n.xyz", normals))


@pytest.mark.parametrize("count", [4, 5, 7, 9])
def test_unnamed_columns_that_could_be_anything_ask_for_the_option(tmp_path, hall, count):
    path = write(tmp_path / "hall.xyz", [[*p, *[1.5] * (count - 3)] for p in hall.tolist()], head="# hall\n")
    with pytest.raises(
        BadDataError, match=rf"hall\.xyz: line 2 has {count} columns.*--columns with {count} names"
    ):
        open_scan(path)
    assert open_scan(path, columns="xyz" + "_" * (count - 3)).point_count == len(hall)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2 3\n4 5 6\n7 8\n", "line 3 reads '7 8', not 3 numbers"),
        ("x y z\n1 2 3\n\n4 5 six\n", "line 4 reads '4 5 six'"),
        ("1 2 3\n4 5 6 7\n", "line 2 reads '4 5 6 7'"),
        ("1 2 3\n4 5 6infant\n", "line 2"),
        ("1 2 3\n4 5 nann\n", "line 2 reads '4 5 nann'"),
        ("1 2 3\n4 5 " + "1" * 50 + "\n", "line 2"),
        ("x,y,x\n1,2,3\n", "lack z"),
        ("x,y,z,z\n1,2,3,4\n", "name z twice"),
        ("x,y,z\n1,2,3,4\n", "3 columns are named by the header in line 1, but line 2 has 4"),
        ("hello\nworld\n", "line 2 reads 'world', which is neither a header nor numbers"),
        ("hello\n", "no line of numbers"),
        ("3\n1 2 3\n4 5 6\n", "states 3 points, but 2 lines follow"),
        ("1 2\n3 4\n", "line 1 has 2 columns"),
        (" ".join("1" * 65) + "\n", "65 columns, more than 64"),
        ("1 2 3\n4 5 6\n" + "7 8 9 " * 20000, "longer than 65536 bytes"),
        ("x y z r g b\n1 2 3 4 5 6\n7 8 9 1 2 -3\n", "column b has -3"),
        ("1\x00 2 3\n", "NUL"),
        ("1,,3\n4,5,6\n", "point 0 of 2 is not finite"),
    ],
)
def test_broken_text_is_named_with_its_line(tmp_path, text, message):
    (tmp_path / "hall.txt").write_text(text)
    with pytest.raises(BadDataError, match=re.escape(message)) as caught:
        list(open_scan(tmp_path / "hall.txt", unit="m").chunks())
    assert "hall.txt" in str(caught.value)


def test_a_bad_line_far_on_is_named_by_its_number(tmp_path):
    lines = [f"{k} {k % 7} 3.25" for k in range(400_000)]
    lines[310_001] = "1 2 3 4"
    (tmp_path / "hall.xyz").write_text("\n\n# hall\n" + "\n".join(lines))
    with pytest.raises(BadDataError, match="line 310005 reads '1 2 3 4'"):
        list(open_scan(tmp_path / "hall.xyz", unit="m").chunks(size=1000))


def test_columns_are_only_for_text(tmp_path, hall):
    path = write(tmp_path / "hall.pts", hall.tolist(), head=f"{len(hall)}\n")
    with pytest.raises(BadDataError, match="leave --columns out"):
        open_scan(path, columns=["x", "y", "z"])
    with pytest.raises(BadDataError, match="lack y, z"):
        open_scan(write(tmp_path / "a.xyz", hall.tolist()), columns=["x", "_", "_"])


@pytest.mark.parametrize("width", [3, 4, 6, 7])
def test_pts_gives_all_it_holds_and_leica_intensities_count_from_0(tmp_path, hall, width):
    n = np.arange(len(hall))
    intensity, colour = n % 4096 - 2048, np.stack([n % 256, n % 7, n % 251], axis=1)
    extra = {3: [], 4: [intensity[:, None]], 6: [colour], 7: [intensity[:, None], colour]}[width]
    rows = [
        [*p, *e]
        for p, e in zip((hall + UTM).tolist(), np.hstack([n[:, None], *extra])[:, 1:].tolist(), strict=True)
    ]
    scan = open_scan(write(tmp_path / "hall.pts", rows, head=f"{len(hall)}\n"))
    points, chunks = whole(scan)
    assert np.abs(points - (hall + UTM)).max() < 1e-5
    assert scan.point_count == len(hall)
    if width in (4, 7):
        assert np.array_equal(chunks[0].intensity, intensity + 2048)
        assert "-2048 to 2047" in scan.notes[0]
    if width in (6, 7):
        assert np.array_equal(chunks[0].colour, colour)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("2001\n", "states 2001 points, but 2000 lines"),
        ("", "no count of points"),
    ],
)
def test_a_pts_whose_count_disagrees_is_named(tmp_path, hall, head, message):
    with pytest.raises(BadDataError, match=message):
        open_scan(write(tmp_path / "hall.pts", hall.tolist(), head=head))


def test_a_pts_with_more_lines_than_its_count_is_read_whole_and_says_so(tmp_path, hall):
    scan = open_scan(write(tmp_path / "hall.pts", hall.tolist(), head="1999\n"))
    assert len(whole(scan)[0]) == scan.point_count == 2000
    assert scan.notes[1] == "hall.pts: states 1999 points, but 2000 lines follow: all are read"


def test_a_pts_of_five_columns_is_named(tmp_path, hall):
    with pytest.raises(BadDataError, match="line 2 has 5 columns"):
        open_scan(write(tmp_path / "h.pts", [[*p, 1, 2] for p in hall.tolist()], head="2000\n"))


@pytest.mark.parametrize("name", ["autzen.pts", "bunny_8.pts", "test.pts"])
def test_pts_files_of_others_agree_with_a_plain_parse(shared_data, name):
    path = shared_data / "formats_valid" / name
    lines = path.read_text().split("\n")
    plain = np.array([[float(w) for w in line.split()] for line in lines[1:] if line.strip()])
    points, chunks = whole(open_scan(path, unit="m"))
    assert np.abs(points - plain[:, :3]).max() < 1e-4
    if plain.shape[1] == 7:
        assert np.array_equal(chunks[0].intensity, plain[:, 3] + 2048)
        assert np.array_equal(chunks[0].colour, plain[:, 4:])


def test_text_and_other_files_are_one_scan_with_running_stations(tmp_path, hall):
    paths = [write(tmp_path / f"{k}.xyz", hall.tolist()) for k in range(2)]
    _, chunks = whole(open_scans(paths))
    assert [set(c.station.tolist()) for c in chunks] == [{0}, {1}]
