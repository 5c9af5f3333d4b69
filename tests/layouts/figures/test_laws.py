"""Figures are folds over the events: whatever the run, nothing is lost and nothing counted twice."""

from __future__ import annotations

import math
from dataclasses import asdict
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.figures.by_interval import Interval
from layouts.figures.near_misses import SETTLE_S, SLOW_M_S, STEP_S, near_misses
from layouts.figures.window import Window
from layouts.heat import heat, traffic_heat
from layouts.kpis import Kpis, kpis
from layouts.run import AisleFloor, Duty, Event, Run, Times

AGENTS = ("A", "B", "C")
KINDS = ("move", "wait", "pick", "drop", "put", "pack", "break", "pass", "hover")
CAUSES = ("pick_face_occupied", "intersection_occupied", "station_busy", None)
AISLES = {  # whose edges no agent goes along
    "A1": AisleFloor("L0", (0.1, -5.2), (0.1, 5.2), 3.1),
    "A2": AisleFloor("L0", (-4.1, -3.9), (3.7, 4.2), 1.1),
}

laws = settings(max_examples=50, deadline=None)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Up to three agents that do one thing after the other, sometimes with nothing between."""
    seconds = st.integers(0, 2000).map(lambda n: n / 100)
    point = st.tuples(st.integers(-16, 16), st.integers(-16, 16)).map(lambda p: (p[0] / 2, p[1] / 2))
    events: list[Event] = []
    for agent in AGENTS:
        now, here = draw(seconds), draw(point)
        for kind in draw(st.lists(st.sampled_from(KINDS), max_size=6)):
            end = now + draw(seconds)
            path = (here, *draw(st.lists(point, max_size=3))) if kind == "move" else (here,)
            is_wait = kind == "wait"
            events.append(
                Event(
                    seq=len(events),
                    agent=agent,
                    kind=kind,  # type: ignore[arg-type]
                    start_s=now,
                    end_s=end,
                    level="L0",
                    path=path,
                    resource=draw(st.sampled_from(["R1", "R2", None])),
                    cause=draw(st.sampled_from(CAUSES)) if is_wait else None,
                    blocked_by=draw(st.sampled_from([*AGENTS, "stranger", None])) if is_wait else None,
                    quantity=draw(st.integers(0, 3)) if kind in ("pick", "put") else None,
                    aisle=draw(st.sampled_from(["A1", None])) if is_wait else None,
                    order=draw(st.sampled_from(["O1", "O2", None])),
                )
            )
            now, here = end + draw(st.sampled_from([0.0, 3.0])), path[-1]
    events.sort(key=lambda event: (event.start_s, event.seq))
    last = max((event.end_s for event in events), default=0.0)
    duty = {"B": Duty(5.0, 12.0)} if draw(st.booleans()) else {}
    known = st.builds(Times, due_s=seconds, done_s=st.none() | seconds)
    orders = draw(st.dictionaries(st.sampled_from(["O1", "O2", "O3"]), known))
    return Run(
        id="R",
        kind="simulated",
        agents=AGENTS,
        duration_s=last + draw(seconds),
        events=tuple(events),
        duty=duty,
        aisles=AISLES,
        orders=orders,
    )


@st.composite
def figured(draw: st.DrawFn) -> tuple[Run, float, Kpis]:
    """A run with a warm-up within it, and its figures with intervals."""
    run = draw(runs())
    warm_up_s = draw(st.sampled_from([0.0, 0.25, 0.6])) * run.duration_s
    interval_s = draw(st.sampled_from([0.7, 3.0, 17.0, 1e4]))
    return run, warm_up_s, kpis(run, warm_up_s=warm_up_s, interval_s=interval_s)


def near(value: float) -> Any:
    """Equal but for rounding."""
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def length_s(interval: Interval) -> float:
    return interval.end_s - interval.start_s


def overlap_s(event: Event, start_s: float, end_s: float) -> float:
    return max(0.0, min(event.end_s, end_s) - max(event.start_s, start_s))


@laws
@given(figured())
def test_every_agents_time_adds_up_to_its_time_on_duty(given_: tuple[Run, float, Kpis]) -> None:
    run, warm_up_s, figures = given_
    for agent, split in figures.by_agent.items():
        mine = [event for event in run.events if event.agent == agent]
        shift = run.duty.get(agent, Duty(0.0, run.duration_s))
        first = min([shift.from_s, *(event.start_s for event in mine)])
        last = max([shift.until_s, *(event.end_s for event in mine)])
        on_duty = max(0.0, min(last, run.duration_s) - max(first, warm_up_s))
        assert split.sum_s == pytest.approx(on_duty, abs=1e-9)
        for kind, name in (
            ("move", "walk_s"),
            ("wait", "blocked_s"),
            ("pack", "pack_s"),
            ("hover", "other_s"),
        ):
            spent = sum(overlap_s(event, warm_up_s, run.duration_s) for event in mine if event.kind == kind)
            assert getattr(split, name) == pytest.approx(spent, abs=1e-9)
    assert figures.labour_h * 3600 == pytest.approx(sum(s.sum_s for s in figures.by_agent.values()))


@laws
@given(figured())
def test_intervals_add_up_to_the_run(given_: tuple[Run, float, Kpis]) -> None:
    run, warm_up_s, figures = given_
    parts = figures.intervals
    assert sum(each.lines for each in parts) == figures.lines
    for name, seconds in asdict(figures.total).items():
        assert sum(getattr(each.time, name) for each in parts) == near(seconds), name
    assert sum(each.labour_h for each in parts) == near(figures.labour_h)
    assert sum(each.distance_m for each in parts) == near(figures.distance_m)
    assert sum((each.queueing or 0.0) * length_s(each) for each in parts) == near(figures.total.blocked_s)
    for lead in ("tour_lead", "order_lead"):
        done = [found.done for found in (getattr(each, lead) for each in (figures, *parts)) if found]
        assert sum(done) == 2 * done[0] if done else not done
    due = [each.on_time for each in parts if each.on_time]
    whole = [figures.on_time] if figures.on_time else []
    assert sum(each.n for each in due) == sum(each.n for each in whole)
    assert sum(each.value * each.n for each in due) == near(sum(each.value * each.n for each in whole))
    edges = [each.start_s for each in parts] + [parts[-1].end_s]
    assert (edges[0], edges[1:-1], edges[-1]) == (warm_up_s, [e.end_s for e in parts[:-1]], run.duration_s)


@laws
@given(figured())
def test_blocked_seconds_of_intervals_add_up_by_where_why_and_whom(
    given_: tuple[Run, float, Kpis],
) -> None:
    _, _, figures = given_
    parts = [each.blocked for each in figures.intervals]
    assert sum(each.attributed_s for each in parts) == near(figures.blocked.attributed_s)
    for by in ("by_cause", "by_aisle", "by_face", "by_intersection"):
        whole = getattr(figures.blocked, by)
        assert set(whole) == {name for each in parts for name in getattr(each, by)}
        for name, found in whole.items():
            here = [getattr(each, by).get(name) for each in parts]
            assert sum(each.blocked_s for each in here if each) == near(found.blocked_s)
        for part, interval in zip(parts, figures.intervals, strict=True):
            for found in getattr(part, by).values():
                assert found.blocked_s > 0
                assert found.share * interval.labour_h * 3600 == near(found.blocked_s)
    pairs = {(a, b): s for a, row in figures.blocked.who.items() for b, s in row.items()}
    assert set(pairs) == {(a, b) for each in parts for a, row in each.who.items() for b in row}
    for (a, b), seconds in pairs.items():
        assert sum(each.who.get(a, {}).get(b, 0.0) for each in parts) == near(seconds)


@laws
@given(figured())
def test_mean_queues_and_traffic_of_intervals_average_to_the_runs_and_the_longest_is_its(
    given_: tuple[Run, float, Kpis],
) -> None:
    run, _, figures = given_
    parts = figures.intervals
    seconds = sum(length_s(each) for each in parts)
    for name, queue in figures.queues.items():
        here = [(each.queues[name], length_s(each)) for each in parts if name in each.queues]
        assert sum(found.mean_length * length for found, length in here) == near(queue.mean_length * seconds)
        assert max(found.longest for found, _ in here) == queue.longest
    for interval in parts:
        waits = [e for e in run.events if e.kind == "wait" and overlap_s(e, interval.start_s, interval.end_s)]
        assert set(interval.queues) == {e.resource for e in waits if e.resource}
        for name, queue in interval.queues.items():
            here = [event for event in waits if event.resource == name]
            begins = [max(event.start_s, interval.start_s) for event in here]
            assert queue.longest == max(sum(e.start_s <= t < e.end_s for e in here) for t in begins)
            assert queue.mean_length == near(queue.waits * queue.mean_wait_s / length_s(interval))
    for name in (*AISLES, None):
        whole = figures.traffic[name] if name else figures.total_traffic
        here = [(each.traffic.get(name) if name else each.total_traffic, length_s(each)) for each in parts]
        assert sum(found.mean * length for found, length in here if found) == near(whole.mean * seconds)
        assert max((found.peak for found, _ in here if found), default=0) == whole.peak


@laws
@given(figured())
def test_an_interval_with_nothing_below_the_line_has_no_ratio(given_: tuple[Run, float, Kpis]) -> None:
    _, _, figures = given_
    for each in figures.intervals:
        assert (each.metres_per_line is None) == (each.lines == 0)
        assert (each.lines_per_labour_hour is None) == (each.labour_h == 0)
        assert (each.blocked_share is None) == (each.labour_h == 0)
        assert (each.lines_per_hour is None) == (each.busy is None) == (length_s(each) == 0)


@laws
@given(figured())
def test_blocked_time_is_that_of_its_causes_and_what_is_attributed_that_of_who_blocked_whom(
    given_: tuple[Run, float, Kpis],
) -> None:
    run, warm_up_s, figures = given_
    found = figures.blocked
    assert sum(each.blocked_s for each in found.by_cause.values()) == pytest.approx(figures.total.blocked_s)
    matrix = [seconds for row in found.who.values() for seconds in row.values()]
    assert sum(matrix) == pytest.approx(found.attributed_s)
    known = [e for e in run.events if e.kind == "wait" and e.blocked_by]
    assert found.attributed_s == pytest.approx(sum(overlap_s(e, warm_up_s, run.duration_s) for e in known))
    for waiter, blocker in product(AGENTS, [*AGENTS, "stranger"]):
        mine = [e for e in known if (e.agent, e.blocked_by) == (waiter, blocker)]
        seconds = sum(overlap_s(e, warm_up_s, run.duration_s) for e in mine)
        assert found.who.get(waiter, {}).get(blocker, 0.0) == pytest.approx(seconds)


@laws
@given(figured())
def test_littles_law_holds_exactly_for_every_queue(given_: tuple[Run, float, Kpis]) -> None:
    """The mean length comes from walking through time, the mean wait from the waits: L = λ W."""
    run, warm_up_s, figures = given_
    window_s = run.duration_s - warm_up_s
    waits = [e for e in run.events if e.kind == "wait" and overlap_s(e, warm_up_s, run.duration_s) > 0]
    for name, queue in figures.queues.items():
        assert queue.mean_length == pytest.approx(queue.waits / window_s * queue.mean_wait_s, rel=1e-9)
        here = [event for event in waits if event.resource == name]
        begins = [max(event.start_s, warm_up_s) for event in here]
        assert queue.longest == max(sum(e.start_s <= t < e.end_s for e in here) for t in begins)
        assert queue.waits == len(here)
    assert set(figures.queues) == {event.resource for event in waits if event.resource}


@laws
@given(runs(), st.floats(0.0, 1.2), st.sampled_from([0.3, 1.0, 7.0]))
def test_heat_and_traffic_add_up_to_the_log(run: Run, share: float, cell_m: float) -> None:
    until_s = share * run.duration_s
    bounds = (-6.1, -3.0, 5.0, 8.5)  # some events are outside
    blocked = sum(overlap_s(event, 0.0, until_s) for event in run.events if event.kind == "wait")
    spent = sum(overlap_s(event, 0.0, until_s) for event in run.events)
    grid = heat(run, bounds=bounds, cell_m=cell_m, until_s=until_s)
    assert grid.sum() == pytest.approx(blocked, rel=1e-9, abs=1e-9)
    grid = traffic_heat(run, bounds=bounds, cell_m=cell_m, until_s=until_s)
    assert grid.sum() == pytest.approx(spent, rel=1e-9, abs=1e-9)
    assert (grid >= -1e-12).all()


@laws
@given(runs())
def test_agents_are_in_an_aisle_for_as_long_as_their_paths_are_and_where_aisles_cross_once(run: Run) -> None:
    figures = kpis(run)
    floors = {
        name: shapely.LineString([aisle.p0, aisle.p1]).buffer(aisle.clear_width_m / 2, cap_style="flat")
        for name, aisle in AISLES.items()
    }
    cases = [(figures.traffic[name], floor) for name, floor in floors.items()]
    for found, floor in [*cases, (figures.total_traffic, shapely.union_all(list(floors.values())))]:
        spent = sum((event.end_s - event.start_s) * share_within(event, floor) for event in run.events)
        assert found.mean * run.duration_s == pytest.approx(spent, abs=1e-6)
        assert found.mean <= found.peak + 1e-9
        assert found.peak <= len(AGENTS)


def share_within(event: Event, floor: shapely.Polygon) -> float:
    path = shapely.LineString(event.path) if event.kind == "move" and len(event.path) > 1 else None
    if path is None or path.length == 0:
        return float(floor.contains(shapely.Point(event.path[0])))
    return (
        sum(
            floor.intersection(shapely.LineString(step)).length
            for step in pairwise(event.path)
            if step[0] != step[1]
        )
        / path.length
    )


def place_at(event: Event, t_s: float) -> tuple[float, float]:
    if event.kind != "move" or event.end_s == event.start_s:
        return event.path[0]
    steps = [math.dist(a, b) for a, b in pairwise(event.path)]
    left = sum(steps) * (t_s - event.start_s) / (event.end_s - event.start_s)
    for (a, b), length in zip(pairwise(event.path), steps, strict=True):
        if length > 0 and left <= length:
            return (a[0] + left / length * (b[0] - a[0]), a[1] + left / length * (b[1] - a[1]))
        left -= length
    return event.path[-1]


@settings(max_examples=30, deadline=None)
@given(runs(), st.sampled_from([0.5, 1.5]), st.sampled_from([0.0, 0.9, 1.5]))
def test_near_misses_are_those_that_all_pairs_at_all_steps_have(
    run: Run, near_m: float, near_s: float
) -> None:
    found = near_misses(run, Window.of(run), vehicles={"A"}, near_m=near_m, near_s=near_s)
    steps = int(run.duration_s / STEP_S) + 1
    seen = [[sight(run, agent, k * STEP_S) for agent in AGENTS] for k in range(steps)]
    lag, expected, latest = int(near_s / STEP_S), [], {}
    for k in range(steps):
        for other in (1, 2):
            pairs = [(seen[k][0], seen[j][other]) for j in range(max(0, k - lag), k + 1)]
            pairs += [(seen[j][0], seen[k][other]) for j in range(max(0, k - lag), k)]
            if any(
                p and q and math.dist(p[:2], q[:2]) <= near_m and max(p[2], q[2]) > SLOW_M_S for p, q in pairs
            ):
                if k - latest.get(other, -math.inf) > lag:
                    expected.append((k * STEP_S, AGENTS[other]))
                latest[other] = k
    pairs_found = zip(found.at_s.tolist(), np.maximum(found.agent, found.other).tolist(), strict=True)
    assert sorted((t, AGENTS[other]) for t, other in pairs_found) == sorted(expected)


def sight(run: Run, agent: str, t_s: float) -> tuple[float, float, float] | None:
    mine = [event for event in run.events if event.agent == agent]
    if any(e.kind == "wait" and e.start_s - SETTLE_S <= t_s < e.end_s + SETTLE_S for e in mine):
        return None
    for event in mine:
        if event.start_s <= t_s < event.end_s and event.kind in ("move", "pick", "put"):
            length = sum(math.dist(a, b) for a, b in pairwise(event.path))
            return (*place_at(event, t_s), length / (event.end_s - event.start_s))
    return None
