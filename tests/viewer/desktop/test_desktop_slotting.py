"""A slotting plan in the desktop view, looked at: velocities in their colours, moves as arcs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv

from layouts.demo_hall import demo_hall
from layouts.slotting.pictures.velocity_map import LocationVelocity, SkuMove, VelocityMap
from layouts.slotting.pictures.velocity_scales import velocity_scales
from spatial.facility import Facility
from viewer.desktop.scene import desktop_scene
from viewer.desktop.slotting import MOST_ARCS, MOVE, UNVISITED, class_colours, velocity_boxes

SIZE = (480, 320)
WEB = Path(__file__).parents[3] / "viewer" / "web" / "src" / "colours.js"


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


def plan_of(hall: Facility, moves: int = 3) -> VelocityMap:
    """All that is picked lies in the first places today and in the last ones with the plan."""
    ids = [place.id for place in hall.locations]
    rows = [
        LocationVelocity(name, (), (), 40.0 if number < 400 else 0.0, 40.0 if number >= 400 else 0.0)
        for number, name in enumerate(ids)
    ]
    return VelocityMap(
        locations=tuple(rows),
        moves=tuple(SkuMove(f"S{n}", ids[n % 384], ids[-1 - n % 384]) for n in range(moves)),
    )


def colours_of(hall: Facility, plan: VelocityMap, *, after: bool) -> np.ndarray:
    boxes = velocity_boxes(hall, plan, velocity_scales(hall, plan).single, after=after)
    assert boxes.n_cells == 6 * len(hall.locations)
    return np.asarray(boxes.cell_data["colour"])[::6]


def test_velocities_change_sides_with_the_plan(hall: Facility) -> None:
    plan = plan_of(hall)
    scale = velocity_scales(hall, plan).single
    assert scale is not None
    busy = pv.Color(class_colours()[int(scale.classes(np.array([40.0]))[0])]).int_rgb
    today, later = (colours_of(hall, plan, after=after) for after in (False, True))
    assert (today[:400] == busy).all()
    assert (later[400:] == busy).all()
    assert (later[:400] == pv.Color(UNVISITED).int_rgb).all()


def test_a_thicket_of_moves_is_thinned_and_told(hall: Facility) -> None:
    scene = desktop_scene(hall, plan=plan_of(hall, moves=MOST_ARCS + 50), off_screen=True, size=SIZE)
    assert scene.plotter.renderer.actors["moves"].mapper.dataset.n_lines == MOST_ARCS
    words = [
        actor.GetInput()
        for name, actor in scene.plotter.renderer.actors.items()
        if "moves" in name and "dot" not in name and name != "moves"
    ]
    scene.plotter.close()
    assert any("300 of 350 moves" in word for word in words)


def test_a_plan_without_visits_or_moves_is_drawn_too(hall: Facility) -> None:
    rows = tuple(LocationVelocity(place.id, (), (), 0.0, 0.0) for place in hall.locations[:5])
    told = colours_of(hall, VelocityMap(locations=rows, moves=()), after=True)
    assert (told == pv.Color(UNVISITED).int_rgb).all()


def test_both_viewers_draw_moves_and_unvisited_places_in_the_same_colours() -> None:
    found = dict(re.findall(r'export const (\w+) = "(#\w{6})"', WEB.read_text(encoding="utf-8")))
    assert (found["MOVE_COLOUR"], found["UNVISITED_COLOUR"]) == (MOVE, UNVISITED)
