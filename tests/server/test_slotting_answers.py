"""A slotting plan over HTTP and in the page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from layouts.slotting.pictures.velocity_map import LocationVelocity, SkuMove, VelocityMap
from server.answers.shown import Shown
from server.app import create_app
from server.chores.screenshot import screenshot_page
from server.sites import load_site
from spatial.errors import MissingToolError
from viewer.web_assets import BUILD_COMMAND, built_page

Serving = Callable[..., AbstractContextManager[str]]

PLAN = VelocityMap(
    locations=(
        LocationVelocity("01-01-A-1", ("SKU-1",), ("SKU-2",), 3.0, 40.0),
        LocationVelocity("02-03-B-2", ("SKU-2",), ("SKU-1",), 40.0, 3.0),
        LocationVelocity("nowhere", (), (), 0.0, 0.0),
    ),
    moves=(SkuMove("SKU-2", "02-03-B-2", "01-01-A-1"), SkuMove("SKU-1", "01-01-A-1", "02-03-B-2")),
)


def test_a_plan_is_told_with_its_classes(hall_site: Path, serving: Serving) -> None:
    with serving(create_app(Shown(site=load_site(hall_site), plan=PLAN))) as address:
        assert httpx.get(f"{address.rstrip('/')}/api/site").json()["has_plan"] is True
        told = httpx.get(f"{address.rstrip('/')}/api/slotting").json()
    assert [row["id"] for row in told["locations"]] == ["01-01-A-1", "02-03-B-2"]
    assert told["moves"][0] == {"sku": "SKU-2", "source": "02-03-B-2", "target": "01-01-A-1"}
    assert len(told["edges"]) == 5
    assert told["edges"][-1] >= 40


def test_without_a_plan_it_says_how_to_serve_one(hall_site: Path, serving: Serving) -> None:
    with serving(create_app(Shown(site=load_site(hall_site)))) as address:
        answer = httpx.get(f"{address.rstrip('/')}/api/slotting")
    assert answer.status_code == 404
    assert "--plan PLAN" in answer.json()["detail"]


@pytest.mark.browser
def test_the_page_switches_between_stock_today_and_plan(
    hall_site: Path, serving: Serving, tmp_path: Path
) -> None:
    if built_page() is None:
        pytest.skip(f"skipped: the page is not built ({BUILD_COMMAND})")
    shots = {}
    with serving(create_app(Shown(site=load_site(hall_site), plan=PLAN))) as address:
        for shown in ("Stock", "Today", "Plan"):
            path = tmp_path / f"{shown}.png"
            find = f"(button) => button.textContent === '{shown}'"
            before = f"[...document.querySelectorAll('.slotting button')].find({find}).click()"
            try:
                screenshot_page(address, path, width=800, height=600, before=before)
            except MissingToolError as error:
                pytest.skip(f"skipped: {error}")
            shots[shown] = path.read_bytes()
    assert len({*shots.values()}) == 3
