"""An Open-RMF building map comes in as geometry: walls to 1 mm, doors, floors, lifts, levels over each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml

from layouts.plants.read_rmf import read_rmf
from spatial.errors import BadDataError
from spatial.exchange.route_network import edge_lines
from spatial.facility import Wall
from spatial.floor.agents import MOBILE_ROBOT, PICKER
from spatial.floor.facility_rules import links_of
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph

Write = Callable[..., Path]
Level = Callable[..., dict[str, Any]]
MM = 0.001


def wall_named(walls: tuple[Wall, ...], name: str) -> Wall:
    (wall,) = (wall for wall in walls if wall.id == name)
    return wall


def test_walls_lie_where_they_are_drawn_with_y_up(rmf: Write) -> None:
    walls = read_rmf(rmf()).facility.walls
    ends = {wall.id: (wall.p0, wall.p1) for wall in walls}
    expected = {
        "L1/wall 0": ((0, 0), (10, 0)),
        "L1/wall 1": ((10, 0), (10, -5)),
        "L1/wall 2": ((10, -5), (3, -5)),
        "L1/wall 3": ((2, -5), (0, -5)),
        "L1/wall 4": ((0, -5), (0, 0)),
        "L1/door lower": ((3, -5), (2, -5)),
    }
    assert ends.keys() == expected.keys()
    for name, told in expected.items():
        for end, point in zip(ends[name], told, strict=True):
            assert math.dist(end, point) < MM
    assert {(wall.height_m, wall.thickness_m) for wall in walls} == {(2.5, 0.1)}


def test_a_door_is_in_its_wall_or_fills_its_gap(rmf: Write) -> None:
    walls = read_rmf(rmf(), wall_height_m=3.0).facility.walls
    (upper,) = wall_named(walls, "L1/wall 0").openings
    assert (upper.id, upper.kind) == ("upper", "door")
    assert (upper.s0_m, upper.s1_m, upper.z0_m, upper.z1_m) == pytest.approx((4.0, 5.0, 0.0, 2.2))
    assert upper.extra["door"]["type"] == "hinged"
    (lower,) = wall_named(walls, "L1/door lower").openings
    assert (lower.s0_m, lower.s1_m, lower.z1_m) == pytest.approx((0.0, 1.0, 2.2))
    assert {wall.height_m for wall in walls} == {3.0}


def test_a_floor_less_its_hole_is_the_outline_counter_clockwise(rmf: Write) -> None:
    (level,) = read_rmf(rmf()).facility.levels
    ring = shapely.LinearRing(level.outline)
    assert ring.is_ccw
    assert shapely.Polygon(ring).equals_exact(shapely.box(0, -5, 10, 0), 1e-9, normalize=True)
    (hole,) = level.holes
    assert shapely.Polygon(hole).equals_exact(shapely.box(6, -3, 7, -2), 1e-9, normalize=True)


def test_lanes_are_roads_and_named_vertices_stations(rmf: Write) -> None:
    plant = read_rmf(rmf())
    assert [line.length for line in edge_lines(plant.roads)] == pytest.approx([8.0, 8.0])
    assert {station.id: (station.kind, station.pose[:2]) for station in plant.facility.stations} == {
        "shop": ("p_and_d", pytest.approx((1.0, -1.0))),
        "charger": ("charge", pytest.approx((9.0, -1.0))),
    }
    assert plant.report.used == {
        "levels": 1,
        "walls": 5,
        "doors": 2,
        "floors": 1,
        "holes": 1,
        "lanes": 1,
        "measurements": 2,
        "named places": 2,
    }
    assert plant.report.left_out == {
        "crowd simulations": 1,
        "drawings (the picture that was drawn over)": 1,
        "models of furniture (their sizes are not in the map)": 1,
    }


def test_several_measurements_are_fitted_and_their_residual_told(rmf: Write, room_level: Level) -> None:
    plant = read_rmf(rmf())
    assert any(
        "L1: 0.050000 m per pixel; of 2 measurements the farthest is off by" in n for n in plant.report.notes
    )
    measured = [[0, 1, {"distance": [3, 10.0]}], [1, 2, {"distance": [3, 6.0]}]]
    plant = read_rmf(rmf(L1=room_level(measurements=measured)))
    # 10 m over 200 pixels and 6 m over 100: 0.05 and 0.06, in the mean 0.055, so 11 m for 10 m
    assert any("0.055000 m per pixel" in note and "off by 10.00%" in note for note in plant.report.notes)
    assert any("missed by +10.0%" in each for each in plant.report.warnings)
    assert plant.facility.walls[0].p1 == pytest.approx((11.0, 0.0))


def test_without_a_measurement_the_scale_is_asked_for_and_believed(rmf: Write, room_level: Level) -> None:
    path = rmf(L1=room_level(measurements=[]))
    with pytest.raises(BadDataError, match=r"measurements \(line \d+\): .*pass --metres-per-pixel"):
        read_rmf(path)
    assert read_rmf(path, metres_per_pixel=0.1).facility.walls[0].p1 == pytest.approx((20.0, 0.0))
    plant = read_rmf(rmf(), metres_per_pixel=0.1)
    assert any("missed by +100.0%" in each for each in plant.report.warnings)
    with pytest.raises(ValueError, match="metres_per_unit -1"):
        read_rmf(path, metres_per_pixel=-1)


def test_the_size_does_not_hang_on_the_pixels_of_the_drawing(rmf: Write, room_level: Level) -> None:
    finer = room_level()
    finer["vertices"] = [[3 * x, 3 * y, *more] for x, y, *more in finer["vertices"]]
    for ours, theirs in zip(
        read_rmf(rmf()).facility.walls, read_rmf(rmf(L1=finer)).facility.walls, strict=True
    ):
        assert (*ours.p0, *ours.p1) == pytest.approx((*theirs.p0, *theirs.p1))


def test_metres_are_taken_as_they_are_and_longitudes_become_metres(rmf: Write, room_level: Level) -> None:
    plant = read_rmf(rmf(whole={"coordinate_system": "cartesian_meters"}))
    assert plant.facility.walls[0].p1 == (200.0, 0.0)
    assert plant.facility.walls[1].p1 == (200.0, 100.0)
    vertices = [[13.0, 52.0, 0, ""], [13.001, 52.0, 0, ""], [13.0, 52.001, 0, ""]]
    walls = [[0, 1, {}], [0, 2, {}]]
    earth = {"vertices": vertices, "walls": walls, "elevation": 0.0}
    plant = read_rmf(rmf(L1=earth, whole={"coordinate_system": "wgs84"}))
    # lengths of a thousandth of a degree at 52° on WGS 84: 68.678 m of longitude, 111.268 m of latitude
    assert plant.facility.walls[0].p1 == pytest.approx((68.678, 0.0), abs=0.001)
    assert plant.facility.walls[1].p1 == pytest.approx((0.0, 111.268), abs=0.001)
    georeference = plant.facility.frame.georeference
    assert georeference is not None
    assert (georeference.crs, georeference.enu_origin) == ("OGC:CRS84", (13.0, 52.0, 0.0))
    assert plant.roads.nodes == ()
    with pytest.raises(BadDataError, match=r"\$\.coordinate_system \(line 2\): 'web_mercator' is not read"):
        read_rmf(rmf(whole={"coordinate_system": "web_mercator"}))


def test_fiducials_lay_levels_of_other_scale_and_turn_over_each_other(rmf: Write, room_level: Level) -> None:
    fiducials = [[0, 0, "a"], [200, 0, "b"], [0, 100, "c"]]
    below = room_level(fiducials=fiducials)

    def elsewhere(x: float, y: float) -> tuple[float, float]:
        return 700 - 2 * y, 50 + 2 * x  # a quarter turn, twice the pixels

    above = room_level(elevation=4.5, measurements=[])
    above["vertices"] = [[*elsewhere(x, y), *more] for x, y, *more in below["vertices"]]
    above["fiducials"] = [[*elsewhere(x, y), name] for x, y, name in fiducials]
    facility = read_rmf(rmf(L1=below, L2=above)).facility
    assert [(level.id, level.elevation_m) for level in facility.levels] == [("L1", 0), ("L2", 4.5)]
    lower, upper = ([wall for wall in facility.walls if wall.level == name] for name in ("L1", "L2"))
    for ours, theirs in zip(lower, upper, strict=True):
        assert math.dist(ours.p0, theirs.p0) < MM
        assert math.dist(ours.p1, theirs.p1) < MM
    doors = [opening.id for wall in facility.walls for opening in wall.openings]
    assert sorted(doors) == ["lower", "lower (2)", "upper", "upper (2)"]
    assert {station.id for station in facility.stations} == {"shop", "shop (L2)", "charger", "charger (L2)"}


def test_a_lift_has_walls_and_its_doors_on_each_level_it_opens_to(rmf: Write, room_level: Level) -> None:
    fiducials = [[0, 0, "a"], [200, 0, "b"]]
    levels = {
        "L1": room_level(fiducials=fiducials),
        "L2": room_level(fiducials=fiducials, elevation=4.5),
        "L3": room_level(fiducials=fiducials, elevation=9.0),
    }
    lift = {
        "x": 80,  # 4 m east and 2 m south of the corner
        "y": 40,
        "width": 2.0,
        "depth": 3.0,
        "yaw": math.pi / 2,
        "reference_floor_name": "L1",
        "doors": {
            "front": {"x": 0.2, "y": 1.55, "width": 1.0},
            "side": {"x": -1.05, "y": 0.0, "width": 0.8},
        },
        "level_doors": {"L1": ["front"], "L3": ["front", "side"]},
    }
    facility = read_rmf(rmf(**levels, whole={"lifts": {"Lift": lift}})).facility
    shaft = {wall.id: wall for wall in facility.walls if "Lift" in wall.id}
    assert len(shaft) == 8
    front = shaft["L1/Lift front"]  # turned by a quarter, the cabin's front looks west
    assert (front.p0[0], front.p1[0]) == pytest.approx((4 - 1.55, 4 - 1.55))
    assert math.dist(front.p0, front.p1) == pytest.approx(2.1)
    (door,) = front.openings
    assert door.s1_m - door.s0_m == pytest.approx(1.0)
    south_to_north = (front.p1[1] - front.p0[1]) / 2.1
    middle = front.p0[1] + south_to_north * (door.s0_m + door.s1_m) / 2
    assert middle == pytest.approx(-2 + 0.2)
    assert not shaft["L1/Lift left"].openings
    (side,) = shaft["L3/Lift left"].openings
    assert side.s1_m - side.s0_m == pytest.approx(0.8)
    assert facility.extra["lifts"][0]["levels"] == ["L1", "L3"]
    assert [(link.start.level, link.end.level) for link in links_of(facility)] == [("L1", "L3")]


def test_a_named_place_in_a_cabin_is_a_way_between_floors_and_no_station(
    rmf: Write, room_level: Level
) -> None:
    level = room_level()
    level["vertices"][12] = [20, 20, 0, "cabin", {"lift_cabin": [1, "Lift"]}]
    plant = read_rmf(rmf(L1=level))
    assert [station.id for station in plant.facility.stations] == ["charger"]
    assert {node.kind for node in plant.roads.nodes} == {"link_end", ""}


def test_one_can_step_from_the_landing_into_the_cabin_where_the_floor_has_a_hole(
    rmf: Write, room_level: Level
) -> None:
    """The room's hole, 6 … 7 by −3 … −2, holds a cabin of 0.6 × 0.6 m whose door looks south."""
    lift = {"x": 130, "y": 50, "width": 0.6, "depth": 0.6, "yaw": 0.0}
    doors = {"doors": {"d": {"x": 0.0, "y": -0.35, "width": 0.4}}, "level_doors": {"L1": ["d"]}}
    (level,) = read_rmf(rmf(whole={"lifts": {"Lift": lift | doors}})).facility.levels
    floor = shapely.Polygon(level.outline, level.holes)
    assert floor.is_valid
    assert floor.contains(shapely.LineString([(6.5, -2.5), (6.5, -4.0)]))
    assert not floor.intersects(shapely.LineString([(6.1, -2.9), (6.1, -2.1)]))


