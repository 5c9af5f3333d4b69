"""A seek shows what playing shows; positions on the wire are those of the run; sums are conserved."""

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.heat import heat
from layouts.kpis import kpis
from layouts.run import Duty, Event, Run
from spatial.facility import Facility
from viewer.keyed_state import KeyedState
from viewer.messages import Clock, Heat, Kpi, Pause, Play, Seek, SetSpeed, Track
from viewer.motion import positions_at, straight_motions
from viewer.playback import TRACK_WINDOW_S, Playback, obey, sim_time, state_at
from viewer.timeline import Timeline
from viewer.tracks import DECIMALS


def event(seq: int, agent: str, kind: str, start_s: float, end_s: float, *path: tuple[float, float]) -> Event:
    return Event(
        seq=seq, agent=agent, kind=kind, start_s=start_s, end_s=end_s, level="L0", path=path,  # type: ignore[arg-type]
        location="01-01-A-1" if kind == "pick" else None, quantity=1 if kind == "pick" else None,
        cause="face_busy" if kind == "wait" else None,
    )  # fmt: skip


def run_of(*events: Event, duration_s: float = 60.0, duty: Mapping[str, Duty] | None = None) -> Run:
    agents = tuple(sorted({event.agent for event in events}))
    in_order = tuple(sorted(events, key=lambda event: (event.start_s, event.seq)))
    return Run(
        id="R", kind="simulated", agents=agents, duration_s=duration_s, events=in_order, duty=duty or {}
    )


SHIFT = run_of(
    event(0, "P1", "move", 0.0, 10.0, (0.0, 0.0), (10.0, 0.0)),
    event(1, "P1", "pick", 10.0, 22.0, (10.0, 0.0)),
    event(2, "P1", "move", 25.0, 45.0, (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),
    event(3, "P2", "move", 2.0, 10.0, (0.0, 4.0), (9.0, 0.0)),
    event(4, "P2", "wait", 10.0, 22.0, (9.0, 0.0)),
    event(5, "P2", "pick", 22.0, 30.0, (9.0, 0.0)),
    event(6, "P2", "drop", 30.0, 33.5, (9.0, 0.0)),
)


KINDS = ("move", "wait", "pick", "drop", "pack", "fly")


@st.composite
def runs(draw: st.DrawFn) -> Run:
    seconds = st.integers(0, 4000).map(lambda n: n / 100)
    point = st.tuples(st.integers(-20, 20).map(float), st.integers(-20, 20).map(float))
    events: list[Event] = []
    for agent in draw(st.sampled_from([("A",), ("A", "B", "C")])):
        now, here = draw(seconds), draw(point)
        for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6)):
            end = now + draw(seconds)
            path = (here, *draw(st.lists(point, min_size=1, max_size=3))) if kind == "move" else (here,)
            events.append(event(len(events), agent, kind, now, end, *path))
            now, here = end + draw(st.sampled_from([0.0, 3.0])), path[-1]
    end_s = max(e.end_s for e in events) + draw(seconds)
    span = st.tuples(seconds, seconds).map(lambda pair: Duty(*sorted(pair)))
    duty = draw(st.dictionaries(st.sampled_from(sorted({e.agent for e in events})), span))
    return run_of(*events, duration_s=max(end_s, *(until for _, until in duty.values()), 0.0), duty=duty)


@settings(max_examples=60, deadline=None)
@given(runs(), st.lists(st.floats(0.01, 30.0), max_size=25), st.sampled_from([0.25, 1.0, 16.0, 64.0]))
def test_the_state_after_a_seek_is_the_state_after_playing_there(
    run: Run, ticks_s: list[float], speed: float
) -> None:
    timeline = Timeline(run)
    playback, played = Playback(timeline), KeyedState()
    played.apply(playback.state())
    played.apply(playback.obey(SetSpeed(speed), 0.0))
    played.apply(playback.obey(Play(), 0.0))
    wall_s = 0.0
    for tick_s in ticks_s:
        wall_s += tick_s
        played.apply(playback.advance(wall_s))

    sim_s = sim_time(playback.clock, wall_s)
    sought = Playback(timeline).obey(Seek(sim_s), 0.0)
    del sought["clock"]
    assert {key: value for key, value in played.snapshot().items() if key != "clock"} == sought


