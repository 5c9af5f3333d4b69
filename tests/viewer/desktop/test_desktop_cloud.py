"""Which points of a scan software GL is given: the nearest in each square of the picture, by an oracle."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv

from layouts.demo_hall import demo_hall
from viewer.desktop.cloud import FEW_POINTS, SQUARE_PX, CloudView, nearest_in_squares
from viewer.desktop.picking import Ray, point_met
from viewer.desktop.scene import desktop_scene
from viewer.desktop.stage import open_stage

COLUMNS, ROWS = 40, 30


@pytest.fixture(scope="module")
def clip_from_world() -> np.ndarray:
    """The projection of a camera at (0, −20, 5) that looks at the origin."""
    plotter = pv.Plotter(off_screen=True, window_size=[400, 300])
    plotter.camera.position, plotter.camera.focal_point = (0, -20, 5), (0, 0, 0)
    plotter.camera.up = (0, 0, 1)
    plotter.camera.clipping_range = (0.1, 100)
    matrix = plotter.camera.GetCompositeProjectionTransformMatrix(400 / 300, -1, 1)
    plotter.close()
    return pv.array_from_vtkmatrix(matrix).astype(np.float32)


@pytest.mark.parametrize("planes", [np.empty((0, 4)), np.array([[0.0, 1.0, 0.0, 0.0]])], ids=["whole", "cut"])
def test_the_nearest_point_in_each_square_is_handed_on(
    clip_from_world: np.ndarray, planes: np.ndarray
) -> None:
    points = np.random.default_rng(0).uniform(-8, 8, (5000, 3)).astype(np.float32)
    far = np.linalg.norm(points - (0, -20, 5), axis=1)
    place = np.c_[points, np.ones(len(points))] @ clip_from_world.astype(float).T
    uv = place[:, :2] / place[:, 3:]
    square = np.floor((uv + 1) / 2 * (COLUMNS, ROWS)).astype(int)
    is_seen = (np.abs(uv) < 1).all(axis=1) & (place[:, 3] > 0)
    for a, b, c, d in planes:
        is_seen &= points @ (a, b, c) + d >= 0
    nearest: dict[tuple[int, ...], int] = {}
    depth = (points - (0, -20, 5)) @ (np.array([0, 20, -5]) / np.hypot(20, 5))
    for i in np.flatnonzero(is_seen):
        key = tuple(square[i].tolist())
        if key not in nearest or depth[i] < depth[nearest[key]]:
            nearest[key] = i
    found = nearest_in_squares(points, clip_from_world, planes, COLUMNS, ROWS)
    edge = (
        np.abs((uv + 1) / 2 * (COLUMNS, ROWS) % 1 - 0.5).max(axis=1) > 0.4999
    )  # single precision may go either way
    differ = set(found.tolist()) ^ set(nearest.values())
    assert len(nearest) > 300
    assert all(edge[i] for i in differ) or len(differ) <= 2
    assert far[found].mean() < far[is_seen].mean()


def test_nothing_behind_the_camera_is_handed_on(clip_from_world: np.ndarray) -> None:
    points = np.array([[0, -30, 5], [0, 0, 0]], np.float32)
    assert nearest_in_squares(points, clip_from_world, np.empty((0, 4)), 4, 4).tolist() == [1]


def test_a_large_scan_is_drawn_as_its_whole_would_be() -> None:
    """Against VTK that is handed all points: the same pixels are covered, nearly all of them by what is as near."""
    draw = np.random.default_rng(4)
    count = FEW_POINTS + 50_000
    cloud = pv.PolyData(draw.uniform((0, 0, 0), (30, 20, 6), (count, 3)).astype(np.float32))
    shade = (cloud.points[:, 1] * 8 + 60).astype(np.uint8)
    cloud.point_data["RGB"] = np.column_stack([shade, shade, shade])
    images = []
    for is_whole in (False, True):
        plotter = open_stage(off_screen=True, size=(200, 120))
        view = CloudView(plotter, cloud, is_visible=True)
        if is_whole:
            view._is_software = False
        plotter.camera.position, plotter.camera.focal_point = (15, -30, 20), (15, 10, 3)
        plotter.camera.up = (0, 0, 1)
        plotter.renderer.ResetCameraClippingRange(0, 30, 0, 20, 0, 6)
        images.append(np.asarray(plotter.screenshot(return_img=True)).astype(int))
        handed_on = view.drawn.n_points
        assert handed_on == count if is_whole else handed_on <= 200 * 120 / SQUARE_PX**2
        plotter.close()
    covered = [abs(image - image[:, :1]).max(axis=2) > 12 for image in images]
    assert covered[1].mean() > 0.2
    assert (covered[0] == covered[1]).mean() > 0.95
    both = covered[0] & covered[1]
    assert (abs(images[0] - images[1]).max(axis=2)[both] < 25).mean() > 0.98


def test_the_point_that_is_met_is_the_nearest_on_the_ray() -> None:
    points = np.array([[0, 5, 0], [0, 9, 0], [1, 5, 0]], np.float32)
    ray = Ray(np.array([0.0, 0.0, 0.001]), np.array([0.0, 100.0, 0.001]))
    met = point_met(ray, points, 0.004)
    assert met is not None
    assert met.tolist() == [0, 5, 0]
    assert point_met(Ray(np.array([0.0, 0, 5]), np.array([0.0, 100, 5])), points, 0.004) is None


def test_a_scan_makes_no_sixth_actor() -> None:
    from layouts.run import Run

    cloud = pv.PolyData(np.random.default_rng(0).uniform(0, 5, (100, 3)))
    run = Run(id="R", kind="simulated", agents=(), duration_s=1.0, events=())
    scene = desktop_scene(demo_hall(), run, cloud, off_screen=True, size=(100, 80))
    for is_shown in (True, False):
        scene.show_cloud(is_shown)
        assert sum(bool(actor.GetVisibility()) for actor in scene.actors()) == 5
    scene.plotter.close()
