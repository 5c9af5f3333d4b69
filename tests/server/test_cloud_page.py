"""The scan's points in a real browser: they come as they are needed, and never more than the budget."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scans.cloud import PointCloud
from scans.tiles.build import TileSizes, build_tiles
from server.answers.shown import Shown
from server.app import create_app
from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from server.sites import load_site
from spatial.errors import MissingToolError
from viewer.web_assets import BUILD_COMMAND, built_page

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
POINTS = 200_000
BUDGET = 60_000
WATCH = """() => {
  const seen = (window.__seen = { most: 0, frames: 0, counts: new Set(), over: 0 });
  let last = -1;
  const look = () => {
    const { info, frames, cloud } = window.__aisletwin;
    if (frames !== last) {
      last = frames;
      seen.frames++;
      seen.most = Math.max(seen.most, info.points);
      seen.counts.add(info.points);
      if (info.points > cloud.budget) seen.over++;
    }
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if built_page() is None:
        pytest.skip(f"skipped: the page is not built ({BUILD_COMMAND})")
    try:
        path = find_chromium()
    except MissingToolError as error:
        pytest.skip(f"skipped: {error}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tiled_site(hall_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hall with points on its floor, red for x < 6 and blue beyond, and a temperature that rises with y."""
    folder = Path(shutil.copytree(hall_site, tmp_path_factory.mktemp("points") / "site"))
    points = np.random.default_rng(0).uniform((0, 0, 0), (12, 7, 0.02), (POINTS, 3)).astype(np.float32)
    colour = np.where(points[:, :1] < 6, [[230, 20, 20]], [[20, 20, 230]]).astype(np.uint8)
    cloud = PointCloud(points, np.zeros(3), colour=colour, scalars={"temperature": points[:, 1] * 2 + 10})
    sizes = TileSizes(bucket=100_000, leaf=6_000, tile=20_000)
    build_tiles([cloud], folder / "cloud", sizes=sizes)
    return folder


@pytest.fixture
def page(chromium: Any, tiled_site: Path, serving: Serving) -> Iterator[Any]:
    page = chromium.new_page(viewport={"width": 800, "height": 500})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    with serving(create_app(Shown(site=load_site(tiled_site)))) as address:
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


def all_here(page: Any) -> None:
    until(page, "window.__aisletwin.cloud.shown > 0 && !window.__aisletwin.cloud.isComing")
    page.wait_for_timeout(200)


def share_of(page: Any, is_it: Callable[[Any], Any]) -> float:
    shot = np.asarray(
        Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB"), dtype=np.int16
    )
    return float(is_it(shot).mean())


def red(shot: Any) -> Any:
    return (shot[..., 0] > 150) & (shot[..., 2] < 90) & (shot[..., 1] < 90)


def blue(shot: Any) -> Any:
    return (shot[..., 2] > 150) & (shot[..., 0] < 90) & (shot[..., 1] < 90)


def test_nothing_is_fetched_until_points_are_asked_for(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(300)
    assert page.evaluate("window.__aisletwin.cloud.shown") == 0
    assert not asked
    page.get_by_label("Scan points").check()
    all_here(page)
    tiles = [url for url in asked if "/api/cloud/" in url and "tileset" not in url]
    assert len(tiles) == len(set(tiles)) > 3


def test_the_budget_is_never_passed_while_flying_through(page: Any) -> None:
    page.get_by_label("Building and racks").uncheck()
    page.evaluate(WATCH)
    page.get_by_label("At most").evaluate(f"choice => choice.add(new Option('few', '{BUDGET}'))")
    page.get_by_label("At most").select_option(str(BUDGET))
    page.get_by_label("Scan points").check()
    all_here(page)
    page.mouse.move(500, 350)
    for turn in range(6):
        page.mouse.wheel(0, -500 if turn < 4 else 900)
        page.mouse.down()
        for step in range(5):
            page.mouse.move(500 + 12 * step * (-1) ** turn, 350 + 3 * step)
        page.mouse.up()
    all_here(page)
    seen = page.evaluate("({ ...__seen, counts: __seen.counts.size })")
    assert seen["over"] == 0
    assert 0.8 * BUDGET < seen["most"] <= BUDGET
    assert seen["frames"] > 20
    assert seen["counts"] > 5
    at_rest = page.evaluate("[window.__aisletwin.info.points, window.__aisletwin.cloud.shown]")
    assert at_rest[0] == at_rest[1] > 0
    page.get_by_label("At most").select_option("250000")
    until(page, f"__seen.most > {1.2 * BUDGET}")  # so the renderer's own count would have told


def test_points_lie_where_they_were_measured_in_the_colours_they_had(page: Any) -> None:
    page.get_by_label("Building and racks").uncheck()
    page.get_by_role("checkbox", name="Locations").uncheck()
    page.get_by_role("button", name="Plan").click()
    page.get_by_label("Scan points").check()
    all_here(page)
    assert share_of(page, red) > 0.1
    left = page.evaluate("window.__aisletwin.projectPoint([3, 3.5, 0])")
    right = page.evaluate("window.__aisletwin.projectPoint([9, 3.5, 0])")
    shot = np.asarray(
        Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB"), dtype=np.int16
    )
    for place, is_it in ((left, red), (right, blue)):
        x, y = int(place["x"]), int(place["y"])
        assert is_it(shot[y - 4 : y + 5, x - 4 : x + 5]).mean() > 0.9


def test_a_section_cuts_the_points_and_a_link_shows_them(page: Any) -> None:
    shown = "#view=plan&on=Scan+points&off=Locations~Building+and+racks"
    page.goto(page.url.split("#")[0] + f"{shown}&cut=across_0.5")
    page.reload()
    until(page, "window.__aisletwin?.ready === true")
    all_here(page)
    shares = sorted(share_of(page, is_it) for is_it in (red, blue))
    assert shares[0] < 0.01
    assert shares[1] > 0.05


def test_points_are_coloured_by_what_else_was_measured(page: Any) -> None:
    page.get_by_label("Scan points").check()
    all_here(page)
    layer = page.locator(".cloud-options")
    assert layer.locator(".ramp").count() == 0
    layer.get_by_label("Coloured by").select_option("temperature")
    said = layer.inner_text()
    assert "temperature" in said
    assert "10.3" in said  # the 2nd percentile of 10 … 24
    assert "23.7" in said
    page.wait_for_timeout(300)
    assert share_of(page, red) < 1e-3
    layer.get_by_label("Coloured by").select_option("height")
    assert "height" in layer.inner_text()


def test_a_site_without_tiles_shows_its_thinned_points(
    chromium: Any, hall_site: Path, serving: Serving
) -> None:
    page = chromium.new_page(viewport={"width": 800, "height": 500})
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        page.goto(address)
        until(page, "window.__aisletwin?.ready === true")
        page.get_by_label("Scan points").check()
        until(page, "window.__aisletwin.info.points === 5000")
        page.close()
