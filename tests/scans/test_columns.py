"""Columns of a known hall, seen by a virtual scanner: in the flue between two rows, and what is none."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from shapely import Polygon

from scans.recognition.column_map import column_map
from scans.recognition.columns import find_columns
from scans.recognition.obstacles import FoundObstacle
from scans.recognition.racks.rows import FoundRow
from scans.virtual import TerrestrialScanner, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.meshes.boxes import box_triangles, make_boxes

CELL_M, ROOF_M, RACK_M = 0.05, 5.0, 2.5
FLUE_M, DEPTH_M = 0.3, 1.0
EYES = np.array([(x, y, 1.7) for x in (1.0, 6.0, 11.0) for y in (1.0, 9.0)])
LOADS_M = (
    (4.0, 5.2),
    (6.8, 8.0),
)  # there each row holds goods from the floor up; between them one sees through

Box = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Centre and size."""
COLUMN: Box = (6.0, 5.0, ROOF_M / 2), (0.24, 0.24, ROOF_M)


def row(v0: float) -> FoundRow:
    """Along x from 3 to 9 m and from `v0` across."""
    return FoundRow(
        0.0, np.array([3.05, 6.0, 8.95]), v0, v0 + DEPTH_M, 0.1, RACK_M, (), 0.01, 1000, 3, 1.0
    )  # fmt: skip


ROWS = row(5.0 - FLUE_M / 2 - DEPTH_M), row(5.0 + FLUE_M / 2)


def loads() -> list[Box]:
    return [
        (((a + b) / 2, (found.v0 + found.v1) / 2, RACK_M / 2), (b - a, DEPTH_M, RACK_M))
        for found in ROWS
        for a, b in LOADS_M
    ]


def columns(
    boxes: list[Box], *, rows: tuple[FoundRow, ...] = ROWS, eyes: npt.NDArray[np.float64] = EYES
) -> tuple[FoundObstacle, ...]:
    """Those found in a hall of 12 × 10 m with `boxes` in it, below a roof and without walls."""
    shell: list[Box] = [((6, 5, -0.05), (12, 10, 0.1)), ((6, 5, ROOF_M + 0.05), (12, 10, 0.1))]
    centre, size = (np.array(part, dtype=np.float64) for part in zip(*shell, *boxes, strict=True))
    vertices, faces = box_triangles(make_boxes(centre, size, np.zeros(len(centre))))
    part = np.zeros(len(faces), np.int32)
    scan = scan_terrestrial(vertices, faces, part, eyes, scanner=TerrestrialScanner(step_deg=0.25))
    voxels = VoxelAccumulator(0.025)
    voxels.add(scan.cloud)
    cloud = voxels.cloud()
    points = cloud.points + cloud.origin
    heights = points[:, 2]
    seen = column_map(points, heights, cell_m=CELL_M, top_m=ROOF_M)
    return find_columns(points, heights, seen, (), rows, list(eyes), ROOF_M)


def ground(box: Box) -> Polygon:
    (x, y, _), (length, width, _) = box
    return shapely.box(x - length / 2, y - width / 2, x + length / 2, y + width / 2)


def test_a_column_in_the_flue_is_found_where_it_stands_and_as_wide_as_it_is() -> None:
    (found,) = columns([*loads(), COLUMN])
    assert found.is_column
    assert found.top_m == ROOF_M
    assert math.dist(found.footprint.centroid.coords[0], COLUMN[0][:2]) < 0.02
    assert found.footprint.symmetric_difference(ground(COLUMN)).area < 0.25 * ground(COLUMN).area


def test_an_upright_in_the_flue_that_ends_with_its_row_is_no_column() -> None:
    assert columns([*loads(), ((6.0, 5.0, RACK_M / 2), (0.24, 0.24, RACK_M))]) == ()


def test_what_hangs_from_the_roof_over_the_flue_is_no_column() -> None:
    assert columns([*loads(), ((6.0, 5.0, 4.4), (0.24, 0.24, 1.2))]) == ()


def test_goods_in_a_row_that_reach_to_the_roof_are_no_column() -> None:
    middle = (ROWS[0].v0 + ROWS[0].v1) / 2
    assert columns([*loads(), ((6.0, middle, ROOF_M / 2), (0.5, 0.5, ROOF_M))]) == ()


def test_a_wall_is_no_column() -> None:
    assert columns([((6.0, 5.0, ROOF_M / 2), (4.0, 0.2, ROOF_M))], rows=()) == ()


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_in_the_open_the_side_that_nobody_saw_is_as_long_as_the_other_and_behind(side: float) -> None:
    eye = np.array([[6.0, 5.0 + 4.0 * side, 1.7]])
    (found,) = columns([COLUMN], rows=(), eyes=eye)
    assert math.dist(found.footprint.centroid.coords[0], COLUMN[0][:2]) < 0.04
    assert found.footprint.area == pytest.approx(0.24**2, rel=0.25)


def test_no_points_between_the_racks_and_a_roof_close_above_them_say_nothing() -> None:
    points = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    seen = column_map(points, points[:, 2], cell_m=CELL_M, top_m=RACK_M + 0.2)
    assert find_columns(points, points[:, 2], seen, (), ROWS, (), RACK_M + 0.2) == ()
