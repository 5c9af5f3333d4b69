"""The page for devices in the hall, in a session: points are set, and things stand where they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_three_taps_place_what_deviates_within_what_is_promised(hand: Any) -> None:
    page = hand.page
    assert "can show things in place" in page.inner_text("#support")
    hand.place()
    page.locator("#tab-deviations").click()

    def off(place: tuple[float, float, float]) -> float:
        return math.dist(page.evaluate(f"__aisletwin.drawnAt({list(place)})"), hand.room.xr(place))

    for head, at in (((6.0, 3.2, 1.6), (5.0, 2.0, 1.0)), ((9.0, 3.5, 1.6), (6.0, 2.2, 1.2))):
        hand.look(head, at)
        page.wait_for_timeout(400)
        assert off((head[0], 2.042, 1.0)) <= page.evaluate("__aisletwin.placing.error_m") < 0.04
        assert max(off((1.0, 2.042, 0.0)), off((9.4, 2.042, 4.0))) < 0.05, "its farther ends"
        told = page.inner_text("#hud")
        assert all(word in told for word in ("cm here", "Residual", "3 points")), told
    (label,) = page.evaluate("__aisletwin.labels")
    assert label.startswith("▲ 42 mm | rack R1")
    table = page.get_by_role("table")
    assert "42 mm" in table.inner_text()
    assert "R2" not in table.inner_text(), "what is as planned is not told unless one asks"
    page.get_by_label("As planned").check()
    assert "R2" in table.inner_text()


def test_what_is_missing_and_what_is_wrong_is_said(hand: Any) -> None:
    page = hand.page
    hand.start()
    assert "set 3 points" in page.inner_text("#hud")
    for name in ("rack R1 corner 4", "rack R1 corner 3"):
        hand.set_point(name)
    hand.until("document.querySelector('#hud').innerText.includes('2 of 3')")
    hand.set_point("rack R2 corner 1", (2.8, 0.0))  # one bay beside it
    hand.until("document.querySelector('#hud').dataset.state === 'refused'")
    assert "which one is wrong cannot be told" in page.inner_text("#hud")
    assert page.evaluate("__aisletwin.stands") is None
    hand.set_point("rack R2 corner 1")
    hand.until("__aisletwin.placing.state === 'placed'")
    page.locator("#end").click()
    hand.until("!document.body.classList.contains('in-session')")
    assert page.evaluate("__aisletwin.placing.state") == "none"


def test_contents_the_way_and_a_finding_that_is_closed(hand: Any) -> None:
    page = hand.page
    hand.place()
    hand.look((9.0, 3.5, 1.6), (8.6, 2.0, 3.8))
    page.locator("#tab-contents").click()
    page.get_by_text("Aimed at").wait_for()
    aimed = page.locator("#panel-contents .card").inner_text()
    assert all(word in aimed for word in ("01-03-C-2", "Occupied", "97 % sure", "age not known")), aimed
    page.locator("#tab-way").click()
    page.locator("#way-goal").fill("SKU-1")
    page.get_by_role("button", name="Show the way").click()
    hand.until("document.querySelector('#way-answer').innerText.includes('to 01-01-A-1')")
    path = page.evaluate("__aisletwin.way.path")
    assert path[0][:2] == pytest.approx([9.0, 3.5], abs=0.05), "from where the user stands"
    end_x, end_y, _ = path[-1]
    hand.look((end_x + 0.2, end_y, 1.6), (2.0, 2.0, 1.0))
    hand.until("document.querySelector('#way-answer').innerText.includes('is here')")
    page.locator("#tab-deviations").click()
    page.get_by_role("button", name="rack R1: Deviates").click()
    page.get_by_label("Note").fill("Moved for the sprinkler.")
    page.get_by_role("button", name="Close with this note").click()
    hand.until("document.querySelector('#panel-deviations table').innerText.includes('✓ closed')")
    assert "Moved for the sprinkler." in (hand.shown.site.folder / "findings.jsonl").read_text()


def test_a_headset_without_the_page_in_view_takes_points_by_its_trigger(
    hand_of: Callable[..., Any], ar_address: str
) -> None:
    hand = hand_of(has_overlay=False)
    page = hand.page
    hand.open(ar_address)
    page.get_by_role("button", name="rack R1 corner 4").click()
    hand.start()
    page.evaluate(
        "p => { const hand = __device.controllers.right;"
        " hand.position.set(...p.position); hand.quaternion.set(...p.quaternion) }",
        hand.room.looking((1.3, 3.0, 1.4), (1.0, 2.042, 0.0)),
    )
    page.wait_for_timeout(300)
    for value in (1, 0):
        page.evaluate(f"__device.controllers.right.updateButtonValue('trigger', {value})")
        page.wait_for_timeout(200)
    hand.until("document.querySelector('#hud').innerText.includes('1 of 3 points set')")
    assert page.evaluate("__aisletwin.board") is True
    for value in (1, 0):
        page.evaluate(f"__device.controllers.right.updateButtonValue('squeeze', {value})")
        page.wait_for_timeout(200)
    hand.until("document.querySelector('#tab-contents').getAttribute('aria-expanded') === 'true'")
    assert page.evaluate("__aisletwin.names") == ["rack R1 corner 4"]
