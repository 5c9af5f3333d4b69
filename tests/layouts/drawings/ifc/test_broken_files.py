"""A broken file is refused with its place and the remedy, and never takes the process with it."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
import zipfile

import pytest

from layouts.drawings.ifc import apart
from layouts.drawings.ifc.apart import read_apart
from layouts.drawings.ifc.read_ifc import read_ifc
from spatial.errors import AisletwinError, BadDataError


@pytest.fixture
def room(ifc_model, write):
    """The path of a model of one room with a door and a column."""
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    walls = model.room(storey, 12.0, 8.0)
    model.opening(walls[0], 2.0, 3.0, 0.0, 2.1, filling="IfcDoor", name="Tür")
    model.product("IfcColumn", model.circle(0.4), 3.0, at=(6, 4, 0), storey=storey)
    return write(model)


def edited(path, pattern, replacement):
    text = path.read_text("latin-1")
    changed = re.sub(pattern, replacement, text, count=1)
    assert changed != text
    path.write_text(changed, "latin-1")
    return path


@pytest.mark.parametrize(
    ("pattern", "replacement", "told"),
    [
        (r"ENDSEC;\s*END-ISO-10303-21;\s*$", "", r"building\.ifc:\d+: the file ends early"),
        (r"FILE_SCHEMA\(\('\w+'\)\);", "", "names no schema"),
        (r"(?s)DATA;.*(ENDSEC;\s*END)", r"DATA;\n\1", "it holds no records"),
        (
            r"(#\d+=IFCWALL\(.*\)\);|(#\d+=IFCWALL\(.*\));)",
            r"#900=IFCWALL(\n;",
            r"building\.ifc:\d+: the record after #\d+",
        ),
        (
            r"(=IFCRECTANGLEPROFILEDEF\(.AREA.,\$,)#\d+",
            r"\1#9999",
            r"building\.ifc:\d+: #\d+ .* refers to #9999",
        ),
        (r"#12=", "#11=", r"building\.ifc:\d+: #11 is there twice"),
        (r"\.MILLI\.", ".MILL.", "'MILL' is not valid for type 'IfcSIPrefix'"),
        (r"\b8000\.", "8x00.", "8x00"),
    ],
)
def test_text_that_is_not_whole_is_refused_with_its_line(room, read, pattern, replacement, told):
    with pytest.raises(BadDataError, match=told):
        read(edited(room, pattern, replacement))


@pytest.mark.parametrize(
    ("begin", "told"),
    [
        (b"", "is empty"),
        (b"<?xml version='1.0'?><ifcXML/>", "is XML, perhaps ifcXML: export the model as .ifc"),
        (b"{}", "is JSON"),
        (b"\xff\xfeI\x00S\x00", "UTF-16"),
        (b"AutoCAD Binary DXF", "does not begin with ISO-10303-21"),
        (b"PK\x03\x04 broken", "cannot be unpacked"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, begin, told):
    path = tmp_path / "model.ifc"
    path.write_bytes(begin)
    with pytest.raises(BadDataError, match=told):
        read_ifc(path)
    with pytest.raises(BadDataError, match="cannot be read"):
        read_ifc(tmp_path / "none.ifc")


def test_a_zipped_model_is_read_as_itself(room, read, tmp_path):
    path = tmp_path / "building.ifcZIP"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(room, "building.ifc")
    found = read(path)
    assert found.facility.levels == read(room).facility.levels
    assert found.report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("schema", "name", "note"),
    [
        ("IFC2X3", "IFC2X3_TC1", ""),
        ("IFC4", "IFC4_ADD2_TC1", ""),
        ("IFC4", "IFC4X1", "an extension of it for alignments"),
        ("IFC4X3_ADD2", "IFC4X3", ""),
        ("IFC4X3_ADD2", "IFC4X3_ADD1", ""),
        ("IFC4X3_ADD2", "IFC4X3_RC4", "a draft of it"),
        ("IFC4X3_ADD2", "ifc4x3_add2", ""),
    ],
)
def test_headers_that_ifcopenshell_refuses_are_read_as_what_they_are(
    ifc_model, write, read, schema, name, note
):
    model = ifc_model(schema=schema)
    model.room(model.storey("EG", 0.0), 12.0, 8.0)
    found = read(edited(write(model), rf"'{schema}'", f"'{name}'"))
    assert len(found.facility.walls) == 4
    assert found.report.schema == name
    assert any("its schema" in each and note in each for each in found.report.notes) == bool(note)


def test_a_schema_that_cannot_be_read_is_named_with_the_remedy(room, read):
    with pytest.raises(BadDataError, match=r"'IFC2X2_FINAL' cannot be read: export it as IFC4"):
        read(edited(room, r"FILE_SCHEMA\(\('IFC4'", "FILE_SCHEMA(('IFC2X2_FINAL'"))


def test_without_a_unit_one_is_asked_for_and_believed(ifc_model, write, read):
    model = ifc_model(unit=None)
    model.room(model.storey("EG", 0.0), 12.0, 8.0)
    path = write(model)
    with pytest.raises(BadDataError, match="no unit of length: say which with --unit"):
        read(path)
    for unit, metres in (("m", 1.0), ("ft", 0.3048)):
        (level,) = read(path, unit=unit).facility.levels
        assert max(x for x, _ in level.outline) == pytest.approx(12.0 * metres, abs=1e-4)


def test_a_unit_that_is_given_is_believed_against_the_file(ifc_model, write, read):
    model = ifc_model(unit="mm")
    model.unit_m = 1.0  # the lengths are metres, whatever the header says
    model.room(model.storey("EG", 2.0), 12.0, 8.0)
    found = read(write(model), unit="m")
    assert max(x for x, _ in found.facility.levels[0].outline) == pytest.approx(12.0, abs=1e-4)
    assert found.facility.levels[0].elevation_m == pytest.approx(2.0)
    assert any("as --unit says" in note for note in found.report.notes)


def test_a_byte_order_mark_changes_nothing(room, read):
    levels = read(room).facility.levels
    room.write_bytes(b"\xef\xbb\xbf" + room.read_bytes())
    assert read(room).facility.levels == levels


def test_a_foot_that_is_no_foot_is_refused(ifc_model, write, read):
    model = ifc_model(unit="ft")
    model.room(model.storey("EG", 0.0), 12.0, 8.0)
    with pytest.raises(BadDataError, match=r"a 'FOOT' is 0\.3 m, which is 0\.3048 m: say --unit"):
        read(edited(write(model), r"0\.3048\d*", "0.3"))


def test_one_element_without_sense_costs_no_other(room, read):
    path = edited(room, r"(IFCCIRCLEPROFILEDEF\(\.AREA\.,\$,#\d+,)[\d.]+", r"\1-200.")
    found = read(path)
    assert len(found.facility.walls) == 4
    (column,) = [each for each in found.report.outcomes if each.ifc_class == "IfcColumn"]
    assert column.held_as is None
    assert "no body can be made of it" in column.reason


def test_a_model_without_bodies_is_refused(ifc_model, write, read):
    model = ifc_model()
    model.product("IfcWall", None, 0, storey=model.storey("EG", 0.0))
    with pytest.raises(BadDataError, match=r"no floor, wall or column .* \(1 IFCBUILDINGSTOREY, 1 IFCWALL\)"):
        read(write(model))


def test_two_projects_are_refused(ifc_model, write, read):
    model = ifc_model()
    model.entity("IfcProject", Name="other")
    with pytest.raises(BadDataError, match="2 IfcProject records where every IFC model has 1"):
        read(write(model))


def test_placements_in_a_circle_would_kill_the_kernel_and_are_refused(ifc_model, write, read):
    model = ifc_model()
    storey = model.storey("EG", 0.0)
    model.room(storey, 12.0, 8.0)
    model.site.ObjectPlacement.PlacementRelTo = storey.ObjectPlacement
    with pytest.raises(BadDataError, match=r"building\.ifc:\d+: #\d+ leads back to itself in a circle"):
        read(write(model))


def test_a_killed_process_takes_no_other_with_it(room, monkeypatch):
    """ifcopenshell breaks down on a circle of placements, which is here put in behind our own check."""
    text = room.read_bytes()
    opening = re.search(rb"IFCOPENINGELEMENT\('[^']*',\$,'hole',\$,\$,(#\d+)", text)[1]
    wall = re.search(opening + rb"=IFCLOCALPLACEMENT\((#\d+),", text)[1]
    circle = re.sub(
        wall + rb"=IFCLOCALPLACEMENT\(#\d+,", wall + b"=IFCLOCALPLACEMENT(" + opening + b",", text
    )
    assert circle != text
    with pytest.raises(BadDataError, match=r"building\.ifc: ifcopenshell broke down over it \(SIG[A-Z]+\)"):
        read_apart(circle, "building.ifc", limit_s=20.0)


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("import time; time.sleep(60)", BadDataError, "building.ifc: ifcopenshell got nowhere in 0.5 s"),
        (
            "raise ImportError('no kernel')",
            AisletwinError,
            "process that reads IFC files failed: ImportError: no",
        ),
    ],
)
def test_a_process_that_hangs_or_fails_is_told(monkeypatch, code, kind, told):
    popen = subprocess.Popen

    def instead(_command, **wishes):
        return popen([sys.executable, "-c", code], **wishes)

    monkeypatch.setattr(apart.subprocess, "Popen", instead)
    with pytest.raises(AisletwinError, match=told) as caught:
        read_apart(b"", "building.ifc", limit_s=0.5)
    assert caught.type is kind


def test_the_other_process_answers_as_this_one_does(room, read):
    assert read_ifc(room) == read(room)


def test_a_hundred_broken_files_give_bad_data_or_a_facility_and_nothing_else(room, tmp_path):
    """Cut short, bytes changed, stretches lost, records lost, digits changed."""
    source = room.read_bytes()
    rng = random.Random(5)
    read = 0
    for i in range(100):
        path = tmp_path / f"{i}.ifc"
        path.write_bytes(_broken(source, i, rng))
        message = _refusal(path)
        read += message is None
        assert message is None or path.name in message
    assert 5 <= read <= 30


def _refusal(path):
    """Why a file is refused, if it is."""
    try:
        read_ifc(path)
    except BadDataError as error:
        return str(error)
    return None


def _broken(source, i, rng):
    data = bytearray(source)
    start = data.index(b"DATA;")
    if i % 10 < 4:
        return bytes(data[: rng.randrange(start, len(data) - 20)])
    if i % 10 < 6:
        for _ in range(10):
            data[rng.randrange(start, len(data))] = rng.randrange(256)
    elif i % 10 < 8:
        place = rng.randrange(start, len(data) - 30)
        del data[place : place + rng.randrange(1, 300)]
    elif i % 10 < 9:
        lines = data.split(b"\n")
        del lines[rng.randrange(12, len(lines) - 4)]
        data = bytearray(b"\n".join(lines))
    else:
        places = [at.start() + 1 for at in re.finditer(rb"[(,]-?\d+\.", source)]
        for at in rng.sample(places, 5):
            data[at] = ord(rng.choice("0123456789-.E"))
    return bytes(data)


def test_a_circle_of_kilometres_is_refused_before_it_is_cut_into_chords(room, read):
    path = edited(room, r"(IFCCIRCLEPROFILEDEF\(\.AREA\.,\$,#\d+,)[\d.]+", r"\g<1>1.E12")
    with pytest.raises(
        BadDataError, match=r"#\d+ \(IfcCircleProfileDef\) has a radius of 1e\+09 m, above 500 m"
    ):
        read(path)
