"""The unit is the header's when that makes sense, the user's when given, and asked for otherwise."""

from __future__ import annotations

import pytest

from layouts.drawings.dxf.read_dxf import read_dxf
from spatial.errors import BadDataError


@pytest.mark.parametrize("unit", ["mm", "cm", "m", "in", "ft"])
def test_the_unit_of_the_header_gives_true_sizes(hall_file, plans, unit):
    found = read_dxf(hall_file(unit))
    assert found.report.unit.name == unit
    assert found.report.extents_m == pytest.approx((24.6, 16.6))
    plans.assert_same_walls(plans.walls_of(found.facility), plans.hall_walls())


def test_without_a_unit_the_size_in_every_unit_is_told_and_the_option(hall_file):
    with pytest.raises(BadDataError) as told:
        read_dxf(hall_file("cm", header=False))
    said = str(told.value)
    assert "does not say its unit" in said
    assert "--unit" in said
    assert "m: 2460 m × 1660 m, cm: 24.6 m × 16.6 m, mm: 2.46 m × 1.66 m" in said
    assert (
        "ft: 749.8 m × 506 m, in: 62.48 m × 42.16 m; it would be like a building in m or cm or ft or in"
        in said
    )


def test_a_given_unit_settles_it(hall_file, plans):
    found = read_dxf(hall_file("cm", header=False), unit="cm")
    plans.assert_same_walls(plans.walls_of(found.facility), plans.hall_walls())


def test_a_given_unit_is_believed_against_the_header_and_that_is_told(hall_file):
    found = read_dxf(hall_file("m"), unit="ft")
    assert found.report.extents_m == pytest.approx((24.6 * 0.3048, 16.6 * 0.3048))
    assert any("the header says the unit is m" in note and "ft" in note for note in found.report.notes)


@pytest.mark.parametrize(("drawn", "given", "long"), [("mm", "m", "25 km"), ("m", "mm", "0.0246 m")])
def test_a_given_unit_that_makes_no_building_at_all_is_refused_with_what_it_would_be(
    hall_file, drawn, given, long
):
    with pytest.raises(BadDataError, match=rf"in {given} the plan is {long} long; say which with --unit"):
        read_dxf(hall_file(drawn), unit=given)


def drawn_as(plans, tmp_path, *, drawn: str, code: int, measurement: int, doors: bool = False):
    pen = plans.Pen(drawn)
    pen.doc.header["$INSUNITS"], pen.doc.header["$MEASUREMENT"] = code, measurement
    pen.box(0, 0, 40, 30, "Wand")
    for k in range(3 * doors):
        pen.swing((10 + 3 * k, 0), 0.9, 0, "Tür")
    return pen.save(tmp_path / "plan.dxf")


def test_a_header_in_which_the_plan_is_no_building_is_not_believed(plans, tmp_path):
    path = drawn_as(plans, tmp_path, drawn="m", code=4, measurement=1)
    with pytest.raises(BadDataError, match=r"says mm .*but in mm the plan is 0\.04 m long.*--unit"):
        read_dxf(path)


def test_a_header_in_which_its_doors_are_no_doors_is_not_believed(plans, tmp_path):
    path = drawn_as(plans, tmp_path, drawn="cm", code=6, measurement=1, doors=True)
    with pytest.raises(BadDataError, match=r"says m .*|leaves of its doors"):
        read_dxf(path)
    path = drawn_as(plans, tmp_path, drawn="mm", code=5, measurement=1, doors=True)
    with pytest.raises(BadDataError, match=r"says cm .*leaves of its doors are 9 m wide"):
        read_dxf(path)


def test_inches_in_a_drawing_that_calls_itself_metric_are_asked_for(plans, tmp_path):
    path = drawn_as(plans, tmp_path, drawn="mm", code=1, measurement=1)
    with pytest.raises(BadDataError, match=r"says both in .*and metric.*--unit"):
        read_dxf(path)


def test_doors_confirm_inches(plans, tmp_path):
    path = drawn_as(plans, tmp_path, drawn="in", code=1, measurement=1, doors=True)
    found = read_dxf(path)
    assert found.report.unit.name == "in"
    assert any("$MEASUREMENT 1" in note for note in found.report.notes)


def test_a_stray_point_far_away_does_not_hide_the_size(plans, tmp_path):
    pen = plans.Pen("mm")
    plans.draw_hall(pen)
    pen.line((900_000.0, 0), (900_001.0, 0), "A-WALL")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    assert any("far from the plan" in note for note in found.report.notes)
    outline = found.facility.levels[0].outline
    assert max(x for x, _ in outline) == pytest.approx(24.0, abs=0.001)
