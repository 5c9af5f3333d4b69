"""Agents are where their events put them, at any time, for any number of agents."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.run import Event, Run
from spatial.facility import Facility, FloorHeights, Level
from viewer.motion import STATES, positions_at, straight_motions

SLOPE = tuple((x, y, 0.1 * x) for x in (0.0, 10.0) for y in (0.0, 10.0))
FLOOR = Level(
    id="L0",
    elevation_m=0.0,
    outline=((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),
    floor=FloorHeights(points=SLOPE, grid_m=10.0),
)
FACILITY = Facility(id="F", name="F", kind="planned", levels=(FLOOR,))


def event(seq: int, agent: str, kind: str, start_s: float, end_s: float, *path: tuple[float, float]) -> Event:
    return Event(seq=seq, agent=agent, kind=kind, start_s=start_s, end_s=end_s, level="L0", path=path)


def run(*events: Event, agents: tuple[str, ...] = ("P1", "P2", "P3")) -> Run:
    ordered = tuple(sorted(events, key=lambda event: (event.start_s, event.seq)))
    return Run(id="R", kind="simulated", agents=agents, duration_s=100.0, events=ordered)


RUN = run(
    event(0, "P1", "move", 0.0, 10.0, (0.0, 0.0), (3.0, 0.0), (3.0, 2.0)),
    event(1, "P1", "pick", 10.0, 15.0, (3.0, 2.0)),
    event(2, "P2", "wait", 4.0, 6.0, (9.0, 9.0)),
    event(3, "P1", "move", 20.0, 20.0, (3.0, 2.0), (3.0, 2.0)),
    event(4, "P1", "pack", 30.0, 40.0, (3.0, 2.0)),
)


@pytest.mark.parametrize(
    ("t_s", "place", "state"),
    [
        (0.0, (0.0, 0.0), "move"),
        (3.0, (1.5, 0.0), "move"),
        (6.0, (3.0, 0.0), "move"),
        (8.0, (3.0, 1.0), "move"),
        (10.0, (3.0, 2.0), "pick"),
        (17.0, (3.0, 2.0), "idle"),
        (35.0, (3.0, 2.0), "other"),
        (99.0, (3.0, 2.0), "idle"),
    ],
)
def test_a_walker_shares_its_time_by_length_and_rests_in_gaps(t_s, place, state) -> None:
    positions, states = positions_at(straight_motions(RUN, FACILITY), t_s)
    assert positions[0] == pytest.approx([*place, 0.1 * place[0]])
    assert STATES[states[0]] == state


def test_an_agent_that_does_nothing_is_left_out_and_one_that_waits_stands_there() -> None:
    motions = straight_motions(RUN, FACILITY)
    assert motions.agents == ("P1", "P2")
    for t_s, state in ((0.0, "idle"), (5.0, "wait"), (50.0, "idle")):
        positions, states = positions_at(motions, t_s)
        assert positions[1] == pytest.approx([9.0, 9.0, 0.9])
        assert STATES[states[1]] == state


def test_only_moves_lead_along_their_path() -> None:
    flight = event(0, "P1", "fly", 0.0, 10.0, (1.0, 1.0), (9.0, 9.0))
    halt = event(1, "P2", "move", 0.0, 10.0, (1.0, 1.0), (1.0, 1.0), (5.0, 1.0), (5.0, 1.0))
    motions = straight_motions(run(flight, halt), FACILITY)
    for t_s, x in ((0.0, 1.0), (5.0, 3.0), (10.0, 5.0)):
        positions, _ = positions_at(motions, t_s)
        assert positions[:, 0].tolist() == [1.0, x]


def test_a_run_without_events_has_no_positions() -> None:
    positions, states = positions_at(straight_motions(run(), FACILITY), 5.0)
    assert positions.shape == (0, 3)
    assert states.shape == (0,)


def test_nobody_jumps_between_two_instants() -> None:
    motions = straight_motions(RUN, FACILITY)
    track = np.array([positions_at(motions, t_s)[0][0, :2] for t_s in np.arange(0.0, 30.0, 0.1)])
    assert np.hypot(*np.diff(track, axis=0).T).max() < 0.051
