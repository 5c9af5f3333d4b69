"""Two halls under one camera, and a hall against its plan, in the desktop viewer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layouts.demo_hall import demo_hall
from layouts.diff.deviations import Deviation, deviations
from layouts.diff.facility_diff import diff_facilities
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.desktop.desktop import Wishes, picture, window_of
from viewer.desktop.deviations import COLOURS, SIGNS, deviation_boxes, deviation_lines
from viewer.desktop.locations import STATE_COLOURS, UNKNOWN_COLOUR
from viewer.desktop.scene import DesktopScene, HallShown, add_scene, desktop_scene
from viewer.desktop.stage import open_stage
from viewer.desktop.swipe import Swipe
from viewer.lengths import Lengths

SIZE = (600, 400)
WEB = Path(__file__).parents[3] / "viewer" / "web" / "src"
Sides = tuple[Swipe, list[DesktopScene]]


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


@pytest.fixture(scope="module")
def bare(hall: Facility) -> Facility:
    """The same building without racks."""
    return replace(hall, racks=(), locations=(), aisles=())


@pytest.fixture(scope="module")
def sides(hall: Facility, bare: Facility) -> Iterator[Sides]:
    plotter = open_stage(off_screen=True, size=SIZE, halls=2)
    scenes = [
        add_scene(plotter, HallShown(facility=one), number=number, of=2)
        for number, one in enumerate((hall, bare))
    ]
    plotter.subplot(0, 0)
    yield Swipe(plotter, scenes), scenes
    plotter.close()


def image_of(scene: DesktopScene) -> np.ndarray:
    scene.plotter.render()
    return np.asarray(scene.plotter.screenshot(return_img=True)).astype(int)


@pytest.mark.parametrize("share", [0.1, 0.37, 0.5, 0.93])
def test_every_place_is_drawn_where_the_whole_picture_has_it(
    sides: Sides, hall: Facility, share: float
) -> None:
    swipe, scenes = sides
    alone = desktop_scene(hall, off_screen=True, size=SIZE)
    swipe.move(share)
    image_of(scenes[0])
    for place in [location.center for location in hall.locations[::40]]:
        expected = _pixel(alone, place)
        for scene in scenes:
            assert np.abs(np.subtract(_pixel(scene, place), expected)).max() < 0.05
    alone.plotter.close()


def _pixel(scene: DesktopScene, place: tuple[float, float, float]) -> tuple[float, float]:
    scene.renderer.SetWorldPoint(*place, 1.0)
    scene.renderer.WorldToDisplay()
    x, y, _ = scene.renderer.GetDisplayPoint()
    return x, y


def test_each_side_shows_its_own_hall(sides: Sides) -> None:
    """Loads are seen left of the divider alone, wherever it stands."""
    swipe, scenes = sides
    load = np.array([0xD8, 0xB8, 0x7F]) / np.linalg.norm([0xD8, 0xB8, 0x7F])
    for share in (0.3, 0.5, 0.7):
        swipe.move(share)
        image = image_of(scenes[0])[100:330]
        length = np.linalg.norm(image, axis=2)
        is_load = (image @ load > 0.992 * length) & (length > 150)
        divider = round(share * SIZE[0])
        assert is_load[:, : divider - 4].mean() > 0.005
        assert is_load[:, divider + 4 :].mean() < 0.002


def test_one_camera_moves_both(sides: Sides) -> None:
    _, scenes = sides
    for leader in scenes:
        leader.renderer.GetActiveCamera().Azimuth(10.0)
        one, other = (scene.renderer.GetActiveCamera() for scene in scenes)
        assert one.GetPosition() == other.GetPosition()
        assert one.GetFocalPoint() == other.GetFocalPoint()


def test_keys_move_the_divider_and_it_stays_in_the_picture(hall: Facility, bare: Facility) -> None:
    plotter = open_stage(off_screen=True, size=SIZE, halls=2)
    scenes = tuple(
        add_scene(plotter, HallShown(facility=one), number=number, of=2)
        for number, one in enumerate((hall, bare))
    )
    window = window_of(scenes)
    assert window.swipe is not None
    window.press("comma")
    assert window.swipe.share == pytest.approx(0.48)
    window.swipe.move(7.0)
    assert window.swipe.share == pytest.approx(0.98)
    window.press("x")
    for scene in scenes:
        drawn = [actor for actor in scene.actors() if actor is not scene.renderer.actors["marks"]]
        assert drawn
        assert all(actor.GetMapper().GetClippingPlanes().GetNumberOfItems() == 1 for actor in drawn)
    plotter.close()


@pytest.fixture(scope="module")
def found(hall: Facility) -> tuple[Deviation, ...]:
    """Against a plan in which one rack stands 120 mm further along x and another is missing."""
    moved, gone, *others = hall.racks
    planned = replace(
        hall,
        racks=(replace(moved, center=(moved.center[0] - 0.12, moved.center[1])), *others),
        locations=tuple(place for place in hall.locations if place.rack not in (moved.id, gone.id)),
        aisles=(),
    )
    actual = replace(
        hall,
        locations=tuple(place for place in hall.locations if place.rack not in (moved.id, gone.id)),
        aisles=(),
    )
    return deviations(diff_facilities(planned, actual), planned, actual)


def test_what_deviates_is_listed_and_boxed_and_nothing_else(
    hall: Facility, found: tuple[Deviation, ...]
) -> None:
    changed = [one for one in found if one.verdict == "changed"]
    assert {one.id for one in changed} == {hall.racks[0].id, hall.racks[1].id}
    lines = deviation_lines(found, Lengths())
    assert f"{SIGNS['changed']} 2 deviate" in lines
    assert f"{SIGNS['changed']} {hall.racks[0].id}: 120 mm" in lines
    assert deviation_lines(found, Lengths("imperial"))[-1].endswith("4.72 in")
    boxes = deviation_boxes(changed)
    planned = [one for one in changed if one.planned is not None]
    assert boxes.n_lines == 12 * len(planned)
    assert boxes.n_cells == 6 * len(changed) + boxes.n_lines
    rgb = tuple(int(COLOURS["changed"][i : i + 2], 16) for i in (1, 3, 5))
    assert {tuple(row) for row in boxes.cell_data["colour"][:, :3].tolist()} == {rgb, (255, 255, 255)}


def test_deviations_are_seen_in_a_picture(
    hall: Facility, found: tuple[Deviation, ...], tmp_path: Path
) -> None:
    write_facility(tmp_path / "facility.json", hall)
    pictures = []
    for number, wishes in enumerate((Wishes(), Wishes(deviations=found))):
        picture(tmp_path, None, tmp_path / f"{number}.png", size=SIZE, wishes=wishes)
        with Image.open(tmp_path / f"{number}.png") as image:
            pictures.append(np.asarray(image.convert("RGB")).astype(int))
    redder = (pictures[1][..., 0] - pictures[1][..., 2]) - (pictures[0][..., 0] - pictures[0][..., 2])
    assert (redder[80:330] > 40).mean() > 0.01


def test_two_sites_make_one_picture(hall: Facility, bare: Facility, tmp_path: Path) -> None:
    for name, one in (("a", hall), ("b", bare)):
        write_facility(tmp_path / name / "facility.json", one)
    wishes = Wishes(beside=tmp_path / "b", divider=0.4)
    picture(tmp_path / "a", None, tmp_path / "ab.png", size=SIZE, wishes=wishes)
    with Image.open(tmp_path / "ab.png") as image:
        assert image.size == SIZE
        column = np.asarray(image.convert("RGB")).astype(int)[:, round(0.4 * SIZE[0])]
    assert (column.min(axis=1) > 90).mean() > 0.9


def test_both_viewers_have_the_same_colours_of_locations_and_verdicts() -> None:
    source = (WEB / "colours.js").read_text(encoding="utf-8")
    states = source[source.index("LOCATION_STATES") : source.index("SHOWN_STATES")]
    assert dict(re.findall(r'(\w+): \{ colour: "(#\w+)"', states)) == STATE_COLOURS
    assert f'UNKNOWN_COLOUR = "{UNKNOWN_COLOUR}"' in source
    told = (WEB / "deviations.js").read_text(encoding="utf-8")
    verdicts = re.findall(r'(\w+): \{ colour: "(#\w+)", sign: "(.)"', told)
    assert {name: (colour, sign) for name, colour, sign in verdicts} == {
        name: (COLOURS[name], SIGNS[name]) for name in COLOURS
    }
