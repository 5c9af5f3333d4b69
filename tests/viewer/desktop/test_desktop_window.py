"""What clicks and keys do in the desktop window, checked against the hall and the run themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layouts.demo_hall import demo_hall
from layouts.run import Event, Run
from spatial.facility import Facility
from viewer.desktop.colours import colours_of
from viewer.desktop.hall import look_along_aisles
from viewer.desktop.locations import RAMP, STATE_COLOURS
from viewer.desktop.measuring import Tape, snapped
from viewer.desktop.players import RunPlayer
from viewer.desktop.scene import DesktopScene, desktop_scene
from viewer.desktop.section import Section
from viewer.desktop.window import KEYS, DesktopWindow
from viewer.lengths import Lengths
from viewer.location_figures import velocity_figures

SIZE = (600, 400)


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


@pytest.fixture(scope="module")
def shift(hall: Facility) -> Run:
    """P1 picks twice from the first place in the aisle, and walks down it."""
    aisle, place = hall.aisles[1], hall.locations[0]
    common = {"level": "L0", "agent": "P1"}
    picks = [
        Event(
            seq=n, kind="pick", start_s=10.0 * n, end_s=10.0 * n + 5, path=(aisle.p0,), location=place.id,
            sku="S1", quantity=1, **common,
        )
        for n in range(2)
    ]  # fmt: skip
    walk = Event(seq=2, kind="move", start_s=20.0, end_s=60.0, path=(aisle.p0, aisle.p1), **common)
    return Run(id="R", kind="simulated", agents=("P1",), duration_s=60.0, events=(*picks, walk))


@pytest.fixture(scope="module")
def scene(hall: Facility, shift: Run) -> Iterator[DesktopScene]:
    made = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    yield made
    made.plotter.close()


@pytest.fixture
def window(scene: DesktopScene, tmp_path: Path) -> DesktopWindow:
    scene.cut(np.empty((0, 4)))
    scene.colour_by(None)
    look_along_aisles(scene.plotter, scene.facility, scene.mesh)
    opened = DesktopWindow(
        (scene,), RunPlayer([scene.moments]), colours=[colours_of(scene.shown)], pictures=tmp_path
    )
    opened.press("space")
    opened.seek(0.0)
    return opened


def scene_of(window: DesktopWindow) -> DesktopScene:
    return window.scenes[0]


def test_a_hall_with_its_agents_and_heat_is_five_actors(window: DesktopWindow) -> None:
    shown = [actor for actor in scene_of(window).actors() if actor.GetVisibility()]
    assert len(shown) == 5


def test_a_click_at_a_place_meets_what_a_ray_meets_first(window: DesktopWindow, hall: Facility) -> None:
    """Each location that is met is on the ray, and no other location is nearer: all of them are asked one by one."""
    rng = np.random.default_rng(3)
    met = 0
    for x, y in rng.uniform((150, 60), (450, 360), (60, 2)):
        window.click(x, y)
        if window.picked is None or window.picked[1].kind != "location":
            continue
        met += 1
        picked = window.picked[1]
        ray = window.ray_through(x, y)
        along = float(np.linalg.norm(picked.place - ray.near))
        assert np.abs(window.project(picked.place[None])[0] - (x, y)).max() < 0.01
        for place in hall.locations[::7]:
            if place.id != picked.id:
                inside = _entry(ray.near, ray.ahead, place, hall)
                assert inside is None or inside >= along - 1e-6, (place.id, picked.id)
    assert met > 15


def _entry(near: np.ndarray, ahead: np.ndarray, place: object, hall: Facility) -> float | None:
    """Where a ray first is inside a location, by walking along it; None for never."""
    yaw = next(rack.yaw_rad for rack in hall.racks if rack.id == place.rack)
    way = ahead / np.linalg.norm(ahead)
    middle = float((np.array(place.center) - near) @ way)
    steps = middle + np.arange(-2.0, 2.0, 0.01)
    apart = near + steps[:, None] * way - place.center
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    apart[:, :2] = apart[:, :2] @ turn.T
    inside = (np.abs(apart) < np.array(place.size_m) / 2 - 0.02).all(axis=1)
    return float(steps[inside.argmax()]) if inside.any() else None


def test_a_clicked_location_tells_what_is_known(window: DesktopWindow, hall: Facility) -> None:
    place = hall.locations[0]
    window.seek(8.0)
    scene_of(window).plotter.camera.position = np.add(place.center, (0.0, -6.0, 3.0))
    scene_of(window).plotter.camera.focal_point = place.center
    window.draw()
    window.click(*window.project(np.array([place.center]))[0])
    assert window.picked is not None
    lines = window.panel_lines()
    if window.picked[1].id == place.id:
        assert "picks: 1 so far, 2 in the run" in lines
        assert f"state: {place.state}" in lines
        assert any(f"rack {place.rack}, bay {place.bay + 1}" in line for line in lines)
    else:
        pytest.fail(f"met {window.picked[1]} before {place.id}")
    window.press("u")
    assert any("″" in line for line in window.panel_lines())
    window.press("Escape")
    assert window.panel_lines() == []


def test_a_click_on_an_agent_tells_who_it_is_and_what_it_does(window: DesktopWindow) -> None:
    window.seek(40.0)
    moment = scene_of(window).moment
    assert moment is not None
    window.click(*window.project(np.add(moment.positions, (0, 0, 0.9)))[0])
    assert window.picked is not None
    assert window.panel_lines()[:2] == ["P1", "walking"]


def test_a_click_beside_the_hall_meets_nothing(window: DesktopWindow) -> None:
    window.click(3, 397)
    assert window.picked is None


def test_the_tape_takes_corners_and_tells_floor_and_height(window: DesktopWindow, hall: Facility) -> None:
    """Two corners of one rack's front: along the floor its length, in height nothing."""
    rack = next(rack for rack in hall.racks if rack.back_to_back is None)
    window.press("m")
    half = rack.length_m / 2
    along = np.array([np.cos(rack.yaw_rad), np.sin(rack.yaw_rad)])
    across = np.array([-along[1], along[0]])
    top = rack.base_z_m + rack.height_m
    ends = [
        np.array([*(np.array(rack.center) + side * half * along + rack.depth_m / 2 * across), top])
        for side in (-1, 1)
    ]
    inwards = [np.array([*(-side * 0.05 * along - 0.05 * across), -0.05]) for side in (-1, 1)]
    camera = scene_of(window).plotter.camera
    for end, inward in zip(ends, inwards, strict=True):
        camera.position, camera.focal_point = end - 40 * inward + (0.5, 0.3, 6.0), end
        window.draw()
        window.click(*window.project((end + inward)[None])[0])
    assert len(window.tape.points) == 2
    for end, point in zip(ends, window.tape.points, strict=True):
        assert np.linalg.norm(end - point) < 1e-9
    assert window.tape.lines(Lengths()) == [
        f"{rack.length_m:.3f} m", f"floor {rack.length_m:.3f} m", "height 0.000 m",
    ]  # fmt: skip
    window.click(*window.project(ends[0][None])[0])
    assert len(window.tape.points) == 1
    window.press("m")
    assert window.tape.points == []


