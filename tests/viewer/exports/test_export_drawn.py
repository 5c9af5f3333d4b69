"""A plan as a browser draws it: racks, walls and words are where they should be, and the page asks nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from defusedxml import ElementTree
from PIL import Image

from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from spatial.errors import MissingToolError
from spatial.facility import Facility
from viewer.exports.plan_sheet import width_of
from viewer.exports.svg_plan import AREAS, svg_plan

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")

pytestmark = pytest.mark.browser

PX_PER_MM = 4
"""Chromium draws 96 to an inch; the sheet is shown so much larger that thin lines are seen."""


@pytest.fixture(scope="module")
def drawn(demo_facility: Facility, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The sheet's pixels (H, W, 3), and how wide each text is in mm by its words."""
    try:
        path = find_chromium()
    except MissingToolError as error:
        pytest.skip(f"skipped: {error}")
    folder = tmp_path_factory.mktemp("drawn")
    svg = svg_plan(demo_facility, "L0").replace('width="297mm" height="420mm"', 'width="1188" height="1680"')
    (folder / "plan.html").write_text(f"<body style='margin:0'>{svg}", encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1188, "height": 1680})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / "plan.html").as_uri())
        page.screenshot(path=folder / "plan.png")
        boxes = page.evaluate(
            "[...document.querySelectorAll('text')].map(t => { const b = t.getBBox();"
            " return [t.textContent, b.width, +t.getAttribute('font-size'), t.hasAttribute('font-weight')] })"
        )
        browser.close()
    assert asked == [(folder / "plan.html").as_uri()]
    return np.asarray(Image.open(folder / "plan.png").convert("RGB"), np.int16), boxes


def points_of(element: Any) -> np.ndarray:
    return np.array([pair.split(",") for pair in element.get("points").split()], np.float64)


def test_racks_walls_and_columns_are_painted_where_they_stand(
    drawn: tuple[Any, Any], demo_facility: Facility
) -> None:
    pixels, _ = drawn
    plan = ElementTree.fromstring(svg_plan(demo_facility, "L0"))
    for layer in ("rack", "wall", "column", "obstacle"):
        red, green, blue = (int(AREAS[layer][0][i : i + 2], 16) for i in (1, 3, 5))
        shapes = [points_of(each) for each in plan.iter() if each.get("class") == layer]
        assert shapes
        for corners in shapes:
            inside = corners.mean(axis=0) + 0.4 * (corners - corners.mean(axis=0))  # clear of the words
            x, y = np.round(inside * PX_PER_MM).astype(int).T
            off = np.abs(pixels[y, x] - (red, green, blue)).max(axis=1)
            assert (off <= 2).sum() >= len(corners) - 2, layer


def test_words_are_no_wider_than_the_plan_takes_them_to_be(drawn: tuple[Any, Any]) -> None:
    _, boxes = drawn
    assert len(boxes) > 40
    for words, width, size, is_bold in boxes:
        assert is_bold or len(words) < 4 or width <= width_of(words, size) * 1.1, words


def test_white_paper_is_left_between_the_drawing_and_the_border(drawn: tuple[Any, Any]) -> None:
    pixels, _ = drawn
    assert (pixels[: 9 * PX_PER_MM] == 255).all()
    assert (pixels[:, : 9 * PX_PER_MM] == 255).all()
    assert (pixels.min(axis=2) < 128).mean() > 0.01
