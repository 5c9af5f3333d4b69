"""Mezzanines, upper floors, holes and lifts: they are built where they are drawn, come back, and can be walked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.layout_of import layout_of
from layouts.layout_file.read_layout import read_layout
from layouts.layout_file.write_layout import layout_yaml
from spatial.facility import Facility
from spatial.facility_json import facility_from_json, facility_to_json
from spatial.floor.agents import PICKER
from spatial.floor.decks import deck_thickness_m
from spatial.floor.facility_rules import links_of
from spatial.floor.floor_rules import NO_RULES, FloorRules
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances

TWO_LEVELS = Path(__file__).with_name("two_levels.layout.yaml").read_text(encoding="utf-8")


def built(record: dict[str, Any] | str) -> Facility:
    parsed = yaml.safe_load(record) if isinstance(record, str) else record
    return build_layout(Layout.model_validate(parsed))


@pytest.fixture(scope="module")
def hall() -> Facility:
    return built(TWO_LEVELS)


def on(facility: Facility, kind: str, level: str) -> list[str]:
    return [each.id for each in getattr(facility, kind) if each.level == level]


def test_everything_stands_on_its_level(hall: Facility) -> None:
    ground, mezzanine = hall.levels
    assert (ground.id, mezzanine.id, mezzanine.elevation_m) == ("L0", "MEZZ", 4.2)
    assert on(hall, "racks", "MEZZ") == ["R5", "R6", "R7", "R8"]
    assert {rack.base_z_m for rack in hall.racks if rack.level == "MEZZ"} == {4.2}
    assert on(hall, "aisles", "MEZZ") == ["A3", "A4", "X-UP-FRONT", "X-UP-BACK"]
    assert on(hall, "stations", "MEZZ") == ["PACK"]
    assert on(hall, "obstacles", "MEZZ") == ["DESK"]
    assert {wall.level for wall in hall.walls} == {"L0"}
    lowest = min(place.center[2] for place in hall.locations if place.rack == "R5")
    assert 4.2 < lowest < 4.7
    assert len({place.id for place in hall.locations}) == len(hall.locations)


def test_holes_are_no_floor_and_lie_where_they_are_drawn(hall: Facility) -> None:
    for level, area_m2, hole_m2 in (("L0", 1200, 6), ("MEZZ", 600, 9)):
        drawn = next(each for each in hall.levels if each.id == level)
        floor = shapely.Polygon(drawn.outline, drawn.holes)
        assert floor.is_valid
        assert floor.area == pytest.approx(area_m2 - hole_m2)
        (hole,) = drawn.holes
        assert not free_space(hall, PICKER, level).clear.intersects(shapely.Polygon(hole).buffer(-0.01))
    (pit,) = hall.levels[0].holes
    yaw = math.radians(12)
    middle = (40 + math.cos(yaw) * 25 - math.sin(yaw) * 6, -15 + math.sin(yaw) * 25 + math.cos(yaw) * 6)
    assert shapely.Polygon(pit).centroid.coords[0] == pytest.approx(middle)


def test_legs_reach_to_the_underside_and_columns_go_up_through_the_floor(hall: Facility) -> None:
    legs = [each for each in hall.obstacles if each.kind == "mezzanine_leg"]
    assert [leg.id for leg in legs] == [f"MEZZ-LEG{n}" for n in range(1, 7)]
    assert {(leg.level, round(leg.z1_m, 9), leg.movable) for leg in legs} == {("L0", 3.8, False)}
    ground = [column for column in hall.columns if column.level == "L0"]
    upper = [column for column in hall.columns if column.level == "MEZZ"]
    assert [column.id for column in hall.columns] == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert {column.height_m for column in ground} == {9.0}
    assert {round(column.height_m, 9) for column in upper} == {4.8}
    assert [column.center for column in upper] == [ground[1].center, ground[3].center]


def test_a_column_that_a_level_draws_itself_is_not_there_twice() -> None:
    text = TWO_LEVELS.replace(
        "columns: [", "columns: [{level: MEZZ, x_m: [0.3], y_m: [30], size_m: [0.5, 0.5]}, "
    )
    upper = [column for column in built(text).columns if column.level == "MEZZ"]
    assert sorted(column.size_m for column in upper) == [(0.3, 0.3), (0.5, 0.5)]


def test_the_lift_and_the_stairs_join_the_levels_in_the_navigation_graph(hall: Facility) -> None:
    links = links_of(hall)
    assert [(link.id, link.kind, link.time_s, link.length_m) for link in links] == [
        ("LIFT", "lift", 30.0, None),
        ("STAIRS", "stairs", None, 9.0),
    ]
    graph = build_graph(hall, PICKER, FloorRules(links=links))
    assert len(graph.access) == len(hall.locations)
    start, end = graph.stations["DEPOT"], graph.stations["PACK"]
    found = shortest_distances(graph, [start, end])
    way_m = found.length_m[tuple(found.rows([start, end]))]
    by_lift_m = math.dist((15, 4), (24, 25)) + 4.2 + math.dist((24, 25), (15, 21.5))
    assert by_lift_m < way_m < 1.3 * by_lift_m
    assert len(build_graph(hall, PICKER).access) == len(hall.locations)
    without = build_graph(hall, PICKER, NO_RULES)
    assert len(without.access) < len(hall.locations)


def test_a_facility_with_links_is_read_as_it_was_written(hall: Facility) -> None:
    again = facility_from_json(facility_to_json(hall))
    assert again == hall
    assert links_of(again) == links_of(hall)


def test_how_thick_a_deck_is_stays_with_it_though_nothing_stands_under_it() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 30, height_m: 10}, levels: ["
        "{id: OG, elevation_m: 5, at_m: [10, 15], size_m: [8, 8], deck_m: 0.42}]}"
    )
    assert deck_thickness_m(hall, hall.levels[1]) == 0.42
    assert layout_of(hall).levels[0].deck_m == 0.42


def test_an_upper_floor_is_all_of_the_building_and_has_walls_and_doors() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 30, height_m: 10, level: EG}, levels: ["
        "{id: OG, elevation_m: 5, doors: [{wall: W2, at_m: 3, width_m: 1, height_m: 2.1, kind: door}]}]}"
    )
    ground, upper = hall.levels
    assert (ground.id, upper.outline) == ("EG", ground.outline)
    assert [(wall.id, wall.level) for wall in hall.walls] == [
        *((f"W{i}", "EG") for i in (1, 2, 3, 4)),
        *((f"OG-W{i}", "OG") for i in (1, 2, 3, 4)),
    ]
    assert {(wall.level, round(wall.height_m, 9)) for wall in hall.walls} == {("EG", 4.7), ("OG", 5.0)}
    assert [door.id for wall in hall.walls for door in wall.openings] == ["D1"]


def test_a_rack_may_rise_through_a_hole_of_the_level_above() -> None:
    text = (
        "{id: H, building: {width_m: 20, depth_m: 30}, levels: [{id: UP, elevation_m: 4, holes: ["
        "{at_m: [10, 15], size_m: [16, 26]}]}], blocks: [{id: A, at_m: [4, 4], bays: 6}]}"
    )
    assert built(text).racks[0].height_m == pytest.approx(6.6)


def same(one: Facility, other: Facility) -> None:
    """What the law of the round trip holds: the same floors, and the same things on them, to the millimetre."""
    for level, again in zip(one.levels, other.levels, strict=True):
        assert (level.id, level.elevation_m) == (again.id, pytest.approx(again.elevation_m))
        floors = [shapely.Polygon(each.outline, each.holes) for each in (level, again)]
        assert floors[0].hausdorff_distance(floors[1]) < 0.003
        assert len(level.holes) == len(again.holes)
    for kind in ("walls", "columns", "racks", "obstacles", "stations"):
        names = [[(each.id, each.level) for each in getattr(each_hall, kind)] for each_hall in (one, other)]
        assert names[0] == names[1], kind
    for field, kind in (("center", "racks"), ("center", "columns"), ("pose", "stations"), ("p0", "walls")):
        ones, others = ([getattr(each, field) for each in getattr(hall, kind)] for hall in (one, other))
        assert np.ravel(ones) == pytest.approx(np.ravel(others), abs=0.003), kind
    assert [wall.height_m for wall in one.walls] == pytest.approx([wall.height_m for wall in other.walls])
    assert [each.z1_m for each in one.obstacles] == pytest.approx([each.z1_m for each in other.obstacles])
    doors = [[(door.id, door.s0_m) for wall in hall.walls for door in wall.openings] for hall in (one, other)]
    assert [name for name, _ in doors[0]] == [name for name, _ in doors[1]]
    widths = [
        sorted((each.level, round(each.clear_width_m, 2)) for each in hall.aisles) for hall in (one, other)
    ]
    assert widths[0] == widths[1]
    for link, again_link in zip(links_of(one), links_of(other), strict=True):
        assert (link.id, link.kind, link.agents, link.time_s) == (
            again_link.id, again_link.kind, again_link.agents, again_link.time_s,
        )  # fmt: skip
        assert (link.start.x_m, link.end.y_m) == pytest.approx(
            (again_link.start.x_m, again_link.end.y_m), abs=0.003
        )


def test_a_hall_of_two_levels_comes_back_and_its_file_is_short(hall: Facility, tmp_path: Path) -> None:
    layout = layout_of(hall)
    same(hall, build_layout(layout))
    text = layout_yaml(layout)
    assert len(text.splitlines()) <= 45
    path = tmp_path / "hall.layout.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_layout(path) == layout


@st.composite
def halls(draw: st.DrawFn) -> dict[str, Any]:
    """Halls of one to three levels that stand over one another, with holes, shelves, legs and lifts."""
    heading = draw(st.sampled_from([0, 12, -33.3, 90]))
    record: dict[str, Any] = {
        "id": "H",
        "site": {"origin_m": [100, -50], "heading_deg": heading},
        "building": {
            "width_m": 30, "depth_m": 40, "height_m": 14, "elevation_m": draw(st.sampled_from([0, 0.2, -3.5]))
        },
        "rack_types": {"shelf": {"kind": "shelving", "depth_m": 0.6, "tiers_m": [0.5, 1], "beam_height_m": 0.05}},
        "blocks": [], "levels": [], "links": [], "stations": [{"id": "D", "kind": "depot", "at_m": [15, 1]}],
    }  # fmt: skip
    if draw(st.booleans()):
        record["building"]["holes"] = [{"at_m": [2, 20], "size_m": [1.5, draw(st.sampled_from([1, 3]))]}]
    names = ["L0"]
    for number in range(draw(st.integers(0, 2))):
        name, elevation_m = f"M{number}", record["building"]["elevation_m"] + 4 * (number + 1)
        level: dict[str, Any] = {"id": name, "elevation_m": elevation_m}
        shape = draw(st.sampled_from(["whole", "box", "corner"]))
        if shape == "box":
            level |= {"at_m": [15, 22.5], "size_m": [30, 35]}
        elif shape == "corner":
            level["outline_m"] = [[0, 5], [30, 5], [30, 40], [8, 40], [8, 30], [0, 30]]
        if shape != "whole":
            level["walls"] = draw(st.booleans())
        if draw(st.booleans()):
            level["holes"] = [
                {"at_m": [27, 20], "size_m": [2, 2], "heading_deg": draw(st.sampled_from([0, 30]))}
            ]
        if draw(st.booleans()):
            level["legs"] = [{"x_m": [10, 28], "y_m": [7, 39]}]
        level["deck_m"] = draw(st.sampled_from([0.15, 0.3]))
        record["levels"].append(level)
        ends = {end: {"level": each, "at_m": [29, 15]} for end, each in (("from", names[-1]), ("to", name))}
        record["links"].append({"id": f"LIFT-{number}", **ends})
        names.append(name)
    for name in names:
        rows = draw(st.lists(st.sampled_from([1, 2]), min_size=2, max_size=3))
        block = {
            "id": f"B-{name}",
            "at_m": [10, 12],
            "rows": rows,
            "bays": draw(st.integers(1, 4)),
            "rack": "shelf",
        }
        record["blocks"].append(block if name == "L0" else {**block, "level": name})
    return record


@settings(max_examples=40, deadline=None)
@given(record=halls())
def test_every_hall_of_levels_comes_back(record: dict[str, Any]) -> None:
    hall = built(record)
    again = build_layout(layout_of(hall))
    same(hall, again)
    same(again, build_layout(layout_of(again)))