def test_a_tape_is_pythagorean() -> None:
    tape = Tape()
    tape.put(np.array([1.0, 2.0, 0.5]))
    tape.put(np.array([4.0, 6.0, 12.5]))
    assert tape.lines(Lengths()) == ["13.000 m", "floor 5.000 m", "height 12.000 m"]
    assert tape.lines(Lengths("imperial"))[1] == "floor 16′ 4 7⁄8″"


def test_only_a_near_corner_is_taken() -> None:
    corners = np.array([[0.0, 0, 0], [1.0, 0, 0]])
    place = np.array([0.4, 0.0, 0.0])
    for scale, expected in ((20.0, 0.0), (100.0, 0.4)):
        taken = snapped(
            place, (0.4 * scale, 0.0), corners, lambda at, scale=scale: np.asarray(at)[:, :2] * scale
        )
        assert taken[0] == expected


@pytest.mark.parametrize("axis", ["height", "along", "across"])
def test_a_cut_takes_away_what_lies_beyond(window: DesktopWindow, axis: str) -> None:
    """No pixel shows a place beyond the plane: what is drawn is met on the near side by depth."""
    scene = scene_of(window)
    before = np.asarray(scene.plotter.screenshot(return_img=True)).astype(int)
    while window.section.axis != axis:
        window.press("x")
    for _ in range(10):
        window.press("bracketleft")
    plane = window.planes[0]
    assert np.linalg.norm(plane[:3]) == pytest.approx(1.0)
    words = [actor for actor in scene.renderer.actors.values() if actor.IsA("vtkActor2D")]
    assert scene.agents is not None
    for hidden in (*words, scene.agents.ghost):  # they lie before everything else
        hidden.SetVisibility(False)
    scene.plotter.render()
    depth = scene.plotter.get_image_depth(fill_value=np.nan)
    rows, columns = np.nonzero(np.isfinite(depth))
    some = np.random.default_rng(0).choice(len(rows), 200, replace=False)
    for row, column in zip(rows[some], columns[some], strict=True):
        place = _place_at(window, column, SIZE[1] - 1 - row)
        assert plane[:3] @ place + plane[3] > -0.05
    for hidden in (*words, scene.agents.ghost):
        hidden.SetVisibility(True)
    after = np.asarray(scene.plotter.screenshot(return_img=True)).astype(int)
    assert (abs(before - after).max(axis=2) > 30).mean() > 0.02
    while window.section.axis != "off":
        window.press("x")
    assert len(window.planes) == 0
    again = np.asarray(scene.plotter.screenshot(return_img=True)).astype(int)
    assert (abs(before - again).max(axis=2) > 30).mean() < 0.001


