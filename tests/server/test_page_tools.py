"""What one does with the page: look for things, colour, measure, cut, keep a view, compare; in a real browser."""

from __future__ import annotations

import io
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from layouts.patches.read_patch import apply_patch_file
from layouts.run import Run
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.sites import load_site
from spatial.facility import Facility
from spatial.facility_json import write_facility

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
READY = "window.__aisletwin?.ready === true"


@pytest.fixture(scope="module")
def moved_hall(hall: Facility) -> Facility:
    """The hall with its first rack 0.2 m further along X."""
    first, *rest = hall.racks
    x, y = first.center
    return replace(hall, kind="as_built", racks=(replace(first, center=(x + 0.2, y)), *rest))


@pytest.fixture(scope="module")
def address(
    hall_site: Path,
    hall_run: Run,
    moved_hall: Facility,
    serving: Serving,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The hall, held against a plan in which the first rack stands elsewhere, and that one beside it."""
    other = tmp_path_factory.mktemp("moved")
    write_facility(other / "facility.json", moved_hall)
    shown = replace(read_shown(hall_site, planned=other), run=hall_run)
    with serving(create_app(shown, beside=Shown(site=load_site(other), run=hall_run))) as address:
        yield address


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    page = chromium.new_page(viewport={"width": 1100, "height": 700}, reduced_motion="reduce")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(address)
    until(page, READY)
    yield page
    page.close()
    assert not complaints


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(30)


def picture(page: Any) -> npt.NDArray[np.int16]:
    return np.asarray(Image.open(io.BytesIO(page.locator("#canvas").screenshot())).convert("RGB"), np.int16)


def placed(page: Any) -> list[float]:
    numbers: list[float] = page.evaluate("window.__aisletwin.placed")
    return numbers


def test_a_sku_is_looked_for_and_its_location_is_flown_to(page: Any, hall_run: Run, hall: Facility) -> None:
    pick = next(event for event in hall_run.events if event.kind == "pick" and event.sku)
    center = next(one.center for one in hall.locations if one.id == pick.location)
    page.keyboard.press("/")
    page.keyboard.type(str(pick.sku).lower())
    option = page.get_by_role("option").filter(has_text="SKU").first
    option.wait_for()
    option.click()
    page.get_by_role("heading", name=str(pick.location)).wait_for()
    assert placed(page)[3:6] == pytest.approx(center, abs=1e-3)


def test_the_list_is_walked_by_arrow_keys(page: Any) -> None:
    page.get_by_role("combobox", name="Find location, SKU or order").fill("01-02")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.get_by_role("option").nth(1)
    assert second.get_attribute("aria-selected") == "true"
    name = second.locator("b").inner_text()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=name).wait_for()


def test_what_nothing_is_called_is_said(page: Any) -> None:
    box = page.get_by_role("combobox", name="Find location, SKU or order")
    box.fill("no such thing")
    box.press("Enter")
    page.get_by_text("Nothing here is called “no such thing”").wait_for()


def test_locations_take_the_colour_of_their_picks(page: Any) -> None:
    before = picture(page)
    page.get_by_label("Colour locations by").select_option("velocity")
    until(page, "document.querySelector('.colour-by .ramp-scale') !== null")
    page.wait_for_timeout(200)
    assert "picks/h" in page.locator(".colour-by").inner_text()
    assert (np.abs(picture(page) - before).max(axis=2) > 24).mean() > 0.02


def test_a_tape_between_two_corners_reads_the_rack(page: Any, hall: Facility) -> None:
    rack = hall.racks[0]
    x0, x1 = rack.center[0] - rack.length_m / 2, rack.center[0] + rack.length_m / 2
    top, y = rack.base_z_m + rack.height_m, rack.center[1] - rack.depth_m / 2
    page.keyboard.press("m")
    for x in (x0, x1):
        inside = 0.03 if x == x0 else -0.03
        at = page.evaluate(f"window.__aisletwin.projectPoint([{x + inside}, {y + 0.03}, {top}])")
        page.locator("#canvas").click(position=at)
    read = page.locator(".tape").inner_text()
    assert read.startswith(f"{rack.length_m:.3f} m")
    page.get_by_role("button", name=re.compile("Units")).click()
    assert "′" in page.locator(".tape").inner_text()
    page.get_by_role("button", name=re.compile("Units")).click()
    page.keyboard.press("Escape")
    assert page.locator(".tape").is_hidden()


def test_a_cut_takes_away_what_is_above_it(page: Any) -> None:
    before = picture(page)
    page.keyboard.press("x")
    page.get_by_role("slider", name="Where the cut is").fill("0.2")
    page.wait_for_timeout(200)
    assert "m" in page.locator("#section-read").inner_text()
    assert (np.abs(picture(page) - before).max(axis=2) > 24).mean() > 0.02
    page.keyboard.press("x")
    page.wait_for_timeout(200)
    assert np.array_equal(picture(page), before)


def test_a_link_brings_another_browser_to_the_same_view(page: Any, chromium: Any) -> None:
    page.keyboard.press("v")
    page.get_by_label("Colour locations by").select_option("blocked")
    page.get_by_label("Lanes").check()
    page.mouse.move(400, 350)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(500)
    page.locator("#find-text").fill("01-02-A-1")
    page.locator("#find-text").press("Enter")
    page.get_by_role("heading", name="01-02-A-1").wait_for()
    until(page, "location.hash.includes('at=01-02-A-1')")
    page.wait_for_timeout(500)
    other = chromium.new_page(viewport={"width": 1100, "height": 700})
    other.goto(page.url)
    until(other, READY)
    other.get_by_role("heading", name="01-02-A-1").wait_for()
    other.wait_for_timeout(600)
    assert placed(other) == pytest.approx(placed(page), abs=2e-3)
    assert other.get_by_label("Lanes").is_checked()
    assert other.get_by_label("Colour locations by").input_value() == "blocked"
    assert other.locator("#view-plan").get_attribute("aria-pressed") == "true"
    other.close()


def test_what_deviates_from_the_plan_is_listed_and_shown(page: Any, hall: Facility) -> None:
    listed = page.get_by_role("region", name="Planned against actual")
    page.get_by_label("Which elements").select_option("rack")
    rows = listed.get_by_role("listitem")
    assert rows.count() == 1
    assert hall.racks[0].id in rows.first.inner_text()
    assert "200 mm" in rows.first.inner_text()
    rows.first.get_by_role("button").click()
    panel = page.get_by_role("region", name="Location", exact=True)
    panel.get_by_role("heading", name=f"rack {hall.racks[0].id}").wait_for()
    assert "moved 0.200" in panel.inner_text()
    listed.get_by_label("As planned").check()
    assert rows.count() == len(hall.racks)


def test_a_location_tells_what_happened_there(page: Any, hall_run: Run) -> None:
    pick = next(event for event in hall_run.events if event.kind == "pick" and event.location)
    page.locator("#find-text").fill(str(pick.location))
    page.locator("#find-text").press("Enter")
    page.get_by_text("History").click()
    page.get_by_role("region", name="Location", exact=True).get_by_text(str(pick.agent)).first.wait_for()


def test_two_sites_share_clock_and_camera(chromium: Any, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1100, "height": 700})
    page.goto(f"{address}?ab")
    page.frame_locator("iframe").nth(1).locator("#canvas").wait_for()
    deadline = time.monotonic() + 20
    while len(page.frames) < 3 or not all(frame.evaluate(READY) for frame in page.frames[1:]):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)
    page.locator("#scrubber").evaluate("bar => { bar.value = 30; bar.dispatchEvent(new Event('change')) }")
    until(page, "document.querySelectorAll('#pair-figures tr').length === 3")
    for frame in page.frames[1:]:
        until(frame, "Math.abs(window.__aisletwin.simTime - 30) < 1e-6")
    page.mouse.move(250, 450)
    page.mouse.down()
    page.mouse.move(330, 470, steps=4)
    page.mouse.up()
    page.wait_for_timeout(600)
    one, other = (frame.evaluate("window.__aisletwin.placed") for frame in page.frames[1:])
    assert one == pytest.approx(other, abs=1e-6)
    assert "=" in page.locator("#pair-figures").inner_text()
    page.close()


def test_keys_are_told(page: Any) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_text("play or pause").wait_for()
    page.keyboard.press("Escape")


def test_a_change_is_tried_on_a_rack_and_its_patch_taken_away(
    page: Any, hall: Facility, tmp_path: Path
) -> None:
    rack = hall.racks[1]
    page.keyboard.press("e")
    middle = [*rack.center, rack.base_z_m + rack.height_m]
    page.locator("#canvas").click(position=page.evaluate(f"window.__aisletwin.projectPoint({middle})"))
    panel = page.get_by_role("region", name="Try a change to the layout")
    panel.get_by_role("heading", name=f"Row {rack.id}").wait_for()
    page.get_by_label("Move: across, m").fill("0.4")
    panel.get_by_role("button", name="Move", exact=True).click()
    with page.expect_download() as begun:
        panel.get_by_role("button", name="Download patch.yaml").click()
    begun.value.save_as(tmp_path / "patch.yaml")
    made = apply_patch_file(hall, tmp_path / "patch.yaml").facility
    now = next(each for each in made.racks if each.id == rack.id)
    assert math.dist(now.center, rack.center) == pytest.approx(0.4)
    panel.get_by_role("button", name=re.compile("Take back")).click()
    panel.get_by_role("button", name="Download patch.yaml").wait_for(state="hidden")
