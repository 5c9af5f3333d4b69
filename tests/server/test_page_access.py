"""The page judged by axe-core: nothing serious is in the way of people with screen readers, keys or poor sight."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layouts.run import Run
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import TwinFile
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.web_assets import BUILD_COMMAND

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "viewer/web/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
Serving = Callable[..., AbstractContextManager[str]]
READY = "window.__aisletwin?.ready === true"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(
    hall: Facility, hall_site: Path, hall_run: Run, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    other = tmp_path_factory.mktemp("planned")
    first, *rest = hall.racks
    moved = replace(first, center=(first.center[0] + 0.2, first.center[1]))
    write_facility(other / "facility.json", replace(hall, racks=(moved, *rest)))
    shown = replace(read_shown(hall_site, planned=other), run=hall_run)
    with serving(create_app(shown, beside=Shown(site=load_site(other), run=hall_run))) as address:
        yield address


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(30)


def serious_findings(page: Any) -> list[str]:
    """What axe-core finds serious: rule, element and reason."""
    if not AXE.exists():
        pytest.skip(f"skipped: axe-core is missing ({BUILD_COMMAND})")
    page.evaluate(f"(() => {{ {AXE.read_text(encoding='utf-8')} }})()")
    found = page.evaluate("axe.run({ iframes: false }).then(({ violations }) => violations)")
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_the_judge_sees_what_is_wrong(chromium: Any) -> None:
    page = chromium.new_page()
    page.set_content(
        "<html lang=en><title>t</title><main><img src=data:,><p style='color:#777;background:#666'>grey</p></main>"
    )
    found = serious_findings(page)
    assert [one.partition(":")[0] for one in found] == ["color-contrast", "image-alt"]
    page.close()


def opened(chromium: Any, address: str, size: dict[str, int]) -> Any:
    page = chromium.new_page(viewport=size)
    page.goto(address)
    until(page, READY)
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_run_against_its_plan(chromium: Any, address: str, size: dict[str, int]) -> None:
    page = opened(chromium, address, size)
    assert serious_findings(page) == []
    page.close()


def test_with_everything_open(chromium: Any, address: str) -> None:
    page = opened(chromium, address, DESKTOP)
    page.locator("#find-text").fill("01-02")
    page.get_by_role("option").first.wait_for()
    assert serious_findings(page) == []
    page.get_by_role("option").first.click()
    page.get_by_text("State", exact=True).first.wait_for()
    page.keyboard.press("Escape")
    page.locator("#canvas").focus()
    for key in ("x", "e", "m"):
        page.keyboard.press(key)
    assert serious_findings(page) == []
    page.locator("#help").click()
    assert serious_findings(page) == []
    page.close()


def test_two_sites_beside_each_other(chromium: Any, address: str) -> None:
    page = chromium.new_page(viewport=DESKTOP)
    page.goto(f"{address}?ab")
    until(page, "document.querySelectorAll('#pair-figures tr').length === 3")
    assert serious_findings(page) == []
    page.close()


def test_the_live_twin(chromium: Any, hall_site: Path, serving: Serving, tmp_path: Path) -> None:
    site = load_site(hall_site)
    told = TwinFile.model_validate(
        {"store": str(tmp_path / "log.sqlite"), "jobs": str(tmp_path / "jobs.sqlite")}
    )
    with serving(create_app(Shown(site=site), live=LiveServer(told, site))) as address:
        page = opened(chromium, address, DESKTOP)
        page.wait_for_timeout(1500)
        assert serious_findings(page) == []
        page.close()
