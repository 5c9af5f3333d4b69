"""The page on the live twin, in a real browser: it shows what is told, tells what is acknowledged, and signs in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from layouts.live.events import LiveEvent, Position, Reading, StockCounted
from server.access.access import access_of
from server.access.tokens import make_token
from server.app import create_app
from server.clock import clock_ms
from server.screenshot import CHROMIUM_FLAGS, find_chromium
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from spatial.errors import MissingToolError
from viewer.web_assets import BUILD_COMMAND, built_page

sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
RULES = """
rules:
  - {id: cold-cell, kind: threshold, channel: temperature, above: 8 °C, text: "{about} is too warm"}
"""


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


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never: {expression}"
        page.wait_for_timeout(50)


def tell(client: httpx.Client, *told: tuple[str, Any, int]) -> None:
    events = [
        LiveEvent(
            id=f"{entity}:{clock_ms()}:{ago_ms}", site="HALL", source="t", entity=entity,
            happened_ms=clock_ms() - ago_ms, body=body,
        )
        for entity, body, ago_ms in told
    ]  # fmt: skip
    answer = client.post("/api/events", content=msgspec.json.encode(events))
    assert answer.json()["refused"] == [], answer.text


def test_the_page_shows_now_and_acknowledges(
    chromium: Any, tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("alerts: alerts.yaml\n")
    (tmp_path / "alerts.yaml").write_text(RULES)
    site = load_site(hall_site)
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), site)
    with (
        serving(create_app(site, live=live)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        tell(
            client,
            ("agent/P1", Position("L0", 9.0, 3.5), 1500),
            ("agent/P1", Position("L0", 8.0, 3.5), 500),
            ("agent/lost", Position("L0", 2.0, 3.5), 600_000),
            ("sensor/cold-1", Reading("temperature", 9.5), 0),
            ("sku/SKU-1", StockCounted("SKU-1", "HALL/01-01-A-1", 40), 60_000),
        )
        page = chromium.new_page(viewport={"width": 1100, "height": 700})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda each: complaints.append(each.text) if each.type == "error" else None)
        page.goto(address)
        until(page, "window.__aisletwin?.ready === true")
        until(page, "document.querySelector('#live .alert b')?.textContent === 'sensor/cold-1 is too warm'")
        until(page, "window.__aisletwin.agents().some(a => a.name === 'lost' && a.state === 'silent')")
        until(page, "window.__aisletwin.agents().some(a => a.name === 'P1' && Math.abs(a.x - 8) < 0.02)")
        assert "1 silent" in page.locator("#cards").inner_text()
        assert "9.5 °C" in page.locator("#live").inner_text()
        assert re.match(r"\d\d:\d\d:\d\d\b", page.locator("footer").inner_text())
        page.get_by_role("button", name="Acknowledge: sensor/cold-1 is too warm").click()
        until(page, "document.querySelector('#live .alert')?.dataset.status === 'acknowledged'")
        assert "by local" in page.locator("#live .alert").inner_text()
        page.locator("#find-text").fill("01-01-A-1")
        page.locator("#find-text").press("Enter")
        until(page, "document.querySelector('#details')?.innerText.includes('40 × SKU-1')")
        page.close()
        assert not complaints


def test_a_stranger_signs_in_with_a_token(
    chromium: Any, tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("access: {tokens: tokens.json}\n")
    secret = make_token(tmp_path / "tokens.json", "Ada", role="viewer", now_ms=clock_ms())
    told, site = read_twin_file(tmp_path / "twin.yaml"), load_site(hall_site)
    access = access_of(told.access, "127.0.0.1", site="HALL")
    with serving(create_app(site, live=LiveServer(told, site), access=access)) as address:
        page = chromium.new_page(viewport={"width": 390, "height": 780})
        page.goto(address)
        page.locator("#token").wait_for()
        page.locator("#token").fill("atw_000000000000_wrong")
        page.get_by_role("button", name="Sign in").click()
        until(
            page,
            "document.querySelector('#sign-in-answer').textContent.includes('unknown, revoked or expired')",
        )
        page.locator("#token").fill(secret)
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
        until(page, "window.__aisletwin?.ready === true")
        until(page, "document.querySelector('#connection').dataset.state === 'live'")
        assert page.evaluate("document.cookie") == ""
        page.close()
