"""The tables of the page for devices in the hall, on browsers without AR."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.access.access import access_of
from server.access.settings import AccessSettings
from server.access.tokens import make_token
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.clock import clock_ms
from spatial.facility import Facility
from spatial.facility_json import write_facility

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]


def test_without_ar_the_page_says_why_and_its_tables_serve(
    hand_of: Callable[..., Any], ar_address: str
) -> None:
    hand = hand_of(has_ar=False)
    page = hand.page
    hand.open(ar_address)
    assert page.locator("#start").is_disabled()
    assert "no AR" in page.inner_text("#support")
    page.locator("#tab-way").click()
    page.locator("#way-goal").fill("01-01-A-1")
    page.get_by_role("button", name="Show the way").click()
    hand.until("document.querySelector('#way-answer').innerText.includes('from the depot')")


def test_twenty_racks_that_stand_elsewhere_are_told_and_no_other(
    hand_of: Callable[..., Any], hall: Facility, serving: Serving, tmp_path: Path
) -> None:
    random = np.random.default_rng(3)
    first = hall.racks[0]
    planned = [replace(first, id=f"S{n:02}", center=(5.2, 1.5 + 4.0 * n), sigma_m=0.0) for n in range(40)]
    moved = set(random.choice(40, 20, replace=False).tolist())
    built = [
        replace(rack, sigma_m=0.003, center=(5.2, rack.center[1] + n_m))
        for n, rack in enumerate(planned)
        for n_m in [float(random.choice([-1, 1]) * random.uniform(0.03, 0.2)) if n in moved else 0.0]
    ]
    level = replace(hall.levels[0], outline=((0.0, -1.0), (12.0, -1.0), (12.0, 165.0), (0.0, 165.0)))
    for name, racks, kind in (("plan", planned, "planned"), ("built", built, "as_built")):
        other = replace(hall, kind=kind, levels=(level,), racks=tuple(racks), locations=(), stations=())  # type: ignore[arg-type]
        write_facility(tmp_path / name / "facility.json", other)
    hand = hand_of(has_ar=False)
    with serving(create_app(read_shown(tmp_path / "built", planned=tmp_path / "plan"))) as address:
        hand.open(address)
        hand.page.locator("#tab-deviations").click()
        found = hand.page.get_by_role("button", name=": Deviates").all_inner_texts()
    assert sorted(found) == [f"▲rack S{n:02}" for n in sorted(moved)]


def test_a_stranger_signs_in_and_a_viewer_closes_nothing(
    hand_of: Callable[..., Any], ar_shown: Shown, serving: Serving, tmp_path: Path
) -> None:
    secret = make_token(tmp_path / "tokens.json", "Ada", role="viewer", now_ms=clock_ms())
    access = access_of(AccessSettings(tokens=tmp_path / "tokens.json"), "127.0.0.1", site="HALL")
    hand = hand_of(has_ar=False)
    page = hand.page
    with serving(create_app(ar_shown, access=access)) as address:
        page.goto(address + "ar.html")
        page.locator("#token").fill(secret)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
        hand.until("window.__aisletwin?.ready === true")
        page.locator("#tab-deviations").click()
        page.get_by_role("button", name="rack R1: Deviates").click()
        page.get_by_text("A viewer may not close findings").wait_for()
