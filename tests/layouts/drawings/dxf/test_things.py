"""Racks with their bays, columns, obstacles and stations, however they are drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.drawings.dxf.roles import PlanHeights, PlanRoles, with_heights
from spatial.errors import BadDataError


@pytest.fixture
def pen(plans):
    pen = plans.Pen("mm")
    pen.box(0, 0, 40, 30, "Hallenumriss")
    return pen


def read(pen, tmp_path):
    return read_dxf(pen.save(tmp_path / "plan.dxf"))


def bays_of(rack):
    return [(round(bay.offset_m, 4), round(bay.width_m, 4)) for bay in rack.bays]


def bay_block(pen, name="Bay2700"):
    """A bay of 2.7 m by 1.1 m with its diagonals."""
    block = pen.doc.blocks.new(name)
    block.add_lwpolyline([(0, 0), (2700, 0), (2700, 1100), (0, 1100)], close=True)
    block.add_line((0, 0), (2700, 1100))
    block.add_line((2700, 0), (0, 1100))


def test_bays_as_blocks_repeated_in_rows_are_rows_back_to_back(pen, tmp_path):
    bay_block(pen)
    attributes = {
        "layer": "RACKS",
        "column_count": 8,
        "row_count": 2,
        "column_spacing": 2700,
        "row_spacing": 1300,
    }
    pen.space.add_blockref("Bay2700", pen.at(2, 2), dxfattribs=attributes)
    one, other = read(pen, tmp_path).facility.racks
    for rack, y in ((one, 2.55), (other, 3.85)):
        assert (rack.center, rack.length_m, rack.depth_m) == (pytest.approx((12.8, y)), 21.6, 1.1)
        assert bays_of(rack) == [(round(2.7 * k + 0.05, 4), 2.6) for k in range(8)]
    assert (one.back_to_back, other.back_to_back) == (other.id, one.id)
    assert (one.faces, other.faces) == ((-1,), (1,))


def test_turned_and_mirrored_blocks_stand_where_they_are_inserted(pen, tmp_path):
    bay_block(pen)
    spread = {"layer": "RACKS", "column_count": 5, "column_spacing": 2700}
    pen.space.add_blockref("Bay2700", pen.at(2, 10), dxfattribs={**spread, "rotation": 30})
    pen.space.add_blockref("Bay2700", pen.at(38, 2), dxfattribs={**spread, "column_count": 3, "xscale": -1})
    turned, mirrored = read(pen, tmp_path).facility.racks
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    middle = (2 + c * 6.75 - s * 0.55, 10 + s * 6.75 + c * 0.55)
    assert turned.center == pytest.approx(middle, abs=1e-4)
    assert (turned.yaw_rad, turned.length_m) == (pytest.approx(math.pi / 6), pytest.approx(13.5))
    # a mirrored block still repeats along its own axis, which is mirrored with it only in what it draws
    assert mirrored.length_m == pytest.approx(8.1)
    assert len(mirrored.bays) == 3


def test_uprights_that_are_drawn_give_the_clear_width_of_bays(pen, tmp_path):
    x = 2.0
    for k in range(5):
        pen.box(x, 5, x + 0.12, 6.1, "Palettenregal")
        if k < 4:
            pen.box(x + 0.12, 5, x + 2.82, 6.1, "Palettenregal")
        x += 2.82
    (rack,) = read(pen, tmp_path).facility.racks
    assert (rack.length_m, rack.upright_width_m) == (pytest.approx(4 * 2.82 + 0.12), pytest.approx(0.12))
    assert bays_of(rack) == [(round(0.12 + 2.82 * k, 4), 2.7) for k in range(4)]


def test_a_row_parted_by_lines_and_two_rows_about_one_spine(pen, tmp_path):
    pen.box(2, 10, 13.2, 11.1, "Rack")
    for k in range(1, 4):
        pen.line((2 + 2.8 * k, 10), (2 + 2.8 * k, 11.1), "Rack")
    for y in (18, 19, 20):
        pen.line((2, y), (12, y), "Rack")
    for k in range(6):
        pen.line((2 + 2 * k, 18), (2 + 2 * k, 20), "Rack")
    racks = read(pen, tmp_path).facility.racks
    assert sorted((len(rack.bays), rack.length_m, rack.depth_m) for rack in racks) == [
        (4, pytest.approx(11.2), pytest.approx(1.1)),
        (5, pytest.approx(10.0), pytest.approx(1.0)),
        (5, pytest.approx(10.0), pytest.approx(1.0)),
    ]
    assert {rack.back_to_back is None for rack in racks} == {True, False}


def test_a_row_that_ends_with_whole_uprights_has_bays_alike(pen, tmp_path):
    pen.box(2, 10, 2 + 5 * 2.78 + 0.08, 11.1, "Rack")
    for k in range(1, 5):
        pen.line((2.04 + 2.78 * k, 10), (2.04 + 2.78 * k, 11.1), "Rack")
    (rack,) = read(pen, tmp_path).facility.racks
    assert rack.upright_width_m == pytest.approx(0.08)
    assert bays_of(rack) == [(round(0.08 + 2.78 * k, 4), 2.7) for k in range(5)]


def test_lanes_between_rows_are_aisles_with_their_width(pen, tmp_path):
    for y in (3.0, 4.1, 8.4, 9.5, 13.6):
        for k in range(4):
            pen.box(3 + 2.7 * k, y, 3 + 2.7 * (k + 1), y + 1.1, "Rack")
    aisles = read(pen, tmp_path).facility.aisles
    found = [(aisle.clear_width_m, aisle.p0) for aisle in aisles if len(aisle.racks) == 2]
    assert found == [
        (pytest.approx(3.2), (3.0, pytest.approx(6.8))),
        (pytest.approx(3.0), (3.0, pytest.approx(12.1))),
    ]


def test_pallets_drawn_in_bays_are_no_bays(pen, tmp_path):
    pen.box(20, 5, 25.4, 6.1, "Rack")
    pen.line((22.7, 5), (22.7, 6.1), "Rack")
    for k in range(6):
        pen.box(20.05 + 0.9 * k, 5.05, 20.85 + 0.9 * k, 6.05, "Rack")
    found = read(pen, tmp_path)
    (rack,) = found.facility.racks
    assert bays_of(rack) == [(0.05, 2.6), (2.75, 2.6)]
    assert not any(not count.is_used for count in found.report.counts)


def test_a_row_without_bays_is_one_bay_and_told(pen, tmp_path):
    pen.box(2, 14, 13, 15, "Rack")
    found = read(pen, tmp_path)
    (rack,) = found.facility.racks
    assert bays_of(rack) == [(0.05, 10.9)]
    assert any("1 rack rows have no bays drawn" in note for note in found.report.notes)


def test_two_single_bays_back_to_back_are_two_racks(pen, tmp_path):
    pen.box(5, 5, 7.7, 6.1, "Rack")
    pen.box(5, 6.25, 7.7, 7.35, "Rack")
    racks = read(pen, tmp_path).facility.racks
    assert [(rack.length_m, rack.depth_m, len(rack.bays)) for rack in racks] == [(2.7, 1.1, 1)] * 2


def test_bays_stacked_in_depth_are_no_row_of_deep_bays(pen, tmp_path):
    for k in range(3):
        pen.box(5, 5 + 1.25 * k, 7.7, 6.1 + 1.25 * k, "Rack")
    racks = read(pen, tmp_path).facility.racks
    assert [(rack.length_m, rack.depth_m) for rack in racks] == [(2.7, 1.1)] * 3


def test_racks_are_named_by_the_one_text_drawn_on_them(pen, tmp_path):
    pen.box(2, 2, 12, 3, "Rack")
    pen.text("A-01", (3, 2.4), "Text")
    pen.box(2, 6, 12, 7, "Rack")
    pen.text("one", (3, 6.4), "Text")
    pen.text("two", (5, 6.4), "Text")
    found = read(pen, tmp_path)
    assert [rack.id for rack in found.facility.racks] == ["A-01", "R2"]
    fates = {(count.kind, count.fate): count.entities for count in found.report.counts}
    assert (fates["TEXT", "label"], fates["TEXT", "text"]) == (1, 2)


def test_columns_of_every_section(pen, tmp_path):
    pen.space.add_circle(pen.at(5, 5), 250, dxfattribs={"layer": "Stützen"})
    for y in (10, 10.3):  # a steel section drawn with open lines
        pen.line((10, y), (10.3, y), "Stützen")
    pen.line((10.15, 10), (10.15, 10.3), "Stützen")
    pen.box(15, 15, 15.4, 15.6, "Stützen")
    hatch = pen.space.add_hatch(dxfattribs={"layer": "Stützen"})
    hatch.paths.add_polyline_path([pen.at(*p) for p in ((15, 15), (15.4, 15), (15.4, 15.6), (15, 15.6))])
    c, s = 0.8, 0.6
    square = np.array([(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)]) @ np.array([[c, s], [-s, c]])
    pen.ring(np.add(square, 20), "Stützen")
    columns = read(pen, tmp_path).facility.columns
    assert [column.center for column in columns] == [
        pytest.approx(at, abs=1e-6) for at in ((5, 5), (10.15, 10.15), (15.2, 15.3), (20, 20))
    ]
    assert [sorted(column.size_m) for column in columns] == [
        pytest.approx(size, abs=1e-6) for size in ([0.5, 0.5], [0.3, 0.3], [0.4, 0.6], [0.4, 0.4])
    ]
    assert math.tan(4 * columns[3].yaw_rad) == pytest.approx(math.tan(4 * math.asin(s)), abs=1e-6)


def test_steel_in_its_cladding_is_one_column(pen, tmp_path):
    pen.box(5, 5, 5.5, 5.5, "Stützen")
    pen.space.add_circle(pen.at(5.25, 5.25), 100, dxfattribs={"layer": "Stützen"})
    (column,) = read(pen, tmp_path).facility.columns
    assert column.size_m == (0.5, 0.5)


def test_obstacles_keep_their_outline_and_open_drawings_their_hull(pen, tmp_path):
    corner = [(1, 1), (5, 1), (5, 1.2), (1.2, 1.2), (1.2, 6), (1, 6)]  # far less than half of its hull
    pen.ring(corner, "Maschinen")
    for p, q in (((10, 10), (14, 10)), ((14, 10), (14, 12)), ((10, 10), (10, 12))):
        pen.line(p, q, "Förderer")
    machine, conveyor = read(pen, tmp_path).facility.obstacles
    assert (machine.kind, conveyor.kind) == ("machine", "conveyor")
    assert shapely.Polygon(machine.footprint).equals(shapely.Polygon(corner))
    assert shapely.Polygon(conveyor.footprint).equals(shapely.box(10, 10, 14, 12))


def test_stations_by_outline_block_and_name(pen, tmp_path):
    pen.box(30, 2, 34, 4, "Packplatz")
    pen.text("PACK 1", (31, 3), "Text")
    block = pen.doc.blocks.new("Ladestation")
    block.add_circle((0, 0), 400)
    pen.space.add_blockref("Ladestation", pen.at(36, 20))
    pack, charge = read(pen, tmp_path).facility.stations
    assert (pack.id, pack.kind, pack.pose[:2]) == ("PACK 1", "pack", (32.0, 3.0))
    assert (charge.kind, charge.pose[:2]) == ("charge", pytest.approx((36.0, 20.0), abs=5e-4))


def test_heights_that_are_drawn_are_taken(pen, tmp_path):
    pen.space.add_line(pen.at(0, 0), pen.at(40, 0), dxfattribs={"layer": "Wand", "thickness": 8500})
    found = read(pen, tmp_path)
    assert [wall.height_m for wall in found.facility.walls] == [8.5]
    assert any("walls are 8.50 m high as drawn" in note for note in found.report.notes)


def test_tiers_of_the_roles_file_give_racks_their_locations(pen, tmp_path):
    bay_block(pen)
    pen.space.add_blockref(
        "Bay2700", pen.at(2, 2), dxfattribs={"layer": "RACKS", "column_count": 4, "column_spacing": 2700}
    )
    heights = PlanHeights(rack_m=6.0, rack_tiers_m=(1.6, 3.2), rack_positions=3)
    found = read_dxf(pen.save(tmp_path / "plan.dxf"), roles=PlanRoles(heights=heights)).facility
    assert [tier.z_m for tier in found.racks[0].tiers] == [1.6, 3.2]
    assert len(found.locations) == 4 * 3 * 3
    first, last = found.locations[0], found.locations[-1]
    assert (first.id, last.id, last.tier) == ("R1-01-01-01", "R1-04-03-03", 2)
    assert last.center[2] > 3.2
    floor = shapely.box(2, 2, 12.8, 3.1)
    assert all(floor.contains(shapely.Point(place.center[:2])) for place in found.locations)


def test_tiers_above_the_rack_are_refused():
    with pytest.raises(ValueError, match=r"rack_tiers_m 4\.5 is above rack_m 4\.0: make rack_m larger"):
        PlanHeights(rack_tiers_m=(1.5, 4.5))
    roles = PlanRoles(heights=PlanHeights(rack_m=5.0, rack_tiers_m=(1.5, 4.5)))
    with pytest.raises(BadDataError, match=r"rack_tiers_m 4\.5 is above rack_m 4\.2"):
        with_heights(roles, None, 4.2)
    with pytest.raises(ValueError, match="do not rise: list them upwards"):
        PlanHeights(rack_tiers_m=(3.0, 1.5))
