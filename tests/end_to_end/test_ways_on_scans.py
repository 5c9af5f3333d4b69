"""Ways on floors that a scanner saw: as short as brute force says, through nothing that stands there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from visibility_graph import lengths_between, visibility_graph

from scans.ray_scene import RayScene
from spatial.any_angle.floor_paths import FloorPaths, floor_paths
from spatial.facility import Facility
from spatial.facility_json import read_facility
from spatial.floor.agents import PICKER
from spatial.floor.free_space import free_space
from spatial.meshes.mesh import facility_mesh
from spatial.navigation.build_graph import build_graph

Points = npt.NDArray[np.float64]
HEIGHTS_M = (0.3, 1.0, 1.8)
"""Where a picker's body is; below lie thresholds, above beams."""


@pytest.fixture(params=["demo", "seven_racks"])
def scanned(request: pytest.FixtureRequest) -> Facility:
    done: Any = request.getfixturevalue(request.param)
    folder: Path = done.folder / "site" if request.param == "demo" else done.folder
    return read_facility(folder)


def random_places(floor: shapely.MultiPolygon, count: int) -> Points:
    """Places on the largest part of a floor."""
    part = max(floor.geoms, key=lambda each: each.area)
    low_x, low_y, high_x, high_y = part.bounds
    tried = np.random.default_rng(5).uniform((low_x, low_y), (high_x, high_y), (50 * count, 2))
    return tried[shapely.contains_xy(part, tried)][:count]


def test_lengths_are_those_of_the_complete_visibility_graph(scanned: Facility) -> None:
    floor = free_space(scanned, PICKER, scanned.levels[0].id).walkable
    places = random_places(floor, 12)
    known = lengths_between(visibility_graph(floor, places), places)
    ours = floor_paths(floor).distances(places)
    one, other = np.triu_indices(len(places), 1)
    assert np.allclose(ours[one, other], known[one, other], rtol=1e-6, atol=1e-9)


def blocked_at(scene: RayScene, path: Points, height_m: float) -> list[int]:
    """The straight pieces of a path that hit the mesh at a height."""
    hits = []
    for number, (start, end) in enumerate(pairwise(path)):
        ray = np.array([[*(end - start), 0.0]], np.float32)
        if np.hypot(*(end - start)) > 0 and scene.cast(np.array([*start, height_m]), ray).distance[0] <= 1.0:
            hits.append(number)
    return hits


def test_no_way_goes_through_the_mesh(scanned: Facility) -> None:
    mesh = facility_mesh(scanned)
    level = scanned.levels[0]
    scene = RayScene(mesh.vertices, mesh.faces)
    floor = free_space(scanned, PICKER, level.id).walkable
    paths: FloorPaths = floor_paths(floor)
    places = random_places(floor, 60)
    graph = build_graph(scanned, PICKER)
    ways = [paths.path(start, end) for start, end in pairwise(places)]
    ways += [graph.xy[edge] for edge in graph.edges]
    for height in HEIGHTS_M:
        z = level.elevation_m + height
        assert not [way.tolist() for way in ways if blocked_at(scene, way, z)]
        assert any(blocked_at(scene, np.stack(pair), z) for pair in pairwise(places))  # as the crow flies


def test_every_location_is_reached_or_named_with_the_reason(scanned: Facility) -> None:
    graph = build_graph(scanned, PICKER)
    for location in scanned.locations:
        assert (location.id in graph.access) != bool(graph.unreached.get(location.id))
    assert len(graph.access) > 0.9 * len(scanned.locations)
