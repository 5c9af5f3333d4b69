"""Lanes lie in the middle of aisles of known width, to the millimetre, and their widths carry both faces' sigma."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from large_hall import large_hall

from spatial.facility import Column, Facility, Wall
from spatial.floor.agents import CART, MOBILE_ROBOT, PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.turning import aisle_turning

DEPTH_M = 1.1
COLUMN = Column(id="C", level="L0", center=(0.0, 0.0), size_m=(0.3, 0.3), sigma_m=0.05)


def staggered(facility: Facility, by_m: float) -> Facility:
    """Every row a little longer than the one before and pushed along itself: sites on both sides do not match."""
    racks = tuple(
        replace(
            rack,
            length_m=rack.length_m + 0.073 * k,
            center=(
                rack.center[0] + by_m * k * np.cos(rack.yaw_rad),
                rack.center[1] + by_m * k * np.sin(rack.yaw_rad),
            ),
        )
        for k, rack in enumerate(facility.racks)
    )
    return replace(facility, racks=racks)


def in_aisle(graph: NavGraph, facility: Facility, aisle: str, *, mouth_m: float = 2.0) -> np.ndarray:
    """The edges of an aisle that lie `mouth_m` or more inside it."""
    known = next(each for each in facility.aisles if each.id == aisle)
    line = shapely.LineString([known.p0, known.p1])
    at = shapely.line_locate_point(line, shapely.points(graph.xy))
    deep = (at > mouth_m) & (at < line.length - mouth_m)
    return np.flatnonzero((graph.aisle == graph.aisle_ids.index(aisle)) & deep[graph.edges].all(axis=1))


@pytest.mark.parametrize("yaw_rad", [0.0, 0.3, 1.1])
@pytest.mark.parametrize("aisle_m", [0.9, 1.2, 2.9])
def test_lanes_lie_in_the_middle_and_widths_are_true_to_a_millimetre(
    hall, aisle_m: float, yaw_rad: float
) -> None:
    facility = staggered(hall(rows=3, bays=6, aisle_m=aisle_m, yaw_rad=yaw_rad), 0.057)
    graph = build_graph(facility, PICKER)
    for aisle in facility.aisles[:2]:
        edges = in_aisle(graph, facility, aisle.id)
        assert len(edges) >= 2
        line = shapely.LineString([aisle.p0, aisle.p1])
        assert (
            shapely.distance(shapely.points(graph.xy[graph.edges[edges]].reshape(-1, 2)), line).max() < 0.001
        )
        assert np.abs(graph.clear_width_m[edges] - aisle_m).max() < 0.001


@settings(max_examples=10, deadline=None)
@given(st.floats(-0.004, 0.004), st.floats(0.8, 2.5))
def test_the_width_between_slanted_rows_is_that_of_the_gap(slant_rad: float, gap_m: float) -> None:
    """The width of an edge is that of the gap where it is narrowest along it."""
    facility = large_hall(aisles=1, blocks=1)
    left, right = facility.racks
    x = left.center[0] + DEPTH_M + gap_m
    turned = replace(right, center=(x, right.center[1]), yaw_rad=right.yaw_rad + slant_rad)
    aisle = replace(
        facility.aisles[0],
        p0=(left.center[0] + DEPTH_M / 2 + gap_m / 2, facility.aisles[0].p0[1]),
        p1=(left.center[0] + DEPTH_M / 2 + gap_m / 2, facility.aisles[0].p1[1]),
        clear_width_m=gap_m + 0.3,
    )
    facility = replace(facility, racks=(left, turned), aisles=(aisle,))
    graph = build_graph(facility, PICKER)
    edges = in_aisle(graph, facility, aisle.id)
    along = graph.xy[graph.edges[edges], 1] - left.center[1]
    at_ends = gap_m - DEPTH_M / 2 * (1 / np.cos(slant_rad) - 1) - np.tan(slant_rad) * along
    assert np.allclose(graph.clear_width_m[edges], at_ends.min(axis=1), atol=0.004)


def test_the_sigma_of_a_width_is_the_root_sum_of_squares_of_its_two_faces(hall) -> None:
    facility = hall(rows=3, bays=6)
    sigmas = (0.003, 0.004, 0.012)
    racks = tuple(replace(rack, sigma_m=s) for rack, s in zip(facility.racks, sigmas, strict=True))
    graph = build_graph(replace(facility, racks=racks), PICKER)
    for aisle, expected in (("A0", 0.005), ("A1", np.hypot(0.004, 0.012)), ("A2", 0.012)):
        sigma = graph.sigma_m[in_aisle(graph, facility, aisle)]
        assert sigma == pytest.approx(np.full(len(sigma), expected))


def test_what_stands_behind_the_face_adds_no_doubt(hall) -> None:
    """Only what may be the nearest counts: a roughly known thing far behind the face does not."""
    facility = hall(rows=3, bays=6)
    behind = replace(COLUMN, center=(9.0, facility.racks[1].center[1]), size_m=(0.3, 0.3))
    flush = replace(behind, size_m=(0.3, DEPTH_M))
    for column, expected in ((behind, 0.004 * 2**0.5), (flush, np.hypot(0.004, 0.05))):
        graph = build_graph(replace(facility, columns=(column,)), PICKER)
        assert graph.sigma_m[in_aisle(graph, facility, "A0")].max() == pytest.approx(expected)


def test_a_doubtful_heading_is_felt_at_the_ends_of_a_row_by_simulation() -> None:
    """Sigma against the spread of true widths when rows are moved and turned at random."""
    facility = large_hall(aisles=1, blocks=1)
    sigma, yaw_sigma = 0.004, 0.0003
    racks = tuple(replace(rack, sigma_m=sigma, yaw_sigma_rad=yaw_sigma) for rack in facility.racks)
    graph = build_graph(replace(facility, racks=racks), PICKER)
    edges = in_aisle(graph, facility, facility.aisles[0].id)
    arm = np.abs(graph.xy[graph.edges[edges], 1] - racks[0].center[1]).max(axis=1)
    random = np.random.default_rng(1)
    moved, turned = random.normal(0, sigma, (2, 20_000)), random.normal(0, yaw_sigma, (2, 20_000))
    spread = [(moved[0] - moved[1] + far * (turned[0] - turned[1])).std() for far in arm]
    assert graph.sigma_m[edges] == pytest.approx(spread, rel=0.06)
    assert graph.sigma_m[edges].max() > 1.5 * graph.sigma_m[edges].min()


def test_a_wall_along_the_outline_takes_nothing_from_a_width(hall) -> None:
    facility = hall(rows=2, bays=6)
    top = facility.levels[0].outline[2][1]
    wall = Wall(
        id="W", level="L0", p0=(22.0, top), p1=(0.0, top), height_m=6.0, thickness_m=0.3, sigma_m=0.01
    )
    graph = build_graph(replace(facility, walls=(wall,)), PICKER)
    edges = in_aisle(graph, facility, "A1")
    assert graph.clear_width_m[edges] == pytest.approx(np.full(len(edges), 3.0), abs=1e-3)
    assert graph.sigma_m[edges] == pytest.approx(np.full(len(edges), np.hypot(0.004, 0.01)))


@pytest.mark.parametrize(
    ("agent", "aisle_m", "sigma_m", "verdict"),
    [
        (REACH_TRUCK, 2.8, 0.0, "fail"),
        (REACH_TRUCK, 3.5, 0.0, "pass"),
        (REACH_TRUCK, 3.505, 0.004, "cannot_decide"),
        (REACH_TRUCK, 3.495, 0.004, "cannot_decide"),
        (REACH_TRUCK, 3.6, 0.004, "pass"),
        (CART, 1.3, 0.004, "fail"),
        (MOBILE_ROBOT, 1.3, 0.004, "pass"),
    ],
)
def test_an_aisle_is_wide_enough_to_turn_in_or_not_or_cannot_be_decided(
    hall, agent: Any, aisle_m: float, sigma_m: float, verdict: str
) -> None:
    facility = hall(rows=3, bays=4, aisle_m=aisle_m, cross_m=4.0, sigma_m=sigma_m)
    graph = build_graph(facility, agent)
    assert aisle_turning(graph)["A0"] == verdict
    in_it = graph.can_turn[in_aisle(graph, facility, "A0")]
    assert len(in_it)
    if verdict != "cannot_decide" and sigma_m:
        assert (in_it == (verdict == "pass")).all()
