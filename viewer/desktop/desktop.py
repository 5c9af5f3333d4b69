"""The desktop viewer: pictures, films and a window of a facility and a run, or of what a server shows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from imageio.v2 import get_writer
from PIL import Image

from layouts.diff.deviations import Deviation
from layouts.genealogy.path_file import DrawnLeg, read_path
from layouts.run_files import read_run
from layouts.slotting.pictures.velocity_map import VELOCITY, read_velocity_map
from spatial.errors import BadDataError
from spatial.facility_json import read_facility
from spatial.whole_files import write_whole
from viewer.desktop.cloud import read_cloud
from viewer.desktop.colours import STATE, colour_by, colours_of
from viewer.desktop.deviations import deviation_lines
from viewer.desktop.input import attach
from viewer.desktop.link import Errands, ServerLink, fetch, server_address, wait_for
from viewer.desktop.players import RunPlayer, ServerPlayer, first_hello
from viewer.desktop.scene import DesktopScene, HallShown, add_scene
from viewer.desktop.served import served_hall
from viewer.desktop.stage import open_stage
from viewer.desktop.swipe import Swipe
from viewer.desktop.text import add_plate, write
from viewer.desktop.window import PANEL, DesktopWindow
from viewer.exports.source import MESH, read_residual
from viewer.lengths import Lengths
from viewer.timeline import Timeline

CLOUD_FILE = "cloud.ply"
WINDOW_SIZE = (1600, 1000)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is shown besides a site and a run.

    A slotting plan's folder is shown as it will be or, without `after`, as it is today. `deviations` are those from
    a planned hall, `goods_path` is a file with the way of goods. `beside` is another site, with a run of its own,
    right of a divider at a share of the width. `colour` is what locations are coloured by: "state" or a figure, as of
    `desktop_colours.colours_of`.
    """

    plan: Path | None = None
    after: bool = True
    deviations: tuple[Deviation, ...] = ()
    goods_path: Path | None = None
    beside: Path | None = None
    beside_run: Path | None = None
    divider: float = 0.5
    colour: str = STATE


def picture(
    site: Path,
    run: Path | None,
    png: Path,
    t_s: float | None = None,
    size: tuple[int, int] = WINDOW_SIZE,
    *,
    plan: Path | None = None,
    after: bool = True,
    wishes: Wishes = Wishes(),
) -> None:
    """Write a still of the site, and of the run at `t_s` seconds (default its middle), of `size` pixels.

    Needs no screen. Raises BadDataError for a site, run or plan that cannot be read, or a colour that there is not.
    """
    wishes = replace(wishes, plan=plan or wishes.plan, after=after and wishes.after)
    with opened(site, run, wishes, off_screen=True, size=_drawn_size(size, wishes)) as scenes:
        for scene in scenes:
            if scene.moments is not None:
                scene.show_time(scene.moments.duration_s / 2 if t_s is None else t_s)
        _take_still(scenes, png)


def server_picture(
    base: str, png: Path, size: tuple[int, int] = WINDOW_SIZE, *, token: str | None = None
) -> None:
    """Write a still of what a server shows now. Raises BadDataError when it cannot be had."""
    with following(base, token=token, off_screen=True, size=size) as (scene, player):
        moment = player.moment(0)
        if moment is not None:
            scene.show(moment)
        _take_still((scene,), png)


def _take_still(scenes: tuple[DesktopScene, ...], png: Path) -> None:
    plotter = scenes[0].plotter
    for scene in scenes:
        plotter.subplot(0, scene.number)
        plotter.enable_ssao(radius=1.5, bias=0.05, kernel_size=64)  # soft shade where things meet
        _smooth(scene, of=len(scenes))
        if scene.shown.deviations and scene.number == 0:
            plate = add_plate(plotter, PANEL, 11, name="panel")
            write(plate, deviation_lines(scene.shown.deviations, Lengths()))
    with write_whole(png) as aside:
        Image.fromarray(_image(plotter, halved=len(scenes) > 1)).save(aside, format="PNG")


def _drawn_size(size: tuple[int, int], wishes: Wishes, *, smooth: bool = True) -> tuple[int, int]:
    """The size that a picture is drawn in: two halls, whose edges VTK cannot smooth, at double size."""
    times = 2 if smooth and wishes.beside is not None else 1
    return size[0] * times, size[1] * times


def _smooth(scene: DesktopScene, *, of: int) -> None:
    if of == 1:
        scene.plotter.enable_anti_aliasing("ssaa")


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
    wishes: Wishes = Wishes(),
) -> None:
    """Write `duration_s` seconds of film of the run from its start at `speed` times real time.

    The film ends with the run. Without `smooth` edges are jagged and it takes a third of the time. `progress`
    is told the share done. Raises ValueError when nothing would move.
    """
    if not (fps > 0 and speed > 0 and duration_s > 0):
        raise ValueError(f"fps {fps}, speed {speed} and duration_s {duration_s} must be above 0")
    with opened(site, run, wishes, off_screen=True, size=_drawn_size(size, wishes, smooth=smooth)) as scenes:
        seconds = min(duration_s, max(_duration_s(scene) for scene in scenes) / speed)
        frames = max(1, math.ceil(seconds * fps))
        for scene in scenes:
            if smooth:
                _smooth(scene, of=len(scenes))
        with write_whole(mp4) as aside, _writer(aside, fps) as writer:
            for i in range(frames):
                for scene in scenes:
                    scene.show_time(min(i * speed / fps, _duration_s(scene)))
                writer.append_data(_image(scenes[0].plotter, halved=smooth and len(scenes) > 1))
                if progress is not None:
                    progress((i + 1) / frames)


