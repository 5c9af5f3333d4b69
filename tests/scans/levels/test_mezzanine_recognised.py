"""A generated hall with shelving under a platform and crosswise on top of it is recognised level by level."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import shapely
from generated_halls import generated_hall
from shapely import Polygon

from scans.laz_writer import write_laz
from scans.readers import open_scans
from scans.scan_to_facility import scan_to_facility
from spatial.facility import Facility

SEED, SIZE_M, POINTS = 22, (18.0, 22.0), 1_500_000


@dataclass(frozen=True)
class Held:
    truth: dict[str, Any]
    found: Facility


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    hall = generated_hall("mezzanine", SEED, size_m=SIZE_M)
    folder = tmp_path_factory.mktemp("mezzanine")
    write_laz(folder / "hall.laz", hall.scan(POINTS).cloud)
    (folder / "poses.json").write_text(json.dumps({"poses": hall.drawing.poses.tolist()}))
    scans = open_scans([folder / "hall.laz"], poses=folder / "poses.json")
    return Held(hall.truth, scan_to_facility(scans, name="M").facility)


def footprint(center: Any, length: float, depth: float, yaw_rad: float) -> Polygon:
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, depth / 2)
    return Polygon(corners @ np.array([[c, s], [-s, c]]) + center)


def test_the_platform_is_a_level_where_it_was_drawn(held: Held) -> None:
    (platform,) = held.truth["mezzanines"]
    ground, upper = held.found.levels
    assert (ground.id, upper.id) == ("L0", "L1")
    assert upper.elevation_m == pytest.approx(platform["top"], abs=0.01)
    assert upper.extra["deck_m"] == pytest.approx(0.12, abs=0.01)
    deck, outline = Polygon(platform["polygon"]), Polygon(upper.outline)
    assert deck.intersection(outline).area > 0.97 * deck.union(outline).area


def test_racks_stand_on_their_own_level_and_nearly_all_are_found(held: Held) -> None:
    levels = {level.id: level.elevation_m for level in held.found.levels}
    shapes = [
        (rack, footprint(rack.center, rack.length_m, rack.depth_m, rack.yaw_rad)) for rack in held.found.racks
    ]
    matched = 0
    for true in held.truth["racks"]:
        there = footprint(true["centre"], true["length"], true["depth"], math.radians(true["yaw"]))
        near = [
            rack for rack, shape in shapes
            if abs(rack.base_z_m - true["base_z"]) < 0.03
            and shape.intersection(there).area > 0.75 * shape.union(there).area
        ]  # fmt: skip
        matched += bool(near)
        assert all(abs(levels[rack.level] - rack.base_z_m) < 0.1 for rack in near)
    assert matched >= 0.85 * len(held.truth["racks"])
    assert len(shapes) <= 1.2 * len(held.truth["racks"])
    assert {rack.level for rack in held.found.racks} == {"L0", "L1"}


def test_aisles_and_places_are_those_of_their_level(held: Held) -> None:
    level_of = {rack.id: rack.level for rack in held.found.racks}
    assert {aisle.level for aisle in held.found.aisles} == {"L0", "L1"}
    for aisle in held.found.aisles:
        assert {level_of[rack] for rack in aisle.racks} == {aisle.level}
    assert len({location.id for location in held.found.locations}) == len(held.found.locations)
    base_m = {rack.id: rack.base_z_m for rack in held.found.racks}
    assert all(location.center[2] > base_m[location.rack] for location in held.found.locations)


def test_what_carries_the_platform_stands_under_it(held: Held) -> None:
    deck = Polygon(held.found.levels[1].outline)
    for thing in held.found.obstacles:
        if thing.kind == "mezzanine_leg":
            assert thing.level == "L0"
            assert deck.contains(shapely.Point(np.mean(thing.footprint, axis=0)))