def _place_at(window: DesktopWindow, x: int, y: int) -> np.ndarray:
    """The world place that is drawn at a pixel, by the depth there."""
    renderer = scene_of(window).renderer
    renderer.SetDisplayPoint(x, y, renderer.GetZ(int(x), int(y)))
    renderer.DisplayToWorld()
    *place, w = renderer.GetWorldPoint()
    return np.array(place) / w


def test_nothing_beyond_a_cut_is_clicked(window: DesktopWindow, hall: Facility) -> None:
    window.press("x")
    for _ in range(20):
        window.press("bracketleft")
    height = window.section.plane(scene_of(window).mesh.vertices, 0.0)
    assert height is not None
    for x, y in np.random.default_rng(1).uniform((150, 60), (450, 360), (30, 2)):
        window.click(x, y)
        if window.picked is not None:
            assert window.picked[1].place[2] <= height[1] + 1e-6


@pytest.mark.parametrize(("share", "kept"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_a_section_keeps_its_share_of_even_points(share: float, kept: float) -> None:
    points = np.random.default_rng(2).uniform((0, 0, 0), (10, 20, 8), (4000, 3))
    for axis in ("height", "along", "across"):
        found = Section(axis, share).plane(points, 0.3)  # type: ignore[arg-type]
        assert found is not None
        near = points @ found[0][:3] + found[0][3] >= 0
        assert near.mean() == pytest.approx(kept, abs=0.03)


def test_locations_take_the_colours_of_figures(window: DesktopWindow, hall: Facility, shift: Run) -> None:
    locations = scene_of(window).locations
    window.press("f")
    assert window.colour_name == "fill"
    window.press("f")
    assert window.colour_name == "velocity"
    figures = velocity_figures(hall, shift)
    for number, place in enumerate(hall.locations):
        share = min(1.0, figures.values[place.id] / figures.top)
        assert locations.colours[number].tolist() == RAMP[round(share * 255)].tolist()
    for _ in range(2):
        window.press("f")
    assert window.colour_name == "state"
    first = hall.locations[0]
    expected = [int(STATE_COLOURS[first.state][i : i + 2], 16) for i in (1, 3, 5)]
    assert locations.colours[0].tolist() == expected


def test_a_picture_of_the_window_is_written(window: DesktopWindow) -> None:
    path = window.take_picture()
    with Image.open(path) as image:
        assert image.size == SIZE


def test_help_lists_every_key(window: DesktopWindow) -> None:
    window.press("question")
    told = window._help.GetInput()
    assert all(does in told for _, does in KEYS)
    window.press("question")
    assert not window._help.GetVisibility()
    listed = " ".join(key for key, _ in KEYS)
    signs = {"plus": "+", "minus": "−", "bracketleft": "[", "bracketright": "]", "comma": ",", "period": "."}
    signs |= {"Left": "←", "Right": "→", "Escape": "esc", "question": "", "equal": ""}
    for key in window._actions():
        assert signs.get(key, key) in listed


def test_a_key_that_means_nothing_does_nothing(window: DesktopWindow) -> None:
    window.press("F11")