def floors(level: dict[str, Any], *rings: list[tuple[float, float]]) -> dict[str, Any]:
    """The level with floors of these corners in metres, y down, instead of its own, and no holes."""
    level["floors"], level["holes"] = [], []
    for ring in rings:
        first = len(level["vertices"])
        level["vertices"] += [[20 * x, 20 * y, 0, ""] for x, y in ring]
        level["floors"].append({"parameters": {}, "vertices": list(range(first, first + len(ring)))})
    return level


def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_floors_drawn_up_to_each_other_are_one_and_those_apart_are_joined(
    rmf: Write, room_level: Level
) -> None:
    near = read_rmf(rmf(L1=floors(room_level(), box(0, 0, 4, 5), box(4.08, 0, 10, 5))))
    assert shapely.Polygon(near.facility.levels[0].outline).area == pytest.approx(50.0)
    assert not any("parts" in note for note in near.report.notes)
    apart = read_rmf(rmf(L1=floors(room_level(), box(0, 0, 4, 5), box(6, 0, 10, 5), box(20, 0, 21, 1))))
    outline = shapely.Polygon(apart.facility.levels[0].outline)
    assert outline.is_valid
    assert outline.area == pytest.approx(20 + 20 + 1 + 0.01 * (2 + 10), abs=0.001)
    assert any("L1: its floor is in 3 parts that lie apart" in note for note in apart.report.notes)


