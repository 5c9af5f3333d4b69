"""The desktop viewer, looked at: what should be in the picture is there, in its colour, at its place."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import pyvista as pv
from PIL import Image

from layouts.demo_hall import demo_hall
from layouts.run import Event, Run
from layouts.run_files import write_run
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.desktop.agents import STATE_COLOURS
from viewer.desktop.camera import frame_points
from viewer.desktop.cloud import read_cloud
from viewer.desktop.desktop import film, picture
from viewer.desktop.players import RunPlayer
from viewer.desktop.scene import DesktopScene, desktop_scene
from viewer.messages import Pause, Seek

SIZE = (480, 320)


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


@pytest.fixture(scope="module")
def shift(hall: Facility) -> Run:
    """Two pickers: one walks down an aisle, one stands blocked at the front."""
    aisle, front = hall.aisles[1], hall.aisles[-2]
    spot = tuple(np.add(np.multiply(front.p0, 0.45), np.multiply(front.p1, 0.55)).tolist())
    common = {"level": "L0"}
    return Run(
        id="R",
        kind="simulated",
        agents=("P1", "P2"),
        duration_s=60.0,
        events=(
            Event(
                seq=0, agent="P1", kind="move", start_s=0.0, end_s=60.0, path=(aisle.p0, aisle.p1), **common
            ),
            Event(
                seq=1, agent="P2", kind="wait", start_s=0.0, end_s=60.0, path=(spot,), cause="face", **common
            ),
        ),
    )


@pytest.fixture(scope="module")
def site(hall: Facility, shift: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_facility(folder / "facility.json", hall)
    write_run(folder / "run", shift)
    return folder


def pixel_of(scene: DesktopScene, place: np.ndarray) -> tuple[int, int]:
    """Column and row at which a world place is drawn."""
    renderer = scene.plotter.renderer
    renderer.SetWorldPoint(*place, 1.0)
    renderer.WorldToDisplay()
    x, y, _ = renderer.GetDisplayPoint()
    return round(x), SIZE[1] - 1 - round(y)


def share_like(image: np.ndarray, colour: str) -> float:
    """Share of pixels of about the hue of `colour`."""
    target = np.array(pv.Color(colour).float_rgb)
    values = image.reshape(-1, 3) / 255
    values = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 0.2)
    return float((values @ (target / np.linalg.norm(target)) > 0.985).mean())


def test_a_still_shows_racks_loads_and_pickers(site: Path, tmp_path: Path) -> None:
    picture(site, site / "run", tmp_path / "hall.png", t_s=30.0, size=SIZE)
    image = np.asarray(Image.open(tmp_path / "hall.png"))[..., :3]
    assert image.shape == (SIZE[1], SIZE[0], 3)
    assert image.std() > 15
    assert share_like(image, "#e3c898") > 0.02
    assert share_like(image, STATE_COLOURS["wait"]) > 0.0005
    assert share_like(image, STATE_COLOURS["move"]) > 0.0005


def test_pickers_are_drawn_where_they_are_and_move_in_place(hall: Facility, shift: Run) -> None:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    assert scene.agents is not None
    before = scene.agents.points
    for t_s in (10.0, 50.0):
        scene.show_time(t_s)
        scene.plotter.render()
        image = np.asarray(scene.plotter.screenshot(return_img=True))
        for place in scene.agents.points.points:
            column, row = pixel_of(scene, np.add(place, (0.0, 0.0, 1.2)))
            patch = image[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)
            assert any(share_like(patch, STATE_COLOURS[state]) > 0.1 for state in ("move", "wait")), t_s
    assert scene.agents.points is before
    assert scene.plotter.renderer.actors.keys() >= {"hall", "locations", "agents", "heat"}
    scene.plotter.close()


def test_the_floor_holds_all_blocked_seconds(hall: Facility, shift: Run) -> None:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    assert scene.heat is not None
    for t_s in (0.0, 20.0, 60.0):
        scene.show_time(t_s)
        assert scene.heat.density.sum() * scene.heat.step_m**2 == pytest.approx(t_s)
    hot = scene.heat.surface.points[scene.heat.surface.point_data["blocked"].argmax()]
    assert np.abs(np.subtract(hot[:2], shift.events[1].path[0])).max() <= 0.75
    scene.plotter.close()


def test_a_site_without_a_run_and_with_a_cloud_shows_its_points(site: Path, tmp_path: Path) -> None:
    cloud = pv.PolyData(np.random.default_rng(0).uniform([35, -10, 0.2], [60, 20, 3], (2000, 3)))
    other = tmp_path / "other"
    write_facility(other / "facility.json", demo_hall())
    cloud.save(other / "cloud.ply")
    assert read_cloud(other / "cloud.ply").n_points == 2000
    picture(site, None, tmp_path / "without.png", size=SIZE)
    picture(other, None, tmp_path / "with.png", size=SIZE)
    one, two = (np.asarray(Image.open(tmp_path / name), dtype=int) for name in ("without.png", "with.png"))
    assert (abs(one - two).max(axis=2) > 10).mean() > 0.005


def test_a_cloud_without_points_is_refused(tmp_path: Path) -> None:
    header = "ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\n"
    (tmp_path / "cloud.ply").write_text(header + "end_header\n")
    with pytest.raises(BadDataError, match="no points"):
        read_cloud(tmp_path / "cloud.ply")


def test_a_film_has_its_frames_and_something_moves(site: Path, tmp_path: Path) -> None:
    told: list[float] = []
    film(
        site,
        site / "run",
        tmp_path / "shift.mp4",
        fps=5,
        speed=10.0,
        duration_s=2.0,
        size=SIZE,
        smooth=False,
        progress=told.append,
    )
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "shift.mp4"]
    raw = subprocess.run(
        [*decode, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True
    )
    frames = np.frombuffer(raw.stdout, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3).astype(int)
    assert len(frames) == 10
    assert told[-1] == 1.0
    assert (abs(frames[0] - frames[-1]).max(axis=2) > 40).sum() > 20


def test_a_film_that_cannot_be_is_refused_before_anything_is_drawn(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="speed 0"):
        film(site, site / "run", tmp_path / "shift.mp4", speed=0)
    assert list(tmp_path.iterdir()) == []


def test_the_player_seeks_pauses_and_stops_at_the_end(hall: Facility, shift: Run) -> None:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    player = RunPlayer([scene.moments])
    player.obey(Seek(sim_s=30.0))
    player.obey(Pause())
    assert player.clock is not None
    assert player.clock.sim_s == pytest.approx(30.0, abs=5.0)
    assert not player.clock.playing
    player.obey(Seek(sim_s=1e9))
    assert player.clock.sim_s == shift.duration_s
    scene.plotter.close()


def test_the_camera_holds_every_point_and_touches_the_picture_on_one_axis() -> None:
    plotter = pv.Plotter(off_screen=True, window_size=[600, 400])
    points = np.random.default_rng(1).uniform([-20, -30, 0], [25, 40, 9], (200, 3))
    ahead = np.array([0.3, 1.0, -0.8])
    frame_points(plotter, points, ahead / np.linalg.norm(ahead))
    plotter.render()
    drawn = []
    for point in points:
        plotter.renderer.SetWorldPoint(*point, 1.0)
        plotter.renderer.WorldToView()
        drawn.append(plotter.renderer.GetViewPoint()[:2])
    low, high = np.min(drawn, axis=0), np.max(drawn, axis=0)
    assert np.abs([low, high]).max() <= 1.0
    assert max(high - low) == pytest.approx(2 * 0.88, abs=0.02)
    plotter.close()


def test_a_shift_of_nobody_is_drawn_too(hall: Facility, shift: Run) -> None:
    scene = desktop_scene(hall, replace(shift, agents=(), events=()), off_screen=True, size=SIZE)
    scene.show_time(10.0)
    scene.plotter.close()


def test_both_viewers_show_states_in_the_same_colours() -> None:
    source = (Path(__file__).parents[3] / "viewer" / "web" / "src" / "colours.js").read_text(encoding="utf-8")
    states = source[source.index("AGENT_STATES") : source.index("LOCATION_STATES")]
    browser = dict(re.findall(r'(\w+): \{ colour: "(#\w+)"', states))
    browser |= dict(re.findall(r'\.\.\.AGENT_STATES, (\w+): \{ colour: "(#\w+)"', source))
    assert {
        "move" if state == "walk" else state: colour for state, colour in browser.items()
    } == STATE_COLOURS
