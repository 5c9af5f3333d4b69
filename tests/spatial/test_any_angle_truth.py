"""Shortest paths against a brute-force visibility graph, a fine grid, and laws that every metric obeys."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import MultiPolygon, Polygon
from visibility_graph import lengths_between, visibility_graph

from spatial.any_angle.floor_paths import floor_paths

Points = npt.NDArray[np.float64]
SIDE_M = 12
FLOORS = range(240)
GRID_M = 0.1


def lattice_floor(random: np.random.Generator) -> MultiPolygon:
    """Boxes and triangles on whole metres: full of touching corners, shared walls and lines past corners."""
    solids = []
    for _ in range(random.integers(1, 9)):
        x, y, width, depth = *random.integers(-1, SIDE_M, 2), *random.integers(1, 5, 2)
        corners = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
        solids.append(Polygon(corners[: random.integers(3, 5)]))
    return areas(shapely.box(0, 0, SIDE_M, SIDE_M) - shapely.union_all(solids))


def ragged_floor(random: np.random.Generator) -> MultiPolygon:
    """Stars of any shape in a hall turned by any angle."""
    solids = []
    for _ in range(random.integers(1, 9)):
        angles = np.sort(random.uniform(0, 2 * np.pi, random.integers(3, 8)))
        arms = random.uniform(0.3, 3, len(angles))[:, None] * np.column_stack(
            [np.cos(angles), np.sin(angles)]
        )
        solids.append(Polygon(random.uniform(0, SIDE_M, 2) + arms).buffer(0))
    floor = shapely.box(0, 0, SIDE_M, SIDE_M) - shapely.union_all(solids)
    return areas(shapely.affinity.rotate(floor, random.uniform(0, 360), origin=(0, 0)))


def worn_floor(random: np.random.Generator) -> MultiPolygon:
    """What an agent's centre can reach between boxes: corners rounded as `free_space` rounds them."""
    floor = areas(lattice_floor(random).buffer(-0.3, quad_segs=2))
    return areas(shapely.affinity.rotate(floor, random.uniform(0, 360), origin=(0, 0)))


def areas(geometry: shapely.Geometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(geometry) if isinstance(part, Polygon)])


def points_on(floor: MultiPolygon, count: int, random: np.random.Generator) -> Points:
    """Points inside, corners of the floor, and points of its edges."""
    x0, y0, x1, y1 = floor.bounds
    tried = random.uniform((x0, y0), (x1, y1), (400, 2))
    inside = tried[shapely.intersects_xy(floor, tried[:, 0], tried[:, 1])][:count]
    corners = random.choice(shapely.get_coordinates(floor), 3)
    return np.unique(np.concatenate([inside, corners]), axis=0)


@pytest.mark.parametrize("floor_of", [lattice_floor, ragged_floor, worn_floor])
def test_equal_to_the_full_visibility_graph_on_random_floors(floor_of) -> None:
    pairs = ways = 0
    for seed in FLOORS:
        random = np.random.default_rng(seed)
        floor = floor_of(random)
        if floor.is_empty:
            continue
        points = points_on(floor, 6, random)
        graph = visibility_graph(floor, points, graze_m=0 if floor_of is lattice_floor else 1e-8)
        true = lengths_between(graph, points)
        found = floor_paths(floor).distances(points).submatrix(range(len(points)))
        assert np.array_equal(np.isinf(found), np.isinf(true)), seed
        joined = np.isfinite(true)
        assert found[joined] == pytest.approx(true[joined], rel=1e-9, abs=1e-12), seed
        pairs += true.size
        ways += int(np.count_nonzero(joined))
    assert pairs > 10_000
    assert ways > pairs / 2


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_lengths_are_a_metric_and_paths_keep_to_the_floor(seed: int) -> None:
    random = np.random.default_rng(seed)
    floor = ragged_floor(random)
    points = points_on(floor, 9, random)
    paths = floor_paths(floor)
    lengths = paths.distances(points).submatrix(range(len(points)))
    assert np.array_equal(lengths, lengths.T)
    assert (lengths[:, :, None] + lengths[None, :, :] >= lengths[:, None, :] * (1 - 1e-12)).all()
    ground = floor.buffer(1e-6)
    for one, other in combinations(range(len(points)), 2):
        straight = math.dist(points[one], points[other])
        assert lengths[one, other] >= straight * (1 - 1e-12)
        if np.isfinite(lengths[one, other]):
            path = paths.path(points[one], points[other])
            assert np.array_equal(path[[0, -1]], points[[one, other]])
            assert ground.covers(shapely.LineString(path))
            assert shapely.LineString(path).length == pytest.approx(lengths[one, other], rel=1e-12)


def test_many_places_that_share_a_table_have_the_lengths_of_few_that_search_alone() -> None:
    random = np.random.default_rng(12)
    floor = ragged_floor(random)
    points = points_on(floor, 150, random)
    paths = floor_paths(floor)
    together = paths.distances(points)
    for few in random.permutation(len(points))[:60].reshape(20, 3):
        alone = paths.distances(points[few]).submatrix(range(3))
        assert together.submatrix(few) == pytest.approx(alone, rel=1e-12)


def grid_lengths(floor: MultiPolygon, sources: int) -> tuple[Points, Points, Points]:
    """Lengths (S, N) over a grid of GRID_M with 16 neighbours, from S of its N points; the points, the sources."""
    x0, y0, x1, y1 = floor.bounds
    columns, rows = int((x1 - x0) / GRID_M) + 1, int((y1 - y0) / GRID_M) + 1
    column, row = np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij")
    xy = np.column_stack([x0 + column.ravel() * GRID_M, y0 + row.ravel() * GRID_M])
    shapely.prepare(floor)
    number = np.full(columns * rows, -1)
    inside = np.flatnonzero(shapely.intersects_xy(floor, xy[:, 0], xy[:, 1]))
    number[inside] = np.arange(len(inside))
    tails, heads = [], []
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1)):
        fits = (column + dx < columns) & (row + dy >= 0) & (row + dy < rows)
        tail = np.flatnonzero(fits.ravel())
        head = tail + dx * rows + dy
        both = (number[tail] >= 0) & (number[head] >= 0)
        tail, head = tail[both], head[both]
        free = shapely.covers(floor, shapely.linestrings(np.stack([xy[tail], xy[head]], axis=1)))
        tails.append(tail[free])
        heads.append(head[free])
    tail, head = np.concatenate(tails), np.concatenate(heads)
    weights = np.linalg.norm(xy[tail] - xy[head], axis=1)
    grid = coo_array((weights, (number[tail], number[head])), shape=(len(inside), len(inside))).tocsr()
    starts = np.linspace(0, len(inside) - 1, sources).astype(int)
    return dijkstra(grid, directed=False, indices=starts), xy[inside], xy[inside][starts]


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_a_grid_of_10_cm_is_never_shorter_and_hardly_longer(seed: int) -> None:
    """16 neighbours cost up to 1 / cos(13.29°), and a detour of a few cells at every bend."""
    floor = worn_floor(np.random.default_rng(seed))
    over_grid, points, starts = grid_lengths(floor, 5)
    chosen = points[:: len(points) // 60]
    paths = floor_paths(floor)
    lengths = paths.distances(np.concatenate([starts, chosen])).rows(range(5))[:, 5:]
    over_grid = over_grid[:, :: len(points) // 60]
    assert np.isfinite(over_grid).any()
    joined = np.isfinite(over_grid)
    assert (over_grid[joined] >= lengths[joined] * (1 - 1e-12)).all()
    assert (over_grid[joined] <= lengths[joined] / math.cos(math.radians(13.29)) + 1.0).all()
