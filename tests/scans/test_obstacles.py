"""Obstacles of a known hall, seen by a virtual scanner: their ground, their height, and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage
from shapely import Polygon

from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.obstacles import FoundObstacle, _closed, _opened, _within, find_obstacles
from scans.recognition.sight import look_around
from scans.virtual import TerrestrialScanner, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.meshes.boxes import box_triangles, make_boxes

CELL_M = 0.05
HALL = shapely.box(0, 0, 12, 10)
ROOF_M = 5.0
AROUND = ((1.0, 1.0), (11.0, 1.0), (11.0, 9.0), (1.0, 9.0))
"""Stations that between them see every side of a thing in the middle."""

Boxes = list[tuple[tuple[float, float, float], tuple[float, float, float], float]]
"""Centre, size and yaw of each."""


def scanned(
    boxes: Boxes, stations: tuple[tuple[float, float], ...] = AROUND
) -> tuple[npt.NDArray[np.float64], ...]:
    """Points (N, 3), their stations (N,) and the eyes (S, 3) of a hall of 12 × 10 m with `boxes` in it."""
    shell: Boxes = [
        ((6, 5, -0.05), (12, 10, 0.1), 0), ((6, 5, ROOF_M + 0.05), (12, 10, 0.1), 0),
        ((6, -0.05, 2.5), (12, 0.1, 5), 0), ((6, 10.05, 2.5), (12, 0.1, 5), 0),
        ((-0.05, 5, 2.5), (0.1, 10, 5), 0), ((12.05, 5, 2.5), (0.1, 10, 5), 0),
    ]  # fmt: skip
    centre, size, yaw = (np.array(column, dtype=np.float64) for column in zip(*shell, *boxes, strict=True))
    vertices, faces = box_triangles(make_boxes(centre, size, yaw))
    eyes = np.array([(*xy, 1.7) for xy in stations])
    scan = scan_terrestrial(
        vertices, faces, np.zeros(len(faces), np.int32), eyes, scanner=TerrestrialScanner(step_deg=0.3)
    )
    voxels = VoxelAccumulator(0.025)
    voxels.add(scan.cloud)
    cloud = voxels.cloud()
    return cloud.points + cloud.origin, cloud.station, eyes


def obstacles(
    points: npt.NDArray[np.float64],
    station: npt.NDArray[np.int32],
    eyes: npt.NDArray[np.float64],
    *,
    knows_eyes: bool = True,
    roof_m: float = ROOF_M,
) -> tuple[FoundObstacle, ...]:
    columns = column_map(points, points[:, 2], cell_m=CELL_M, top_m=roof_m)
    places = dict(enumerate(eyes)) if knows_eyes else {}
    sight = look_around(points, station, places, columns.origin, columns.bits.shape, CELL_M)
    return find_obstacles(columns, sight, HALL.buffer(-0.1), (), (), roof_m)


def iou(found: FoundObstacle, truth: Polygon) -> float:
    return found.footprint.intersection(truth).area / found.footprint.union(truth).area


def rectangle(x: float, y: float, length: float, width: float, yaw: float = 0.0) -> Polygon:
    box = shapely.box(x - length / 2, y - width / 2, x + length / 2, y + width / 2)
    return shapely.affinity.rotate(box, np.rad2deg(yaw), origin=(x, y))


@pytest.mark.parametrize("yaw", [0.0, 0.4, 1.2])
@pytest.mark.parametrize("height", [0.4, 1.9])
def test_a_stack_is_its_whole_footprint_although_only_its_sides_are_seen(yaw: float, height: float) -> None:
    (found,) = obstacles(*scanned([((6, 5, height / 2), (1.2, 0.8, height), yaw)]))
    assert iou(found, rectangle(6, 5, 1.2, 0.8, yaw)) > 0.85  # half a cell along its rim is 0.1 of 0.96 m²
    assert found.top_m == pytest.approx(height, abs=0.11)  # a height bin
    assert found.is_block


def test_without_the_stations_the_sides_alone_still_block() -> None:
    points, station, eyes = scanned([((6, 5, 0.6), (1.2, 0.8, 1.2), 0.0)])
    found = shapely.union_all([o.footprint for o in obstacles(points, station, eyes, knows_eyes=False)])
    rim = rectangle(6, 5, 1.2, 0.8).exterior
    assert found.buffer(CELL_M).intersection(rim).length > 0.95 * rim.length


def test_what_is_seen_from_one_side_is_as_deep_as_a_pallet_at_most() -> None:
    points, station, eyes = scanned([((6, 8, 1.2), (4.0, 1.9, 2.4), 0.0)], stations=((6.0, 2.0),))
    (found,) = obstacles(points, station, eyes)
    x0, y0, x1, y1 = found.footprint.bounds
    spread = 0.8 * 2.0 / 5.05  # of the shadow behind its corners
    assert y0 == pytest.approx(7.05, abs=CELL_M)
    assert 4.0 - spread - 2 * CELL_M < x0 < 4.0 + CELL_M < 8.0 - CELL_M < x1 < 8.0 + spread + 2 * CELL_M
    assert y1 - y0 == pytest.approx(0.8 + CELL_M, abs=2 * CELL_M)  # behind the cells of its front


def test_a_table_top_is_an_obstacle_although_beams_pass_under_it() -> None:
    near = ((4.0, 3.5), (8.0, 3.5), (8.0, 6.5), (4.0, 6.5))
    (found,) = obstacles(*scanned([((6, 5, 0.68), (2.0, 0.7, 0.04), 0.0)], near))
    assert iou(found, rectangle(6, 5, 2.0, 0.7)) > 0.85
    assert found.top_m == pytest.approx(0.7, abs=0.11)


def test_two_stacks_a_metre_apart_are_two() -> None:
    found = obstacles(*scanned([((5, 5, 0.6), (1.2, 0.8, 1.2), 0.0), ((7.2, 5, 0.6), (1.2, 0.8, 1.2), 0.0)]))
    assert len(found) == 2


def test_noise_before_a_wall_and_somebody_who_walked_by_are_no_obstacles() -> None:
    points, station, eyes = scanned([])
    rng = np.random.default_rng(3)
    haze = np.column_stack([rng.uniform(0.2, 0.4, 600), rng.uniform(2, 8, 600), rng.uniform(0.2, 1.9, 600)])
    walker = np.column_stack(
        [rng.uniform(5.8, 6.2, 40), rng.uniform(4.8, 5.2, 40), rng.uniform(0.2, 1.7, 40)]
    )
    moving = np.concatenate([haze, walker])
    crowd = np.vstack([points, moving])
    of = np.concatenate([station, rng.integers(0, len(eyes), len(moving)).astype(np.int32)])
    assert obstacles(crowd, of, eyes) == ()


def test_an_empty_hall_has_none() -> None:
    assert obstacles(*scanned([])) == ()


def test_an_empty_pallet_in_a_high_hall_is_one_bin_high() -> None:
    (found,) = obstacles(*scanned([((6, 5, 0.072), (1.2, 0.8, 0.144), 0.0)]), roof_m=12.8)
    assert found.top_m == pytest.approx(0.2)  # its bins are 20 cm


def test_cells_within_an_outline_are_those_whose_centre_is() -> None:
    rng = np.random.default_rng(5)
    star = Polygon(
        [
            (6 + r * np.cos(a), 5 + r * np.sin(a))
            for r, a in zip(rng.uniform(2, 8, 11), np.arange(11) * 0.571, strict=True)
        ]
    )
    columns = ColumnMap(np.array([-1.0, 0.3]), 0.05, 0.1, np.zeros((251, 190), np.uint64))
    centres = columns.centres(np.ones(columns.bits.shape, np.bool_))
    expected = shapely.contains_xy(star, centres).reshape(columns.bits.shape)
    np.testing.assert_array_equal(_within(columns, star), expected)
    assert expected.any()


@given(mask=arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=24)), reach=st.integers(1, 5))
def test_closing_and_opening_by_a_square_are_those_of_mathematical_morphology(
    mask: npt.NDArray[np.bool_], reach: int
) -> None:
    """Beyond the border there is nothing: to close there takes room around."""
    square = np.ones((2 * reach + 1, 2 * reach + 1), np.bool_)
    room = np.pad(mask, 2 * reach)
    inner = slice(2 * reach, -2 * reach)
    closed = ndimage.binary_closing(room, square)[inner, inner]
    assert np.array_equal(_closed(mask, reach), closed)
    assert np.array_equal(_opened(mask, reach), ndimage.binary_opening(room, square)[inner, inner])
