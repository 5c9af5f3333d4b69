"""In a real browser a click on what a scan saw tells whose surface it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import trimesh

from layouts.run import Run
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from spatial.facility import Facility, Obstacle
from spatial.facility_json import write_facility
from spatial.meshes.glb import write_glb

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
RING = ((10.0, 5.0), (11.0, 5.0), (11.0, 6.0), (10.0, 6.0))


@pytest.fixture(scope="module")
def address(
    hall: Facility, hall_run: Run, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A hall with a ball in an obstacle, and one of no element high above its floor."""
    stack = Obstacle(id="O1", level="L0", kind="floor_stack", footprint=RING, z0_m=0.0, z1_m=1.2)
    balls = []
    for middle in ((10.5, 5.5, 1.0), (10.5, 1.0, 4.0)):
        balls.append(trimesh.creation.icosphere(3, 0.4))
        balls[-1].apply_translation(middle)
    seen = trimesh.util.concatenate(balls)
    site = tmp_path_factory.mktemp("seen")
    cluttered = replace(hall, obstacles=(stack,))
    write_facility(site / "facility.json", cluttered)
    write_glb(site / "facility.glb", cluttered, (np.asarray(seen.vertices), seen.faces.astype(np.int32)))
    with serving(create_app(Shown(site=load_site(site), run=hall_run))) as address:
        yield address


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    page = chromium.new_page(viewport={"width": 1000, "height": 640}, reduced_motion="reduce")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    until(page, "window.__aisletwin?.ready === true")
    yield page
    page.close()
    assert not complaints


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(30)


def clicked(page: Any, place: tuple[float, float, float]) -> str:
    """What the panel says after a click on a place of the hall."""
    at = page.evaluate("place => window.__aisletwin.projectPoint(place)", list(place))
    page.locator("#canvas").click(position={"x": at["x"], "y": at["y"]})
    until(page, "!document.getElementById('details').hidden")
    said: str = page.locator("#details").inner_text()
    page.keyboard.press("Escape")
    until(page, "document.getElementById('details').hidden")
    return said


def test_a_click_tells_whose_surface_was_met(page: Any) -> None:
    said = clicked(page, (10.5, 5.5, 1.3))
    assert said.startswith("O1")
    assert "floor stack" in said
    said = clicked(page, (10.5, 1.0, 4.2))
    assert "Seen by the scan" in said
    assert "of no element" in said
