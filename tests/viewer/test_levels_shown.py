"""Agents of a hall of several levels stand on the floor of the level that they are on, told by a file or a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from layouts.run import Event, Events, Run
from spatial.facility import Facility
from viewer.desktop.moments import RunMoments, WorldMoments
from viewer.followed_world import FollowedWorld
from viewer.messages import Seek, Update
from viewer.playback import Playback
from viewer.timeline import Timeline

UPPER_M = 4.5


@pytest.fixture
def house(hall: Callable[..., Facility]) -> Facility:
    one = hall()
    return replace(one, levels=(replace(one.levels[0], id="L1", elevation_m=UPPER_M), *one.levels))


def shift_upstairs() -> Run:
    def event(
        seq: int, kind: str, start_s: float, end_s: float, level: str, *path: tuple[float, float]
    ) -> Event:
        return Event(seq=seq, agent="P1", kind=kind, start_s=start_s, end_s=end_s, level=level, path=path)  # type: ignore[arg-type]

    events = (
        event(0, "pick", 10.0, 20.0, "L1", (2.0, 2.0)),
        event(1, "move", 20.0, 30.0, "L1", (2.0, 2.0), (8.0, 2.0)),
        event(2, "lift", 30.0, 40.0, "L1", (8.0, 2.0)),
        event(3, "move", 50.0, 60.0, "L0", (8.0, 2.0), (8.0, 6.0)),
    )
    return Run(id="R", kind="simulated", agents=("P1",), duration_s=100.0, events=Events.of(events))


@pytest.mark.parametrize(
    ("t_s", "z"),
    [(0.0, UPPER_M), (15.0, UPPER_M), (25.0, UPPER_M), (45.0, UPPER_M), (55.0, 0.0), (80.0, 0.0)],
)
def test_before_between_and_after_the_work_too(house: Facility, t_s: float, z: float) -> None:
    run, world = shift_upstairs(), FollowedWorld()
    from_file = RunMoments(run, house).at(t_s)
    playback = Playback(Timeline(run))
    playback.obey(Seek(t_s), 100.0)
    world.apply(Update("S", 1, 100.0, True, playback.state(), []), (), our_s=100.0)
    told = WorldMoments(world, house).at(t_s)
    assert from_file.positions[0, 2] == told.positions[0, 2] == z
    assert np.abs(from_file.positions - told.positions).max() < 0.002
