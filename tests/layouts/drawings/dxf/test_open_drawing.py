"""What is no whole DXF is refused with the place and the remedy; broken bytes never end in anything else."""

from __future__ import annotations

import random

import ezdxf
import pytest

from layouts.drawings.dxf import open_drawing as module
from layouts.drawings.dxf.open_drawing import open_drawing
from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.drawings.dxf.report import report_text
from spatial.errors import BadDataError
from spatial.facility_json import facility_to_json


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: export the drawing again"),
        (b"\r\n \n", "is empty"),
        (b"AC1027\x00\x00\x00", "DWG file.*save it as DXF"),
        (b"MC0.0\x00", "DWG file"),
        (b"%PDF-1.7", "is a PDF.*export a DXF"),
        (b"ISO-10303-21;\n", "IFC or STEP file.*import ifc"),
        (b"PK\x03\x04", "ZIP archive.*unpack"),
        (b"hello\nworld\n", "no DXF file: its first line must be the group code 0 and is 'hello'"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00\x00\x00SECTION\x00", "is cut off"),
    ],
)
def test_what_is_no_dxf_is_refused_with_the_remedy(tmp_path, data, said):
    path = tmp_path / "plan.dxf"
    path.write_bytes(data)
    with pytest.raises(BadDataError, match=said):
        open_drawing(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(BadDataError, match=r"none\.dxf cannot be read .*: check the path"):
        open_drawing(tmp_path / "none.dxf")


def test_a_file_that_is_cut_off_is_refused_wherever_it_ends(tmp_path, hall_file):
    data = hall_file().read_bytes()
    path = tmp_path / "cut.dxf"
    entities = data.index(b"ENTITIES")
    end = data.index(b"ENDSEC", entities)
    for at in range(200, end, end // 25):
        path.write_bytes(data[:at])
        with pytest.raises(BadDataError, match=r"is cut off in or after section \w+, line \d+, after handle"):
            open_drawing(path)


def test_a_file_without_its_end_mark_is_whole_when_all_sections_are_closed(tmp_path, hall_file):
    data = hall_file().read_bytes()
    path = tmp_path / "open.dxf"
    path.write_bytes(data[: data.rindex(b"  0\nEOF") if b"  0\nEOF" in data else data.rindex(b"  0\r\nEOF")])
    assert "no end mark" in " ".join(open_drawing(path).notes)


def test_binary_and_text_files_read_alike(tmp_path, plans):
    pen = plans.Pen("mm")
    plans.draw_hall(pen)
    text = pen.save(tmp_path / "plan.dxf")
    binary = tmp_path / "binary" / "plan.dxf"
    binary.parent.mkdir()
    pen.doc.saveas(binary, fmt="bin")
    one, other = (read_dxf(path).facility for path in (text, binary))
    assert (one.walls, one.columns, one.racks) == (other.walls, other.columns, other.racks)


def changed(hall_file, tmp_path, change):
    """The hall's file after `change` of its lines, given the first LINE's place in them."""
    lines = hall_file().read_bytes().replace(b"\r\n", b"\n").split(b"\n")
    change(lines, lines.index(b"LINE", lines.index(b"ENTITIES")))
    path = tmp_path / "changed.dxf"
    path.write_bytes(b"\n".join(lines))
    return path


def without_handle(lines, at):
    lines[at + 2] = b""


def with_anothers_handle(lines, at):
    lines[at + 2] = b"1F"


@pytest.mark.parametrize("change", [without_handle, with_anothers_handle])
def test_of_two_readers_the_one_that_loses_nothing_is_taken(plans, hall_file, tmp_path, change):
    """The strict reader fails without a handle; the recovering one drops an entity whose handle is taken."""
    found = read_dxf(changed(hall_file, tmp_path, change))
    plans.assert_same_walls(plans.walls_of(found.facility), plans.hall_walls())


def losing(count):
    """A reader that loses entities without a word."""

    def read(path):
        drawing = ezdxf.readfile(path)
        for entity in list(drawing.modelspace())[:count]:
            drawing.modelspace().delete_entity(entity)
        return drawing, ()

    return read


def test_entities_that_a_reader_loses_in_silence_are_found_or_told(monkeypatch, hall_file):
    path = hall_file()
    monkeypatch.setattr(module, "_strict", losing(3))
    assert open_drawing(path).notes == ()
    assert len(open_drawing(path).drawing.modelspace()) == 42
    monkeypatch.setattr(module, "_recovering", losing(2))
    opened = open_drawing(path)
    assert len(opened.drawing.modelspace()) == 40
    assert opened.notes == ("2 of 42 entities of the file could not be read and are lost",)


def test_what_an_audit_finds_is_told(hall_file, tmp_path):
    notes = read_dxf(changed(hall_file, tmp_path, with_anothers_handle)).report.notes
    assert any("an audit mends 1 faults" in note and "LINE(#1F)" in note for note in notes)


def test_a_line_without_an_end_is_told_and_not_drawn_from_the_origin(plans, hall_file, tmp_path):
    def without_start(lines, at):
        start = lines.index(b"AcDbLine", at) + 1
        del lines[start : start + 6]

    found = read_dxf(changed(hall_file, tmp_path, without_start))
    assert any("LINE #" in note and "it has no start" in note for note in found.report.notes)
    counts = {(count.layer, count.fate): count.entities for count in found.report.counts}
    assert counts["A-WALL", "cannot be read"] == 1
    assert counts["A-WALL", "wall"] == 19


def test_a_coordinate_that_is_no_number_is_told_with_its_line(hall_file, tmp_path):
    def with_words(lines, at):
        lines[lines.index(b"AcDbLine", at) + 2] = b"abc"

    with pytest.raises(BadDataError, match=r"Invalid floating point values near line: \d+.*run AUDIT"):
        read_dxf(changed(hall_file, tmp_path, with_words))


def broken(data: bytes, rng: random.Random) -> bytes:
    """Cut, flipped, with lines gone, exchanged or doubled."""
    kind = rng.randrange(5)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:
        bytes_ = bytearray(data)
        for _ in range(rng.choice([1, 5, 50])):
            bytes_[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(bytes_)
    if kind == 2:
        at = rng.randrange(len(data))
        return data[:at] + data[at + rng.randrange(1, 500) :]
    lines = data.splitlines(keepends=True)
    if kind == 3:
        values = [b"0\n", b"-1\n", b"1e308\n", b"nan\n", b"999999999\n", b"\n", b"INSERT\n", b"1e-300\n"]
        for _ in range(rng.choice([1, 5, 30])):
            lines[rng.randrange(len(lines))] = rng.choice([*values, rng.choice(lines)])
    else:
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[i:i] = lines[j : j + rng.randrange(60)]
    return b"".join(lines)


@pytest.mark.parametrize("form", ["asc", "bin"])
def test_broken_bytes_end_in_a_hall_or_in_bad_data(tmp_path, plans, form):
    pen = plans.Pen("mm")
    plans.draw_hall(pen)
    block = pen.doc.blocks.new("DOOR_1")
    block.add_arc((0, 0), 900, 0, 90)
    pen.space.add_blockref("DOOR_1", (3000, 0), dxfattribs={"row_count": 2, "row_spacing": 20})
    pen.space.add_spline([(0, 0), (1, 1), (2, 0)])
    pen.space.add_ellipse((0, 0), (5, 0))
    pen.space.add_hatch().paths.add_polyline_path([(0, 0), (1, 0), (1, 1)])
    whole = tmp_path / "whole.dxf"
    pen.doc.saveas(whole, fmt=form)
    data, path, ended = whole.read_bytes(), tmp_path / "broken.dxf", []
    rng = random.Random(7)
    for _ in range(60):
        path.write_bytes(broken(data, rng))
        try:
            found = read_dxf(path, unit="mm")
            report_text(found)
            if found.facility is not None:
                facility_to_json(found.facility)
            ended.append("read")
        except BadDataError as error:
            assert str(path) in str(error)  # noqa: PT017
            ended.append("refused")
    assert ended.count("refused") >= 20
    assert form == "bin" or ended.count("read") >= 3
