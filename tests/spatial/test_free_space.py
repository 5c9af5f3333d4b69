"""The floor an agent can use, against areas worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from shapely import Point

from spatial.errors import UndecidedError
from spatial.facility import Column, Facility, Level, Obstacle, Opening, Rack, Wall
from spatial.floor.agents import PICKER, AgentClass, agent_named
from spatial.floor.free_space import free_space

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
ROOM = Facility(
    id="F", name="room", kind="planned", levels=(Level(id="L0", elevation_m=0.0, outline=SQUARE),)
)
PILLAR = Column(id="C", level="L0", center=(5.0, 5.0), size_m=(1.0, 1.0))
PARTITION = Wall(id="W", level="L0", p0=(0.0, 5.0), p1=(10.0, 5.0), height_m=3.0)


def crate(z0_m: float, z1_m: float = 3.0) -> Obstacle:
    footprint = ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0))
    return Obstacle(id="O", level="L0", kind="machine", footprint=footprint, z0_m=z0_m, z1_m=z1_m)


def test_an_empty_room_loses_the_radius_along_its_walls() -> None:
    space = free_space(ROOM, PICKER, "L0")
    assert space.clear.area == pytest.approx(100)
    assert space.walkable.area == pytest.approx((10 - 2 * 0.3) ** 2)


def test_a_column_keeps_the_agent_off_by_its_radius_all_round() -> None:
    space = free_space(replace(ROOM, columns=(PILLAR,)), PICKER, "L0")
    grown = 1 + 4 * 0.3 + math.pi * 0.3**2
    assert space.walkable.area == pytest.approx(9.4**2 - grown, rel=1e-4)
    beside_corner = 0.3 / math.sqrt(2)
    assert space.walkable.distance(Point(5.5 + beside_corner, 5.5 + beside_corner)) < 0.002


def test_racks_are_solid_at_any_yaw() -> None:
    rack = Rack(
        id="R",
        level="L0",
        kind="pallet_rack",
        center=(5.0, 5.0),
        base_z_m=0.0,
        yaw_rad=0.5,
        length_m=4.0,
        depth_m=1.0,
        height_m=5.0,
    )
    assert free_space(replace(ROOM, racks=(rack,)), PICKER, "L0").clear.area == pytest.approx(96)


@pytest.mark.parametrize(("z0_m", "free_m2"), [(0.0, 96.0), (1.99, 96.0), (2.0, 100.0)])
def test_what_hangs_above_the_head_is_walked_under(z0_m: float, free_m2: float) -> None:
    room = replace(ROOM, obstacles=(crate(z0_m),))
    assert free_space(room, PICKER, "L0").clear.area == pytest.approx(free_m2)


def test_a_hole_in_the_floor_and_what_lies_outside_the_outline_are_not_walkable() -> None:
    pit = ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0))
    level = replace(ROOM.levels[0], holes=(pit,))
    space = free_space(replace(ROOM, levels=(level,)), PICKER, "L0")
    assert space.clear.area == pytest.approx(96)
    assert not space.walkable.intersects(Point(3, 3))
    assert not space.walkable.intersects(Point(11, 5))


@pytest.mark.parametrize(
    ("door", "parts"),
    [
        (None, 2),
        (Opening(id="D", kind="door", s0_m=4.0, s1_m=5.0, z0_m=0.0, z1_m=2.1), 1),
        (Opening(id="D", kind="door", s0_m=4.0, s1_m=5.0, z0_m=0.0, z1_m=2.1, closed=True), 2),
        (Opening(id="D", kind="door", s0_m=4.0, s1_m=5.0, z0_m=0.0, z1_m=1.9), 2),
        (Opening(id="D", kind="window", s0_m=4.0, s1_m=5.0, z0_m=0.9, z1_m=2.9), 2),
        (Opening(id="D", kind="door", s0_m=4.0, s1_m=4.5, z0_m=0.0, z1_m=2.1), 2),
    ],
    ids=["no door", "open", "closed", "too low", "window", "too narrow"],
)
def test_a_partition_is_passed_through_doors_only(door: Opening | None, parts: int) -> None:
    wall = replace(PARTITION, openings=(door,) if door else ())
    assert len(free_space(replace(ROOM, walls=(wall,)), PICKER, "L0").walkable.geoms) == parts


def test_a_wall_along_the_outline_takes_no_width_from_the_hall() -> None:
    wall = replace(PARTITION, p0=(0.0, 0.0), p1=(10.0, 0.0), thickness_m=0.4)
    assert free_space(replace(ROOM, walls=(wall,)), PICKER, "L0").clear.area == pytest.approx(100, abs=0.2)


def test_elements_of_other_levels_do_not_count() -> None:
    upper = Level(id="L1", elevation_m=4.0, outline=SQUARE)
    hall = replace(ROOM, levels=(*ROOM.levels, upper), columns=(PILLAR,))
    assert free_space(hall, PICKER, "L1").clear.area == pytest.approx(100)


def test_a_floor_nobody_fits_on_is_empty_and_an_unknown_one_undecided() -> None:
    giant = AgentClass(name="giant", radius_m=6.0, height_m=2.0, speed_m_s=1.0, reach_m=7.0)
    assert free_space(ROOM, giant, "L0").walkable.is_empty
    with pytest.raises(ValueError, match="no level 'L7'"):
        free_space(ROOM, PICKER, "L7")
    unseen = replace(ROOM, levels=(replace(ROOM.levels[0], outline=()),))
    with pytest.raises(UndecidedError, match="no outline"):
        free_space(unseen, PICKER, "L0")


def test_agents_are_checked_and_found_by_name() -> None:
    assert agent_named("picker") is PICKER
    with pytest.raises(ValueError, match="choose one of picker"):
        agent_named("dragon")
    with pytest.raises(ValueError, match=r"radius_m 0\.0 of agent 'x'"):
        AgentClass(name="x", radius_m=0.0, height_m=2.0, speed_m_s=1.0)
    with pytest.raises(ValueError, match="must exceed its radius_m"):
        AgentClass(name="x", radius_m=3.0, height_m=2.0, speed_m_s=1.0)
