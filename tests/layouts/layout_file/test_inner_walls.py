"""Walls inside a hall: they are built where they are drawn, come back, and nobody walks through them but at doors."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.drawings.dxf.read_dxf import read_dxf
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.layout_of import layout_of, left_out
from layouts.layout_file.read_layout import build_layout_file, read_layout
from layouts.layout_file.write_layout import layout_yaml
from spatial.facility import Facility, Wall
from spatial.facility_json import facility_to_json
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances

OFFICE = """
id: H
building: {width_m: 20, depth_m: 30, height_m: 8, doors: [{wall: W1, at_m: 3}]}
walls:
  - {from_m: [0, 10], to_m: [20, 10], doors: [{at_m: 14, width_m: 1.5}]}
stations:
  - {id: DEPOT, kind: depot, at_m: [5, 5]}
  - {id: PACK, kind: pack, at_m: [5, 15]}
"""

BARE = "id: H\nbuilding: {width_m: 20, depth_m: 30, height_m: 8}\n"


def built(text: str) -> Facility:
    return build_layout(Layout.model_validate(yaml.safe_load(text)))


def wall(hall: Facility, name: str) -> Wall:
    return next(each for each in hall.walls if each.id == name)


def test_a_wall_is_built_as_drawn_with_the_defaults_of_an_inner_one() -> None:
    hall = built(BARE + "site: {origin_m: [100, 50], heading_deg: 90}\n"
                 "walls: [{from_m: [4, 0], to_m: [4, 6], doors: [{at_m: 2, count: 2, pitch_m: 2}]}]\n")  # fmt: skip
    inner = wall(hall, "P1")
    assert (inner.level, inner.thickness_m, inner.height_m, inner.sigma_m) == ("L0", 0.1, 8.0, 0.0)
    assert np.ravel((inner.p0, inner.p1)) == pytest.approx([100, 54, 94, 54])
    doors = [(door.id, door.kind, door.s0_m, door.s1_m, door.z0_m, door.z1_m) for door in inner.openings]
    assert doors == [("D1", "door", 2.0, 3.0, 0.0, 2.1), ("D2", "door", 4.0, 5.0, 0.0, 2.1)]


def test_names_collide_neither_with_the_walls_about_the_floors_nor_with_names_given() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 30, doors: [{wall: W3, at_m: 1}, {wall: W1, at_m: 1}]},"
        "levels: [{id: P, elevation_m: 5}], walls: ["
        "{from_m: [4, 0], to_m: [4, 6], doors: [{at_m: 1}]}, {id: P1, from_m: [6, 0], to_m: [6, 6]},"
        "{level: P, from_m: [4, 0], to_m: [4, 6], doors: [{id: D3, at_m: 1}]}]}"
    )
    outer = [f"W{i}" for i in (1, 2, 3, 4)]
    assert [each.id for each in hall.walls] == [*outer, *(f"P-{name}" for name in outer), "P2", "P1", "P3"]
    assert [each.level for each in hall.walls[-3:]] == ["L0", "L0", "P"]
    doors = {each.id: [door.id for door in each.openings] for each in hall.walls if each.openings}
    assert doors == {"W1": ["D2"], "W3": ["D1"], "P2": ["D4"], "P3": ["D3"]}


def test_a_wall_under_a_deck_ends_there_and_one_beside_it_at_the_roof() -> None:
    hall = built(BARE + "levels: [{id: M, elevation_m: 4, at_m: [10, 25], size_m: [20, 10]}]\n"
                 "walls: [{from_m: [4, 18], to_m: [4, 28]}, {from_m: [4, 0], to_m: [4, 6]},"
                 "{from_m: [8, 22], to_m: [8, 26], height_m: 2.5},"
                 "{level: M, from_m: [4, 22], to_m: [4, 26]}]\n")  # fmt: skip
    assert [wall(hall, f"P{i}").height_m for i in (1, 2, 3, 4)] == pytest.approx([3.7, 8.0, 2.5, 4.0])


def test_nobody_walks_through_a_wall_but_at_its_door() -> None:
    hall = built(OFFICE)
    clear = free_space(hall, PICKER, "L0").clear
    assert not clear.intersects(shapely.LineString([(0.5, 10), (13.9, 10)]))
    assert clear.covers(shapely.LineString([(14.75, 9), (14.75, 11)]))
    graph = build_graph(hall, PICKER)
    ends = [graph.stations["DEPOT"], graph.stations["PACK"]]
    found = shortest_distances(graph, ends)
    way_m = float(found.length_m[tuple(found.rows(ends))])
    assert 2 * math.dist((5, 5), (14.3, 10)) <= way_m < math.inf
    shut = built(OFFICE.replace("width_m: 1.5", "width_m: 1.5, closed: true"))
    assert len(shapely.get_parts(free_space(shut, PICKER, "L0").clear)) == 2
    assert len(shapely.get_parts(clear)) == 1


def test_aisles_are_as_wide_as_walls_and_their_doorways_leave_them() -> None:
    text = BARE + "blocks: [{id: A, at_m: [2, 8], rows: [1, 1], bays: 4}]\n"
    front = "walls: [{from_m: [0, 6.05], to_m: [20, 6.05]}]\n"
    lane = "walls: [{from_m: [4.5, 0], to_m: [4.5, 30], doors: [{at_m: 7, width_m: 13}]}]\n"

    def widths(hall: Facility) -> dict[str, float]:
        return {each.id: each.clear_width_m for each in hall.aisles}

    assert widths(built(text))["X-A-FRONT"] == pytest.approx(3.0)
    assert widths(built(text + front))["X-A-FRONT"] == pytest.approx(1.9)
    assert widths(built(text + lane))["A1"] == pytest.approx(2.8)
    assert widths(built(text + lane.replace("width_m: 13", "width_m: 2")))["A1"] < 2


def test_a_wall_may_be_built_about_a_column_and_meet_other_walls() -> None:
    hall = built(OFFICE + "columns: [{x_m: [3, 6], y_m: [10]}]\n")
    assert len(hall.columns) == 2
    crossing = OFFICE.replace(
        "stations:", "  - {from_m: [10, 0], to_m: [10, 20], thickness_m: 0.3}\nstations:"
    )
    assert len(built(crossing).walls) == 6


def same_walls(one: Facility, other: Facility) -> None:
    """Every wall with its doors where it was, to the millimetre."""
    assert [(each.id, each.level, each.thickness_m) for each in one.walls] == [
        (each.id, each.level, each.thickness_m) for each in other.walls
    ]
    for each, again in zip(one.walls, other.walls, strict=True):
        assert np.ravel((each.p0, each.p1)) == pytest.approx(np.ravel((again.p0, again.p1)), abs=0.002)
        assert each.height_m == pytest.approx(again.height_m, abs=0.001)
        assert len(each.openings) == len(again.openings)
        for door, same in zip(each.openings, again.openings, strict=True):
            assert (door.id, door.kind, door.closed) == (same.id, same.kind, same.closed)
            spans = [(each.s0_m, each.s1_m, each.z0_m, each.z1_m) for each in (door, same)]
            assert spans[0] == pytest.approx(spans[1], abs=0.003)


@st.composite
def halls(draw: st.DrawFn) -> dict[str, Any]:
    """Halls of one or two levels with walls inside: alone, several in line, meeting the outline, with doors."""
    record: dict[str, Any] = {
        "id": "H",
        "site": {"origin_m": [40, -15], "heading_deg": draw(st.sampled_from([0, 12, -33.3, 90]))},
        "building": {
            "outline_m": [[0, 0], [30, 0], [30, 20], [20, 20], [20, 40], [0, 40]],
            "height_m": 9,
            "doors": [{"wall": "W1", "at_m": 4}],
        },
        "walls": [],
    }
    if draw(st.booleans()):
        record["levels"] = [{"id": "M", "elevation_m": 4, "at_m": [10, 30], "size_m": [20, 20]}]
    levels = st.sampled_from([None, "M"] if "levels" in record else [None])
    some = st.decimals(0.5, 19.5, places=3).map(float)
    for _ in range(draw(st.integers(1, 5))):
        across = draw(some)
        ends = draw(st.sampled_from([[0, 8, 8, 20], [1, 5, 7, 9], [-0.2, 6, 9, 20.1]]))
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            at = [[start, 20 + across], [end, 20 + across]]
            if draw(st.booleans()):
                at = [[across, 20 + start], [across, 20 + end]]
            said: dict[str, Any] = {"from_m": at[0], "to_m": at[1]}
            said["thickness_m"] = draw(st.sampled_from([None, 0.05, 0.1, 0.3]))
            height_m = draw(st.sampled_from([None, 2.5, 3.333]))
            if height_m is not None:
                said["height_m"] = height_m
            level = draw(levels)
            if level is not None:
                said["level"] = level
            if draw(st.booleans()):
                kind = draw(st.sampled_from(["door", "gate", "passage"]))
                sizes = {
                    "width_m": draw(st.sampled_from([0.9, 1.217])),
                    "closed": draw(st.sampled_from([None, True])),
                }
                said["doors"] = [
                    {"kind": kind, "at_m": draw(st.sampled_from([0, 0.333])), **sizes},
                    {"kind": "window", "at_m": 0.5, "sill_m": 2.1, "height_m": 0.4},
                ]
            record["walls"].append(said)
    return record


@settings(max_examples=60, deadline=None)
@given(record=halls())
def test_every_hall_with_walls_inside_comes_back(record: dict[str, Any]) -> None:
    hall = build_layout(Layout.model_validate(record))
    layout = layout_of(hall)
    same_walls(hall, build_layout(layout))
    assert left_out(hall, layout) == ()
    assert Layout.model_validate(yaml.safe_load(layout_yaml(layout))) == layout


def test_walls_of_a_file_without_them_and_their_doors_are_as_ever() -> None:
    text = BARE.replace("8}", "8, doors: [{wall: W3, at_m: 2}, {wall: W1, at_m: 2, count: 2}]}")
    assert facility_to_json(built(text)) == facility_to_json(built(text + "walls: []\n"))
    assert [[door.id for door in each.openings] for each in built(text).walls] == [
        ["D2", "D3"],
        [],
        ["D1"],
        [],
    ]
    assert "walls" not in layout_yaml(layout_of(built(text)))


def test_what_goes_on_beyond_a_side_of_the_outline_is_a_wall_inside() -> None:
    text = "{id: H, building: {outline_m: [[0, 0], [20, 0], [20, 10], [10, 10], [10, 30], [0, 30]]}}"
    hall = built(text)
    long = replace(wall(hall, "W3"), p0=(20.0, 10.0), p1=(2.0, 10.0))
    door = replace(built(OFFICE).walls[-1].openings[0], s0_m=12.0, s1_m=13.0)
    long = replace(long, openings=(door,))
    hall = replace(hall, walls=tuple(long if each.id == "W3" else each for each in hall.walls))
    layout = layout_of(hall)
    assert [(each.from_m, each.to_m) for each in layout.walls] == [((10.0, 10.0), (2.0, 10.0))]
    assert [(each.id, each.at_m) for each in layout.walls[0].doors] == [(door.id, 2.0)]
    assert layout.building.doors == ()
    told = left_out(hall, layout)
    assert told == ("walls inside the hall get another id: W3",)


def test_a_wall_that_comes_to_the_outline_at_a_flat_angle_is_inside_to_its_end() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 30}, levels: ["
        "{id: M, elevation_m: 4, at_m: [10, 25], size_m: [20, 10]}],"
        "walls: [{level: M, from_m: [3, 21], to_m: [9, 20]}]}"
    )
    same_walls(hall, build_layout(layout_of(hall)))


def test_a_wall_that_a_scan_saw_near_the_outline_is_the_one_about_the_floor() -> None:
    hall = built(OFFICE)
    walls = tuple(
        replace(each, p0=(each.p0[0], each.p0[1] + 0.03), p1=(each.p1[0], each.p1[1] - 0.02), sigma_m=0.01)
        if each.id == "W1"
        else each
        for each in hall.walls
    )
    layout = layout_of(replace(hall, walls=walls))
    assert [each.id for each in layout.walls] == ["P1"]
    assert [each.wall for each in layout.building.doors] == ["W1"]


BAD = {
    "no length": ("{from_m: [5, 5], to_m: [5, 5]}", "to_m", "the wall is 0 m long, of 0.005 at least"),
    "outside": ("{from_m: [5, 5], to_m: [23, 5]}", "", "wall P1 stands 3.00 m outside the building, at W2"),
    "a level that is not there": (
        "{level: UP, from_m: [5, 5], to_m: [9, 5]}", "level", "there is no level 'UP': choose one of L0",
    ),
    "too high": ("{from_m: [5, 5], to_m: [9, 5], height_m: 8.5}", "", "reaches 8.5 m, above building.height_m 8"),
    "into the deck": (
        "{from_m: [5, 23], to_m: [9, 23], height_m: 5}", "", "reaches 5 m, into level M, whose underside is at 3.7 m",
    ),
    "the id of an outer wall": (
        "{id: W2, from_m: [5, 5], to_m: [9, 5]}", "id", "'W2' is also the id of a wall about the building: choose",
    ),
    "an id twice": ("{id: Q, from_m: [5, 5], to_m: [9, 5]}", "id", "'Q' is also the id of walls.0: give each"),
    "a door beyond the end": (
        "{from_m: [5, 5], to_m: [9, 5], doors: [{at_m: 3.5}]}",
        "doors.0.at_m", "it ends at 4.5 m, wall P1 at 4 m: move it",
    ),
    "a door higher than the wall": (
        "{from_m: [5, 5], to_m: [9, 5], height_m: 2, doors: [{at_m: 1}]}",
        "doors.0.height_m", "it reaches 2.1 m, above the top of wall P1, 2: lower the door or raise the wall",
    ),
    "doors in one place": (
        "{from_m: [5, 5], to_m: [9, 5], doors: [{at_m: 1}, {at_m: 1.5}]}",
        "doors.1.at_m", "overlaps walls.1.doors.0 in wall P1 (1 … 2 m): move one along the wall",
    ),
    "a door with the id of another": (
        "{from_m: [5, 5], to_m: [9, 5], doors: [{id: E, at_m: 1}]}", "doors.0.id", "'E' is also the id of building",
    ),
    "through a rack": (
        "{from_m: [2.5, 15], to_m: [2.5, 19]}", "", "wall P1 overlaps rack R1 (block A) by 0.10 m: move",
    ),
    "a rack in its doorway": (
        "{from_m: [0, 16], to_m: [19, 16], doors: [{at_m: 1, width_m: 17}]}", "",
        "wall P1 overlaps rack R1 (block A)",
    ),
    "a column in its doorway": (
        "{from_m: [9, 5], to_m: [19, 5], doors: [{at_m: 5, width_m: 2}]}",
        "", "column C1 stands 0.10 m in door D1 of wall P1: move one of the two",
    ),
    "from where": ("{to_m: [9, 5]}", "from_m", "this key is missing: add it"),
    "a door with a wall": (
        "{from_m: [5, 5], to_m: [9, 5], doors: [{wall: W1, at_m: 1}]}", "doors.0.wall", "there is no such key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_wall_is_named_with_its_line_and_key(name: str, tmp_path: Path) -> None:
    text, key, words = BAD[name]
    path = tmp_path / "hall.layout.yaml"
    path.write_text(
        "id: H\nbuilding: {width_m: 20, depth_m: 30, height_m: 8, doors: [{id: E, wall: W1, at_m: 3}]}\n"
        "levels: [{id: M, elevation_m: 4, at_m: [10, 25], size_m: [20, 5]}]\n"
        "blocks: [{id: A, at_m: [2, 14], bays: 2, rows: [1, 1]}]\ncolumns: [{x_m: [15], y_m: [5]}]\n"
        f"walls:\n  - {{id: Q, from_m: [12, 1], to_m: [12, 3]}}\n  - {text}\n",
        encoding="utf-8",
    )
    with pytest.raises(LayoutError) as caught:
        build_layout_file(path)
    (told,) = str(caught.value).splitlines()
    where = ".".join(part for part in ("walls.1", key) if part)
    assert told.startswith(f"{path}:8: {where}: ")
    assert words in told


def test_the_walls_of_a_drawing_are_kept_from_the_drawing_to_the_hall_built_anew(tmp_path: Path) -> None:
    doc = ezdxf.new("R2010")
    doc.header["$INSUNITS"] = 4
    outer = shapely.box(-300, -300, 24300, 16300) - shapely.box(0, 0, 24000, 16000)
    partition = shapely.box(15940, 0, 16060, 16000) - shapely.box(15000, 5000, 17000, 6200)
    for part in shapely.get_parts(outer | partition | shapely.box(16000, 9950, 24000, 10050)).tolist():
        for ring in (part.exterior, *part.interiors):
            doc.modelspace().add_lwpolyline(
                list(ring.simplify(1e-6).coords)[:-1], close=True, dxfattribs={"layer": "A-WALL"}
            )
    doc.saveas(tmp_path / "plan.dxf")
    drawn = read_dxf(tmp_path / "plan.dxf").facility
    assert len(drawn.walls) == 6

    path = tmp_path / "hall.layout.yaml"
    path.write_text(layout_yaml(layout_of(drawn)), encoding="utf-8")
    hall = build_layout_file(path)
    assert len(read_layout(path).walls) == 2
    one, other = (
        sorted((*sorted((each.p0, each.p1)), each.thickness_m) for each in each_hall.walls)
        for each_hall in (drawn, hall)
    )
    for was, now in zip(one, other, strict=True):
        assert np.hstack(was) == pytest.approx(np.hstack(now), abs=0.002)
    openings = [[each.kind for wall in f.walls for each in wall.openings] for f in (drawn, hall)]
    assert openings == [["passage"], ["passage"]]
    floors = [free_space(each, PICKER, each.levels[0].id).clear for each in (drawn, hall)]
    assert floors[0].symmetric_difference(floors[1]).area < 0.2
    assert len(shapely.get_parts(floors[1])) == len(shapely.get_parts(floors[0])) == 2
