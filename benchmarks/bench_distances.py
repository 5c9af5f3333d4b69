"""Shortest paths over the open floor, beside a full visibility graph searched by networkx; and a large hall.

    python benchmarks/bench_distances.py [--json FILE]

Both get the same floors and points in the same run, alternately. The peer tries every pair of corners and points
with shapely, so it is asked for few points; ours also answers for the 20,064 locations of a hall of 120 × 200 m.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from large_hall import large_hall
from shapely import MultiPolygon
from visibility_graph import lengths_between, visibility_graph

from layouts.demo_hall import demo_hall
from spatial.any_angle.compact_distances import CompactDistances
from spatial.any_angle.floor_paths import FloorPaths, floor_paths
from spatial.any_angle.graph_distances import free_distances
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph

ROUNDS = 3
POINTS = 40
STARS = 40
PAIRS = 200

Points = npt.NDArray[np.float64]


def cluttered_floor(seed: int = 0) -> MultiPolygon:
    """40 × 40 m with stars of three to seven arms strewn over it."""
    random = np.random.default_rng(seed)
    solids = []
    for _ in range(STARS):
        angles = np.sort(random.uniform(0, 2 * np.pi, random.integers(3, 8)))
        arms = random.uniform(0.3, 3, len(angles))[:, None] * np.column_stack(
            [np.cos(angles), np.sin(angles)]
        )
        solids.append(shapely.Polygon(random.uniform(0, 40, 2) + arms).buffer(0))
    floor = shapely.box(0, 0, 40, 40) - shapely.union_all(solids)
    return MultiPolygon(shapely.get_parts(floor).tolist())


def points_on(floor: MultiPolygon, count: int) -> Points:
    x0, y0, x1, y1 = floor.bounds
    tried = np.random.default_rng(1).uniform((x0, y0), (x1, y1), (20 * count, 2))
    return tried[shapely.intersects_xy(floor, tried[:, 0], tried[:, 1])][:count]


def ours(floor: MultiPolygon, points: Points) -> Points:
    return np.asarray(floor_paths(floor).distances(points).submatrix(range(len(points))))


def peer(floor: MultiPolygon, points: Points) -> Points:
    return lengths_between(visibility_graph(floor, points), points)


def compare(name: str, floor: MultiPolygon) -> dict[str, Any]:
    """All pairs of POINTS, from the bare polygon on: preparation and search."""
    points = points_on(floor, POINTS)
    ours(floor, points[:3])
    mine, mine_s, theirs, theirs_s = np.zeros(0), np.inf, np.zeros(0), np.inf
    for _ in range(ROUNDS):
        mine, seconds = timed(lambda: ours(floor, points))
        mine_s = min(mine_s, seconds)
        theirs, seconds = timed(lambda: peer(floor, points))
        theirs_s = min(theirs_s, seconds)
    joined = np.isfinite(theirs) & (theirs > 0)
    off = np.max(np.abs(mine[joined] / theirs[joined] - 1))
    same = bool(np.array_equal(np.isfinite(mine), np.isfinite(theirs)))
    vertices = int(shapely.get_num_coordinates(floor))
    print(
        f"{name:12} {vertices:6,} vertices {mine_s:8.4f} s  networkx {theirs_s:8.3f} s "
        f"{theirs_s / mine_s:7.0f} × as fast  lengths differ by {off:.1e}"
    )
    return {
        "floor": name,
        "vertices": vertices,
        "ours_s": mine_s,
        "peer_s": theirs_s,
        "off": float(off),
        "same": same,
    }


def hall_figures() -> dict[str, Any]:
    """Every location of the large hall: its standing place, all pairs of them, one path at a time."""
    facility = large_hall()
    space = free_space(facility, PICKER, "L0")
    graph = build_graph(facility, PICKER)
    nodes = sorted({*graph.access.values(), *graph.stations.values()})
    floor_paths(shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)).distances([(1, 1), (8, 8)])
    paths, floor_s = best(lambda: floor_paths(space.walkable))
    free, free_s = timed(lambda: free_distances(graph, space, nodes))
    print(
        f"\nhall of 120 × 200 m: {len(facility.locations):,} locations at {len(nodes):,} standing places, "
        f"{len(paths.corners.xy):,} corners\n"
        f"  floor prepared {floor_s:.2f} s; with all pairs of places {free_s:.2f} s, {mebibytes(free.length_m)}"
    )
    figures: dict[str, Any] = {"places": len(nodes), "floor_s": floor_s, "free_distances_s": free_s}
    random = np.random.default_rng(0)
    beside = np.repeat(free.xy, 4, axis=0) + random.uniform(-0.2, 0.2, (4 * len(nodes), 2))
    for count, dtype in ((5_000, np.float64), (10_000, np.float64), (10_000, np.float32)):
        chosen = random.permutation(beside)[:count]
        lengths, seconds = best(lambda: paths.distances(chosen, dtype=dtype))  # noqa: B023
        print(f"  all pairs of {count:,} places, {dtype.__name__}: {seconds:.2f} s, {mebibytes(lengths)}")
        figures[f"{count}_{dtype.__name__}"] = {"s": seconds, "bytes": lengths.nbytes}
        del lengths
    figures["path_s"] = path_seconds(paths, free.xy, random)
    figures["peak_bytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  a single path: {1000 * figures['path_s']:.2f} ms; peak {figures['peak_bytes'] / 2**20:.0f} MiB")
    return figures


def path_seconds(paths: FloorPaths, xy: Points, random: np.random.Generator) -> float:
    """The mean time of a path between places chosen at random."""
    ends = random.integers(0, len(xy), (PAIRS, 2))
    _, seconds = best(lambda: [paths.path(xy[one], xy[other]) for one, other in ends])
    return seconds / PAIRS


def best(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` gives, and the least time of ROUNDS runs; one result at a time is kept."""
    result, least = None, np.inf
    for _ in range(ROUNDS):
        result = None
        result, seconds = timed(work)
        least = min(least, seconds)
    return result, least


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def mebibytes(lengths: CompactDistances) -> str:
    return f"{lengths.nbytes / 2**20:.0f} MiB"


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--json", type=Path, help="write the figures to this file")
given = options.parse_args()
demo = free_space(demo_hall(), PICKER, "L0").walkable
figures = {
    "beside_networkx": [compare("demo hall", demo), compare("clutter", cluttered_floor())],
    "large_hall": hall_figures(),
}
if given.json:
    given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
