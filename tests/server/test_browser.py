"""The page in a real browser, on a real server: what a user would see, click and rely on."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from layouts.run import Run
from server.answers.shown import Shown
from server.app import create_app
from server.chores.screenshot import screenshot_page
from server.sites import load_site

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
READY = "window.__aisletwin?.ready === true"


@pytest.fixture(scope="module")
def address(hall_site: Path, hall_run: Run, serving: Serving) -> Iterator[str]:
    with serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address:
        yield address


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """The page, ready, standing at 0 s; it has asked nobody but its server, and made no complaint."""
    page = chromium.new_page(viewport={"width": 1000, "height": 640})
    asked: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    until(page, READY)
    seek(page, 0.0)
    yield page
    page.close()
    assert asked - {""} == {urlsplit(address).netloc}
    assert not complaints


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    """Wait for a JavaScript expression; Playwright's own waiting needs `eval`, which the page forbids."""
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(30)


def seek(page: Any, sim_s: float) -> None:
    page.locator("#scrubber").evaluate(
        "(bar, t) => { bar.value = t; bar.dispatchEvent(new Event('change')) }", sim_s
    )
    until(page, f"Math.abs(window.__aisletwin.simTime - {sim_s}) < 1e-6")
    page.wait_for_timeout(200)


def frames(page: Any) -> int:
    count: int = page.evaluate("window.__aisletwin.frames")
    return count


def picture(page: Any) -> npt.NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(page.locator("#stage").screenshot())).convert("RGB"), np.int16)


def test_pickers_move_and_nothing_else_does(page: Any) -> None:
    page.get_by_label("Trails").uncheck()
    seek(page, 1.0)
    before, stood = picture(page), page.evaluate("window.__aisletwin.agents()")
    seek(page, 3.9)  # P2 is not on its way yet, and nobody was blocked
    after, stands = picture(page), page.evaluate("window.__aisletwin.agents()")

    changed = np.abs(after - before).max(axis=2) > 24
    where_pickers_are = np.zeros_like(changed)
    for agent in stood[:1] + stands[:1]:
        (x, y), top = (int(agent["foot"][axis]) for axis in "xy"), int(agent["head"]["y"])
        where_pickers_are[top - 24 : y + 16, x - 32 : x + 32] = True
    assert stood[0]["x"] - stands[0]["x"] == pytest.approx(2.9 * 0.64, abs=0.02)
    assert changed[where_pickers_are].sum() > 200
    assert changed[~where_pickers_are].mean() < 1e-4


def test_time_runs_when_play_is_pressed_and_stands_when_paused(page: Any) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "window.__aisletwin.simTime > 0.4")
    page.keyboard.press("5")
    until(page, "document.querySelector('#speed').value === '16'")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.wait_for_timeout(150)
    count = frames(page)
    page.wait_for_timeout(300)
    assert frames(page) == count, "a page at rest draws nothing"


def test_a_blocked_picker_and_the_key_figures_show(page: Any) -> None:
    seek(page, 35.0)
    assert [agent["state"] for agent in page.evaluate("window.__aisletwin.agents()")] == ["pick", "wait"]
    figures = page.locator("#cards").inner_text()
    assert "Blocked" in figures
    assert "21 %" in figures  # 15 s of 2 × 35 s
    assert "s/m²" in page.locator("#layers").inner_text()


def test_a_click_on_a_location_opens_its_details(page: Any) -> None:
    seek(page, 45.0)
    at = page.evaluate("window.__aisletwin.project('01-02-C-1')")
    page.locator("#canvas").click(position=at)
    panel = page.get_by_role("region", name="Location", exact=True)
    panel.get_by_role("heading", name="01-02-C-1").wait_for()
    said = panel.inner_text()
    assert "97 %" in said
    assert "2 of 3" in said
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")


def test_a_location_is_found_by_its_id(page: Any) -> None:
    page.get_by_role("combobox", name="Find location, SKU or order").fill("02-02-a-1")
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Location", exact=True)
    panel.get_by_role("heading", name="02-02-A-1").wait_for()
    assert "SKU-7" in panel.inner_text()


def test_the_page_comes_back_after_the_server_was_restarted(
    chromium: Any, hall_site: Path, hall_run: Run, serving: Serving
) -> None:
    page = chromium.new_page()
    badge = page.locator("#connection")
    with serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address:
        page.goto(address)
        until(page, READY)
        assert badge.inner_text() == "Live"
    until(page, "document.querySelector('#connection').dataset.state === 'reconnecting'")
    with serving(create_app(Shown(site=load_site(hall_site), run=hall_run)), urlsplit(address).port):
        until(page, "document.querySelector('#connection').dataset.state === 'live'")
        seek(page, 5.0)
        page.close()


def test_on_a_phone_everything_has_room(chromium: Any, address: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(address)
    until(page, READY)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Layers").click()
    page.get_by_label("Blocking").wait_for()
    page.close()


def test_without_a_run_the_page_says_what_to_do(
    chromium: Any, hall_site: Path, serving: Serving, tmp_path: Path
) -> None:
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        page = chromium.new_page()
        page.goto(address)
        page.get_by_text("aisletwin simulate").wait_for()
        assert page.locator("#timeline").is_hidden()
        page.close()


def test_a_picture_is_taken_without_playwright(address: str, chromium: Any, tmp_path: Path) -> None:
    screenshot_page(address, tmp_path / "page.png", width=800, height=500)
    shot = np.asarray(Image.open(tmp_path / "page.png").convert("RGB"))
    assert shot.shape == (500, 800, 3)
    assert len(np.unique(shot.reshape(-1, 3), axis=0)) > 500