def test_a_floor_that_crosses_itself_is_told_and_a_level_without_one_gets_a_rectangle(
    rmf: Write, room_level: Level
) -> None:
    bow = [(0, 0), (10, 5), (10, 0), (0, 5)]
    plant = read_rmf(rmf(L1=floors(room_level(), bow)))
    assert any("floors[0]" in each and "crosses itself" in each for each in plant.report.warnings)
    assert shapely.Polygon(plant.facility.levels[0].outline).area == pytest.approx(25.0, abs=0.05)
    bare = read_rmf(rmf(L1=room_level(floors=[], holes=[])))
    outline = shapely.Polygon(bare.facility.levels[0].outline)
    assert outline.equals_exact(shapely.box(-2, -7, 12, 2), 1e-9, normalize=True)
    assert any("no floor is drawn" in note for note in bare.report.notes)


def test_walls_and_doors_without_a_length_are_left_out_and_told(rmf: Write, room_level: Level) -> None:
    level = room_level(walls=[[0, 1, {}], [2, 2, {}]], doors=[[3, 3, {}]])
    plant = read_rmf(rmf(L1=level))
    assert [wall.id for wall in plant.facility.walls] == ["L1/wall 0"]
    assert plant.report.used["walls"] == 1
    counts = {kind: count for kind, count in plant.report.left_out.items() if "without" in kind}
    assert counts == {"walls without a length": 1, "doors without a length": 1}
    told = "\n".join(plant.report.warnings)
    assert "$.levels.L1.walls[1] (line " in told
    assert "$.levels.L1.doors[0] (line " in told


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"walls": [[0, 99, {}]]},
            r"\$\.levels\.L1\.walls\[0\]\[1\] \(line \d+\): 99 is no vertex of 0 … 13",
        ),
        ({"walls": 7}, r"\$\.levels\.L1\.walls \(line \d+\): 7 where a list was expected"),
        ({"doors": [[0]]}, r"\$\.levels\.L1\.doors\[0\] \(line \d+\): expected \[vertex, vertex"),
        ({"floors": [{"vertices": [0, 1, -1]}]}, r"floors\[0\]\.vertices\[2\] \(line \d+\): -1 is no vertex"),
        ({"floors": [[0, 1, 2]]}, r"floors\[0\] \(line \d+\): a list of 3 where an object was expected"),
        ({"vertices": [["x", 0, 0, ""]]}, r"vertices\[0\] \(line \d+\): .*two finite numbers"),
        ({"vertices": []}, "no level with vertices"),
        ({"measurements": [[0, 1, {"distance": [3, 0]}]]}, r"measurements\[0\].* tells no scale"),
        ({"measurements": [[0, 1, {"distance": [3, 1e-6]}]]}, r"5e-09 m per pixel: no drawing is finer"),
        ({"measurements": [[0, 1, {"distance": [3, 30_000]}]]}, "30000 m wide, no plant is wider"),
    ],
)
def test_a_fault_names_file_path_line_and_what_was_expected(
    rmf: Write, room_level: Level, parts: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadDataError, match=r"room\.building\.yaml: .*" + said):
        read_rmf(rmf(L1=room_level(**parts)))


