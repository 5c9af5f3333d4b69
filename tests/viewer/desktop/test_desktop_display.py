"""Pictures without any display, and a window under Xvfb where that is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from layouts.demo_hall import demo_hall
from layouts.run import Event, Run
from layouts.run_files import write_run
from spatial.facility_json import write_facility

WINDOW = """
    import numpy as np
    from pathlib import Path
    from viewer.desktop.desktop import Wishes, opened, window_of
    from viewer.desktop.input import attach

    site, out = Path({site!r}), Path({out!r})
    wishes = Wishes(beside=site, beside_run=site / "run")
    with opened(site, site / "run", wishes, off_screen=False, size=(600, 400)) as scenes:
        window = window_of(scenes)
        attach(window)
        mouse = window.plotter.iren.interactor

        def key(name):
            mouse.SetKeySym(name)
            mouse.InvokeEvent("KeyPressEvent")

        def drag(x0, y0, x1, y1):
            mouse.SetEventInformation(x0, y0, 0, 0, " ", 0, None)
            mouse.InvokeEvent("LeftButtonPressEvent")
            mouse.SetEventInformation(x1, y1, 0, 0, " ", 0, None)
            mouse.InvokeEvent("MouseMoveEvent")
            mouse.InvokeEvent("LeftButtonReleaseEvent")

        tick, ticks = window.tick, []

        def driven():
            tick()
            ticks.append(window.player.clock.sim_s)
            if len(ticks) == 3:
                try:
                    use()
                except AssertionError as error:
                    print("failed", repr(error))
                key("q")

        def use():
            place = scenes[0].facility.locations[0].center
            x, y = window.project(np.array([place]))[0]
            before = scenes[0].plotter.camera.position
            drag(int(x), int(y), int(x), int(y))
            assert window.picked is not None and window.picked[0] == 0, window.picked
            assert scenes[0].plotter.camera.position == before
            drag(300, 200, 150, 200)
            assert abs(window.swipe.share - 0.25) < 0.01, window.swipe.share
            assert scenes[0].plotter.camera.position == before
            drag(400, 200, 430, 210)
            assert scenes[0].plotter.camera.position != before
            one, other = (scene.renderer.GetActiveCamera().GetPosition() for scene in scenes)
            assert one == other
            key("x")
            assert len(window.planes) == 1
            window.plotter.screenshot(str(out))

        window.tick = driven
        window.plotter.show()
        assert ticks[-1] > ticks[0], ticks
    print("closed")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, hall = tmp_path_factory.mktemp("site"), demo_hall()
    aisle = hall.aisles[1]
    walk = Event(
        seq=0, agent="P1", kind="move", start_s=0.0, end_s=600.0, path=(aisle.p0, aisle.p1), level="L0"
    )
    write_facility(folder / "facility.json", hall)
    write_run(folder / "run", Run(id="R", kind="simulated", agents=("P1",), duration_s=600.0, events=(walk,)))
    return folder


def without_display() -> dict[str, str]:
    """The environment of a machine without screen, in which nothing has chosen how VTK draws."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "VTK_DEFAULT_OPENGL_WINDOW"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def test_a_picture_needs_no_display_and_nothing_is_warned_of(site: Path, tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from viewer.desktop.desktop import picture
        picture(Path({str(site)!r}), Path({str(site / "run")!r}), Path({str(tmp_path / "a.png")!r}), size=(300, 200))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=without_display(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "X server" not in done.stderr
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (300, 200)
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 500


@pytest.fixture
def display() -> Iterator[str]:
    """A display of Xvfb's."""
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        pytest.skip("skipped: Xvfb is not installed (Debian: the package xvfb)")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [xvfb, "-displayfd", str(writing), "-screen", "0", "800x600x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = re.match(r"\d+", told.readline())
        assert number is not None, "Xvfb did not start"
        yield f":{number[0]}"
    finally:
        server.terminate()
        server.wait()


def test_a_window_opens_under_xvfb_plays_hears_keys_and_mouse_and_closes(
    site: Path, tmp_path: Path, display: str
) -> None:
    code = textwrap.dedent(WINDOW).format(site=str(site), out=str(tmp_path / "w.png"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=without_display() | {"DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr
    with Image.open(tmp_path / "w.png") as image:
        assert image.size == (600, 400)
