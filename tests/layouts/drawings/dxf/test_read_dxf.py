"""The same drawing moved, turned or in another unit gives the same hall moved; nothing of a drawing is lost."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import shared_data

from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.drawings.dxf.report import report_dict, report_text
from spatial.errors import BadDataError
from spatial.facility_json import facility_from_json, facility_to_json


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    unit=st.sampled_from(["mm", "cm", "m", "in", "ft"]),
    yaw=st.floats(-math.pi, math.pi),
    by=st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)),
    lines=st.booleans(),
)
def test_a_drawing_moved_turned_or_in_another_unit_is_the_same_hall_moved(
    plans, tmp_path, unit, yaw, by, lines
):
    pen = plans.Pen(unit)
    pen.yaw, pen.by = yaw, by
    plans.draw_hall(pen, lines=lines)
    found = read_dxf(pen.save(tmp_path / "plan.dxf")).facility

    def there(points):
        return plans.moved(points, yaw, by)

    truth = [(*map(tuple, there(wall[:2])), wall[2]) for wall in plans.hall_walls()]
    plans.assert_same_walls(plans.walls_of(found), truth, within=1e-4)
    floor = shapely.Polygon(found.levels[0].outline)
    assert (
        floor.symmetric_difference(shapely.Polygon(there([(0, 0), (24, 0), (24, 16), (0, 16)]))).area < 0.01
    )
    kinds = {kind: ends for kind, *ends in plans.openings_of(found)}
    assert plans.wall_error(kinds["door"], there([(plans.PARTITION_X, s) for s in plans.DOOR])) < 1e-4
    assert plans.wall_error(kinds["gate"], there([(s, 0.0) for s in plans.GATE])) < 1e-4
    assert np.allclose([column.center for column in found.columns], there(plans.COLUMNS), atol=1e-4)
    middles = [(x + 3.0, y + plans.RACK_DEPTH_M / 2) for x, y in plans.RACK_ROWS]
    assert np.allclose([rack.center for rack in found.racks], there(middles), atol=1e-4)
    assert [rack.id for rack in found.racks] == ["R-10", "R-20", "R-30"]
    assert [rack.back_to_back for rack in found.racks] == ["R-20", "R-10", None]
    for rack in found.racks:
        assert math.sin(rack.yaw_rad - yaw) == pytest.approx(0, abs=1e-4)
        sizes = [rack.length_m, rack.depth_m, *(bay.width_m for bay in rack.bays)]
        assert sizes == pytest.approx([6.0, 1.1, 1.4, 1.4, 1.4, 1.4], abs=1e-4)
    facing = [
        [side * math.copysign(1, math.cos(rack.yaw_rad - yaw)) for side in rack.faces] for rack in found.racks
    ]
    assert [sorted(sides) for sides in facing] == [[-1], [1], [-1, 1]]


def test_a_drawing_in_national_coordinates_gets_an_origin_of_its_own(plans, tmp_path):
    pen = plans.Pen("m")
    pen.by = (691_234.123, 5_334_567.89)
    plans.draw_hall(pen)
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    origin = found.facility.frame.extra["drawing_origin_m"]
    assert origin == [691_200.0, 5_334_500.0]
    shift = np.subtract(pen.by, origin)
    truth = [(*map(tuple, plans.moved(wall[:2], 0.0, shift)), wall[2]) for wall in plans.hall_walls()]
    plans.assert_same_walls(plans.walls_of(found.facility), truth, within=1e-4)
    assert any("far from its origin" in note for note in found.report.notes)


def test_the_same_file_gives_the_same_bytes(hall_file):
    path = hall_file()
    one, other = (
        json.dumps([facility_to_json((f := read_dxf(path)).facility), report_dict(f)]) for _ in "ab"
    )
    assert one == other


def test_a_planned_facility_keeps_its_form_and_its_source(hall_file):
    path = hall_file()
    facility = read_dxf(path).facility
    assert facility_from_json(facility_to_json(facility)) == facility
    assert facility.kind == "planned"
    (source,) = facility.provenance
    assert (source.source, source.method, len(source.sha256)) == ("hall.dxf", "dxf", 64)
    assert {wall.sigma_m for wall in facility.walls} == {0.0}


def test_every_entity_is_told_as_used_or_with_why_it_is_not(plans, tmp_path):
    pen = plans.Pen("mm")
    plans.draw_hall(pen)
    pen.doc.layers.add("Alt").off()
    pen.line((0, 0), (1, 1), "Alt")
    pen.line((3, 3), (5, 4), "Irgendwas")
    pen.space.add_linear_dim((0, -5000), (0, 0), (24000, 0), dxfattribs={"layer": "Bemaßung"}).render()
    pen.line((0, 0), (9, 9), "A-ANNO-NOTE")
    pen.line((12, 30), (12.2, 30), "A-WALL")
    found = read_dxf(pen.save(tmp_path / "plan.dxf"))
    told = Counter()
    for count in found.report.counts:
        told[count.layer] += count.entities
    drawn = Counter(entity.dxf.layer for entity in pen.space)
    assert told == drawn
    unused = {(count.layer, count.fate) for count in found.report.counts if not count.is_used}
    assert unused >= {("Alt", "layer is off"), ("Irgendwas", "no role"), ("A-ANNO-NOTE", "ignored")}
    text = report_text(found)
    assert "layer 'Irgendwas': no role: give it one with --roles, 1 entity" in text
    assert "layer 'A-WALL': wall (layer name), 21 entities" in text


def test_sheets_are_told(plans, tmp_path):
    pen = plans.Pen("mm")
    plans.draw_hall(pen)
    pen.doc.layout("Layout1").add_line((0, 0), (1, 1))
    notes = read_dxf(pen.save(tmp_path / "plan.dxf")).report.notes
    assert any("sheet 'Layout1' (paper space) is not read: 1 entities" in note for note in notes)


def test_a_drawing_on_sheets_only_is_refused_with_the_remedy(plans, tmp_path):
    pen = plans.Pen("mm")
    pen.doc.layout("Layout1").add_line((0, 0), (1, 1))
    with pytest.raises(BadDataError, match=r"nothing in its model space.*sheets.*copy them to model space"):
        read_dxf(pen.save(tmp_path / "plan.dxf"))


def data(name: str) -> Path:
    folder = shared_data()
    if folder is None:
        pytest.skip("skipped: no shared data")
    return folder / "layouts" / "dxf" / name


@pytest.mark.parametrize(
    ("name", "size", "obstacles"),
    [("Gallery.dxf", (45.492, 29.917), 16), ("ISO-Office.dxf", (20.0, 11.0), 3)],
)
def test_real_plans_open_with_their_true_sizes(name, size, obstacles):
    found = read_dxf(data(name))
    assert found.report.unit.name == "m"
    assert np.ptp(found.facility.levels[0].outline, axis=0) == pytest.approx(size, abs=0.01)
    assert len(found.facility.obstacles) == obstacles
    floor = shapely.Polygon(found.facility.levels[0].outline)
    assert all(
        floor.buffer(1e-3).contains(shapely.Polygon(each.footprint)) for each in found.facility.obstacles
    )


def test_a_real_plan_whose_header_is_wrong_is_asked_for_its_unit():
    path = data("turns.dxf")
    with pytest.raises(BadDataError, match=r"says mm .*0\.02 m long.*m: 20 m × 8 m.*"):
        read_dxf(path)
    found = read_dxf(path, unit="m")
    assert found.report.extents_m == pytest.approx((20.0, 8.0), abs=1e-6)


def test_dry_run_writes_the_roles_and_import_writes_the_site(aisletwin, hall_file, tmp_path):
    plan, roles, site = hall_file(), tmp_path / "roles.yaml", tmp_path / "site"
    dry = aisletwin("import", "dxf", plan, "--dry-run", "-o", roles)
    assert dry.code == 0
    assert "layer 'A-WALL': wall (layer name), 20 entities" in dry.out
    assert not site.exists()
    assert yaml.safe_load(roles.read_text(encoding="utf-8"))["layers"]["Regale"] == "rack"
    done = aisletwin("import", "dxf", plan, "--roles", roles, "--height", 7.5, "-o", site, "--json")
    assert done.code == 0
    assert json.loads(done.out)["elements"] == {
        "walls": 5, "openings": 2, "columns": 4, "racks": 3, "aisles": 2, "locations": 0, "obstacles": 0,
            "stations": 0,
    }  # fmt: skip
    written = json.loads((site / "facility.json").read_text(encoding="utf-8"))
    assert {wall["height_m"] for wall in written["walls"]} == {7.5}
    assert (site / "facility.glb").stat().st_size > 1000


def test_the_command_tells_bad_data_and_wrong_usage(aisletwin, hall_file, tmp_path):
    plan = hall_file("cm", header=False)
    asked = aisletwin("import", "dxf", plan, "-o", tmp_path / "site")
    assert asked.code == 3
    assert "say which with --unit" in asked.err
    assert aisletwin("import", "dxf", plan).code == 2
    assert not (tmp_path / "site").exists()


def test_heights_do_not_move_anything(hall_file):
    path = hall_file()
    one = read_dxf(path)
    higher = one.roles.model_copy(update={"heights": one.roles.heights.model_copy(update={"wall_m": 12.0})})
    other = read_dxf(path, roles=higher).facility
    assert tuple(replace(wall, height_m=6.0) for wall in other.walls) == one.facility.walls
