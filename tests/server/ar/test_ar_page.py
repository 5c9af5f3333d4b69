"""The page for devices in the hall, beside the session: offline, without AR, refused, and fit for fingers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from server.answers.shown import Shown
from server.app import create_app
from viewer.web_assets import BUILD_COMMAND

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
AXE = Path(__file__).parents[3] / "viewer/web/node_modules/axe-core/axe.min.js"


def test_with_the_server_away_all_that_was_known_is_there(
    hand_of: Callable[..., Any], ar_shown: Shown, serving: Serving
) -> None:
    hand = hand_of()
    page = hand.page
    with serving(create_app(ar_shown)) as address:
        hand.open(address)
        assert page.evaluate("__aisletwin.isKept") is True
        assert "As of" in page.inner_text("#freshness")
    page.goto("about:blank")
    hand.open(address)
    assert "Offline: as of" in page.inner_text("#freshness")
    page.locator("#tab-deviations").click()
    assert "42 mm" in page.get_by_role("table").inner_text()
    page.get_by_role("button", name="rack R1: Deviates").click()
    page.get_by_text("once the server is in reach again").wait_for()
    page.locator("#tab-contents").click()
    page.locator("#panel-contents input[type=search]").fill("01-03-C-2")
    assert "Occupied" in page.locator("#panel-contents").inner_text()
    page.locator("#tab-align").click()
    hand.place()
    page.locator("#tab-way").click()
    page.locator("#way-goal").fill("01-01-A-1")
    page.get_by_role("button", name="Show the way").click()
    page.get_by_text("The server is out of reach").wait_for()
    page.locator("#end").click()
    page.locator("#tab-align").click()
    page.get_by_role("button", name="Forget what is kept").click()
    page.get_by_text("Nothing is kept on this device").wait_for()
    assert page.evaluate("caches.keys()") == []


def test_who_refuses_the_camera_is_told_how_to_allow_it(hand: Any) -> None:
    hand.page.evaluate(
        "() => { navigator.xr.requestSession = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    )
    hand.page.locator("#start").click()
    hand.page.get_by_text("Allow both for this site").wait_for()
    assert hand.page.locator("#start").is_enabled()


def test_fingers_find_what_they_press_and_axe_finds_nothing_serious(hand: Any) -> None:
    page = hand.page
    for is_placed in (False, True):
        if is_placed:
            page.locator("#tab-align").click()
            hand.place()
        for name in ("align", "deviations", "contents", "way"):
            page.locator(f"#tab-{name}").click()
            page.wait_for_timeout(300)
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            too_small = page.evaluate(
                "[...document.querySelectorAll('button, input, textarea')].filter(e => e.checkVisibility())"
                ".map(e => (e.closest('label') ?? e).getBoundingClientRect())"
                ".filter(r => r.width < 44 || r.height < 44).length"
            )
            assert too_small == 0, name
            assert serious_findings(page) == [], name
    for size in ({"width": 844, "height": 390}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        over = "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('header, main, #hud, #advice')"
        hand.until(f"{over} === null")  # what one aims with is not covered


def serious_findings(page: Any) -> list[str]:
    if not AXE.exists():
        pytest.skip(f"skipped: axe-core is missing ({BUILD_COMMAND})")
    page.evaluate(f"(() => {{ {AXE.read_text(encoding='utf-8')} }})()")
    found = page.evaluate("axe.run({ iframes: false }).then(({ violations }) => violations)")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
