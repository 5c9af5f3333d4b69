"""The page in a real Chromium: complete on a screen, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from spatial.errors import MissingToolError

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")

pytestmark = pytest.mark.browser

# every piece of text against the nearest background behind it, by WCAG 2.2
CONTRASTS = """() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(x => x / 255)
    .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    // marks without a letter or a digit are pictures
    if (!/[\\p{L}\\p{N}]/u.test(texts.currentNode.data) || ['title', 'desc'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const own = parts(element.closest('svg') ? style.fill : style.color);
    const [low, high] = [light(own), light(behind(element))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), texts.currentNode.data.slice(0, 40)]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
}"""

# what sticks out of its own page without a place to scroll
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(each => !each.closest('.scroll, svg') && each.getBoundingClientRect().right > innerWidth + 0.5)
  .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        path = find_chromium()
    except MissingToolError as error:
        pytest.skip(f"skipped: {error}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(html: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html, encoding="utf-8")
    return file.as_uri()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["screen", "phone"])
def opened(chromium: Any, address: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page as it opens; it must ask for nothing and complain of nothing."""
    width, height = request.param
    page = chromium.new_page(viewport={"width": width, "height": height}, java_script_enabled=True)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(address)
    yield page
    page.close()
    assert asked == [address]
    assert not complaints


def test_nothing_sticks_out_to_the_side(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate(TOO_WIDE) == []


def test_every_word_can_be_read(opened: Any) -> None:
    ratio, words = opened.evaluate(CONTRASTS)
    assert ratio >= 4.5, words


def test_the_verdict_is_seen_without_scrolling(opened: Any) -> None:
    box = opened.locator(".verdict .sentence").first.bounding_box()
    assert box["y"] + box["height"] < opened.viewport_size["height"]
    size = opened.evaluate("parseFloat(getComputedStyle(document.querySelector('.sentence')).fontSize)")
    assert size >= 16


def test_plans_lie_side_by_side_on_a_screen_and_below_each_other_on_a_phone(opened: Any) -> None:
    boxes = [each.bounding_box() for each in opened.locator(".plans").first.locator("svg").all()]
    assert len({(round(box["width"]), round(box["height"])) for box in boxes}) == 1
    first, second, *_ = boxes
    if opened.viewport_size["width"] > 1000:
        assert second["y"] == pytest.approx(first["y"], abs=1)
        assert second["x"] >= first["x"] + first["width"]
    else:
        assert second["y"] >= first["y"] + first["height"]
        assert first["width"] >= 320


def test_it_prints_on_a_few_whole_pages_with_all_settings(
    chromium: Any, address: str, tmp_path: Path
) -> None:
    page = chromium.new_page()
    page.goto(address)
    data = page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(595, 842)}  # A4
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 14
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("details table").is_visible()
    colour = page.evaluate("getComputedStyle(document.querySelector('.badge')).printColorAdjust")
    assert colour == "exact"
    page.close()
