"""The surface through points is near what they were taken from, faces who saw it, and ends where nobody looked."""

from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest
import trimesh

from scans.surface.crumbs import without_crumbs
from scans.surface.seen_surface import seen_surface

CELL_M = 0.06
EYES = np.array([[4.0, 3.0, 1.0], [-4.0, 2.0, 1.0]])
THINGS = {
    "ball": trimesh.creation.icosphere(4, 0.5),
    "load": trimesh.creation.box((1.2, 0.8, 1.0)),
    "turned load": trimesh.creation.box((1.2, 0.8, 1.0), trimesh.transformations.euler_matrix(0.1, 0.2, 0.7)),
    "column": trimesh.creation.cylinder(0.15, 2.0),
    "panel": trimesh.creation.box((1.5, 0.02, 1.0)),
}


def seen(
    thing: trimesh.Trimesh, *, points: int = 20_000, noise_m: float = 0.003
) -> tuple[np.ndarray, np.ndarray]:
    """Points on what faces one of the two sensors, and from where each was seen."""
    place, side = trimesh.sample.sample_surface(thing, points, seed=1)
    faces = np.array([np.einsum("ni,ni->n", eye - place, thing.face_normals[side]) > 0 for eye in EYES])
    met = faces.any(axis=0)
    noise = np.random.default_rng(2).normal(0, noise_m, place.shape)
    return (place + noise)[met], EYES[faces.argmax(axis=0)][met]


tensor = o3d.core.Tensor.from_numpy


def away(thing: trimesh.Trimesh, places: np.ndarray) -> np.ndarray:
    """How far places are from a surface."""
    scene = o3d.t.geometry.RaycastingScene()
    vertices, faces = np.asarray(thing.vertices, np.float32), np.asarray(thing.faces, np.uint32)
    scene.add_triangles(tensor(vertices), tensor(faces))
    return np.asarray(scene.compute_distance(tensor(places.astype(np.float32))).numpy())


def surface_of(thing: trimesh.Trimesh) -> tuple[trimesh.Trimesh, np.ndarray]:
    points, eyes = seen(thing)
    return trimesh.Trimesh(*seen_surface(points, eyes, cell_m=CELL_M), process=False), points


@pytest.mark.parametrize("name", THINGS)
def test_it_is_near_the_thing_and_all_of_what_was_seen(name: str) -> None:
    surface, points = surface_of(THINGS[name])
    places, _ = trimesh.sample.sample_surface(surface, 3000, seed=3)
    off = away(THINGS[name], places)
    assert np.quantile(off, 0.95) <= 0.02
    assert off.max() < CELL_M
    assert np.quantile(away(surface, points[::10]), 0.95) <= 0.02


@pytest.mark.parametrize("name", ["ball", "load", "turned load", "column"])
def test_it_faces_outward(name: str) -> None:
    surface, _ = surface_of(THINGS[name])
    outward = (
        np.einsum("ni,ni->n", surface.triangles_center - THINGS[name].centroid, surface.face_normals) > 0
    )
    assert surface.area_faces[outward].sum() / surface.area > 0.98


def test_it_is_open_where_nobody_looked() -> None:
    """Both sensors stand on the side of +y and above no top: the back and what is below are missing."""
    surface, _ = surface_of(THINGS["load"])
    assert not surface.is_watertight
    assert (surface.vertices[:, 1] > -0.4 + CELL_M).mean() > 0.85
    middle = np.abs(surface.vertices - [0.0, -0.4, 0.0]) < [0.4, 0.03, 0.3]
    assert not middle.all(axis=1).any()


def test_the_same_points_give_the_same_bytes_and_few_give_nothing() -> None:
    points, eyes = seen(THINGS["load"], points=3000)
    first, again = (seen_surface(points, eyes, cell_m=CELL_M) for _ in range(2))
    assert first[0].tobytes() == again[0].tobytes()
    assert first[1].tobytes() == again[1].tobytes()
    for count in (0, 1, 3):
        vertices, faces = seen_surface(points[:count], eyes[:count], cell_m=CELL_M)
        assert (vertices.shape, faces.shape) == ((0, 3), (0, 3))


def test_crumbs_go_and_pieces_stay() -> None:
    ball, crumb = trimesh.creation.icosphere(2, 0.5), trimesh.creation.box((0.01, 0.01, 0.01))
    corners = np.concatenate([ball.vertices, crumb.vertices])
    sides = np.concatenate([ball.faces, crumb.faces + len(ball.vertices)]).astype(np.int32)
    vertices, faces = without_crumbs(corners, sides, fewest=13)
    np.testing.assert_array_equal(vertices[faces], ball.triangles)
