"""The surface through what no element explains, beside open3d's Poisson and ball pivoting on the same points.

    python benchmarks/bench_residual_mesh.py [--things N] [--json FILE]

Loads, columns, balls and panels hang in a hall and are seen from two stations with 3 mm of noise, near ones densely,
far ones sparsely. All get the same points and stations in the same run, alternately; the peers' normals, which ours
finds too, count as their time. 95 % of a surface lie within `off` of the things, and 95 % of the points within `left
out` of the surface: one that goes where nobody looked has much of the first.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import open3d as o3d
import trimesh

from scans.residual_mesh import residual_mesh
from spatial.facility import Facility, Level
from spatial.meshes.boxes import Triangles

ROUNDS = 3
NOISE_M = 0.003
POINTS_M2_AT_1_M = 40_000.0
VOXEL_M = 0.025
EYES = np.array([[2.0, 2.0, 3.0], [2.0, 8.0, 3.0]])
SAMPLES = 50_000
DEEPEST = 9
"""Of Poisson's octree: cells of 6 cm over 30 m, as fine as ours."""

Floats = npt.NDArray[np.float64]
Method = Callable[[Floats, npt.NDArray[np.int64]], Triangles]


def things(count: int) -> trimesh.Trimesh:
    """So many things in rows, the farther the more thinly seen."""
    shapes = (
        trimesh.creation.box((1.2, 0.8, 1.0)),
        trimesh.creation.cylinder(0.15, 2.0),
        trimesh.creation.icosphere(4, 0.5),
        trimesh.creation.box((0.02, 1.5, 1.0)),
    )
    rng, placed = np.random.default_rng(1), []
    for number in range(count):
        thing = shapes[number % len(shapes)].copy()
        thing.apply_transform(trimesh.transformations.rotation_matrix(rng.uniform(0, np.pi), (0, 0, 1)))
        thing.apply_translation((5.0 + 2.5 * (number // 4), 1.0 + 2.5 * (number % 4), 3.0))
        placed.append(thing)
    return trimesh.util.concatenate(placed)


def seen(truth: trimesh.Trimesh) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Points (N, 3), one for each voxel at most, and the station (N,) that saw each."""
    rng = np.random.default_rng(2)
    place, side = trimesh.sample.sample_surface(truth, int(truth.area / VOXEL_M**2 * 4), seed=3)
    station = rng.integers(0, len(EYES), len(place))
    view = EYES[station] - place
    away = np.linalg.norm(view, axis=1)
    facing = np.einsum("ni,ni->n", view, truth.face_normals[side]) / away
    wanted_m2 = np.minimum(POINTS_M2_AT_1_M / away**2 * facing, 1 / VOXEL_M**2)
    kept = rng.uniform(size=len(place)) < wanted_m2 * VOXEL_M**2 / 4
    return (place + rng.normal(0, NOISE_M, place.shape))[kept], station[kept]


def ours(points: Floats, station: npt.NDArray[np.int64]) -> Triangles:
    low, high = points.min(axis=0) - 1, points.max(axis=0) + 1
    outline = ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))
    level = Level(id="L0", elevation_m=0.0, outline=outline)
    hall = Facility(id="H", name="H", kind="as_built", levels=(level,))
    found = residual_mesh(points, hall, station=station, eyes=dict(enumerate(EYES)))
    assert found is not None
    return found


def poisson(points: Floats, station: npt.NDArray[np.int64]) -> Triangles:
    """Without what it adds where points are few: the twentieth part of the vertices with the least density."""
    cloud = with_normals(points, station)
    mesh, density = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(cloud, depth=DEEPEST)
    mesh.remove_vertices_by_mask(np.asarray(density) < np.quantile(density, 0.05))
    return np.asarray(mesh.vertices), np.asarray(mesh.triangles)


def ball_pivoting(points: Floats, station: npt.NDArray[np.int64]) -> Triangles:
    cloud = with_normals(points, station)
    radius = float(np.mean(cloud.compute_nearest_neighbor_distance()))
    radii = o3d.utility.DoubleVector([1.5 * radius, 3 * radius, 6 * radius])
    mesh = o3d.geometry.TriangleMesh.create_from_point_cloud_ball_pivoting(cloud, radii)
    return np.asarray(mesh.vertices), np.asarray(mesh.triangles)


def with_normals(points: Floats, station: npt.NDArray[np.int64]) -> o3d.geometry.PointCloud:
    """Normals that face who saw the point."""
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
    cloud.estimate_normals(o3d.geometry.KDTreeSearchParamKNN(12))
    normals = np.asarray(cloud.normals)
    away = np.einsum("ni,ni->n", normals, EYES[station] - points) < 0
    cloud.normals = o3d.utility.Vector3dVector(np.where(away[:, None], -normals, normals))
    return cloud


def p95_m(surface: Triangles, places: Floats) -> float:
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(surface[0].astype(np.float32), surface[1].astype(np.uint32))
    return float(np.quantile(scene.compute_distance(places.astype(np.float32)).numpy(), 0.95))


def measure(truth: trimesh.Trimesh) -> dict[str, Any]:
    points, station = seen(truth)
    methods: dict[str, Method] = {"ours": ours, "poisson": poisson, "ball pivoting": ball_pivoting}
    seconds = dict.fromkeys(methods, np.inf)
    surfaces = {}
    ours(points, station)  # compiled on first use
    for _ in range(ROUNDS):
        for name, method in methods.items():
            start = time.perf_counter()
            surfaces[name] = method(points, station)
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    rows = {name: {"s": seconds[name]} | quality(surfaces[name], truth, points) for name in methods}
    return {"points": len(points), "methods": rows}


def quality(surface: Triangles, truth: trimesh.Trimesh, points: Floats) -> dict[str, float]:
    places, _ = trimesh.sample.sample_surface(trimesh.Trimesh(*surface, process=False), SAMPLES, seed=4)
    solid = np.asarray(truth.vertices), np.asarray(truth.faces)
    return {
        "triangles": len(surface[1]),
        "off_p95_m": p95_m(solid, places),
        "left_out_p95_m": p95_m(surface, points),
    }


def told(found: dict[str, Any]) -> str:
    mine = found["methods"]["ours"]
    lines = [f"{found['points']:,} points"]
    for name, row in found["methods"].items():
        lines.append(
            f"{name:14} {row['s']:7.2f} s {row['triangles']:9,} triangles  off {1000 * row['off_p95_m']:6.1f} mm  "
            f"left out {1000 * row['left_out_p95_m']:6.1f} mm  {row['s'] / mine['s']:6.2f} × our time  "
            f"{row['off_p95_m'] / mine['off_p95_m']:6.2f} × our distance"
        )
    return "\n".join(lines)


options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--things", type=int, default=40)
options.add_argument("--json", type=Path, help="write the figures to this file")
given = options.parse_args()
figures = measure(things(given.things))
print(told(figures))
if given.json:
    given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
