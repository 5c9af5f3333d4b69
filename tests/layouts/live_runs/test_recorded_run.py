"""A live day as a Run: a simulated run told as live events comes back, and positions give only what they justify."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.kpis import kpis
from layouts.live.events import LiveEvent, OrderClosed, OrderReleased, Position, Recorded, Work
from layouts.live.recorded_export import live_events_of
from layouts.live.recorded_run import run_of
from layouts.run import Run, Times
from layouts.run_files import EVENTS, HEAD, read_run, write_run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from viewer.timeline import Timeline

EPOCH_MS = 1_700_000_000_000


def recorded(events: Iterable[LiveEvent]) -> list[Recorded]:
    return [Recorded(seq, EPOCH_MS, event) for seq, event in enumerate(events, start=1)]


def told(at_ms: int, body, *, entity: str = "agent/A", name: str = "") -> LiveEvent:
    return LiveEvent(
        id=f"{name}{entity}/{at_ms}",
        site="S",
        source="test",
        entity=entity,
        happened_ms=EPOCH_MS + at_ms,
        body=body,
    )


def at(at_ms: int, x_m: float, y_m: float = 0.0, *, level: str = "L0") -> LiveEvent:
    return told(at_ms, Position(level, x_m, y_m))


def day(events: Iterable[LiveEvent], *, until_ms: int = 100_000, from_ms: int = 0) -> Run:
    return run_of(recorded(events), site="S", from_ms=EPOCH_MS + from_ms, until_ms=EPOCH_MS + until_ms)


def paths(run: Run) -> list[tuple[float, float, tuple[tuple[float, float], ...]]]:
    return [(event.start_s, event.end_s, event.path) for event in run.events]


@pytest.fixture
def played(hall, tmp_path: Path) -> Run:
    return run_on(hall(), Scenario(site=tmp_path, synthetic_orders=30, pickers=3))


def test_a_simulated_run_told_live_in_any_order_is_recorded_back(played: Run) -> None:
    events = list(live_events_of(played, site="S", epoch_ms=EPOCH_MS))
    until_ms = math.ceil(1000 * played.duration_s) + 1
    back = day(events, until_ms=until_ms)
    random.Random(7).shuffle(events)
    assert day(events, until_ms=until_ms).events == back.events

    def rounded(second: float) -> float:
        return round(1000 * second) / 1000

    assert list(back.events) == [
        replace(event, seq=row, start_s=rounded(event.start_s), end_s=rounded(event.end_s))
        for row, event in enumerate(played.events)
    ]
    again = list(live_events_of(back, site="S", epoch_ms=EPOCH_MS))
    assert day(again, until_ms=until_ms).events == back.events
    before, after = kpis(played), kpis(back)
    assert (after.lines, after.pieces, after.tours) == (before.lines, before.pieces, before.tours)
    assert after.distance_m == pytest.approx(before.distance_m)
    assert after.total.walk_s == pytest.approx(before.total.walk_s, abs=0.001 * len(played.events))


def test_a_recorded_run_is_read_and_shown_as_any_other(played: Run, tmp_path: Path) -> None:
    events = live_events_of(played, site="S", epoch_ms=EPOCH_MS)
    run = day(events, until_ms=math.ceil(1000 * played.duration_s) + 1)
    for name in ("one", "two"):
        write_run(tmp_path / name, run)
    for file in (EVENTS, HEAD):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert read_run(tmp_path / "one") == run
    assert Timeline(run).kpi(run.duration_s).lines == kpis(run).lines > 0


def test_positions_become_the_longest_moves_that_pass_all_of_them() -> None:
    straight = [at(1000 * i, 1.0 * i) for i in range(5)]
    corner = [at(5000, 4.0, 1.0), at(6000, 4.0, 2.0)]
    stands = [at(7000, 4.0, 2.0), at(8000, 4.0, 2.0)]
    run = day(straight + corner + stands)
    assert paths(run) == [
        (0.0, 4.0, ((0.0, 0.0), (4.0, 0.0))),
        (4.0, 6.0, ((4.0, 0.0), (4.0, 2.0))),
    ]
    assert run.duty["A"] == (0.0, 8.0)


def test_jumps_silences_and_levels_are_gaps() -> None:
    run = day(
        [
            at(0, 0.0),
            at(1000, 1.0),
            at(2000, 50.0),
            at(3000, 51.0),
            at(40_000, 52.0),
            at(41_000, 52.5, level="L1"),
        ]
    )
    assert paths(run) == [(0.0, 1.0, ((0.0, 0.0), (1.0, 0.0))), (2.0, 3.0, ((50.0, 0.0), (51.0, 0.0)))]
    assert any("2 jumps" in note for note in run.notes)
    assert any("1 silences" in note for note in run.notes)


def test_told_work_comes_before_positions() -> None:
    pick = told(3000, Work("pick", EPOCH_MS + 1000, "L0", ((1.0, 0.0),), order="O", sku="K", quantity=2))
    run = day([at(0, 0.0), at(2000, 2.0), at(4000, 4.0), pick])
    assert [(event.kind, event.start_s, event.end_s) for event in run.events] == [
        ("move", 0.0, 1.0),
        ("pick", 1.0, 3.0),
        ("move", 3.0, 4.0),
    ]
    assert run.events[2].path == ((3.0, 0.0), (4.0, 0.0))


def test_a_day_cut_in_two_has_the_lines_and_metres_of_the_whole() -> None:
    events = [
        told(9000, Work("move", EPOCH_MS + 1000, "L0", ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0)))),
        told(14_000, Work("pick", EPOCH_MS + 9000, "L0", ((4.0, 4.0),), order="O", sku="K", quantity=3)),
    ]
    for cut_ms in range(1000, 15_000, 500):
        parts = [
            kpis(day(events, until_ms=cut_ms)),
            kpis(day(events, from_ms=cut_ms, until_ms=20_000)),
        ]
        assert sum(part.lines for part in parts) == 1
        assert sum(part.distance_m for part in parts) == pytest.approx(8.0)
        assert sum(part.total.pick_s for part in parts) == pytest.approx(5.0)


def test_orders_tell_when_they_came_were_due_and_done() -> None:
    def order(at_ms: int, name: str, body: OrderReleased | OrderClosed) -> LiveEvent:
        return told(at_ms, body, entity=f"order/{name}", name=type(body).__name__)

    events = [
        order(1000, "1", OrderReleased((("K", 1.0),), due_ms=EPOCH_MS + 9000)),
        order(8000, "1", OrderClosed("done")),
        order(2000, "2", OrderReleased((("K", 1.0),))),
        order(3000, "2", OrderClosed("cancelled")),
    ]
    assert day(events).orders == {"1": Times(1.0, 9.0, 8.0), "2": Times(2.0, None, None)}
    assert day(events, from_ms=5000).orders == {"1": Times(-4.0, 4.0, 3.0)}


STEPS = st.lists(
    st.tuples(st.integers(50, 5000), st.floats(-3, 3), st.floats(-3, 3)), min_size=1, max_size=40
)


@given(STEPS)
def test_no_move_leaves_what_the_reports_allow(steps: list[tuple[int, float, float]]) -> None:
    reports, at_ms, x_m, y_m = [], 0, 0.0, 0.0
    for step_ms, dx_m, dy_m in steps:
        at_ms, x_m, y_m = at_ms + step_ms, x_m + dx_m, y_m + dy_m
        reports.append((at_ms, x_m, y_m))
    run = day([at(*report) for report in reports], until_ms=at_ms + 1)
    for event in run.events:
        (x0, y0), (x1, y1) = event.path
        assert math.dist(*event.path) <= 8.0 * (event.end_s - event.start_s) + 1e-6
        for at_ms, x_m, y_m in reports:
            if event.start_s <= at_ms / 1000 <= event.end_s:
                share = (at_ms / 1000 - event.start_s) / (event.end_s - event.start_s)
                shown = (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
                assert math.dist(shown, (x_m, y_m)) <= 0.1 + 1e-6
