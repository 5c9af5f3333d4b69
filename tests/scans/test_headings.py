"""A small block of racks turned against a large one has its own heading, and maps turn and coarsen exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.headings import Heading, find_headings

TOP_M = 6.0
RNG = np.random.default_rng(5)


def faces(yaw_deg: float, centre: tuple[float, float], rows: int, length_m: float) -> np.ndarray:
    """Points on the faces of `rows` rows, 3.5 m apart, about `centre`."""
    per_face = int(length_m * 120)
    found = []
    for row in range(rows):
        for face in (0.0, 1.0):
            u = RNG.uniform(-length_m / 2, length_m / 2, per_face)
            v = np.full(per_face, 3.5 * (row - (rows - 1) / 2) + face) + RNG.normal(0, 0.01, per_face)
            uv = np.column_stack([u, v]) @ axes_of(math.radians(yaw_deg))
            found.append(np.column_stack([uv + centre, RNG.uniform(0.4, 5.0, per_face)]))
    return np.concatenate(found)


def headings_of(points: np.ndarray) -> tuple[Heading, ...]:
    plan = column_map(points, points[:, 2], cell_m=0.05, top_m=TOP_M)
    return find_headings(plan, plan.bits > 0)


def apart_deg(heading: Heading, yaw_deg: float) -> float:
    return abs(math.remainder(math.degrees(heading.yaw_rad) - yaw_deg, 90.0))


def test_a_block_of_a_twentieth_of_the_structure_is_heard() -> None:
    hall = np.concatenate([faces(0.7, (0, 0), 12, 50.0), faces(107.0, (60, 0), 2, 15.0)])
    found = headings_of(hall)
    assert apart_deg(found[0], 0.7) <= 0.5
    assert any(apart_deg(one, 107.0) <= 0.5 for one in found)
    assert len(found) <= 3


def test_a_heading_holds_where_it_was_told_and_not_at_the_other_end() -> None:
    hall = np.concatenate([faces(0.7, (0, 0), 12, 50.0), faces(107.0, (70, 0), 3, 15.0)])
    small = min(headings_of(hall), key=lambda one: apart_deg(one, 107.0))
    assert small.holds(np.array([[70.0, 0.0], [-20.0, 0.0]])).tolist() == [True, False]


@pytest.mark.parametrize("yaw_deg", [0.0, 44.9, 45.0, 89.8, 133.0])
def test_one_block_has_one_heading_whatever_it_is(yaw_deg: float) -> None:
    found = headings_of(faces(yaw_deg, (100.0, -40.0), 5, 20.0))
    assert [apart_deg(one, yaw_deg) <= 0.5 for one in found] == [True]


def test_scattered_points_have_none_and_nothing_has_none() -> None:
    scattered = RNG.uniform((0, 0, 0.4), (40, 40, 5.0), (40_000, 3))
    assert headings_of(scattered) == ()
    plan = column_map(scattered, scattered[:, 2], cell_m=0.05, top_m=TOP_M)
    assert find_headings(plan, np.zeros_like(plan.bits, np.bool_)) == ()


def same(one: ColumnMap, other: ColumnMap) -> bool:
    """Whether they show the same at the same places; either may have an empty border."""
    cells = [
        {
            (*np.round(m.origin / m.cell_m + ij).astype(int).tolist(), int(m.bits[tuple(ij)]))
            for ij in np.argwhere(m.bits)
        }
        for m in (one, other)
    ]
    return cells[0] == cells[1]


def test_a_quarter_turned_map_is_the_map_of_the_turned_points() -> None:
    points = RNG.uniform((-3, 2, 0), (5, 9, 5.0), (2_000, 3))
    points[:, :2] = (np.floor(points[:, :2] / 0.05) + 0.5) * 0.05  # away from the cells' edges
    turned = np.column_stack([points[:, 1], -points[:, 0], points[:, 2]])
    plan, expected = (column_map(each, points[:, 2], cell_m=0.05, top_m=TOP_M) for each in (points, turned))
    assert same(plan.quarter_turned(), expected)


@pytest.mark.parametrize("times", [2, 3])
def test_a_coarser_map_shows_in_each_cell_what_its_cells_do(times: int) -> None:
    points = RNG.uniform((0, 0, 0), (5, 9, 5.0), (2_000, 3))
    points[0, :2] = 0.0  # so that both begin there
    points[:, :2] = (np.floor(points[:, :2] / 0.05) + 0.5) * 0.05
    plan = column_map(points, points[:, 2], cell_m=0.05, top_m=TOP_M)
    expected = column_map(points, points[:, 2], cell_m=0.05 * times, top_m=TOP_M)
    assert np.array_equal(plan.coarser(times).bits, expected.bits)
    assert plan.coarser(times).cell_m == pytest.approx(0.05 * times)
