"""The demo hall is what its plan says: sound, addressed by the custom, walkable, the same for a seed."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import shapely

from layouts.demo_hall import AISLE_WIDTH_M, demo_camera_poses, demo_hall, demo_scan_positions
from spatial.facility import Facility, Rack
from spatial.facility_json import facility_from_json, facility_to_json


def footprint(rack: Rack) -> shapely.Polygon:
    u = np.array([math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)])
    v = np.array([-u[1], u[0]])
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    return shapely.Polygon(
        [np.add(rack.center, a * rack.length_m / 2 * u + b * rack.depth_m / 2 * v) for a, b in corners]
    )


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


def test_it_is_a_valid_facility(hall: Facility) -> None:
    assert facility_from_json(facility_to_json(hall)) == hall


def test_the_seed_decides_the_stock_and_nothing_else() -> None:
    assert demo_hall(3) == demo_hall(3)
    one, other = demo_hall(1), demo_hall(2)
    assert one.locations != other.locations
    assert (one.racks, one.walls, one.obstacles) == (other.racks, other.walls, other.obstacles)


def test_about_seven_in_ten_places_are_occupied(hall: Facility) -> None:
    states = Counter(location.state for location in hall.locations)
    assert states["occupied"] / len(hall.locations) == pytest.approx(0.7, abs=0.05)
    assert len({location.id for location in hall.locations}) == len(hall.locations) == 8 * 8 * 4 * 3


def test_odd_bays_lie_left_and_even_ones_right_of_whoever_enters_the_aisle(hall: Facility) -> None:
    aisles = {f"{i + 1:02}": aisle for i, aisle in enumerate(a for a in hall.aisles if not a.cross)}
    for location in hall.locations:
        name, bay, _, _ = location.id.split("-")
        aisle = aisles[name]
        along = np.subtract(aisle.p1, aisle.p0)
        to_place = np.subtract(location.center[:2], aisle.p0)
        is_left = along[0] * to_place[1] - along[1] * to_place[0] > 0
        assert is_left == (int(bay) % 2 == 1)


def test_aisles_are_as_wide_as_they_say_and_their_racks_face_them(hall: Facility) -> None:
    racks = {rack.id: rack for rack in hall.racks}
    for aisle in (aisle for aisle in hall.aisles if not aisle.cross):
        left, right = (racks[name] for name in aisle.racks)
        assert footprint(left).distance(footprint(right)) == pytest.approx(AISLE_WIDTH_M)
        for rack in (left, right):
            face = rack.faces[0] * np.array([-math.sin(rack.yaw_rad), math.cos(rack.yaw_rad)])
            assert face @ np.subtract(aisle.p0, rack.center) > 0


def test_nothing_stands_in_anything_else_or_in_a_lane(hall: Facility) -> None:
    solids = [footprint(rack) for rack in hall.racks]
    solids += [shapely.Polygon(obstacle.footprint) for obstacle in hall.obstacles]
    solids += [shapely.Point(column.center).buffer(0.2) for column in hall.columns]
    room = shapely.Polygon(hall.levels[0].outline)
    lanes = [shapely.LineString([aisle.p0, aisle.p1]).buffer(0.6) for aisle in hall.aisles]
    for i, one in enumerate(solids):
        assert room.contains(one)
        assert not any(one.intersects(other) for other in solids[:i])
        assert not any(one.intersects(lane) for lane in lanes)


def test_back_to_back_rows_name_each_other(hall: Facility) -> None:
    mates = {rack.id: rack.back_to_back for rack in hall.racks}
    assert [name for name, mate in mates.items() if mate is None] == ["R1", "R8"]
    assert all(mates[mate] == name for name, mate in mates.items() if mate)


def test_nothing_is_parallel_to_the_axes_or_at_the_origin(hall: Facility) -> None:
    assert math.sin(4 * hall.racks[0].yaw_rad) != pytest.approx(0.0, abs=0.1)
    assert not shapely.Polygon(hall.levels[0].outline).contains(shapely.Point(0, 0))


def test_scanners_stand_at_eye_height_in_free_lanes(hall: Facility) -> None:
    places = demo_scan_positions(hall)
    assert places.shape == (12, 3)
    assert places[:, 2] == pytest.approx(hall.levels[0].elevation_m + 1.6)
    solids = shapely.union_all([footprint(rack) for rack in hall.racks])
    assert min(solids.distance(shapely.Point(place)) for place in places[:, :2]) > 1.0


def test_the_camera_looks_down_the_aisle_with_its_y_axis_down(hall: Facility) -> None:
    poses = demo_camera_poses(hall, count=5)
    assert poses.shape == (5, 4, 4)
    rotations = poses[:, :3, :3]
    assert rotations @ rotations.transpose(0, 2, 1) == pytest.approx(np.tile(np.eye(3), (5, 1, 1)))
    assert np.linalg.det(rotations) == pytest.approx(np.ones(5))
    assert np.allclose(poses[:, :3, 1], [0, 0, -1])
    step = poses[1, :3, 3] - poses[0, :3, 3]
    assert step @ poses[0, :3, 2] == pytest.approx(np.linalg.norm(step))
