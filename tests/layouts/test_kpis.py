"""Key figures and heat of a run of four events, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from layouts.heat import heat, traffic_heat
from layouts.kpis import kpis, kpis_dict
from layouts.run import AisleFloor, Duty, Event, Run


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


def test_figures_after_a_warm_up_count_what_comes_then() -> None:
    figures = kpis(RUN, warm_up_s=7.0)
    assert (figures.lines, figures.pieces, figures.tours, figures.makespan_s) == (2, 3, 1, 20.0)
    assert kpis(RUN, warm_up_s=8.0).lines == 1  # what ended just then is over
    assert figures.lines_per_hour == pytest.approx(2 / 13 * 3600)
    assert figures.total.blocked_s == pytest.approx(2.0)
    assert figures.distance_m == 0.0
    assert kpis(RUN, warm_up_s=2.5).distance_m == pytest.approx(3.0)  # half of the move
    with pytest.raises(ValueError, match=r"warm_up_s 21\.0 is not in 0 … 20\.0 s"):
        kpis(RUN, warm_up_s=21.0)


def test_lines_are_counted_over_paid_hours_breaks_included() -> None:
    shift = replace(
        RUN,
        events=(*RUN.events, event("break", "A", 14.0, 16.0, (0.0, 0.0))),
        duty={"A": Duty(0.0, 15.0), "B": Duty(8.0, 18.0)},  # both work longer, B from 6 to 20
    )
    figures = kpis(shift)
    assert figures.labour_h * 3600 == pytest.approx(16.0 + 14.0)
    assert figures.lines_per_labour_hour == pytest.approx(2 / 30 * 3600)
    assert figures.by_agent["A"].break_s == 2.0
    assert figures.by_agent["A"].idle_s == pytest.approx(2.0)
    assert figures.by_agent["B"].idle_s == pytest.approx(8.0)


def test_blocked_time_by_where_why_and_whom() -> None:
    waits = (
        event(
            "wait",
            "A",
            0.0,
            2.0,
            (0.0, 0.0),
            resource="F",
            cause="pick_face_occupied",
            blocked_by="B",
            aisle="01",
        ),
        event("wait", "A", 3.0, 6.0, (0.0, 0.0), resource="X", cause="intersection_occupied", blocked_by="B"),
        event(
            "wait",
            "B",
            1.0,
            2.0,
            (0.0, 0.0),
            resource="F",
            cause="pick_face_occupied",
            blocked_by="A",
            aisle="01",
        ),
        event("wait", "B", 9.0, 13.0, (0.0, 0.0), resource="D"),
    )
    found = kpis(replace(RUN, events=waits)).blocked
    assert found.by_face == {"F": (2, 3.0, 3.0 / 40.0)}
    assert found.by_intersection == {"X": (1, 3.0, 3.0 / 40.0)}
    assert found.by_aisle == {"01": (2, 3.0, 3.0 / 40.0)}
    assert {cause: each.blocked_s for cause, each in found.by_cause.items()} == {
        "pick_face_occupied": 3.0,
        "intersection_occupied": 3.0,
        "unknown": 4.0,
    }
    assert found.who == {"A": {"B": 5.0}, "B": {"A": 1.0}}
    assert found.attributed_s == 6.0
    assert kpis(replace(RUN, events=waits)).queues["F"] == (2, 1.5, 3.0 / 20.0, 2)


def test_intervals_share_out_what_spans_them() -> None:
    first, second, third = kpis(RUN, interval_s=8.0).intervals
    assert [i.lines for i in (first, second, third)] == [1, 1, 0]
    assert (third.start_s, third.end_s) == (16.0, 20.0)
    assert first.lines_per_hour == pytest.approx(450.0)
    assert (first.time.walk_s, first.time.pick_s, first.time.blocked_s) == (5.0, 3.0, 2.0)
    assert first.blocked_share == pytest.approx(2.0 / 16.0)
    assert (first.busy, first.queueing) == (1.0, 0.25)
    assert second.time.drop_s == 4.0
    assert (first.distance_m, first.metres_per_line) == (pytest.approx(6.0), pytest.approx(6.0))
    assert (third.distance_m, third.metres_per_line) == (0.0, None)
    assert third.labour_h == pytest.approx(8.0 / 3600)
    assert second.lines_per_labour_hour == pytest.approx(1 / 16.0 * 3600)
    _, short = kpis(RUN, interval_s=12.5).intervals
    assert short.queues == {"D": (1, 0.5, 0.5 / 7.5, 1)}
    halves = kpis(RUN, interval_s=2.5).intervals
    assert [each.distance_m for each in halves[:3]] == pytest.approx([3.0, 3.0, 0.0])
    with pytest.raises(ValueError, match="interval_s 0 must be a number above 0"):
        kpis(RUN, interval_s=0)


def test_intervals_tell_where_and_by_whom_agents_were_blocked_in_them() -> None:
    where = {"resource": "F", "cause": "pick_face_occupied", "aisle": "01"}
    waits = (
        event("wait", "A", 3.0, 6.0, (0.0, 1.0), blocked_by="B", **where),
        event("wait", "B", 4.0, 5.0, (0.0, 1.0), blocked_by="A", **where),
        event("wait", "A", 6.0, 7.0, (9.0, 1.0), resource="X", cause="intersection_occupied"),
    )
    floors = {"01": AisleFloor("L0", (0.0, 0.0), (0.0, 4.0), 2.0)}
    first, second, third, *_ = kpis(replace(RUN, events=waits, aisles=floors), interval_s=4.0).intervals
    assert first.blocked.by_face == {"F": (1, 1.0, 1.0 / 8.0)}
    assert second.blocked.by_face == {"F": (2, 3.0, 3.0 / 8.0)}
    assert second.blocked.by_aisle == {"01": (2, 3.0, 3.0 / 8.0)}
    assert (first.blocked.by_intersection, second.blocked.by_intersection) == ({}, {"X": (1, 1.0, 1.0 / 8.0)})
    assert (first.blocked.who, second.blocked.who) == ({"A": {"B": 1.0}}, {"A": {"B": 2.0}, "B": {"A": 1.0}})
    assert first.queues == {"F": (1, 1.0, 0.25, 1)}
    assert second.queues == {"F": (2, 1.5, 0.75, 2), "X": (1, 1.0, 0.25, 1)}
    assert (first.traffic, second.traffic) == ({"01": (0.25, 1)}, {"01": (0.75, 2)})
    assert (first.total_traffic, third.total_traffic) == ((0.25, 1), (0.0, 0))
    assert (third.blocked.by_cause, third.queues, third.traffic) == ({}, {}, {})


def test_a_move_of_no_time_counts_when_it_is_done_and_none_of_the_warm_up_does() -> None:
    leap = event("move", "A", 5.0, 5.0, (0.0, 0.0), (0.0, 7.0))
    shift = replace(RUN, events=(leap,))
    assert [each.distance_m for each in kpis(shift, interval_s=5.0).intervals] == [7.0, 0.0, 0.0, 0.0]
    assert (kpis(shift, warm_up_s=4.0).distance_m, kpis(shift, warm_up_s=5.0).distance_m) == (7.0, 0.0)


def test_passes_and_back_offs_are_counted() -> None:
    events = [
        event(kind, "A", t, t + 1.0, (0.0, 0.0))
        for kind, t in (("pass", 1.0), ("pass", 3.0), ("back_off", 5.0))
    ]
    figures = kpis(replace(RUN, events=tuple(events)))
    assert (figures.passes, figures.back_offs) == (2, 1)
    assert (figures.total.pass_s, figures.total.back_off_s) == (2.0, 1.0)


def test_traffic_lies_along_the_paths_and_where_agents_stood() -> None:
    grid = traffic_heat(RUN, bounds=(0.0, 0.0, 10.0, 8.0), cell_m=1.0)
    assert grid.sum() == pytest.approx(sum(e.end_s - e.start_s for e in RUN.events))
    assert grid[0, 0] == pytest.approx(
        1 / 1.2 * 1.25 + 4.0
    )  # of the slope of 4 in 3 to y = 1, at 1.2 m/s; and the drop
    assert grid[4, 3] == pytest.approx(1 / 1.2)
    assert grid[5, 3] == pytest.approx(3.0 + 2.0 + 2.0 + 1.0)
    assert traffic_heat(RUN, bounds=(0.0, 0.0, 10.0, 8.0), cell_m=1.0, until_s=2.5).sum() == pytest.approx(
        2.5
    )
    assert not np.any(traffic_heat(RUN, bounds=(0.0, 0.0, 1.0, 1.0), level="L1"))
