"""A picture of the page, taken by a headless Chromium over its debugging protocol."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from spatial.errors import MissingToolError
from spatial.whole_files import write_whole

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

CHROMIUM_FLAGS = (
    "--headless", "--no-sandbox", "--no-first-run", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
    # WebGL2 by Mesa in software: several times as fast as Chromium's own SwiftShader
    "--use-gl=angle", "--use-angle=gl-egl", "--ignore-gpu-blocklist",
)  # fmt: skip
"""What Chromium needs to draw WebGL on a machine without a screen, and to leave the network alone."""


def find_chromium() -> str:
    """The path of Chromium; raises MissingToolError without one."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise MissingToolError("Chromium is missing: install it, on Debian with `apt-get install chromium`")


def screenshot_page(
    url: str,
    png_path: Path,
    *,
    width: int = 1280,
    height: int = 800,
    ready: str = "window.__aisletwin?.ready === true",
    before: str = "",
    settle_s: float = 0.5,
    within_s: float = 60.0,
) -> None:
    """Load `url`, wait until the JavaScript expression `ready` is true, run `before`, and write a PNG.

    Raises MissingToolError without Chromium, TimeoutError when the page is not ready `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    with _chromium(width, height, deadline) as page:
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        page.call("Page.navigate", url=url)
        while page.evaluate(ready) is not True:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} was not ready within {within_s:g} s: {ready} is not true")
            time.sleep(0.1)
        if before:
            page.evaluate(before)
        time.sleep(settle_s)
        picture = page.call("Page.captureScreenshot", format="png")["data"]
    with write_whole(png_path) as aside:
        aside.write_bytes(base64.b64decode(picture))


class _Page:
    """One tab, spoken to over the DevTools protocol."""

    def __init__(self, socket: ClientConnection, deadline: float) -> None:
        self._socket = socket
        self._deadline = deadline
        self._ids = itertools.count(1)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a command; raises RuntimeError with Chromium's words if it fails."""
        call_id = next(self._ids)
        self._socket.send(json.dumps({"id": call_id, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=max(0.0, self._deadline - time.monotonic())))
            if answer.get("id") == call_id:
                if "error" in answer:
                    raise RuntimeError(f"Chromium refused {method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, None if it throws."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")


@contextmanager
def _chromium(width: int, height: int, deadline: float) -> Iterator[_Page]:
    """A new Chromium with an empty profile, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="aisletwin-", ignore_cleanup_errors=True) as profile:
        command = [
            find_chromium(), *CHROMIUM_FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}",
            f"--window-size={width},{height}", "about:blank",
        ]  # fmt: skip
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with _first_tab(Path(profile) / "DevToolsActivePort", process, deadline) as socket:
                yield _Page(socket, deadline)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _first_tab(port_file: Path, process: subprocess.Popen[bytes], deadline: float) -> ClientConnection:
    """A connection to the tab that is open at start, through the browser's own address in `port_file`."""
    while not port_file.exists() or len(port_file.read_text().splitlines()) < 2:
        if process.poll() is not None:
            raise RuntimeError(f"Chromium ended at once with status {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError("Chromium did not open its debugging port in time")
        time.sleep(0.05)
    port, path = port_file.read_text().splitlines()[:2]
    with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as browser:
        targets = _Page(browser, deadline).call("Target.getTargets")["targetInfos"]
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    return connect(f"ws://127.0.0.1:{port}/devtools/page/{tab}", proxy=None, max_size=None)