def test_the_line_told_is_the_line_in_the_file(rmf: Write, room_level: Level) -> None:
    path = rmf(L1=room_level(walls=[[0, 1, {}], [0, 77, {}]]))
    with pytest.raises(BadDataError) as caught:
        read_rmf(path)
    line = int(str(caught.value).split("(line ")[1].split(")")[0])
    assert "- 77" in path.read_text("utf-8").splitlines()[line - 1]


@pytest.mark.parametrize(
    ("lift", "said"),
    [
        ({"width": 0.0}, r"\$\.lifts\.Lift \(line \d+\): a cabin of 0 by 3 m"),
        ({"reference_floor_name": "L9"}, r"reference_floor_name \(line \d+\): 'L9' is none of"),
        ({"level_doors": {"L9": []}}, r"level_doors\.L9 \(line \d+\): 'L9' is none of"),
        ({"doors": {"d": {"x": 0, "y": 1, "width": -1}}}, r"doors\.d\.width \(line \d+\): -1 m: expected"),
    ],
)
def test_a_lift_that_cannot_be_meant_names_its_place(rmf: Write, lift: dict[str, Any], said: str) -> None:
    whole = {"x": 80, "y": 40, "width": 2.0, "depth": 3.0, "doors": {}, "level_doors": {"L1": ["d"]}} | lift
    with pytest.raises(BadDataError, match=said):
        read_rmf(rmf(whole={"lifts": {"Lift": whole}}))


