"""Rack rows against planned ones, scanned with noise and loads at several headings; and which rows are racks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scans.recognition.racks.choice import choose_rows, footprint
from scans.recognition.racks.find_racks import find_racks
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks.tiers import FoundTier
from scans.virtual import TerrestrialScanner
from spatial.facility import Rack
from spatial.locations import world_from_rack
from spatial.poses import Matrix4, transform_points

WALL_M = 6.0
BOTH_SIDES = ((5.0, 2.0), (10.0, 2.0), (5.0, 7.0), (10.0, 7.0))
# an upright of 10 cm is one flat top of evidence: its peak may lie anywhere on it, and in a cell of 2.5 cm
POST_M = 0.05 + 0.025
# faces come from points with 3 mm of noise in steps of 5 mm
FACE_M = 0.01
# tops are where points end, in steps of 5 mm; the scanner meets an edge every 6 cm at 6 m, so thousands tell
TIER_M = 0.01
# an upright's top is met by beams 0.6° apart from 6 m away
TOP_M = 6.0 * math.radians(0.6)
YAW_DEG = 0.1  # a face is 1 cm sharp over 8.5 m

Places = tuple[tuple[float, float], ...]


def rows_of(world: Any, places: Places) -> tuple[FoundRow, ...]:
    points, heights = world.inside(world.scan(places))
    return find_racks(points, heights, WALL_M)


def nearest(rows: tuple[FoundRow, ...], rack: Rack) -> FoundRow:
    return min(rows, key=lambda row: math.dist(row.center, rack.center))


def in_rack(rack: Rack, row: FoundRow) -> npt.NDArray[np.float64]:
    """u (B + 1,) of the row's frames, in the planned rack's own frame, ascending."""
    c, s = math.cos(row.yaw_rad), math.sin(row.yaw_rad)
    middle = (row.v0 + row.v1) / 2
    world = np.array([[c * u - s * middle, s * u + c * middle, 0.0] for u in row.posts])
    rack_from_world: Matrix4 = np.linalg.inv(world_from_rack(rack)).astype(np.float64)
    return np.sort(transform_points(rack_from_world, world)[:, 0])


def assert_as_planned(rack: Rack, row: FoundRow) -> None:
    pitch = rack.bays[0].width_m + rack.upright_width_m
    frames = rack.upright_width_m / 2 + pitch * np.arange(len(rack.bays) + 1)
    assert len(row.posts) == len(frames)
    assert np.abs(in_rack(rack, row) - frames).max() < POST_M
    across = np.array([-math.sin(rack.yaw_rad), math.cos(rack.yaw_rad)])
    assert abs(float((row.center - np.array(rack.center)) @ across)) < FACE_M
    assert abs(row.v1 - row.v0 - rack.depth_m) < 2 * FACE_M
    turn = math.remainder(row.yaw_rad - rack.yaw_rad, math.pi)
    assert abs(math.degrees(turn)) < YAW_DEG
    assert [t.z_m for t in row.tiers] == pytest.approx([t.z_m for t in rack.tiers], abs=TIER_M)
    assert row.height_m == pytest.approx(rack.height_m, abs=TOP_M)


def chequered(bay: int, tier: int, position: int) -> bool:
    return (bay + tier + position) % 2 == 0


def full(*_: int) -> bool:
    return True


@pytest.mark.parametrize(
    ("yaw_deg", "occupied"),
    [(0, chequered), (17, chequered), (45, lambda *_: False), (90, full)],
    ids=["0° half full", "17° half full", "45° empty", "90° full"],
)
def test_one_row_is_found_at_any_heading_empty_or_full(
    world: Callable[..., Any], yaw_deg: float, occupied: Callable[[int, int, int], bool]
) -> None:
    hall = world(yaw_deg=yaw_deg, occupied=occupied)
    (row,) = rows_of(hall, BOTH_SIDES)
    (rack,) = hall.plan.racks
    assert_as_planned(rack, row)
    assert row.seen_posts == len(row.posts)
    # a beam of 12 cm, measured in steps of 2 cm on either side
    assert [t.beam_height_m for t in row.tiers] == pytest.approx([0.12, 0.12], abs=0.041)


@pytest.mark.parametrize("shift_m", [1e-6, 2e-6])
def test_where_a_full_row_stands_to_the_last_digit_moves_no_tier(
    world: Callable[..., Any], shift_m: float
) -> None:
    hall = world(yaw_deg=90, occupied=full, origin=(30.0 + shift_m, -20.0 - 2 * shift_m))
    (row,) = rows_of(hall, BOTH_SIDES)
    assert_as_planned(hall.plan.racks[0], row)


@pytest.mark.parametrize("beam_m", [0.08, 0.15])
def test_a_full_rows_beams_are_as_thick_as_planned(world: Callable[..., Any], beam_m: float) -> None:
    hall = world(occupied=full)
    (rack,) = hall.plan.racks
    rack = replace(rack, tiers=tuple(replace(t, beam_height_m=beam_m) for t in rack.tiers))
    (row,) = rows_of(replace(hall, plan=replace(hall.plan, racks=(rack,))), BOTH_SIDES)
    assert_as_planned(rack, row)
    assert [t.beam_height_m for t in row.tiers] == pytest.approx([beam_m, beam_m], abs=0.041)


def test_strays_between_a_row_and_the_roof_say_nothing_of_its_tiers(world: Callable[..., Any]) -> None:
    hall = world(occupied=full)
    (rack,) = hall.plan.racks
    points, heights = hall.inside(hall.scan(BOTH_SIDES))
    along, across, above = (
        np.random.default_rng(0)
        .uniform(
            [-rack.length_m / 2, -rack.depth_m / 2, rack.height_m],
            [rack.length_m / 2, rack.depth_m / 2, WALL_M],
            (60, 3),
        )
        .T
    )
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    at = np.array(rack.center) + np.column_stack([c * along - s * across, s * along + c * across])
    strays = np.column_stack([at, above + hall.elevation_m])
    (row,) = find_racks(np.vstack([points, strays]), np.append(heights, above), WALL_M)
    assert_as_planned(rack, row)


def test_two_rows_back_to_back_are_two(world: Callable[..., Any]) -> None:
    hall = world((3.0, 4.1 + 0.2), size_m=(14.5, 9.5))
    rows = rows_of(hall, ((5.0, 1.5), (10.0, 1.5), (5.0, 7.5), (10.0, 7.5)))
    assert len(rows) == 2
    for rack in hall.plan.racks:
        assert_as_planned(rack, nearest(rows, rack))


def test_two_rows_back_to_back_are_two_whatever_stands_in_them(world: Callable[..., Any]) -> None:
    stock = np.random.default_rng(0)
    hall = world((3.0, 4.6), size_m=(14.5, 9.5), occupied=lambda *_: stock.random() < 0.7)
    rows = rows_of(hall, ((5.0, 1.5), (10.0, 1.5), (5.0, 7.5), (10.0, 7.5)))
    assert len(rows) == 2


def test_mixed_pixels_do_not_hide_the_racks(world: Callable[..., Any]) -> None:
    hall = world()
    scanner = TerrestrialScanner(step_deg=0.3, mixed_share=1.0, beam_divergence_mrad=8.0)
    points, heights = hall.inside(hall.scan(BOTH_SIDES[:2], scanner))
    assert len(find_racks(points, heights, WALL_M)) == 1


def test_uprights_are_as_wide_as_planned(one_row: Any) -> None:
    (rack,) = one_row.found.facility.racks
    assert rack.upright_width_m == pytest.approx(0.1, abs=0.02)  # counted in steps of 1 cm, on two sides


def test_a_row_seen_from_one_side_only_is_one_row_as_long(world: Callable[..., Any]) -> None:
    hall = world()
    (row,) = rows_of(hall, BOTH_SIDES[:2])
    # an end may be off by as much as any post, and the uprights' width by all of itself
    (rack,) = hall.plan.racks
    assert len(row.posts) == len(rack.bays) + 1
    assert abs(row.length_m - rack.length_m) < 2 * POST_M + rack.upright_width_m


def test_the_order_of_points_does_not_matter(world: Callable[..., Any]) -> None:
    hall = world()
    points, heights = hall.inside(hall.scan(BOTH_SIDES, TerrestrialScanner(step_deg=0.8)))
    order = np.random.default_rng(3).permutation(len(points))
    (one,), (other,) = (
        find_racks(p, h, WALL_M) for p, h in ((points, heights), (points[order], heights[order]))
    )
    assert other.evidence_points == one.evidence_points
    np.testing.assert_allclose(other.posts, one.posts, atol=1e-9)
    np.testing.assert_allclose([other.v0, other.v1], [one.v0, one.v1], atol=1e-9)
    assert other.tiers == one.tiers


def test_a_hall_without_racks_has_none(world: Callable[..., Any]) -> None:
    hall = world(())
    points, heights = hall.inside(hall.scan(BOTH_SIDES))
    assert find_racks(points, heights, WALL_M) == ()
    assert find_racks(points[:0], heights[:0], WALL_M) == ()


def row(
    *,
    frames: int = 4,
    pitch: float = 2.8,
    u: float = 0.0,
    v: float = 0.0,
    yaw: float = 0.0,
    tiers: tuple[float, ...] = (1.5, 3.0),
    **changes: Any,
) -> FoundRow:
    made = FoundRow(
        yaw_rad=yaw,
        posts=u + pitch * np.arange(frames, dtype=np.float64),
        v0=v,
        v1=v + 1.1,
        upright_width_m=0.1,
        height_m=4.0,
        tiers=tuple(FoundTier(z, 0.12, 0.005) for z in tiers),
        sigma_m=0.01,
        evidence_points=10_000,
        seen_posts=frames,
        quality=0.8,
    )
    return replace(made, **changes)


def test_the_footprint_reaches_from_outer_side_to_outer_side() -> None:
    shape = footprint(row(yaw=0.3))
    assert shape.area == pytest.approx((3 * 2.8 + 0.1) * 1.1)
    assert [shape.centroid.x, shape.centroid.y] == pytest.approx(row(yaw=0.3).center.tolist())
    assert shape.exterior.is_ccw


@pytest.mark.parametrize(
    ("candidate", "is_rack"),
    [
        (row(), True),
        (row(quality=0.39), False),
        (row(frames=2, quality=0.59), False),
        (row(frames=2, quality=0.61), True),
        (row(v1=0.29), False),
        (row(tiers=(1.5,)), True),
        (row(tiers=(1.5,), frames=2), False),  # a gate
        (row(tiers=(0.4,)), False),  # pallets
        (row(tiers=(3.0,), height_m=3.1), False),  # a platform
    ],
)
def test_what_counts_as_a_rack(candidate: FoundRow, is_rack: bool) -> None:
    assert choose_rows([candidate]) == ((candidate,) if is_rack else ())


def test_of_rows_that_overlap_the_set_that_explains_most_wins() -> None:
    whole = row(frames=7, evidence_points=30_000, quality=0.5)
    halves = row(frames=4, evidence_points=14_000), row(frames=4, u=3 * 2.8 + 0.2, evidence_points=14_000)
    assert choose_rows([whole, *halves]) == halves  # 0.8 · 28,000 against 0.5 · 30,000
    weak = [replace(half, quality=0.5) for half in halves]
    assert choose_rows([whole, *weak]) == (whole,)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(4)))
def test_rows_come_in_reading_order_whatever_the_order_they_were_found_in(order: list[int]) -> None:
    rows = row(), row(u=20.0), row(v=4.0), row(yaw=math.pi / 2, v=-40.0)
    assert choose_rows([rows[i] for i in order]) == rows
