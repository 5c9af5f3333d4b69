"""The page at any moment of a run, however it was reached: agents within 2 cm of where the run has them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from big_hall import big_hall, big_run

from layouts.run import Run
from server.answers.shown import Shown
from server.app import create_app
from server.sites import load_site
from spatial.facility import Facility
from spatial.facility_json import write_facility
from viewer.motion import STATES, positions_at, straight_motions

pytestmark = pytest.mark.browser

Serving = Callable[..., AbstractContextManager[str]]
SHOWN_AS = {"idle": "idle", "move": "walk", "wait": "wait", "pick": "pick", "drop": "drop", "other": "other"}
"""What the page calls the states of a run."""


@pytest.fixture(scope="module")
def played() -> tuple[Facility, Run]:
    hall = big_hall(800)
    return hall, big_run(hall, 40, seconds=150.0)


@pytest.fixture(scope="module")
def page(
    played: tuple[Facility, Run], chromium: Any, serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    hall, run = played
    folder = tmp_path_factory.mktemp("big")
    write_facility(folder / "facility.json", hall)
    with serving(create_app(Shown(site=load_site(folder), run=run))) as address:
        page = chromium.new_page()
        page.goto(address)
        until(page, "window.__aisletwin?.ready === true")
        yield page
        page.close()


def until(page: Any, expression: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while page.evaluate(expression) is not True:
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(20)


def assert_as_in_the_run(page: Any, played: tuple[Facility, Run]) -> None:
    hall, run = played
    motions = straight_motions(run, hall)
    t_s, agents = page.evaluate("[window.__aisletwin.simTime, window.__aisletwin.agents()]")
    places, states = positions_at(motions, t_s)
    shown = {agent["name"]: agent for agent in agents}
    assert shown.keys() == set(motions.agents)
    for name, place, state in zip(motions.agents, places, states, strict=True):
        agent = shown[name]
        assert np.hypot(agent["x"] - place[0], agent["y"] - place[1]) < 0.02, (name, t_s)
        if abs(t_s - nearest_change(motions, name, t_s)) > 0.011:  # times are told to a hundredth of a second
            assert agent["state"] == SHOWN_AS[STATES[state]], (name, t_s)


def nearest_change(motions: Any, name: str, t_s: float) -> float:
    number = motions.agents.index(name)
    own = slice(motions.first[number], motions.first[number + 1])
    times = np.concatenate([motions.start_s[own], motions.end_s[own]])
    return float(times[np.abs(times - t_s).argmin()])


def test_a_moment_is_the_same_however_it_is_sought(page: Any, played: tuple[Facility, Run]) -> None:
    for t_s in np.random.default_rng(4).uniform(0, played[1].duration_s, 15).round(3).tolist():
        page.locator("#scrubber").evaluate(
            "(bar, t) => { bar.value = t; bar.dispatchEvent(new Event('change')) }", t_s
        )
        until(page, f"Math.abs(window.__aisletwin.simTime - {t_s}) < 1e-6")
        page.wait_for_timeout(60)
        assert_as_in_the_run(page, played)


def test_and_when_it_is_played_to(page: Any, played: tuple[Facility, Run]) -> None:
    page.locator("#scrubber").evaluate("bar => { bar.value = 10; bar.dispatchEvent(new Event('change')) }")
    until(page, "Math.abs(window.__aisletwin.simTime - 10) < 1e-6")
    page.keyboard.press("5")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "window.__aisletwin.simTime > 20")
    for _ in range(3):
        page.wait_for_timeout(700)
        page.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_role("button", name="Play", exact=True).wait_for()
        page.wait_for_timeout(200)
        assert_as_in_the_run(page, played)
        page.get_by_role("button", name="Play", exact=True).click()