def show(
    site: Path,
    run: Path | None = None,
    *,
    plan: Path | None = None,
    after: bool = True,
    wishes: Wishes = Wishes(),
    at_s: float | None = None,
) -> None:
    """Open a window, and return when it is closed; `?` lists its keys. A run begins at `at_s` seconds, or at 0."""
    wishes = replace(wishes, plan=plan or wishes.plan, after=after and wishes.after)
    with opened(site, run, wishes, off_screen=False, size=WINDOW_SIZE) as scenes:
        window = window_of(scenes, divider=wishes.divider)
        if at_s is not None:
            window.seek(at_s)
        attach(window)
        window.plotter.show()


def show_server(base: str, *, token: str | None = None) -> None:
    """Open a window of what a server shows, and follow it until the window is closed."""
    with following(base, token=token, off_screen=False, size=WINDOW_SIZE) as (scene, player):
        names = json.loads(fetch(base, "/api/colours", token=token) or b"[]")
        player.colour_names = tuple(names)
        window = DesktopWindow((scene,), player)
        attach(window)
        window.plotter.show()


def window_of(scenes: tuple[DesktopScene, ...], *, divider: float = 0.5) -> DesktopWindow:
    """A window around scenes whose runs are played here."""
    plotter = scenes[0].plotter
    swipe = Swipe(plotter, scenes, divider) if len(scenes) == 2 else None
    player = RunPlayer([scene.moments for scene in scenes])
    return DesktopWindow(scenes, player, swipe=swipe, colours=[colours_of(scene.shown) for scene in scenes])


@contextmanager
def opened(
    site: Path, run: Path | None, wishes: Wishes, *, off_screen: bool, size: tuple[int, int]
) -> Iterator[tuple[DesktopScene, ...]]:
    """The hall, and the one beside it, in a plotter that is closed in the end."""
    hall = _read(site, run, wishes.plan, after=wishes.after, deviations=wishes.deviations)
    halls = [replace(hall, goods_path=_legs(wishes.goods_path, hall))]
    if wishes.beside is not None:
        halls.append(_read(wishes.beside, wishes.beside_run))
        tops = [Timeline(hall.run).heat(0.0).top_s_m2 for hall in halls if hall.run is not None]
        halls = [
            hall if hall.run is None else replace(hall, heat_top_s_m2=max(tops)) for hall in halls
        ]  # a colour means the same on both sides
    plotter = open_stage(off_screen=off_screen, size=size, halls=len(halls))
    try:
        scenes = tuple(
            add_scene(plotter, hall, number=number, of=len(halls)) for number, hall in enumerate(halls)
        )
        plotter.subplot(0, 0)
        if wishes.colour != STATE:
            colour_by(scenes, [colours_of(hall) for hall in halls], wishes.colour)
        if off_screen and len(scenes) == 2:
            Swipe(plotter, scenes, wishes.divider)
        yield scenes
    finally:
        plotter.close()


@contextmanager
def following(
    base: str, *, token: str | None, off_screen: bool, size: tuple[int, int]
) -> Iterator[tuple[DesktopScene, ServerPlayer]]:
    """The hall of a server, and what follows it, both closed in the end."""
    address = server_address(base)
    hall, is_moving = served_hall(address, token=token)
    link = ServerLink(address, token=token, hello=first_hello())
    player = ServerPlayer(link, hall.facility, Errands(address, token=token))
    link.start()
    plotter = None
    try:
        if is_moving:
            player.take(wait_for(link))
        heat = player.world.heat
        hall = replace(hall, heat_top_s_m2=heat.top_s_m2 if heat is not None else None)
        plotter = open_stage(off_screen=off_screen, size=size)
        yield add_scene(plotter, hall), player
    finally:
        player.close()
        if plotter is not None:
            plotter.close()


def _read(
    site: Path,
    run: Path | None,
    plan: Path | None = None,
    *,
    after: bool = True,
    deviations: tuple[Deviation, ...] = (),
) -> HallShown:
    cloud_path = site / CLOUD_FILE
    return HallShown(
        facility=read_facility(site),
        run=None if run is None else read_run(run),
        cloud=read_cloud(cloud_path) if cloud_path.is_file() else None,
        plan=None if plan is None else read_velocity_map(plan / VELOCITY),
        after=after,
        deviations=deviations,
        residual=read_residual(site / MESH),
    )


def _legs(goods_path: Path | None, hall: HallShown) -> tuple[DrawnLeg, ...]:
    if goods_path is None:
        return ()
    read = read_path(goods_path)
    if read.site != hall.facility.id:
        raise BadDataError(
            f"{goods_path} leads through site '{read.site}', not '{hall.facility.id}': view that site, or write the "
            "path anew with --hall"
        )
    return read.legs


def _duration_s(scene: DesktopScene) -> float:
    return 0.0 if scene.moments is None else scene.moments.duration_s


def _writer(path: Path, fps: int) -> Any:
    return get_writer(path, fps=fps, quality=8, macro_block_size=8)


def _image(plotter: pv.Plotter, *, halved: bool) -> npt.NDArray[np.uint8]:
    plotter.render()
    drawn = np.asarray(plotter.screenshot(return_img=True), dtype=np.uint8)
    if not halved:
        return drawn
    height, width, _ = drawn.shape
    squares = drawn.reshape(height // 2, 2, width // 2, 2, 3)
    halves: npt.NDArray[np.uint8] = squares.mean(axis=(1, 3)).round().astype(np.uint8)
    return halves
