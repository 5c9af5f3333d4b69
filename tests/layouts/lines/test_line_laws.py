"""What holds of every line: Little's law, more room never later, closures kept, compiled as plain."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.lines.draws import draw_line
from layouts.lines.figures import Window
from layouts.lines.laws import Law
from layouts.lines.play import play
from layouts.lines.run_line import LineRun, figures_of, play_line, run_line
from layouts.lines.spec import Breakdowns, LineSpec
from layouts.lines.tables import Closure, layout_of
from spatial.errors import UndecidedError
from spatial.tasks.open_workers import open_workers
from tests.layouts.lines.conftest import line_of, station

HOUR = 3600.0
SMALL = line_of(
    50,
    station("kit", 100, servers=2),
    station("pack", 60, buffer=1, breakdowns=Breakdowns(mean_work_s=900, down=Law(uniform=(30, 300)))),
    station("label", 40, buffer=0),
)


def test_a_job_that_is_done_keeps_its_server_until_there_is_room() -> None:
    """Kit takes 1 s, pack 10 s, no place between: job 1 waits in kit from 2 to 11, job 2 from 12 to 21."""
    layout = layout_of([station("kit", 1), station("pack", 1, buffer=0)])
    log = play(layout, np.zeros(3), np.tile([1.0, 10.0], (3, 1)), horizon_s=100)
    assert log.began_s.tolist() == [[0, 1], [1, 11], [11, 21]]
    assert log.left_s.tolist() == [[1, 11], [11, 21], [21, 31]]


def test_those_that_wait_for_room_get_it_in_the_order_in_which_they_were_done() -> None:
    layout = layout_of([station("kit", 1, servers=3), station("pack", 1, buffer=0)])
    takes = np.array([[1.0, 10.0], [3.0, 10.0], [2.0, 10.0]])
    log = play(layout, np.zeros(3), takes, horizon_s=100)
    assert log.began_s[:, 1].tolist() == [1, 21, 11]


@given(seed=st.integers(0, 10_000))
def test_little_holds_to_the_last_digit_in_every_replication(seed: int) -> None:
    """Jobs in the line, counted where they come and leave, are what their times add up to, whatever is cut off."""
    _, _, log = play_line(SMALL, None, horizon_s=3 * HOUR, seed=seed, replication=0)
    for came, left, window in (
        (log.came_s[:, 0], log.left_s[:, -1], Window(HOUR, 3 * HOUR)),
        (log.came_s[:, 1], log.left_s[:, 1], Window(0, 2 * HOUR)),
    ):
        here = ~np.isnan(came)
        steps = np.concatenate([came[here], np.where(np.isnan(left[here]), np.inf, left[here])])
        order = np.argsort(steps, kind="stable")
        number = np.cumsum(np.repeat([1, -1], here.sum())[order])
        ends = np.clip(np.append(steps[order], np.inf), window.from_s, window.to_s)
        assert float(np.diff(ends) @ number) == pytest.approx(window.overlap_s(came, left).sum(), rel=1e-9)


def test_little_holds_of_a_shift_that_runs_empty() -> None:
    draws = draw_line(SMALL, None, horizon_s=8 * HOUR, seed=3, replication=0)
    log = play(layout_of(SMALL.stations), draws.arrivals_s, draws.work_s + draws.down_s, horizon_s=np.inf)
    end = float(log.left_s.max())
    spent = log.left_s[:, -1] - log.came_s[:, 0]
    in_line = Window(0, end).overlap_s(log.came_s[:, 0], log.left_s[:, -1]).sum() / end
    assert in_line == pytest.approx(len(spent) / end * spent.mean(), rel=1e-12)


@given(
    seed=st.integers(0, 10_000),
    servers=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    rooms=st.lists(st.integers(0, 3), min_size=2, max_size=2),
    more=st.lists(st.integers(0, 2), min_size=2, max_size=2),
)
def test_more_room_lets_no_job_out_later(
    seed: int, servers: list[int], rooms: list[int], more: list[int]
) -> None:
    """Of the same numbers, the k-th to leave leaves no later: every time is a maximum or an order statistic."""
    random = np.random.default_rng(seed)
    arrivals, takes = np.cumsum(random.exponential(20, 40)), random.exponential(40, (40, 3))

    def leave(rooms: list[int]) -> np.ndarray:
        buffers = [None, *rooms]
        stations = [station(f"s{m}", 1, servers=servers[m], buffer=buffers[m]) for m in range(3)]
        return np.sort(play(layout_of(stations), arrivals, takes, horizon_s=np.inf).left_s[:, -1])

    wider = [room + added for room, added in zip(rooms, more, strict=True)]
    assert (leave(wider) <= leave(rooms) + 1e-9).all()


@given(seed=st.integers(0, 10_000))
def test_servers_have_one_job_at_a_time_and_buffers_no_more_than_fit(seed: int) -> None:
    layout, _, log = play_line(SMALL, None, horizon_s=2 * HOUR, seed=seed, replication=0)
    for server in range(len(layout.station)):
        m = layout.station[server]
        mine = np.flatnonzero(log.server[:, m] == server)
        mine = mine[np.argsort(log.began_s[mine, m])]
        left = np.where(np.isnan(log.left_s[mine, m]), np.inf, log.left_s[mine, m])
        assert (log.began_s[mine, m][1:] >= left[:-1]).all()
    for m, station_ in enumerate(SMALL.stations):
        if station_.buffer is not None:
            for moment in np.arange(60.0, 2 * HOUR, 60.0):
                waits = (log.came_s[:, m] <= moment) & ~(log.began_s[:, m] <= moment)
                assert waits.sum() <= station_.buffer


def test_a_closed_server_begins_nothing_and_finishes_what_it_has() -> None:
    closure = Closure(0, 1000.0, 4000.0)
    line = line_of(100, station("pack", 60, servers=2))
    _, _, log = play_line(line, None, horizon_s=2 * HOUR, seed=1, replication=0, closures=[closure])
    mine = log.server[:, 0] == 0
    began = log.began_s[mine, 0]
    assert not ((began >= 1000) & (began < 4000)).any()
    assert (began == 4000).any()  # somebody waited for it
    assert ((began < 1000) & (log.left_s[mine, 0] > 1000)).any()


def test_the_shares_of_a_station_are_all_of_its_time() -> None:
    told = figures_of(SMALL, None, LineRun(hours=8), 0)
    for each in SMALL.stations:
        names = ("utilisation", "down", "blocked", "starved", "closed")
        assert sum(told[f"{each.name}.{name}"] for name in names) == pytest.approx(1)


def test_any_number_of_workers_gives_the_same_figures() -> None:
    run = LineRun(hours=4, times=6)
    with open_workers(2) as workers:
        assert run_line(SMALL, run, workers=workers).figures == run_line(SMALL, run).figures


def test_plain_python_gives_what_is_compiled() -> None:
    script = (
        "from tests.layouts.lines.test_line_laws import SMALL, LineRun, figures_of; "
        "print(figures_of(SMALL, None, LineRun(hours=4), 2))"
    )
    plain = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3], env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert plain.stdout.strip() == str(figures_of(SMALL, None, LineRun(hours=4), 2))


def test_a_line_in_which_nothing_happens_is_undecided_not_zero() -> None:
    line: LineSpec = line_of(1, station("pack", 60))
    with pytest.raises(UndecidedError, match="play more hours"):
        run_line(line, LineRun(hours=0.1, warm_up_hours=0))


def test_no_job_gives_an_empty_log() -> None:
    log = play(layout_of([station("pack", 1)]), np.zeros(0), np.zeros((0, 1)), horizon_s=10)
    assert log.left_s.shape == (0, 1)
