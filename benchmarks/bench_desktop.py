"""The desktop viewer off-screen, drawn by the processor: frames a second, actors, and what an update costs.

python benchmarks/bench_desktop.py [--locations 20000] [--agents 1000] [--points 5000000] [--frames 10] [--peer]

The camera turns and time runs on between frames, so that nothing can be kept. A frame counts when a pixel of it was
read. `cpu_s` is what a frame costs all cores together, which other work changes little. The peer is VTK that is
handed all points.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable

os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

import numpy as np
import pyvista as pv
from big_hall import big_hall, big_run

from spatial.facility import Facility
from spatial.meshes.mesh import facility_mesh
from viewer.desktop.camera import frame_points
from viewer.desktop.cloud import CloudView
from viewer.desktop.scene import DesktopScene, HallShown, add_scene
from viewer.desktop.stage import open_stage


def main() -> None:
    options = _options()
    width, height = map(int, options.size.split("x"))
    facility = big_hall(options.locations)
    run = big_run(facility, options.agents)
    began = time.perf_counter()
    plotter = open_stage(off_screen=True, size=(width, height))
    shown = HallShown(facility=facility, run=run, cloud=_cloud(facility, options.points))
    scene = add_scene(plotter, shown)
    _read_pixel(scene)
    _tell("first picture", seconds=round(time.perf_counter() - began, 2), renderer=_renderer(scene))
    ahead = np.array([0.2, 1.0, -1.1])
    frame_points(plotter, scene.mesh.vertices, ahead / np.linalg.norm(ahead))  # the hall fills the picture

    play = _playing(scene, run.duration_s)
    _tell("hall, agents and heat", actors=_visible(scene), **_speed(scene, play, options.frames))
    assert scene.cloud is not None
    scene.show_cloud(True)
    _read_pixel(scene)
    speed = _speed(scene, play, options.frames)
    _tell(
        f"and {options.points:,} points",
        actors=_visible(scene),
        **speed,
        handed_on=scene.cloud.drawn.n_points,
    )
    _tell("agents and heat alone, updated", ms=_ms(lambda: play(0)))
    assert scene.agents is not None
    positions, states = np.array(scene.agents.points.points), np.zeros(scene.agents.points.n_points, int)
    _tell("agents alone, updated", ms=_ms(lambda: scene.agents.place(positions, states)))  # type: ignore[union-attr]
    if options.peer:
        _hand_on_all(scene.cloud)
        _tell("peer: all points handed to VTK", **_speed(scene, play, 2))
    plotter.close()
    print(json.dumps({"load": os.getloadavg(), "cores": os.cpu_count()}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locations", type=int, default=20_000)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--points", type=int, default=5_000_000)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument(
        "--peer", action="store_true", help="also hand all points to VTK, which takes minutes"
    )
    return parser.parse_args()


def _cloud(facility: Facility, count: int) -> pv.PolyData:
    """Points on the faces of the hall's racks and floor, with noise, as a scan has them."""
    draw = np.random.default_rng(1)
    mesh = facility_mesh(facility)
    corners = mesh.vertices[mesh.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    face = draw.choice(len(area), count, p=area / area.sum())
    share = draw.random((count, 2))
    share = np.where(share.sum(axis=1, keepdims=True) > 1, 1 - share, share)
    one, two, three = (corners[face, n] for n in range(3))
    points = (
        one + share[:, :1] * (two - one) + share[:, 1:] * (three - one) + draw.normal(0, 0.01, (count, 3))
    )
    cloud = pv.PolyData(points.astype(np.float32))
    cloud.point_data["RGB"] = draw.integers(60, 255, (count, 3), dtype=np.uint8)
    return cloud


def _playing(scene: DesktopScene, duration_s: float) -> Callable[[int], None]:
    def play(frame: int) -> None:
        scene.show_time((frame * 1.7) % duration_s)

    return play


def _speed(scene: DesktopScene, play: Callable[[int], None], frames: int) -> dict[str, float]:
    _read_pixel(scene)
    began, busy = time.perf_counter(), time.process_time()
    for frame in range(frames):
        scene.plotter.camera.Azimuth(3.0)
        scene.renderer.ResetCameraClippingRange()
        play(frame)
        _read_pixel(scene)
    return {
        "fps": round(frames / (time.perf_counter() - began), 2),
        "cpu_s": round((time.process_time() - busy) / frames, 2),
    }


def _visible(scene: DesktopScene) -> int:
    return sum(bool(actor.GetVisibility()) for actor in scene.actors())


def _read_pixel(scene: DesktopScene) -> None:
    """Draw, and wait until it is drawn."""
    window = scene.plotter.render_window
    window.Render()
    window.GetPixelData(0, 0, 0, 0, 1, 0)


def _ms(does: Callable[[], object], times: int = 20) -> float:
    began = time.perf_counter()
    for _ in range(times):
        does()
    return round(1000 * (time.perf_counter() - began) / times, 2)


def _hand_on_all(cloud: CloudView) -> None:
    cloud._is_software = False
    cloud._drawn_for = None


def _renderer(scene: DesktopScene) -> str:
    told = scene.plotter.render_window.ReportCapabilities()
    return next((line.split(":")[1].strip() for line in told.splitlines() if "renderer string" in line), "?")


def _tell(name: str, **figures: object) -> None:
    print(name, json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
