"""Shortest paths in whole halls: generated, measured, published; and beside the lanes of a navigation graph."""

from __future__ import annotations

import gzip
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from published import instances, shared_data
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import MultiPolygon, Polygon
from visibility_graph import lengths_between, visibility_graph

from layouts.demo_hall import demo_hall
from spatial.any_angle.among import paths_among
from spatial.any_angle.floor_paths import floor_paths
from spatial.any_angle.graph_distances import free_distances
from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space, rectangle, shrunk
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances

Points = npt.NDArray[np.float64]


def walkable_demo_hall() -> MultiPolygon:
    return free_space(demo_hall(), PICKER, "L0").walkable


def aws_warehouse() -> MultiPolygon:
    """The boxes about everything that stands on the floor of the open simulation world."""
    truth = json.loads((data() / "world_aws_small_warehouse" / "ground_truth.json").read_text())
    building = ("Roof", "Wall", "Ground", "Lamp")
    solids = [
        shapely.box(*each["bounds"]["min"][:2], *each["bounds"]["max"][:2])
        for each in truth["objects"]
        if not any(f"_{part}" in each["name"] for part in building)
    ]
    floor = truth["floor"]
    hall = shapely.box(*floor["min"][:2], *floor["max"][:2]) - shapely.union_all(solids)
    return shrunk(MultiPolygon(shapely.get_parts(hall).tolist()), 0.2)


def generated_hall(name: str) -> MultiPolygon:
    """A hall with columns, stacks and racks that stand a little askew, as its truth file has them."""
    truth = json.loads((data() / "scan_bench" / f"{name}.truth.json").read_text())
    racks = [(rack["centre"], (rack["length"], rack["depth"]), rack["yaw"]) for rack in truth["racks"]]
    boxes = [(each["centre"], each["size"][:2], each["yaw"]) for each in truth["columns"] + truth["stacks"]]
    solids = [rectangle(at, size, math.radians(yaw)) for at, size, yaw in racks + boxes]
    hall = Polygon([wall["p0"] for wall in truth["walls"]]) - shapely.union_all(solids)
    return shrunk(MultiPolygon(shapely.get_parts(hall).tolist()), 0.3)


def data() -> Path:
    folder = shared_data()
    if folder is None:
        pytest.skip("skipped: no shared data")
    return folder


def points_on(floor: MultiPolygon, count: int) -> Points:
    x0, y0, x1, y1 = floor.bounds
    tried = np.random.default_rng(7).uniform((x0, y0), (x1, y1), (20 * count, 2))
    return tried[shapely.intersects_xy(floor, tried[:, 0], tried[:, 1])][:count]


@pytest.mark.parametrize(
    "floor_of",
    [walkable_demo_hall, aws_warehouse, lambda: generated_hall("tiny101")],
    ids=["demo", "aws", "tiny"],
)
def test_halls_equal_the_full_visibility_graph_and_paths_keep_to_the_floor(floor_of) -> None:
    floor = floor_of()
    points = points_on(floor, 12)
    true = lengths_between(visibility_graph(floor, points), points)
    paths = floor_paths(floor)
    found = paths.distances(points).submatrix(range(len(points)))
    assert found == pytest.approx(true, rel=1e-9)
    ground = floor.buffer(1e-6)
    for end in points[1:]:
        if np.isfinite(paths.distances([points[0], end])[0, 1]):
            assert ground.covers(shapely.LineString(paths.path(points[0], end)))


def test_any_angle_is_never_longer_than_over_the_lanes(hall) -> None:
    for facility in (hall(), hall(rows=3, yaw_rad=0.4), demo_hall()):
        graph, space = graph_and_space(facility)
        nodes = sorted({*graph.access.values(), *graph.stations.values()})
        free, lanes = free_distances(graph, space, [*nodes, nodes[0]]), shortest_distances(graph, nodes)
        assert np.array_equal(free.nodes, lanes.nodes)
        full = free.length_m.submatrix(range(len(nodes)))
        assert np.isfinite(full).all()
        assert (full <= lanes.length_m * (1 + 1e-9) + 2e-3).all()
        assert full.mean() < 0.99 * lanes.length_m.mean()
        rows = free.rows([nodes[3], nodes[0]])
        assert np.array_equal(free.length_m[np.ix_(rows, rows)], full[np.ix_([3, 0], [3, 0])])
        walked = shapely.LineString(free.polyline(nodes[0], nodes[3])).length
        assert walked == pytest.approx(free.length_m[0, 3], rel=1e-9)
        with pytest.raises(KeyError):
            free.rows([len(graph.xy)])


def test_nodes_the_graph_lacks_are_refused(hall) -> None:
    graph, space = graph_and_space(hall())
    with pytest.raises(ValueError, match=f"nodes must be in 0 … {len(graph.xy) - 1}, got -1 … 2"):
        free_distances(graph, space, [-1, 2])


