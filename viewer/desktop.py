"""The desktop viewer: pictures, films and a window of a facility and a run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from imageio.v2 import get_writer

from layouts.run import Run
from layouts.run_files import read_run
from layouts.slotting.pictures.velocity_map import VELOCITY, read_velocity_map
from spatial.errors import BadDataError
from spatial.facility_json import read_facility
from spatial.whole_files import write_whole
from viewer.desktop_scene import DesktopScene, desktop_scene
from viewer.messages import FASTEST, SLOWEST, Clock, Command, Pause, Play, Seek, SetSpeed
from viewer.playback import moved_to, obey

CLOUD_FILE = "cloud.ply"
CLOUD_POINTS = 2_000_000
"""More points than this are thinned: they add nothing to the picture."""
TICK_MS = 33
TICKS = 2**31 - 1
JUMP_S = 60.0


def picture(
    site: Path,
    run: Path | None,
    png: Path,
    t_s: float | None = None,
    size: tuple[int, int] = (1600, 1000),
    *,
    plan: Path | None = None,
    after: bool = True,
) -> None:
    """Write a still of the site, and of the run at `t_s` seconds (default its middle), of `size` pixels.

    A slotting plan's folder is shown as it will be or, without `after`, as it is today. Needs no screen. Raises
    BadDataError for a site, run or plan that cannot be read.
    """
    scene, shift = _open(site, run, plan, after=after, off_screen=True, size=size)
    if shift is not None:
        scene.show_time(shift.duration_s / 2 if t_s is None else t_s)
    scene.plotter.enable_ssao(radius=1.5, bias=0.05, kernel_size=64)  # soft shade where things meet
    scene.plotter.enable_anti_aliasing("ssaa")
    with write_whole(png) as aside:
        scene.plotter.screenshot(str(aside))
    scene.plotter.close()


def film(
    site: Path,
    run: Path,
    mp4: Path,
    *,
    fps: int = 25,
    speed: float = 30.0,
    duration_s: float = 20.0,
    size: tuple[int, int] = (1280, 720),
    smooth: bool = True,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write `duration_s` seconds of film of the run from its start at `speed` times real time.

    The film ends with the run. Without `smooth` edges are jagged and it takes a third of the time. `progress`
    is told the share done. Raises ValueError when nothing would move.
    """
    if not (fps > 0 and speed > 0 and duration_s > 0):
        raise ValueError(f"fps {fps}, speed {speed} and duration_s {duration_s} must be above 0")
    scene, shift = _open(site, run, off_screen=True, size=size)
    assert shift is not None
    seconds = min(duration_s, shift.duration_s / speed)
    frames = max(1, math.ceil(seconds * fps))
    if smooth:
        scene.plotter.enable_anti_aliasing("ssaa")
    with write_whole(mp4) as aside, _writer(aside, fps) as writer:
        for i in range(frames):
            scene.show_time(i * speed / fps)
            writer.append_data(_image(scene))
            if progress is not None:
                progress((i + 1) / frames)
    scene.plotter.close()


def show(site: Path, run: Path | None = None, *, plan: Path | None = None, after: bool = True) -> None:
    """Open a window, with a slotting plan's folder if one is given, and return when it is closed.

    Keys: space plays and pauses, + and − change the speed, ← and → jump a minute, c shows or hides the point
    cloud. A slider seeks.
    """
    scene, shift = _open(site, run, plan, after=after, off_screen=False, size=(1600, 1000))
    if scene.cloud is not None:
        scene.plotter.add_key_event("c", lambda: _toggle(scene))
    if shift is not None:
        DesktopPlayer(scene, shift.duration_s).attach()
    scene.plotter.show()


class DesktopPlayer:
    """A run's clock under the window's keys, slider and timer, all on the window's own thread."""

    def __init__(self, scene: DesktopScene, duration_s: float) -> None:
        self.scene = scene
        self.clock = Clock(sim_s=0.0, at_s=time.monotonic(), speed=10.0, playing=True, duration_s=duration_s)

    def attach(self) -> None:
        """Bind keys and slider, and start the timer."""
        plotter = self.scene.plotter
        keys: dict[str, Callable[[], Command]] = {
            "space": lambda: Pause() if self.clock.playing else Play(),
            "plus": lambda: SetSpeed(min(self.clock.speed * 2, FASTEST)),
            "minus": lambda: SetSpeed(max(self.clock.speed / 2, SLOWEST)),
            "Right": lambda: Seek(self.clock.sim_s + JUMP_S),
            "Left": lambda: Seek(self.clock.sim_s - JUMP_S),
        }
        for key, command in keys.items():
            plotter.add_key_event(key, lambda command=command: self.obey(command()))
        self._slider = plotter.add_slider_widget(
            lambda t_s: self.obey(Seek(t_s)),
            (0.0, self.clock.duration_s),
            title="s",
            pointa=(0.3, 0.06),
            pointb=(0.85, 0.06),
            style="modern",
            color="#f2f5f7",
            interaction_event="end",
        )
        plotter.add_timer_event(max_steps=TICKS, duration=TICK_MS, callback=lambda _step: self.tick())

    def obey(self, command: Command) -> None:
        """Carry out a command of the person at the window."""
        self.clock = obey(self.clock, command, time.monotonic())
        self._draw()

    def tick(self) -> None:
        """Move to the present of the clock; called by the timer."""
        if self.clock.playing:
            self.clock = moved_to(self.clock, time.monotonic())
            self._slider.GetRepresentation().SetValue(self.clock.sim_s)
            self._draw()

    def _draw(self) -> None:
        mode = f"{self.clock.speed:g}×" if self.clock.playing else "paused"
        self.scene.show_time(self.clock.sim_s, note=f"{mode}   space  +  −  ←  →  c")
        self.scene.plotter.render()


def read_cloud(path: Path) -> pv.PolyData:
    """A point cloud file of PyVista's formats, thinned evenly to CLOUD_POINTS.

    Raises BadDataError when it holds no points.
    """
    cloud = pv.read(path)
    if not isinstance(cloud, pv.PolyData) or not cloud.n_points:
        raise BadDataError(f"{path}: no points in it: write it again from the scan")
    step = math.ceil(cloud.n_points / CLOUD_POINTS)
    thinned = pv.PolyData(np.asarray(cloud.points)[::step])
    if "RGB" in cloud.point_data:
        thinned.point_data["RGB"] = cloud.point_data["RGB"][::step]
    return thinned


def _open(
    site: Path,
    run: Path | None,
    plan: Path | None = None,
    *,
    after: bool = True,
    off_screen: bool,
    size: tuple[int, int],
) -> tuple[DesktopScene, Run | None]:
    facility = read_facility(site)
    shift = None if run is None else read_run(run)
    cloud_path = site / CLOUD_FILE
    cloud = read_cloud(cloud_path) if cloud_path.is_file() else None
    found = None if plan is None else read_velocity_map(plan / VELOCITY)
    scene = desktop_scene(facility, shift, cloud, plan=found, after=after, off_screen=off_screen, size=size)
    return scene, shift


def _writer(path: Path, fps: int) -> Any:
    return get_writer(path, fps=fps, quality=8, macro_block_size=8)


def _image(scene: DesktopScene) -> npt.NDArray[np.uint8]:
    scene.plotter.render()
    return np.asarray(scene.plotter.screenshot(return_img=True), dtype=np.uint8)


def _toggle(scene: DesktopScene) -> None:
    assert scene.cloud is not None
    scene.cloud.visibility = not scene.cloud.visibility
    scene.plotter.render()
