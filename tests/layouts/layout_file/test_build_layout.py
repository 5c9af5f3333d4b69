"""A built layout is the facility that it describes: the demo hall from its file, and halls small enough to draw."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import numpy as np
import numpy.typing as npt
import pytest
import shapely
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.read_layout import build_layout_file, layout_schema, read_layout
from layouts.layout_file.standing_checks import rack_footprint
from spatial.facility import Aisle, Facility
from spatial.facility_json import facility_from_json, facility_to_json
from spatial.floor.agents import agent_named
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances

DEMO_FILE = Path(__file__).with_name("demo_hall.layout.yaml")
UPRIGHT_M = 0.1


@pytest.fixture(scope="module")
def demo() -> Facility:
    return build_layout_file(DEMO_FILE)


def built(text: str) -> Facility:
    return build_layout(Layout.model_validate(yaml.safe_load(text)))


def aisle(facility: Facility, name: str) -> Aisle:
    return next(each for each in facility.aisles if each.id == name)


def near(facility: Facility, other: Facility, kind: str, *fields: str) -> None:
    ones, others = getattr(facility, kind), getattr(other, kind)
    for one, same in zip(ones, others, strict=True):
        for field in fields:
            assert np.ravel(getattr(one, field)) == pytest.approx(np.ravel(getattr(same, field)), abs=1e-9)


def test_the_demo_hall_is_forty_lines() -> None:
    assert len(DEMO_FILE.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_demo_hall_is_the_generated_one_but_for_its_stock(demo: Facility) -> None:
    hall = demo_hall()
    assert (demo.walls, demo.stations, demo.levels) == (hall.walls, hall.stations, hall.levels)
    near(demo, hall, "racks", "center", "yaw_rad", "length_m", "depth_m", "height_m", "base_z_m")
    near(demo, hall, "columns", "center", "size_m", "yaw_rad", "height_m")
    near(demo, hall, "obstacles", "footprint", "z0_m", "z1_m")
    near(demo, hall, "locations", "center", "size_m")
    for one, same in zip(demo.racks, hall.racks, strict=True):
        assert (one.id, one.faces, one.back_to_back) == (same.id, same.faces, same.back_to_back)
        assert (one.bays, one.tiers) == (same.bays, same.tiers)
    assert [each.id for each in demo.locations] == [each.id for each in hall.locations]


def test_the_demo_halls_aisles_are_as_wide_as_the_generated_ones(demo: Facility) -> None:
    hall = demo_hall()
    near(demo, hall, "aisles", "p0", "p1", "clear_width_m")
    for one, same in zip(demo.aisles, hall.aisles, strict=True):
        assert (one.racks, one.cross) == (same.racks, same.cross)


def ways(graph: NavGraph) -> npt.NDArray[np.float64]:
    """Walking distances among all places and stations, in the order of their ids."""
    nodes = [graph.access[place] for place in sorted(graph.access)]
    nodes += [graph.stations[station] for station in sorted(graph.stations)]
    found = shortest_distances(graph, nodes)
    rows = found.rows(nodes)
    return found.length_m[np.ix_(rows, rows)]


def test_the_demo_hall_has_the_graph_of_the_generated_one(demo: Facility) -> None:
    picker = agent_named("picker")
    one, same = build_graph(demo, picker), build_graph(demo_hall(), picker)
    assert one.unreached == same.unreached == {}
    assert one.access.keys() == same.access.keys()
    assert one.aisle_of == same.aisle_of
    assert ways(one) == pytest.approx(ways(same), abs=1e-6)


def test_a_built_facility_is_planned_sure_and_sound(demo: Facility) -> None:
    assert facility_from_json(facility_to_json(demo)) == demo
    assert demo.kind == "planned"
    assert {each.sigma_m for each in (*demo.racks, *demo.aisles, *demo.walls)} == {0.0}
    assert demo.provenance[0].source == DEMO_FILE.name
    assert len(demo.provenance[0].sha256 or "") == 64


def test_a_short_file_works_with_the_defaults() -> None:
    hall = built("{id: H, building: {width_m: 20, depth_m: 40}, blocks: [{id: A, at_m: [3, 5]}]}")
    assert [rack.faces for rack in hall.racks] == [(-1,), (1,), (-1,), (1,)]
    assert len(hall.locations) == 4 * 10 * 4 * 3
    assert not build_graph(hall, agent_named("picker")).unreached


def test_a_block_behind_another_is_like_it_and_leaves_the_cross_aisle_it_names() -> None:
    hall = built(
        "{id: H, building: {width_m: 30, depth_m: 60}, blocks: ["
        "{id: A, at_m: [5, 6], bays: 4}, {id: B, behind: A, front_aisle_m: 4, bays: 6}]}"
    )
    front, back = hall.racks[0], hall.racks[4]
    gap_m = math.dist(front.center, back.center) - (front.length_m + back.length_m) / 2
    assert gap_m == pytest.approx(4)
    assert [len(rack.bays) for rack in (front, back)] == [4, 6]
    crossing = [each.id for each in hall.aisles if each.cross]
    assert crossing == ["X-A-FRONT", "X-A-BACK", "X-B-BACK"]
    assert [aisle(hall, each).clear_width_m for each in crossing] == pytest.approx([3, 4, 3])
    assert [each.id for each in hall.aisles if not each.cross] == ["A1", "A2", "A3", "A4"]
    assert len({place.id for place in hall.locations}) == len(hall.locations)


def test_the_second_block_may_keep_numbers_of_its_own() -> None:
    hall = built(
        "{id: H, building: {width_m: 30, depth_m: 60}, blocks: ["
        "{id: A, at_m: [5, 6], bays: 4}, {id: B, behind: A, first_row: 101, first_aisle: 11}]}"
    )
    assert [rack.id for rack in hall.racks][4:] == ["R101", "R102", "R103", "R104"]
    assert hall.locations[-1].id.startswith("12-")


def test_a_wall_narrows_a_cross_aisle_and_a_machine_an_aisle() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 36}, blocks: [{id: A, at_m: [3, 2], aisle_width_m: 3}],"
        "obstacles: [{at_m: [4.5, 9], size_m: [0.8, 1]}]}"
    )
    assert aisle(hall, "X-A-FRONT").clear_width_m == pytest.approx(2)
    narrowed = aisle(hall, "A1")
    assert narrowed.clear_width_m == pytest.approx(7.1 - 4.9)
    assert (narrowed.p0[0], narrowed.p1[0]) == pytest.approx((6.0, 6.0))
    assert aisle(hall, "A2").clear_width_m == pytest.approx(3)


def test_a_conveyor_overhead_narrows_nothing() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 36}, blocks: [{id: A, at_m: [3, 2]}],"
        "obstacles: [{kind: conveyor, at_m: [5.5, 9], size_m: [1, 1], bottom_m: 2.5}]}"
    )
    assert aisle(hall, "A1").clear_width_m == pytest.approx(2.8)


def test_rows_at_a_wall_have_no_cross_aisle_there() -> None:
    hall = built("{id: H, building: {width_m: 20, depth_m: 40}, blocks: [{id: A, at_m: [3, 0.2]}]}")
    assert [each.id for each in hall.aisles if each.cross] == ["X-A-BACK"]


def test_pairs_at_the_edge_have_lanes_outside_and_two_blocks_side_by_side_share_theirs() -> None:
    hall = built(
        "{id: H, building: {width_m: 30, depth_m: 40}, blocks: ["
        "{id: A, at_m: [3, 5], rows: [2]}, {id: B, at_m: [8.2, 5], rows: [2]}]}"
    )
    lanes = [each for each in hall.aisles if not each.cross]
    assert [each.racks for each in lanes] == [("R1",), ("R2", "R3"), ("R4",)]
    assert [each.clear_width_m for each in lanes] == pytest.approx([2.8, 2.8, 2.8])
    assert [rack.faces for rack in hall.racks] == [(1,), (-1,), (1,), (-1,)]


def test_a_single_row_between_aisles_is_picked_from_both() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 40}, blocks: [{id: A, at_m: [3, 5], rows: [1, 1, 1]}]}"
    )
    assert [rack.faces for rack in hall.racks] == [(-1,), (1, -1), (1,)]
    assert [each.racks for each in hall.aisles if not each.cross] == [("R1", "R2"), ("R2", "R3")]


def test_floor_places_and_a_pitch_are_as_told() -> None:
    hall = built(
        "{id: H, building: {width_m: 20, depth_m: 40}, blocks: [{id: A, at_m: [3, 5], bays: 3, rows: [1, 1]}],"
        "rack_types: {pallet: {bay_pitch_m: 3, upright_width_m: 0.2, tiers_m: [2], floor_places: false}}}"
    )
    assert [bay.offset_m for bay in hall.racks[0].bays] == pytest.approx([0.2, 3.2, 6.2])
    assert {bay.width_m for bay in hall.racks[0].bays} == {2.8}
    assert {place.tier for place in hall.locations} == {1}
    assert len(hall.locations) == 2 * 3 * 3


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.sampled_from([1, 2]), min_size=2, max_size=5),
    heading_deg=st.floats(-180, 180),
    site_deg=st.floats(-180, 180),
    aisle_m=st.floats(1.5, 4.0),
)
def test_aisles_are_the_distance_of_their_racks_at_any_heading(
    rows: list[int], heading_deg: float, site_deg: float, aisle_m: float
) -> None:
    layout: dict[str, Any] = {
        "id": "H",
        "site": {"origin_m": [4e5, 5e6], "heading_deg": site_deg},
        "building": {"width_m": 200, "depth_m": 200},
        "blocks": [
            {
                "id": "A",
                "at_m": [100, 100],
                "rows": rows,
                "heading_deg": heading_deg,
                "aisle_width_m": aisle_m,
            }
        ],
    }
    hall = build_layout(Layout.model_validate(layout))
    racks = {rack.id: rack_footprint(rack) for rack in hall.racks}
    for lane in (each for each in hall.aisles if not each.cross):
        assert lane.clear_width_m == pytest.approx(aisle_m, abs=2e-6)
        if len(lane.racks) == 2:
            left, right = (racks[name] for name in lane.racks)
            assert left.distance(right) == pytest.approx(aisle_m, abs=1e-6)
        line = shapely.LineString([lane.p0, lane.p1])
        assert all(racks[name].distance(line) == pytest.approx(aisle_m / 2, abs=1e-5) for name in lane.racks)
    assert len({place.id for place in hall.locations}) == len(hall.locations)


def test_a_layout_that_was_made_in_python_is_checked_too() -> None:
    layout = read_layout(DEMO_FILE)
    block = layout.blocks[0].model_copy(update={"rack": "none"})
    with pytest.raises(LayoutError, match=r"^blocks\.0\.rack: there is no rack type 'none'"):
        build_layout(layout.model_copy(update={"blocks": (block,)}))


def test_the_schema_that_ships_is_that_of_the_models_and_takes_the_demo_hall() -> None:
    shipped = json.loads(
        files("layouts.layout_file").joinpath("layout.schema.json").read_text(encoding="utf-8")
    )
    assert shipped == json.loads(json.dumps(layout_schema()))
    assert jsonschema_rs.meta.is_valid(shipped)
    record = yaml.safe_load(DEMO_FILE.read_text(encoding="utf-8"))
    validator = jsonschema_rs.Draft202012Validator(shipped)
    assert validator.is_valid(record)
    assert not validator.is_valid({**record, "blokcs": []})