def graph_and_space(facility: Facility) -> tuple[NavGraph, Any]:
    return build_graph(facility, PICKER), free_space(facility, PICKER, "L0")


def obstacle_floor(layout: dict[str, Any]) -> tuple[list[list[list[float]]], dict[int, int], Points]:
    """The obstacles, the row of each coordinate id, and the coordinates (n, 2)."""
    at = {int(name): place for name, place in layout["coords"].items()}
    obstacles = [[at[corner] for corner in corners] for corners in layout["obstacles"].values()]
    return obstacles, {name: row for row, name in enumerate(at)}, np.array(list(at.values()), np.float64)


def test_the_authors_tours_among_obstacles_are_as_long_as_they_say() -> None:
    """Their legs are rounded to half precision; those of "Conventional" are sums of whole metres, each straight
    piece cut down, and so never above ours with every piece cut down.
    """
    folder = data() / "benchmarks" / "oxenstierna_obp"
    layouts = json.loads(gzip.decompress((folder / "layouts.json.gz").read_bytes()))
    floors = {}
    for name, layout in layouts.items():
        obstacles, row, xy = obstacle_floor(layout)
        paths = paths_among(obstacles, xy)
        floors[name] = row, xy, paths, paths.distances(xy)
    tours = 0
    for case in instances("oxenstierna_obp"):
        row, xy, paths, lengths = floors[case["layout"]]
        for batch in case["author_batches"]:
            visits = [row[place] for place in (0, *batch["route"], 1)]
            ours = float(np.sum(lengths[visits[:-1], visits[1:]]))
            if case["layout"] != "Conventional":
                assert ours == pytest.approx(batch["distance"], rel=4e-4)
            elif tours % 10 == 0:
                ways = [paths.path(xy[here], xy[there]) for here, there in pairwise(visits)]
                pieces = np.concatenate([np.linalg.norm(np.diff(way, axis=0), axis=1) for way in ways])
                assert np.floor(pieces + 1e-9).sum() >= batch["distance"] > ours - 2 * len(pieces)
            tours += 1
    assert tours == 692


def test_warehouse_grids_bound_the_way_between_their_cells() -> None:
    """Eight neighbours: never shorter, longer by up to 1 / cos(22.5°) and part of a cell a bend."""
    folder = data() / "benchmarks" / "movingai_warehouse"
    text = gzip.decompress((folder / "warehouse-10-20-10-2-1.map.gz").read_bytes()).decode()
    free = np.array([[cell == "." for cell in line] for line in text.split("map\n")[1].splitlines()])
    floor = shapely.union_all([shapely.box(x, y, x + 1, y + 1) for y, x in np.argwhere(free)])
    cells, over_grid = octile(free)
    chosen = np.linspace(0, len(cells) - 1, over_grid.shape[0]).astype(int)
    paths = floor_paths(floor)
    centres = cells[chosen] + 0.5
    lengths = paths.distances(centres).submatrix(range(len(chosen)))
    octiles = over_grid[:, chosen]
    assert (octiles >= lengths * (1 - 1e-12)).all()
    for one, other in ((0, 5), (3, 17), (8, 19)):
        bends = len(paths.path(centres[one], centres[other])) - 2
        assert octiles[one, other] <= lengths[one, other] / math.cos(math.pi / 8) + 2 * bends + 1e-9


def octile(free: npt.NDArray[np.bool_]) -> tuple[Points, Points]:
    """The free cells (N, 2) as x, y, and octile lengths (20, N) from 20 of them; no corner is cut."""
    number = np.full(free.shape, -1)
    number[free] = np.arange(np.count_nonzero(free))
    tails, heads, costs = [], [], []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        low, high = (slice(0, -1), slice(1, None)) if dx >= 0 else (slice(1, None), slice(0, -1))
        columns = (slice(None), slice(None)) if dx == 0 else (low, high)
        rows = (slice(0, -1), slice(1, None)) if dy else (slice(None), slice(None))
        open_way = free[rows[0], columns[0]] & free[rows[1], columns[1]]
        if dx and dy:
            open_way &= free[rows[0], columns[1]] & free[rows[1], columns[0]]
        tails.append(number[rows[0], columns[0]][open_way])
        heads.append(number[rows[1], columns[1]][open_way])
        costs.append(np.full(len(tails[-1]), math.hypot(dx, dy)))
    count = int(number.max()) + 1
    edges = (np.concatenate(tails), np.concatenate(heads))
    grid = coo_array((np.concatenate(costs), edges), shape=(count, count)).tocsr()
    sources = np.linspace(0, count - 1, 20).astype(int)
    return np.argwhere(free)[:, ::-1].astype(float), dijkstra(grid, directed=False, indices=sources)
