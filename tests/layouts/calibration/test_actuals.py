"""A recorded day has the figures of the same day simulated; what its log cannot tell is not told, never zero."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layouts.calibration.actuals import actuals
from layouts.demo_hall import demo_hall
from layouts.kpis import kpis
from layouts.live.events import LiveEvent, Recorded, Work
from layouts.live.recorded_export import live_events_of
from layouts.live.recorded_run import run_of
from layouts.run import Run, Times
from layouts.scenario import Scenario
from layouts.simulation.figures_of_run import FIGURES, figures_of_run
from layouts.simulation.run_scenario import run_on

EPOCH_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Run:
    site = tmp_path_factory.mktemp("site")
    return run_on(demo_hall(), Scenario(site=site, synthetic_orders=60, pickers=4, pick_time="lognormal"))


def recorded(run: Run, *kinds: str) -> Run:
    """The run as a log told it, of work only these kinds, and all without any."""
    events = [
        event
        for event in live_events_of(run, site="S", epoch_ms=EPOCH_MS)
        if not kinds or not isinstance(event.body, Work) or event.body.kind in kinds
    ]
    return run_of(logged(events), site="S", from_ms=EPOCH_MS, until_ms=EPOCH_MS + 86_400_000)


def logged(events: list[LiveEvent]) -> list[Recorded]:
    return [Recorded(seq, EPOCH_MS, event) for seq, event in enumerate(events, 1)]


def test_a_recorded_day_has_the_figures_of_the_simulated_one(simulated: Run) -> None:
    truth = figures_of_run(simulated, kpis(simulated))
    came = actuals(recorded(simulated))
    assert {"lines_per_hour", "metres_per_line", "makespan_s", "order_lead_p95_s"} <= came.told.keys()
    # who ended early is on duty in a simulation to its end, and by a log of work until last seen
    for name in came.told.keys() - {"lines_per_labour_hour", "blocked_share"}:
        assert came.told[name] == pytest.approx(truth[name], rel=1e-4), name
    assert came.told.keys() | came.not_told.keys() == set(FIGURES)
    assert not came.told.keys() & came.not_told.keys()


def test_what_the_log_does_not_tell_is_no_zero(simulated: Run) -> None:
    of_picks = actuals(recorded(simulated, "pick"))
    assert of_picks.not_told["metres_per_line"] == "the log tells no move"
    assert of_picks.not_told["blocked_share"] == "the log tells no wait"
    assert of_picks.not_told["deadlocks"] == "a log tells no jams as the simulator counts them"
    assert {"lines_per_hour", "order_lead_p95_s"} <= of_picks.told.keys()
    of_moves = actuals(recorded(simulated, "move"))
    assert of_moves.not_told["metres_per_line"] == "the log tells no pick"
    assert "lines_per_hour" in of_moves.not_told
    nothing = actuals(replace(recorded(simulated), events=(), orders={}, duty={}))  # type: ignore[arg-type]
    assert not nothing.told


def test_what_the_log_tells_on_other_days_is_zero_on_this_one(simulated: Run) -> None:
    run = recorded(simulated, "move", "drop")
    came = actuals(run, kinds={"move", "drop", "pick", "wait"})
    assert came.told["lines_per_hour"] == came.told["blocked_share"] == 0.0


def test_an_order_that_nobody_closed_makes_nothing_late(simulated: Run) -> None:
    run = replace(recorded(simulated), orders={"1": Times(released_s=0.0, due_s=60.0)})  # type: ignore[arg-type]
    came = actuals(run)
    assert came.not_told["on_time_share"] == "the log tells no order that was done in that time"


def test_an_order_that_was_open_already_counts_from_the_beginning(simulated: Run) -> None:
    run = replace(recorded(simulated), orders={"1": Times(released_s=-500.0, done_s=100.0)})  # type: ignore[arg-type]
    assert actuals(run).told["order_lead_p95_s"] == 100.0