def test_every_published_map_has_its_true_sizes(published_plants: Path) -> None:
    files = sorted((published_plants / "rmf").glob("*.building.yaml"))
    assert files
    for path in files:
        plain = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        plant = read_rmf(path)
        for name, level in plain["levels"].items():
            at = [complex(x, y) for x, y, *_ in level["vertices"]]
            walls = {wall.id: wall for wall in plant.facility.walls if wall.level == name}
            drawn = [abs(at[i] - at[j]) for i, j, *_ in level.get("walls", [])]
            built = [walls[f"{name}/wall {k}"] for k in range(len(drawn))]
            lengths = [math.dist(wall.p0, wall.p1) for wall in built]
            measured = [
                told["distance"][1] / abs(at[i] - at[j]) for i, j, told in level.get("measurements", [])
            ]
            for pixels, length in zip(drawn, lengths, strict=True):
                scales = [length / pixels - each for each in measured]
                reference = name == next(iter(plain["levels"]))
                # the reference level by the mean of its measurements, others by their fiducials
                assert abs(sum(scales) / len(scales)) * pixels < (1e-9 if reference else 0.02 * length)
            openings = [opening for wall in walls.values() for opening in wall.openings]
            widths = sorted(o.s1_m - o.s0_m for o in openings if o.kind == "door")
            told = sorted(abs(at[i] - at[j]) for i, j, *_ in level.get("doors", []))
            scale = lengths[0] / drawn[0] if drawn else 1.0
            assert widths == pytest.approx([scale * each for each in told], rel=1e-6)
            if level.get("floors"):
                ground = next(each for each in plant.facility.levels if each.id == name)
                rings = [[(at[k].real, at[k].imag) for k in f["vertices"]] for f in level["floors"]]
                area = shapely.union_all([shapely.Polygon(ring) for ring in rings]).area * scale**2
                floor = shapely.Polygon(ground.outline, ground.holes)
                assert floor.is_valid
                shafts = len(plain["lifts"]) * (2.8 * 2.8 + 0.3 * 1.7)  # may stand where no floor is drawn
                assert 0.998 * area < floor.area < 1.002 * area + shafts


def test_no_lane_of_a_published_map_meets_a_wall_but_through_a_door(published_plants: Path) -> None:
    """Robots drive these lanes: where walls, doors, shafts or levels were misplaced, some would be blocked."""
    thin = replace(MOBILE_ROBOT, radius_m=0.15)
    for name in ("office", "hotel"):
        plant = read_rmf(published_plants / "rmf" / f"{name}.building.yaml")
        level_of = {node.id: node.level for node in plant.roads.nodes}
        lanes = [
            (level_of[edge.tail], line)
            for edge, line in zip(plant.roads.edges, edge_lines(plant.roads), strict=True)
            if not edge.link
        ]
        for level in plant.facility.levels:
            walkable = free_space(plant.facility, thin, level.id).walkable
            here = [line for on, line in lanes if on == level.id]
            assert here
            assert [line.wkt for line in here if not walkable.covers(line)] == []


def test_the_published_campus_has_the_lengths_of_the_ellipsoid(published_plants: Path) -> None:
    path = published_plants / "rmf" / "campus.building.yaml"
    (level,) = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["levels"].values()
    plant = read_rmf(path)
    lanes = [
        line
        for edge, line in zip(plant.roads.edges, edge_lines(plant.roads), strict=True)
        if "~" not in edge.id
    ]
    a, e2 = 6378137.0, 0.00669437999014  # WGS 84
    for (i, j, _), line in zip(level["lanes"], lanes, strict=True):
        (lon0, lat0), (lon1, lat1) = level["vertices"][i][:2], level["vertices"][j][:2]
        phi = math.radians((lat0 + lat1) / 2)
        w = 1 - e2 * math.sin(phi) ** 2
        north = math.radians(lat1 - lat0) * a * (1 - e2) / w**1.5  # the two radii of curvature
        east = math.radians(lon1 - lon0) * a / math.sqrt(w) * math.cos(phi)
        assert line.length == pytest.approx(math.hypot(east, north), rel=1e-6, abs=1e-6)


def test_levels_of_the_published_hotel_are_joined_by_its_lifts(published_plants: Path) -> None:
    hotel = read_rmf(published_plants / "rmf" / "hotel.building.yaml").facility
    graph = build_graph(hotel, PICKER)
    assert {graph.levels[level] for level in graph.level.tolist()} == {level.id for level in hotel.levels}
    links = links_of(hotel)
    assert {link.kind for link in links} == {"lift"}
    assert len({link.id for link in links}) == len(links)
