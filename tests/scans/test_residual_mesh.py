"""What no element explains is kept as a surface, and only that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
import trimesh

from scans.residual_mesh import residual_mesh, unexplained
from spatial.facility import Column, Facility, FloorHeights, Level, Obstacle, Rack, Wall
from spatial.floor_heights import floor_height
from spatial.locations import world_from_rack
from spatial.meshes.seen_parts import seen_parts
from spatial.poses import transform_points

OUTLINE = ((0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0))
HALL = Facility(
    id="H",
    name="H",
    kind="as_built",
    levels=(Level(id="L0", elevation_m=0.0, outline=OUTLINE),),
    walls=(Wall(id="W1", level="L0", p0=(0.0, 0.0), p1=(10.0, 0.0), height_m=6.0),),
    racks=(
        Rack(
            id="R1", level="L0", kind="pallet_rack", center=(5.0, 4.0), base_z_m=0.0, yaw_rad=0.0,
            length_m=4.0, depth_m=1.0, height_m=3.0,
        ),
    ),
)  # fmt: skip


def box_of_points(low: tuple[float, float, float], high: tuple[float, float, float]) -> np.ndarray:
    axes = [np.arange(a, b, 0.05) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes), -1).reshape(-1, 3)


def test_floor_wall_rack_and_roof_are_explained() -> None:
    seen = [
        box_of_points((0, 0, -0.02), (10, 8, 0.02)),
        box_of_points((0, -0.02, 0), (10, 0.02, 6)),
        box_of_points((3.1, 3.6, 0.2), (6.9, 4.4, 2.9)),
        box_of_points((0, 0, 5.9), (10, 8, 6.0)),
    ]
    assert residual_mesh(np.concatenate(seen), HALL) is None


def test_a_hanging_thing_becomes_a_surface_of_its_size_that_faces_who_saw_it() -> None:
    box = trimesh.creation.box((0.9, 0.9, 0.45), trimesh.transformations.translation_matrix((1.5, 1.5, 3.2)))
    seen, side = trimesh.sample.sample_surface(box, 6000, seed=1)
    eyes = {0: np.array([9.0, 7.0, 1.0]), 1: np.array([0.2, 0.2, 5.5])}
    faces_0 = np.einsum("ni,ni->n", eyes[0] - seen, box.face_normals[side]) > 0
    mesh = residual_mesh(seen, HALL, station=np.where(faces_0, 0, 1), eyes=eyes)
    assert mesh is not None
    surface = trimesh.Trimesh(*mesh, process=False)
    np.testing.assert_allclose(surface.extents, [0.9, 0.9, 0.45], atol=0.06)
    outward = np.einsum("ni,ni->n", surface.triangles_center - box.centroid, surface.face_normals) > 0
    assert surface.area_faces[outward].sum() > 0.9 * surface.area


def test_an_obstacle_is_kept_as_it_was_seen() -> None:
    stack = Obstacle(
        id="O1", level="L0", kind="unknown", footprint=((7.0, 1.0), (9.0, 1.0), (9.0, 3.0), (7.0, 3.0)), z0_m=0.0,
        z1_m=1.0,
    )  # fmt: skip
    ball = trimesh.creation.icosphere(4, 0.4)
    ball.apply_translation([8.0, 2.0, 0.6])
    place, side = trimesh.sample.sample_surface(ball, 8000, seed=1)
    seen = place[np.einsum("ni,ni->n", [5.0, 4.0, 3.0] - place, ball.face_normals[side]) > 0]
    mesh = residual_mesh(seen, replace(HALL, obstacles=(stack,)))
    assert mesh is not None
    off = np.abs(np.linalg.norm(mesh[0] - [8.0, 2.0, 0.6], axis=1) - 0.4)
    assert np.quantile(off, 0.95) < 0.02
    (part,) = seen_parts(replace(HALL, obstacles=(stack,)), mesh)
    assert part.id == "O1"


def test_a_stray_point_is_no_thing() -> None:
    assert residual_mesh(np.array([[2.0, 2.0, 3.0]]), HALL) is None


def test_points_are_explained_as_asking_every_element_for_every_point_does() -> None:
    rng = np.random.default_rng(2)
    slope = FloorHeights(
        points=((0.0, 0.0, -0.3), (10.0, 0.0, 0.2), (0.0, 8.0, 0.1), (10.0, 8.0, 0.4), (4.0, 3.0, 0.3)),
        grid_m=2.0,
    )
    turned = replace(HALL.racks[0], yaw_rad=0.4, base_z_m=0.1)
    stack = Obstacle(
        id="O1",
        level="L0",
        kind="floor_stack",
        footprint=((7.0, 1.0), (9.0, 1.2), (8.8, 2.0)),
        z0_m=0.0,
        z1_m=1.0,
    )
    column = Column(id="C1", level="L0", center=(1.0, 6.0), size_m=(0.4, 0.3), height_m=6.0)
    level = replace(HALL.levels[0], floor=slope)
    hall = replace(HALL, levels=(level,), racks=(turned,), obstacles=(stack,), columns=(column,))
    points = rng.uniform([-1.0, -1.0, -0.6], [11.0, 9.0, 6.5], (20_000, 3))
    xy, height = points[:, :2], points[:, 2] - floor_height(level, points[:, :2])
    explained = ~shapely.contains_xy(shapely.Polygon(OUTLINE).buffer(-0.2), xy)
    explained |= (height < 0.12) | (height > 0.9 * 6.0)
    explained |= shapely.contains_xy(shapely.Point(1.0, 6.0).buffer(0.6), xy)
    local = transform_points(np.linalg.inv(world_from_rack(turned)).astype(np.float64), points)
    explained |= (local[:, 0] > -0.2) & (local[:, 0] < 4.2) & (np.abs(local[:, 1]) < 0.7)
    number = np.arange(len(points))
    left, which = unexplained(points, number, hall)
    np.testing.assert_array_equal(np.sort(which), number[~explained])
    np.testing.assert_array_equal(left, points[which])
    assert residual_mesh(points[explained], hall) is None
