"""What a scan saw besides is drawn in its hull of glass, and a click on it tells whose it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import trimesh

from spatial.facility import Facility, Level, Obstacle, Wall
from viewer.desktop.picking import HallBoxes, Picked, Ray
from viewer.desktop.scene import DesktopScene, desktop_scene

OUTLINE = ((0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0))
RING = ((4.0, 4.0), (5.0, 4.0), (5.0, 5.0), (4.0, 5.0))
BARE = tuple((x + 4.0, y) for x, y in RING)
HALL = Facility(
    id="H",
    name="H",
    kind="as_built",
    levels=(Level(id="L0", elevation_m=0.0, outline=OUTLINE),),
    walls=(Wall(id="W1", level="L0", p0=(0.0, 0.0), p1=(10.0, 0.0), height_m=4.0),),
    obstacles=tuple(
        Obstacle(id=name, level="L0", kind="unknown", footprint=ring, z0_m=0.0, z1_m=1.0)
        for name, ring in (("O1", RING), ("O2", BARE))
    ),
)


def ball(x: float, y: float, z: float) -> trimesh.Trimesh:
    made = trimesh.creation.icosphere(3, 0.3)
    made.apply_translation([x, y, z])
    return made


@pytest.fixture(scope="module")
def scene() -> Iterator[DesktopScene]:
    """A ball in an obstacle, one on a wall, and one in mid-air."""
    seen = trimesh.util.concatenate([ball(4.5, 4.5, 0.8), ball(2.0, 0.1, 2.0), ball(2.0, 6.0, 3.0)])
    residual = np.asarray(seen.vertices), seen.faces.astype(np.int32)
    made = desktop_scene(HALL, off_screen=True, size=(200, 150), residual=residual)
    yield made
    made.plotter.close()


def down(x: float, y: float, *, planes: np.ndarray | None = None, scene: DesktopScene) -> Picked | None:
    ray = Ray(np.array([x, y, 5.0]), np.array([x, y, -1.0]))
    return HallBoxes(HALL, scene.seen).pick(ray, planes=np.empty((0, 4)) if planes is None else planes)


@pytest.mark.parametrize(
    ("x", "y", "kind", "name", "z"),
    [
        (4.501, 4.499, "obstacle", "O1", 1.1),
        (2.001, 0.101, "wall", "W1", 2.3),
        (2.001, 6.001, "seen", "", 3.3),
        (8.5, 4.5, "obstacle", "O2", 1.0),
        (6.5, 2.0, "floor", "L0", 0.0),
    ],
)
def test_a_click_tells_whose_surface_it_meets(
    scene: DesktopScene, x: float, y: float, kind: str, name: str, z: float
) -> None:
    picked = down(x, y, scene=scene)
    assert picked is not None
    assert (picked.kind, picked.id) == (kind, name)
    assert picked.place[2] == pytest.approx(z, abs=0.01)
    if kind == "obstacle":
        assert HALL.obstacles[picked.number].id == name


def test_what_is_cut_away_is_not_met(scene: DesktopScene) -> None:
    picked = down(2.001, 6.001, planes=np.array([[0.0, 0.0, -1.0, 2.5]]), scene=scene)
    assert picked is not None
    assert picked.kind == "floor"


def test_only_the_hull_of_what_was_seen_is_glass(scene: DesktopScene) -> None:
    hulls, hall = (scene.renderer.actors[name] for name in ("hulls", "hall"))
    assert hulls.prop.opacity < 0.5 < hall.prop.opacity
    np.testing.assert_allclose(hulls.bounds, (4.0, 5.0, 4.0, 5.0, 0.0, 1.0))
    assert scene.renderer.actors["seen"].bounds[5] == pytest.approx(3.3, abs=0.01)


def test_a_hall_without_a_surface_has_neither() -> None:
    scene = desktop_scene(HALL, off_screen=True, size=(100, 80))
    assert not {"seen", "hulls"} & set(scene.renderer.actors)
    scene.plotter.close()
