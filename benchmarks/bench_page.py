"""How fast the page draws a hall of 50,000 locations and 10,000 agents, in Chromium with WebGL in software.

    python benchmarks/bench_page.py [--locations 50000] [--agents 10000] [--seconds 10] [--png FILE]

Prints frames a second while the run plays and while the camera turns, draw calls, when the first picture stood, and
how many bytes a second came over the websocket. Software drawing shares the machine's cores with the server.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from big_hall import big_hall, big_run
from live_process import free_port
from playwright.sync_api import sync_playwright

from layouts.run_files import write_run
from server.chores.screenshot import CHROMIUM_FLAGS, find_chromium
from spatial.facility_json import write_facility
from spatial.meshes.glb import write_glb

WIDTH, HEIGHT = 1280, 720
ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def served(site: Path, *options: str) -> Iterator[str]:
    """`aisletwin serve` of a site; its address."""
    port = free_port()
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", str(site), *options]
    process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            raise RuntimeError("the server did not start")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def measured(address: str, seconds: float, png: Path | None) -> dict[str, Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        received = [0]
        page.on(
            "websocket",
            lambda socket: socket.on(
                "framereceived", lambda frame: received.__setitem__(0, received[0] + len(frame))
            ),
        )
        began = time.monotonic()
        page.goto(address)
        until(
            page,
            "window.__aisletwin?.frames > 0 || document.querySelector('canvas')?.dataset.drawn === 'yes'",
        )
        until(page, "window.__aisletwin?.ready === true")
        figures: dict[str, Any] = {"ready_s": round(time.monotonic() - began, 2)}
        page.locator("#scrubber").evaluate(
            "bar => { bar.value = 60; bar.dispatchEvent(new Event('change')) }"
        )
        page.keyboard.press("1")
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(3_000)
        before, at, bytes_before = _frames(page), time.monotonic(), received[0]
        page.wait_for_timeout(1_000 * seconds)
        took_s = time.monotonic() - at
        figures["playing_fps"] = round((_frames(page) - before) / took_s, 1)
        figures["kB_s"] = round((received[0] - bytes_before) / took_s / 1000, 1)
        figures["draw_calls"] = page.evaluate("window.__aisletwin.drawCalls")
        if png is not None:
            page.screenshot(path=png)
        page.mouse.move(500, 400)
        page.mouse.down()
        before, at = _frames(page), time.monotonic()
        while time.monotonic() - at < seconds / 2:
            page.mouse.move(500 + 200 * ((time.monotonic() * 0.7) % 1.0), 400)
        page.mouse.up()
        figures["turning_fps"] = round((_frames(page) - before) / (time.monotonic() - at), 1)
        browser.close()
    return figures


def _frames(page: Any) -> int:
    return int(page.evaluate("window.__aisletwin.frames"))


def until(page: Any, expression: str, within_s: float = 120.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        if time.monotonic() > deadline:
            raise TimeoutError(f"never true: {expression}")
        page.wait_for_timeout(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locations", type=int, default=50_000)
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--png", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hall = big_hall(asked.locations)
        (folder / "site").mkdir()
        write_facility(folder / "site" / "facility.json", hall)
        write_glb(folder / "site" / "facility.glb", hall)
        write_run(folder / "run", big_run(hall, asked.agents))
        with served(folder / "site", "--run", str(folder / "run")) as address:
            print(
                json.dumps(
                    {"locations": asked.locations, "agents": asked.agents}
                    | measured(address, asked.seconds, asked.png)
                )
            )


if __name__ == "__main__":
    main()
