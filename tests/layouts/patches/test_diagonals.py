"""Flying-V and fishbone against their geometry: Gue and Meller (2009), "Aisle configurations for unit-load
warehouses", IIE Transactions 41(3), 171–182. What a walk from the middle of the front costs, place by place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from layouts.patches.apply_patch import Patched
from spatial.any_angle.graph_distances import free_distances
from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space, rack_footprint
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import shortest_distances

Numbers = npt.NDArray[np.float64]
Design = Literal["traditional", "flying_v", "fishbone"]
BEFORE_M = 2.0
"""From the depot to the front of the rows."""


def expected_m(design: Design, x: Numbers, y: Numbers, slope: float) -> Numbers:
    """The way to places x beside the middle and y behind the front, along aisles.

    Above a diagonal one leaves it at x and goes straight back. Below it, in a flying-V one goes along the front and
    back, or along the diagonal and forward; in a fishbone one leaves it at y and goes outwards.
    """
    x = np.abs(x)
    rise = math.hypot(1.0, slope)
    above = rise * x + (y - slope * x)
    if design == "traditional":
        return x + y
    if design == "flying_v":
        return np.where(y >= slope * x, above, np.minimum(x + y, rise * x + (slope * x - y)))
    outwards = y * math.hypot(1.0, 1.0 / slope) + (x - y / slope)
    return np.where(y >= slope * x, above, outwards)


@pytest.mark.parametrize(
    ("design", "angle_deg", "shorter"), [("flying_v", 35.0, 0.147), ("fishbone", 45.0, 0.195)]
)
def test_in_a_dense_hall_the_designs_save_what_their_geometry_says(
    design: Design, angle_deg: float, shorter: float
) -> None:
    """No width of diagonals, half as deep as wide: the bound that halls come near as they grow."""
    grid = (np.arange(1000) + 0.5) / 1000
    x, y = np.meshgrid(grid, grid)
    slope = math.tan(math.radians(angle_deg))
    saved = 1 - expected_m(design, x, y, slope).mean() / expected_m("traditional", x, y, slope).mean()
    assert saved == pytest.approx(shorter, abs=0.001)


def walked(hall: Facility) -> tuple[Numbers, Numbers, Numbers]:
    """To every place: along the lanes of the graph, over the open floor, and where one stands (N, 2)."""
    graph = build_graph(hall, PICKER)
    assert graph.unreached == {}
    depot, to = graph.stations["DEPOT"], [graph.access[place.id] for place in hall.locations]
    lanes = shortest_distances(graph, [depot, *dict.fromkeys(to)])
    free = free_distances(graph, free_space(hall, PICKER, "L0"), [depot, *to])
    row = int(free.rows([depot])[0])
    return (
        lanes.length_m[lanes.rows([depot])[0]][lanes.rows(to)],
        np.array([free.length_m[row, int(each)] for each in free.rows(to)]),
        graph.xy[to],
    )


@pytest.fixture(scope="module")
def large(traditional: Callable[..., Facility]) -> tuple[Facility, Numbers, Numbers]:
    """20 aisles, 108 × 56 m, and the ways in it."""
    hall = traditional(20, 20)
    lanes_m, free_m, at = walked(hall)
    assert lanes_m.mean() == pytest.approx(BEFORE_M + expected_m("traditional", *at.T, 1.0).mean(), rel=0.005)
    return hall, lanes_m, free_m


@pytest.mark.parametrize(
    ("design", "angle_deg", "least_saved"), [("flying_v", 35.0, 0.10), ("fishbone", 45.0, 0.15)]
)
def test_walks_are_as_long_as_the_geometry_says(
    large: tuple[Facility, Numbers, Numbers],
    patched: Callable[..., Patched],
    design: Design,
    angle_deg: float,
    least_saved: float,
) -> None:
    """Over the open floor a walk cuts corners by the same share as in the traditional hall; lanes along the middle
    of a diagonal whose sides are steps of whole bays wind a little.
    """
    hall, lanes_m, free_m = large
    result = patched(hall, {design: {"block": "R1", "angle_deg": angle_deg}}).facility
    new_lanes_m, new_free_m, at = walked(result)
    slope = math.tan(math.radians(angle_deg))
    theory_m = BEFORE_M + expected_m(design, *at.T, slope)
    saved = 1 - new_free_m.mean() / free_m.mean()
    assert saved == pytest.approx(1 - theory_m.mean() / lanes_m.mean(), abs=0.02)
    assert saved > least_saved
    assert new_lanes_m.mean() == pytest.approx(theory_m.mean(), rel=0.09)
    assert new_lanes_m.mean() < lanes_m.mean()


@pytest.mark.parametrize(
    "change", [{"flying_v": {"block": "R1"}}, {"fishbone": {"block": "R1", "width_m": 2.5}}]
)
def test_diagonals_are_free_and_every_row_faces_a_lane(
    traditional: Callable[..., Facility], patched: Callable[..., Patched], change: dict[str, Any]
) -> None:
    hall = traditional(8, 10)
    result = patched(hall, change).facility
    said = next(iter(change.values()))
    wide = said.get("width_m", 3.0)
    arms = [aisle for aisle in result.aisles if aisle.cross]
    assert [arm.id[-5:].strip("-") for arm in arms] == ["LEFT", "RIGHT"]
    angle = {"flying_v": 35.0, "fishbone": 45.0}[next(iter(change))]
    for arm, sign in zip(arms, (-1, 1), strict=True):
        # both start before the depot, in the middle of the front
        assert arm.p0 == pytest.approx((0.0, 0.0), abs=1e-9)
        way = np.subtract(arm.p1, arm.p0)
        assert math.degrees(math.atan2(way[1], sign * way[0])) == pytest.approx(angle)
        assert arm.clear_width_m == pytest.approx(wide)
        lane = shapely.buffer(shapely.LineString([arm.p0, arm.p1]), wide / 2 - 0.002, cap_style="flat")
        assert not any(rack_footprint(rack).intersects(lane) for rack in result.racks)
    shapes = [rack_footprint(rack) for rack in result.racks]
    for i, shape in enumerate(shapes):
        assert all(shape.intersection(other).area < 1e-6 for other in shapes[:i])
    if "fishbone" in change:
        outside = [rack for rack in result.racks if abs(math.sin(rack.yaw_rad)) < 0.5]
        assert outside
        assert all(rack_footprint(rack).centroid.y < abs(rack_footprint(rack).centroid.x) for rack in outside)
        inside = [rack for rack in result.racks if rack not in outside]
        assert all(rack_footprint(rack).centroid.y > abs(rack_footprint(rack).centroid.x) for rack in inside)
        pairs = {rack.back_to_back for rack in outside if rack.back_to_back}
        assert pairs <= {rack.id for rack in outside}
        assert pairs


def test_diagonals_part_before_the_station_that_is_named(
    traditional: Callable[..., Facility], patched: Callable[..., Patched]
) -> None:
    hall = traditional(8, 10)
    result = patched(hall, {"flying_v": {"block": "R1", "start": [6.0, 40.0]}}).facility
    arms = [aisle for aisle in result.aisles if aisle.cross]
    back_m = 10 * 2.8 + 0.1
    for arm in arms:
        assert arm.p0 == pytest.approx((6.0, back_m))
        assert arm.p1[1] < back_m
    assert arms[0].p1[0] > 6.0 > arms[1].p1[0]  # left as seen from the start
