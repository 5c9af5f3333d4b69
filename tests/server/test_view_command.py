"""`aisletwin view`: what may be asked together, and what it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from layouts.run import Run
from layouts.run_files import write_run

Aisletwin = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("http://127.0.0.1:9/", "--mp4", "a.mp4"), "SITE"),
        (("http://127.0.0.1:9/", "--planned", "p", "--png", "a.png"), "SITE"),
        (("http://127.0.0.1:9/", "--token-env", "NOT_SET_AT_ALL", "--png", "a.png"), "--token-env"),
        (("site", "--beside-run", "r", "--png", "a.png"), "--beside-run"),
        (("site", "--before", "--png", "a.png"), "--before"),
        (("site", "--colour", "mood", "--png", "a.png"), "--colour"),
        (("site", "--divider", "1.5", "--png", "a.png"), "--divider"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else each,
)
def test_what_does_not_go_together_is_wrong_usage(
    aisletwin: Aisletwin, arguments: tuple[str, ...], named: str
) -> None:
    done = aisletwin("view", *arguments)
    assert done.code == 2
    assert named in done.err


def test_a_server_that_is_not_there_is_bad_data(aisletwin: Aisletwin, tmp_path: Path) -> None:
    done = aisletwin("view", "http://127.0.0.1:9/", "--png", tmp_path / "a.png")
    assert done.code == 3
    assert "is the server running there?" in done.err
    assert not list(tmp_path.iterdir())


def test_figures_that_a_site_has_not_are_named(aisletwin: Aisletwin, hall_site: Path, tmp_path: Path) -> None:
    done = aisletwin("view", hall_site, "--colour", "velocity", "--png", tmp_path / "a.png")
    assert done.code == 3
    assert "but by: state, fill" in done.err


def test_a_plan_and_a_site_beside_make_a_picture(
    aisletwin: Aisletwin, hall_site: Path, hall_run: Run, tmp_path: Path
) -> None:
    run, png = tmp_path / "run", tmp_path / "a.png"
    write_run(run, hall_run)
    beside = ("--beside", hall_site, "--beside-run", run, "--divider", "0.3")
    more = (*beside, "--planned", hall_site, "--colour", "velocity")
    assert aisletwin("view", hall_site, run, "--at", "25", *more, "--png", png).code == 0
    with Image.open(png) as image:
        assert image.size == (1600, 1000)
        column = np.asarray(image.convert("RGB")).astype(int)[:, 480]
    assert (column.min(axis=1) > 90).mean() > 0.9
