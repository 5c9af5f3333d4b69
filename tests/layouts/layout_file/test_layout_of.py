"""A facility becomes a layout that can be edited, and building that gives the facility again, to the centimetre."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.layout_of import layout_of, left_out
from layouts.layout_file.read_layout import read_layout
from layouts.layout_file.standing_checks import rack_footprint
from layouts.layout_file.write_layout import layout_yaml
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility, Rack

TEXT = """
id: H
site: {origin_m: [100, 200], heading_deg: -7.5}
building: {outline_m: [[0, 0], [60, 0], [60, 40], [40, 40], [40, 70], [0, 70]]}
rack_types:
  pallet: {}
  shelf: {kind: shelving, depth_m: 0.6, bay_width_m: 1.2, tiers_m: [0.5, 1, 1.5], beam_height_m: 0.05}
  mixed: {bay_widths_m: [2.7, 1.8, 3.6], floor_places: false}
blocks:
  - {id: A, at_m: [3, 5], bays: 4, rows: [2, 2, 1], aisle_widths_m: [3, 2.5]}
  - {id: B, behind: A, bays: 6, rack: shelf}
  - {id: C, at_m: [57, 20], heading_deg: 180, rows: [1, 1], rack: shelf}
  - {id: D, at_m: [30, 50], rack: mixed, bays: 3, rows: [1], open_sides: [left, right]}
obstacles:
  - {outline_m: [[50, 30], [55, 30], [50, 35]]}
  - {at_m: [30, 45], size_m: [1, 2], heading_deg: 30, bottom_m: 3, movable: false}
