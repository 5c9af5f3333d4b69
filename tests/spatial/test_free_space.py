"""The floor an agent can use, against areas worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from spatial.errors import UndecidedError
from spatial.facility import Column, Facility, Level, Obstacle, Opening, Rack, Wall
from spatial.floor.agents import PICKER, REACH_TRUCK, AgentClass, agent_named
from spatial.floor.floor_rules import FloorRules, ForbiddenZone
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
    assert free_space(replace(ROOM, walls=(wall,)), PICKER, "L0").clear.area == pytest.approx(100)


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


def test_unknown_floor_is_walked_only_when_asked_for_as_far_as_anything_is_known() -> None:
    """An L-shaped floor seen, and a rack known in the corner that the scan did not see the floor of."""
    seen = ((0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (4.0, 4.0), (4.0, 10.0), (0.0, 10.0))
    pit = ((6.0, 6.0), (7.0, 6.0), (7.0, 7.0), (6.0, 7.0))
    level = replace(ROOM.levels[0], outline=seen, holes=(pit,))
    rack = Rack(
        id="R",
        level="L0",
        kind="shelving",
        center=(9.5, 9.5),
        base_z_m=0.0,
        yaw_rad=0.0,
        length_m=1.0,
        depth_m=1.0,
        height_m=2.0,
    )
    room = replace(ROOM, levels=(level,), racks=(rack,))
    closed, opened = (free_space(room, PICKER, "L0", unknown=unknown) for unknown in ("closed", "open"))
    assert closed.clear.area == pytest.approx(64)
    assert opened.clear.area == pytest.approx(100 - 1 - 1)
    assert not closed.walkable.covers(Point(8, 8))
    assert opened.walkable.covers(Point(8, 8))
    assert not opened.walkable.intersects(Point(6.5, 6.5))
    with pytest.raises(ValueError, match="unknown 'maybe' must be 'closed' or 'open'"):
        free_space(room, PICKER, "L0", unknown="maybe")  # type: ignore[arg-type]


def test_a_partition_across_the_room_takes_its_thickness_and_a_wall_past_the_corner_none() -> None:
    across = replace(PARTITION, p0=(5.0, 0.0), p1=(5.0, 10.0), thickness_m=0.2)
    assert free_space(replace(ROOM, walls=(across,)), PICKER, "L0").clear.area == pytest.approx(
        100 - 10 * 0.2
    )
    past = replace(PARTITION, p0=(-3.0, 0.0), p1=(12.0, 0.0), thickness_m=0.2)
    assert free_space(replace(ROOM, walls=(past,)), PICKER, "L0").clear.area == pytest.approx(100)


def test_walls_still_close_what_is_unknown() -> None:
    level = replace(ROOM.levels[0], outline=((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)))
    far = replace(PARTITION, id="FAR", p0=(0.0, 10.0), p1=(10.0, 10.0))
    room = replace(ROOM, levels=(level,), walls=(PARTITION, far))
    assert free_space(room, PICKER, "L0", unknown="open").clear.area == pytest.approx(100, abs=0.5)
    assert len(free_space(room, PICKER, "L0", unknown="open").walkable.geoms) == 2


@pytest.mark.parametrize(
    ("agents", "level", "free_m2"), [((), None, 96), (("cart",), None, 100), ((), "L1", 100)]
)
def test_a_forbidden_zone_is_no_floor_for_whom_and_where_it_holds(
    agents: tuple[str, ...], level: str | None, free_m2: float
) -> None:
    area = ((2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0))
    zone = ForbiddenZone(name="Z", area=area, agents=agents, level=level)
    space = free_space(ROOM, PICKER, "L0", rules=FloorRules(forbidden_zones=(zone,)))
    assert space.clear.area == pytest.approx(free_m2)
    assert space.walkable.intersects(Point(1.75, 3.0)) == (free_m2 == 100)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0.5, 9.5)] * 2, *[st.floats(0.1, 3.0)] * 2), max_size=6))
def test_walkable_floor_is_what_lies_a_radius_from_everything(boxes: list[tuple[float, ...]]) -> None:
    """Against distances to the boxes and walls, point by point; chords cut an arc by up to 0.5 % of the radius."""
    columns = tuple(
        Column(id=f"C{k}", level="L0", center=(x, y), size_m=(dx, dy))
        for k, (x, y, dx, dy) in enumerate(boxes)
    )
    space = free_space(replace(ROOM, columns=columns), PICKER, "L0")
    points = np.random.default_rng(0).uniform(0.0, 10.0, (400, 2))
    away = np.minimum(points, 10.0 - points).min(axis=1)
    for x, y, dx, dy in boxes:
        beyond = np.maximum(np.abs(points - (x, y)) - (dx / 2, dy / 2), 0.0)
        away = np.minimum(away, np.linalg.norm(beyond, axis=1))
    walked = shapely.contains_xy(space.walkable, points)
    assert walked[away > PICKER.radius_m * 1.0001].all()
    assert not walked[away < PICKER.radius_m * 0.995].any()


def test_the_turning_circle_is_never_less_than_the_agent() -> None:
    assert REACH_TRUCK.turning_circle_m == pytest.approx(3.5)
    assert PICKER.turning_circle_m == pytest.approx(0.6)
    assert replace(REACH_TRUCK, radius_m=2.0).turning_circle_m == pytest.approx(4.0)
    with pytest.raises(ValueError, match=r"turning_radius_m -1\.0 of agent 'x'"):
        AgentClass(name="x", radius_m=0.3, height_m=2.0, speed_m_s=1.0, turning_radius_m=-1.0)
