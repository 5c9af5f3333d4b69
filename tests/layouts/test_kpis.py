"""Key figures and heat of a run of four events, worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from layouts.heat import heat
from layouts.kpis import kpis, kpis_dict
from layouts.run import Event, Run


def event(kind: str, agent: str, start_s: float, end_s: float, *path: tuple[float, float], **more) -> Event:  # type: ignore[no-untyped-def]
    return Event(seq=0, agent=agent, kind=kind, start_s=start_s, end_s=end_s, level="L0", path=path, **more)


RUN = Run(
    id="r",
    kind="simulated",
    agents=("A", "B"),
    duration_s=20.0,
    events=(
        event("move", "A", 0.0, 5.0, (0.0, 0.0), (3.0, 4.0), (3.0, 5.0)),
        event("pick", "A", 5.0, 8.0, (3.0, 5.0), quantity=2),
        event("wait", "B", 6.0, 8.0, (3.0, 5.0), resource="F"),
        event("pick", "B", 8.0, 10.0, (3.0, 5.0), quantity=1),
        event("drop", "A", 8.0, 12.0, (0.0, 0.0)),
        event("wait", "B", 12.0, 13.0, (99.0, -99.0), resource="D"),
        event("pick", "B", 19.0, 20.0, (3.0, 5.0), quantity=0),
    ),
)


def test_figures_of_a_small_run() -> None:
    figures = kpis(RUN)
    assert (figures.lines, figures.pieces, figures.tours) == (2, 3, 1)
    assert figures.distance_m == pytest.approx(6.0)
    assert figures.metres_per_line == pytest.approx(3.0)
    assert figures.makespan_s == 20.0
    assert figures.lines_per_hour == pytest.approx(360.0)
    assert figures.by_agent["A"].idle_s == pytest.approx(8.0)
    assert figures.by_agent["B"].blocked_s == pytest.approx(3.0)
    assert figures.total.pick_s == pytest.approx(6.0)


def test_figures_are_json_with_shares_that_sum_to_one() -> None:
    record = json.loads(json.dumps(kpis_dict(kpis(RUN))))
    assert sum(record["share"].values()) == pytest.approx(1.0)
    assert record["by_agent"]["A"]["walk_s"] == 5.0


def test_a_run_without_events_has_no_ratios() -> None:
    figures = kpis(Run(id="r", kind="simulated", agents=(), duration_s=0.0, events=()))
    assert (figures.lines, figures.lines_per_hour, figures.metres_per_line) == (0, None, None)
    assert kpis_dict(figures)["share"]["walk"] is None


def test_heat_sums_to_the_blocked_seconds_and_lies_where_they_were() -> None:
    grid = heat(RUN, bounds=(0.0, 0.0, 10.0, 8.0), cell_m=1.0)
    assert grid.shape == (8, 10)
    assert grid.sum() == pytest.approx(kpis(RUN).total.blocked_s)
    assert grid[5, 3] == pytest.approx(2.0)
    assert grid[0, 9] == pytest.approx(1.0)


def test_heat_until_a_time_grows_to_the_whole() -> None:
    def until(seconds: float) -> float:
        return float(heat(RUN, bounds=(0.0, 0.0, 10.0, 8.0), until_s=seconds).sum())

    assert [until(t) for t in (0.0, 6.0, 7.0, 12.5, 99.0)] == pytest.approx([0.0, 0.0, 1.0, 2.5, 3.0])


def test_heat_of_another_level_is_cold_and_bounds_must_hold_a_grid() -> None:
    assert not np.any(heat(RUN, bounds=(0.0, 0.0, 1.0, 1.0), level="L1"))
    with pytest.raises(ValueError, match="hold no grid"):
        heat(RUN, bounds=(0.0, 0.0, 0.0, 1.0))
