"""The page on the live twin, in a real browser: it shows what is told, tells what is acknowledged, and signs in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from layouts.live.events import LiveEvent, Position, Reading, StockCounted
from server.access.access import access_of
from server.access.tokens import make_token
from server.answers.shown import Shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file

Serving = Callable[..., AbstractContextManager[str]]
RULES = """
rules:
  - {id: cold-cell, kind: threshold, channel: temperature, above: 8 °C, text: "{about} is too warm"}
  - {id: hot-agent, kind: threshold, channel: temperature, above: 50 °C, text: "{about} is hot", severity: critical}
"""


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
        serving(create_app(Shown(site=site), live=live)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        tell(
            client,
            ("agent/P1", Position("L0", 9.0, 3.5), 1500),
            ("agent/P1", Position("L0", 8.0, 3.5), 500),
            ("agent/lost", Position("L0", 2.0, 3.5), 600_000),
            ("sensor/cold-1", Reading("temperature", 9.5), 0),
            ("agent/P1", Reading("temperature", 70.0), 0),
            ("sku/SKU-1", StockCounted("SKU-1", "HALL/01-01-A-1", 40), 60_000),
        )
        page = chromium.new_page(viewport={"width": 1100, "height": 700})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda each: complaints.append(each.text) if each.type == "error" else None)
        page.goto(address)
        until(page, "window.__aisletwin?.ready === true")
        alerts = "[...document.querySelectorAll('#live .alert b')].map(each => each.textContent)"
        until(page, f"{alerts}.includes('sensor/cold-1 is too warm')")
        until(
            page,
            "[...document.querySelectorAll('.alert-mark')].map(m => m.title).includes('agent/P1 is hot')",
        )
        until(page, "window.__aisletwin.agents().some(a => a.name === 'lost' && a.state === 'silent')")
        until(page, "window.__aisletwin.agents().some(a => a.name === 'P1' && Math.abs(a.x - 8) < 0.02)")
        assert "1 silent" in page.locator("#cards").inner_text()
        assert "9.5 °C" in page.locator("#live").inner_text()
        assert re.match(r"\d\d:\d\d:\d\d\b", page.locator("footer").inner_text())
        page.get_by_role("button", name="Acknowledge: sensor/cold-1 is too warm").click()
        acknowledged = page.locator("#live .alert[data-status=acknowledged]")
        acknowledged.filter(has_text="sensor/cold-1 is too warm").filter(has_text="by local").wait_for()
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
    with serving(create_app(Shown(site=site), live=LiveServer(told, site), access=access)) as address:
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


def test_one_goes_back_an_hour_and_returns_to_now(
    chromium: Any, tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("{}")
    site = load_site(hall_site)
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), site)
    with (
        serving(create_app(Shown(site=site), live=live)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        # five minutes ago P1 went slowly from x = 2 m to 8 m, for two minutes; now it stands at 5 m
        tell(
            client,
            *(("agent/P1", Position("L0", 2.0 + n / 10, 3.5), 360_000 - 2000 * n) for n in range(61)),
            ("agent/P1", Position("L0", 5.0, 3.5), 2_000),
        )
        page = chromium.new_page(viewport={"width": 1100, "height": 700})
        page.goto(address)
        until(page, "window.__aisletwin?.ready === true")
        until(page, "window.__aisletwin.agents().some(a => Math.abs(a.x - 5) < 0.02)")
        page.locator("#scrubber").evaluate(
            "bar => { bar.value = -400; bar.dispatchEvent(new Event('change')) }"
        )
        until(page, "document.querySelector('#connection').innerText === 'Past'")
        assert page.locator("#live").is_hidden()
        page.get_by_role("button", name="Pause", exact=True).click()
        until(page, "document.querySelector('#play').getAttribute('aria-label') === 'Play'")
        page.locator("#scrubber").evaluate(
            "bar => { bar.value = 3600 - 300; bar.dispatchEvent(new Event('change')) }"
        )
        # the window ends when one went back, so that the walk is found but for the seconds until then
        until(page, "window.__aisletwin.agents().some(a => a.name === 'P1' && a.x > 4.9 && a.x < 7.9)")
        assert re.match(r"\d\d:\d\d:\d\d\b", page.locator("footer").inner_text())
        page.get_by_role("button", name="Live", exact=True).click()
        until(page, "document.querySelector('#connection').innerText === 'Live'")
        until(page, "window.__aisletwin.agents().some(a => Math.abs(a.x - 5) < 0.02)")
        page.close()