"""


def farthest_corner(facility: Facility, other: Facility) -> float:
    """How far the corners of racks are from those of the nearest rack of the other, at most, metres."""
    assert len(facility.racks) == len(other.racks)
    ones = np.array([rack_footprint(rack).exterior.coords[:4] for rack in facility.racks])
    others = np.array([rack_footprint(rack).exterior.coords[:4] for rack in other.racks])
    apart = np.linalg.norm(ones[:, None] - others[None], axis=-1).max(axis=-1)
    return float(apart.min(axis=1).max())


def jittered(rack: Rack, move_m: tuple[float, float], turn_deg: float, longer_m: float) -> Rack:
    return replace(
        rack,
        center=(rack.center[0] + move_m[0], rack.center[1] + move_m[1]),
        yaw_rad=rack.yaw_rad + math.radians(turn_deg),
        length_m=rack.length_m + longer_m,
    )


def test_the_demo_halls_racks_are_one_block_and_come_back_where_they_were() -> None:
    hall = demo_hall()
    layout = layout_of(hall)
    assert [block.rows for block in layout.blocks] == [(1, 2, 2, 2, 1)]
    again = build_layout(layout)
    assert farthest_corner(hall, again) < 1e-3
    assert [place.id for place in again.locations] == [place.id for place in hall.locations]
    assert [each.clear_width_m for each in again.aisles] == pytest.approx(
        [each.clear_width_m for each in hall.aisles]
    )
    assert [wall.openings for wall in again.walls] == [wall.openings for wall in hall.walls]
    for one, same in zip(again.obstacles, hall.obstacles, strict=True):
        assert (one.id, one.kind, one.movable) == (same.id, same.kind, same.movable)
        assert (
            shapely.Polygon(one.footprint).symmetric_difference(shapely.Polygon(same.footprint)).area < 0.01
        )


def test_its_yaml_is_short_and_reads_as_the_same_layout(tmp_path: Path) -> None:
    layout = layout_of(demo_hall())
    text = layout_yaml(layout)
    assert len(text.splitlines()) <= 50
    path = tmp_path / "demo.layout.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_layout(path) == layout


def test_a_hall_of_many_kinds_comes_back(tmp_path: Path) -> None:
    hall = build_layout(Layout.model_validate(yaml.safe_load(TEXT)))
    layout = layout_of(hall)
    assert len(layout.rack_types) == 3
    assert sorted(block.rows for block in layout.blocks) == [(1,), (1, 1), (2, 2, 1), (2, 2, 1)]
    again = build_layout(layout)
    assert farthest_corner(hall, again) < 0.01
    assert len(again.locations) == len(hall.locations)
    assert sorted(each.clear_width_m for each in again.aisles) == pytest.approx(
        sorted(each.clear_width_m for each in hall.aisles), abs=0.003
    )
    assert shapely.Polygon(again.levels[0].outline).symmetric_difference(
        shapely.Polygon(hall.levels[0].outline)
    ).area == pytest.approx(0, abs=0.2)
    path = tmp_path / "hall.layout.yaml"
    path.write_text(layout_yaml(layout), encoding="utf-8")
    assert build_layout(read_layout(path)) == again


def test_what_was_written_of_blocks_behind_others_is_kept() -> None:
    blocks = "[{id: A, at_m: [5, 5], bays: 4}, {id: B, behind: A, bays: 10}]"
    text = "{id: H, building: {width_m: 40, depth_m: 70}, blocks: " + blocks + "}"
    layout = Layout.model_validate(yaml.safe_load(text))
    again = Layout.model_validate(yaml.safe_load(layout_yaml(layout)))
    assert build_layout(again) == build_layout(layout)
    assert [len(rack.bays) for rack in build_layout(again).racks[::4]] == [4, 10]


@settings(max_examples=25, deadline=None)
@given(data=st.data(), size_m=st.sampled_from([0.002, 0.01, 0.05]))
def test_measured_racks_come_back_within_a_centimetre(data: st.DataObject, size_m: float) -> None:
    hall = demo_hall()
    some = st.floats(-size_m, size_m)
    racks = tuple(
        jittered(rack, data.draw(st.tuples(some, some)), 10 * data.draw(some), data.draw(some))
        for rack in hall.racks
    )
    scanned = replace(hall, racks=racks, columns=(), locations=())
    assert farthest_corner(scanned, build_layout(layout_of(scanned))) <= 0.01


def test_rows_that_a_scan_measured_differently_are_one_block_when_told_how_much() -> None:
    hall = demo_hall()
    racks = tuple(
        jittered(rack, (0.03 * (-1) ** i, 0.02), 0.02 * (i % 3), 0.04 * (i % 2))
        for i, rack in enumerate(hall.racks)
    )
    scanned = replace(hall, racks=racks, locations=())
    assert len(layout_of(scanned).blocks) > 1
    layout = layout_of(scanned, within_m=0.2)
    assert [block.rows for block in layout.blocks] == [(1, 2, 2, 2, 1)]
    assert 0.01 < farthest_corner(scanned, build_layout(layout)) <= 0.2
    with pytest.raises(ValueError, match=r"within_m 0\.001 is below 0\.005"):
        layout_of(scanned, within_m=0.001)


def test_the_roof_is_no_lower_than_a_rack_and_a_side_behind_a_row_is_no_aisle() -> None:
    hall = demo_hall()
    walls = tuple(replace(wall, height_m=5.0) for wall in hall.walls)
    racks = (hall.racks[1], replace(hall.racks[2], faces=(1, -1), length_m=20.0, bays=()))
    layout = layout_of(replace(hall, walls=walls, racks=racks, locations=(), aisles=()))
    assert layout.building.height_m == 6.6
    assert [block.open_sides for block in layout.blocks] == [("left",), ("right",)]


def test_what_a_layout_cannot_say_is_told() -> None:
    hall = demo_hall()
    assert any("513 places are occupied" in told for told in left_out(hall))
    broken = replace(hall.racks[0], missing_beams=((0, 1),), bays=())
    told = left_out(replace(hall, racks=(broken, *hall.racks[1:]), locations=()))
    assert told == (
        "1 beams are missing: a layout has them all",
        "racks with no known bays become one bay each: R1",
    )


def test_walls_outside_the_hall_are_told() -> None:
    hall = demo_hall()
    fence = replace(hall.walls[0], id="FENCE", p0=(-50.0, 0.0), p1=(-45.0, 0.0), openings=())
    told = left_out(replace(hall, walls=(*hall.walls, fence), locations=()))
    assert "walls outside the floors are left out: FENCE; 'layout patch' keeps them" in told


def test_a_facility_with_no_racks_is_a_building() -> None:
    hall = replace(demo_hall(), racks=(), locations=(), aisles=())
    again = build_layout(layout_of(hall))
    assert again.racks == ()
    assert np.array(again.levels[0].outline) == pytest.approx(np.array(hall.levels[0].outline), abs=0.002)


def test_no_level_or_a_value_beyond_the_limits_is_told() -> None:
    hall = demo_hall()
    with pytest.raises(UndecidedError, match="has no level, so it has no layout"):
        layout_of(replace(hall, levels=()))
    deep = replace(hall.racks[0], depth_m=30.0)
    with pytest.raises(BadDataError, match=r"racktype\.depth_m 30\.0"):
        layout_of(replace(hall, racks=(deep, *hall.racks[1:])))


def test_rows_alike_whose_outer_bays_begin_in_half_an_upright_share_a_type() -> None:
    hall = demo_hall()
    racks = tuple(
        replace(rack, bays=tuple(replace(bay, offset_m=bay.offset_m - 0.05) for bay in rack.bays))
        for rack in hall.racks
    )
    layout = layout_of(replace(hall, racks=racks, locations=()))
    assert (len(layout.rack_types), [block.rows for block in layout.blocks]) == (1, [(1, 2, 2, 2, 1)])
