"""A moment of a run looks the same however it was reached: seeks in any order against a fresh scene and the run."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from layouts.run import Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from spatial.facility import Facility
from viewer.desktop.agents import STATE_COLOURS
from viewer.desktop.moments import SHOWN_STATES, WorldMoments
from viewer.desktop.players import RunPlayer
from viewer.desktop.scene import DesktopScene, desktop_scene
from viewer.desktop.window import DesktopWindow
from viewer.followed_world import FollowedWorld
from viewer.messages import Pause, Play, Seek, SetSpeed, Update
from viewer.motion import positions_at
from viewer.playback import Playback, sim_time
from viewer.timeline import Timeline

SIZE = (240, 160)
WITHIN_M = 0.02


@pytest.fixture(scope="module")
def hall() -> Facility:
    return demo_hall()


@pytest.fixture(scope="module")
def shift(hall: Facility, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_on(hall, Scenario(site=tmp_path_factory.mktemp("s"), pickers=10))


@pytest.fixture(scope="module")
def sought(hall: Facility, shift: Run) -> Iterator[DesktopScene]:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    yield scene
    scene.plotter.close()


@pytest.fixture(scope="module")
def fresh(hall: Facility, shift: Run) -> Iterator[DesktopScene]:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    yield scene
    scene.plotter.close()


def look(scene: DesktopScene) -> list[np.ndarray]:
    """All that depends on time, as it is handed to VTK."""
    assert scene.agents is not None
    assert scene.heat is not None
    return [
        np.array(scene.agents.points.points),
        np.array(scene.agents.colours),
        np.array(scene.heat.surface.point_data["blocked"]),
        np.array(scene.locations.points.points),
        np.array(scene.locations.points.point_data["colour"]),
        np.array(scene.locations.points.point_data["size"]),
    ]


times = st.lists(st.floats(0.0, 2500.0), min_size=1, max_size=5)


@given(times=times)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_seeks_in_any_order_show_what_a_fresh_scene_shows(
    times: list[float], hall: Facility, shift: Run, sought: DesktopScene, fresh: DesktopScene
) -> None:
    player = RunPlayer([sought.moments])
    player.obey(Pause())
    for t_s in times:
        player.obey(Seek(t_s))
        moment = player.moment(0)
        assert moment is not None
        sought.show(moment)
    at_s = min(times[-1], shift.duration_s)
    fresh.show_time(0.0)
    fresh.show_time(at_s)
    for one, other in zip(look(sought), look(fresh), strict=True):
        assert np.array_equal(one, other)
    assert sought.moments is not None
    positions, states = positions_at(sought.moments.motions, at_s)
    assert sought.agents is not None
    assert np.array_equal(sought.agents.points.points, positions)
    told = [SHOWN_STATES[state] for state in states]
    rgb = [tuple(int(STATE_COLOURS[state][i : i + 2], 16) for i in (1, 3, 5)) for state in told]
    assert [tuple(row) for row in sought.agents.colours.tolist()] == rgb


def test_a_scene_that_was_never_elsewhere_looks_the_same(
    hall: Facility, shift: Run, sought: DesktopScene
) -> None:
    new = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    new.show_time(700.0)
    for t_s in (1500.0, 3.0, 700.0):
        sought.show_time(t_s)
    for one, other in zip(look(sought), look(new), strict=True):
        assert np.array_equal(one, other)
    new.plotter.close()


commands = st.lists(
    st.one_of(
        st.builds(Seek, st.floats(-10.0, 2500.0)),
        st.just(Play()),
        st.just(Pause()),
        st.builds(SetSpeed, st.floats(0.25, 64.0)),
    ),
    max_size=8,
)


@given(commands=commands, then_s=st.floats(0.0, 60.0))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_server_tells_of_a_run_is_within_two_centimetres_of_it(
    commands: list[object], then_s: float, hall: Facility, shift: Run, sought: DesktopScene
) -> None:
    playback, world, wall_s = Playback(Timeline(shift)), FollowedWorld(), 100.0
    moments = WorldMoments(world, hall)
    seq = 0

    def tell(sets: dict[str, object], *, reset: bool) -> None:
        nonlocal seq
        seq += 1
        world.apply(Update("S", seq, wall_s, reset, sets, []), (), our_s=wall_s)  # type: ignore[arg-type]

    tell(playback.state(), reset=True)
    for command in commands:
        wall_s += 0.7
        tell(playback.obey(command, wall_s), reset=False)  # type: ignore[arg-type]
        assert world.clock is not None
        moments.at(sim_time(world.clock, world.server_s(wall_s)))
    for _ in range(20):
        wall_s += then_s / 20
        tell(playback.advance(wall_s), reset=False)
    assert world.clock is not None
    t_s = sim_time(world.clock, world.server_s(wall_s))
    shown = moments.at(t_s)
    assert sought.moments is not None
    positions, states = positions_at(sought.moments.motions, t_s)
    assert shown.names == sought.moments.motions.agents
    assert np.abs(shown.positions - positions).max() <= WITHIN_M
    near = [
        positions_at(sought.moments.motions, t_s + by)[1] for by in (-0.002, 0.002)
    ]  # the wire rounds to milliseconds
    is_same = (shown.states == states) | (shown.states == near[0]) | (shown.states == near[1])
    assert is_same.all()


def test_the_window_shows_the_clocks_moment_after_each_key(hall: Facility, shift: Run) -> None:
    scene = desktop_scene(hall, shift, off_screen=True, size=SIZE)
    window = DesktopWindow((scene,), RunPlayer([scene.moments]))
    window.press("space")
    window.seek(300.0)
    window.press("Right")
    assert window.player.clock is not None
    assert window.player.clock.sim_s == pytest.approx(360.0)
    assert not window.player.clock.playing
    assert scene.moments is not None
    assert scene.agents is not None
    assert np.array_equal(scene.agents.points.points, scene.moments.at(360.0).positions)
    window.press("plus")
    window.press("space")
    assert window.player.clock.speed == 20.0
    time.sleep(0.05)
    window.tick()
    assert window.player.clock.sim_s > 360.0
    scene.plotter.close()