@settings(max_examples=60, deadline=None)
@given(runs(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_track_tells_every_position_until_the_next_one_is_due(run: Run, share: float, ahead: float) -> None:
    timeline = Timeline(run)
    told_s = share * run.duration_s
    shown_s = min(told_s + ahead * TRACK_WINDOW_S, run.duration_s)
    for agent in timeline.agents:
        track = state_at(timeline, told_s)[f"agent/{agent}"]
        assert isinstance(track, Track)
        assert math.dist(position_in_track(track, shown_s), position_in_run(run, agent, shown_s)) < 0.02


def position_in_track(track: Track, t_s: float) -> tuple[float, float]:
    """The last motion that has begun, as a viewer looks it up."""
    begun = [motion for motion in track.motions if motion.start_s <= t_s] or [track.motions[0]]
    motion = begun[-1]
    return along(motion.path, motion.start_s, motion.end_s, t_s)


def position_in_run(run: Run, agent: str, t_s: float) -> tuple[float, float]:
    mine = [event for event in run.events if event.agent == agent]
    begun = [event for event in mine if event.start_s <= t_s]
    if not begun:
        return mine[0].path[0]
    last = begun[-1]
    return along(last.path, last.start_s, last.end_s, t_s)


def along(path: tuple[tuple[float, float], ...], t0: float, t1: float, t: float) -> tuple[float, float]:
    lengths = [math.dist(a, b) for a, b in pairwise(path)]
    if t >= t1 or sum(lengths) == 0.0:
        return path[-1] if t >= t1 else path[0]
    left = sum(lengths) * max(0.0, (t - t0) / (t1 - t0))
    for (a, b), length in zip(pairwise(path), lengths, strict=True):
        if left <= length and length > 0.0:
            return (a[0] + (b[0] - a[0]) * left / length, a[1] + (b[1] - a[1]) * left / length)
        left -= length
    return path[-1]


@settings(max_examples=60, deadline=None)
@given(runs(), st.integers(0, 20_000).map(lambda n: n / 100 + 0.005))
def test_the_desktop_shows_agents_where_the_wire_tells(run: Run, t_s: float) -> None:
    timeline = Timeline(run)
    motions = straight_motions(run, Facility(id="F", name="F", kind="planned", levels=()))
    assert motions.agents == timeline.agents
    for agent, place in zip(motions.agents, positions_at(motions, t_s)[0], strict=True):
        track = timeline.track(agent, t_s, t_s + 1.0)
        assert math.dist(position_in_track(track, t_s), place[:2]) < 0.02


@settings(max_examples=60, deadline=None)
@given(runs())
def test_the_motions_of_an_agent_are_its_events_with_rests_that_fill_all_gaps(run: Run) -> None:
    timeline = Timeline(run)
    for agent in timeline.agents:
        motions = timeline.track(agent, -1.0, math.inf).motions
        assert (motions[0].start_s, motions[-1].end_s) == (0.0, round(run.duration_s, DECIMALS))
        assert all(a.end_s == b.start_s and a.path[-1] == b.path[0] for a, b in pairwise(motions))
        assert [(m.start_s, m.end_s, m.cause, m.location, m.path) for m in motions if m.state != "idle"] == [
            (
                *(round(e.start_s, DECIMALS), round(e.end_s, DECIMALS)),
                *(e.cause, e.location, e.path if e.kind == "move" else e.path[:1]),
            )
            for e in run.events
            if e.agent == agent
        ]


def test_an_agent_stands_idle_between_its_events_and_after_the_last() -> None:
    track = Timeline(SHIFT).track("P1", 0.0, 100.0)
    assert [(m.state, m.start_s, m.end_s) for m in track.motions] == [
        ("walk", 0.0, 10.0), ("pick", 10.0, 22.0), ("idle", 22.0, 25.0),
        ("walk", 25.0, 45.0), ("idle", 45.0, 60.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("t_s", "lines", "walked_m", "blocked_s"),
    [(0.0, 0, 0.0, 0.0), (5.0, 0, 5.0 + 3 / 8 * math.hypot(9, 4), 0.0),
     (16.0, 0, 10.0 + math.hypot(9, 4), 6.0),
     (22.0, 1, 10.0 + math.hypot(9, 4), 12.0), (60.0, 2, 30.0 + math.hypot(9, 4), 12.0)],
)  # fmt: skip
def test_sums_so_far_in_a_case_small_enough_to_draw(
    t_s: float, lines: int, walked_m: float, blocked_s: float
) -> None:
    kpi = Timeline(SHIFT).kpi(t_s)
    assert (kpi.lines, kpi.blocked_s) == (lines, blocked_s)
    assert kpi.walked_m == pytest.approx(walked_m, abs=0.051)


@settings(max_examples=40, deadline=None)
@given(runs(), st.floats(0.0, 1.0))
def test_every_agent_second_is_spent_exactly_once_and_blocked_time_lies_on_the_grid(
    run: Run, share: float
) -> None:
    timeline, t_s = Timeline(run), share * run.duration_s
    kpi, blocked = timeline.kpi(t_s), timeline.heat(t_s)
    spent_s = kpi.walk_s + kpi.pick_s + kpi.blocked_s + kpi.drop_s + kpi.other_s + kpi.idle_s
    assert spent_s == pytest.approx(sum(on_duty_s(run, agent, t_s) for agent in run.agents), abs=0.5)
    assert sum(blocked.blocked_s) == pytest.approx(kpi.blocked_s, abs=0.06 + 0.06 * len(blocked.cells))


def on_duty_s(run: Run, agent: str, until_s: float) -> float:
    """Who works before or after its shift is on duty then too."""
    shift = run.duty.get(agent, Duty(0.0, run.duration_s))
    mine = [event for event in run.events if event.agent == agent]
    start_s = min(shift.from_s, *(event.start_s for event in mine))
    end_s = max(shift.until_s, *(event.end_s for event in mine))
    return max(0.0, min(until_s, end_s) - start_s)


def test_who_is_off_duty_does_not_count_as_idle() -> None:
    run = replace(SHIFT, duty={"P1": Duty(5.0, 50.0), "P2": Duty(0.0, 20.0)})
    assert [Timeline(run).kpi(t_s).idle_s for t_s in (2.0, 24.0, 60.0)] == [2.0, 4.0, 10.0]


@settings(max_examples=40, deadline=None)
@given(runs())
def test_in_the_end_the_sums_are_the_runs_key_figures_and_heat(run: Run) -> None:
    told, figures = Timeline(run).kpi(run.duration_s), kpis(run)
    assert told.lines == figures.lines
    assert told.walked_m == pytest.approx(figures.distance_m, abs=0.051)
    shown_apart = ("walk_s", "pick_s", "blocked_s", "drop_s", "idle_s")
    spent = asdict(figures.total)
    for name in shown_apart:
        assert getattr(told, name) == pytest.approx(spent[name], abs=0.051), name
    other_s = sum(seconds for name, seconds in spent.items() if name not in shown_apart)
    assert told.other_s == pytest.approx(other_s, abs=0.051)

    shown = Timeline(run).heat(run.duration_s)
    if shown.cells:
        (x0, y0), size = shown.origin, (shown.width * shown.cell_m, shown.height * shown.cell_m)
        grid = heat(run, bounds=(x0, y0, x0 + size[0], y0 + size[1]), cell_m=shown.cell_m)
        drawn = np.zeros(grid.size)
        drawn[list(shown.cells)] = shown.blocked_s
        np.testing.assert_allclose(drawn.reshape(grid.shape), grid, atol=0.051)


def test_a_kind_of_work_that_no_viewer_knows_is_other_work_done_standing() -> None:
    run = run_of(event(0, "P1", "fly", 2.0, 5.0, (1.0, 1.0), (9.0, 9.0)))
    (_, flight, _) = Timeline(run).track("P1", 0.0, 60.0).motions
    assert (flight.state, flight.path) == ("other", ((1.0, 1.0),))
    assert Timeline(run).kpi(4.0).other_s == 2.0


def test_heat_lies_where_the_wait_was() -> None:
    blocked = Timeline(SHIFT).heat(16.0)
    assert blocked.blocked_s == (6.0,)
    column, row = blocked.cells[0] % blocked.width, blocked.cells[0] // blocked.width
    assert (blocked.origin[0] + column * 0.5, blocked.origin[1] + row * 0.5) == (9.0, 0.0)


def test_the_clock_stops_at_the_end_and_play_starts_again_from_zero() -> None:
    playback = Playback(Timeline(SHIFT))
    playback.obey(Play(), 100.0)
    at_end = playback.advance(100.0 + 61.0)["clock"]
    assert isinstance(at_end, Clock)
    assert (at_end.sim_s, at_end.playing) == (60.0, False)
    assert playback.advance(500.0) == {}
    again = playback.obey(Play(), 500.0)["clock"]
    assert isinstance(again, Clock)
    assert (again.sim_s, again.playing) == (0.0, True)


def test_a_change_of_speed_keeps_the_time_reached() -> None:
    clock = Clock(sim_s=0.0, at_s=0.0, speed=1.0, playing=True, duration_s=60.0)
    faster = obey(clock, SetSpeed(4.0), 10.0)
    assert sim_time(faster, 12.0) == pytest.approx(18.0)
    assert sim_time(obey(faster, Pause(), 12.0), 99.0) == pytest.approx(18.0)


def test_a_seek_is_held_within_the_run_and_must_be_a_number() -> None:
    clock = Clock(sim_s=0.0, at_s=0.0, speed=1.0, playing=False, duration_s=60.0)
    assert [obey(clock, Seek(t), 0.0).sim_s for t in (-5.0, 30.0, 1e9)] == [0.0, 30.0, 60.0]
    with pytest.raises(ValueError, match="sim_s nan"):
        obey(clock, Seek(math.nan), 0.0)
    with pytest.raises(ValueError, match=r"outside 0\.25–64"):
        obey(clock, SetSpeed(100.0), 0.0)


def test_a_run_without_events_has_a_state_of_nothing() -> None:
    state = state_at(Timeline(run_of(duration_s=0.0)), 0.0)
    nowhere, kpi = state["heat"], state["kpi"]
    assert isinstance(nowhere, Heat)
    assert isinstance(kpi, Kpi)
    assert (nowhere.width, nowhere.height, nowhere.cells, kpi.lines) == (0, 0, (), 0)
