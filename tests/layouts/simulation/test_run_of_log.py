"""The engine's log becomes a run: moves joined, the horizon cut, every number given its meaning."""

from __future__ import annotations

import math
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.kpis import kpis
from layouts.run import Deadlock, Event, Run, Times
from layouts.simulation.engine.tape import (
    BACKED_OFF,
    MARKED,
    MOVED,
    NOBODY,
    PASSED,
    WAITED,
    WORKED,
    Log,
)
from layouts.simulation.meaning import CAUSE, LACK, Activity, JobName, Legs, Meaning, Resource, ResourceKind
from layouts.simulation.program import Program
from layouts.simulation.run_of_log import events_of_log, run_of_log

FACE = Resource("F1", "pick_face", "L0", (10.0, 0.0), "01")
CELL = Resource("01/3", "aisle_cell", "L0", (6.0, 0.0), "01")
STOCK = Resource("S1", "stock", "L0", (2.0, 0.0))
PICK = Activity("pick", "L0", (10.0, 0.0), "F1", "01-01", "O1", "S", 2)
PACK = Activity("pack", "L1", (3.0, 3.0))
PATHS = (
    ((0.0, 0.0), (4.0, 0.0)),
    ((4.0, 0.0), (8.0, 0.0), (8.0, 3.0)),
    ((8.0, 3.0), (8.0, 6.0)),
    ((5.0, 5.0), (5.0, 5.0)),
)


def program(*paths: tuple[tuple[float, float], ...], levels: tuple[str, ...] = ()) -> Program:
    ends = np.cumsum([0, *(len(path) for path in paths)])
    points = np.array([point for path in paths for point in path]).reshape(-1, 2)
    return Program(
        tape=None,  # type: ignore[arg-type]  # how it came to the log is all one here
        seats=None,  # type: ignore[arg-type]
        jobs=SimpleNamespace(release_s=np.array([0.0, 5.0])),  # type: ignore[arg-type]
        meaning=Meaning(
            resource=(FACE, CELL, STOCK),
            activity=(PICK, PACK),
            legs=Legs(start=ends, xy=points, level=levels or ("L0",) * len(paths)),
            job=(JobName("T1", "tour", ("O1",), ("O1",)), JobName("T2", "tour", ("O2",), ("O2",))),
        ),
    )


PROGRAM = program(*PATHS)


def log(*rows: tuple[int, int, int, int, int, float, float]) -> Log:
    """Rows of kind, agent, job, a, by, start and end."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    types = (np.int8, *(np.int32,) * 4, np.float64, np.float64)
    return Log(*(np.array(column, kind) for column, kind in zip(columns, types, strict=True)))  # type: ignore[arg-type]


def events(*rows: Any, horizon_s: float = 100.0, of: Program = PROGRAM) -> list[Event]:
    return list(events_of_log(log(*rows), of, agents=("A", "B"), horizon_s=horizon_s))


def test_each_kind_of_row_becomes_an_event_with_what_its_numbers_stand_for() -> None:
    found = events(
        (MOVED, 0, 1, 1, NOBODY, 0.0, 7.0),
        (WAITED, 0, 1, 0, 1, 7.0, 9.0),
        (WORKED, 0, 1, 0, NOBODY, 9.0, 12.0),
        (MARKED, 0, 1, 5, NOBODY, 12.0, 12.0),
        (WORKED, 0, NOBODY, 1, NOBODY, 12.0, 13.0),
        (PASSED, 1, 0, 1, 0, 20.0, 25.0),
        (BACKED_OFF, 1, 2, 1, 0, 25.0, 30.0),
    )
    place = {"level": "L0", "agent": "A", "job": "T2"}
    at_face = place | {"path": ((10.0, 0.0),), "resource": "F1", "aisle": "01"}
    in_cell = {
        "agent": "B",
        "path": ((6.0, 0.0),),
        "level": "L0",
        "resource": "01/3",
        "aisle": "01",
        "blocked_by": "A",
    }
    assert found == [
        Event(seq=0, kind="move", start_s=0.0, end_s=7.0, path=PATHS[1], **place),
        Event(seq=1, kind="wait", start_s=7.0, end_s=9.0, cause="pick_face_occupied", blocked_by="B",
              **at_face | {"path": (PATHS[1][-1],)}),
        Event(
            seq=2, kind="pick", start_s=9.0, end_s=12.0, location="01-01", order="O1", sku="S", quantity=2,
            **at_face,
        ),
        Event(seq=3, agent="A", kind="pack", start_s=12.0, end_s=13.0, level="L1", path=((3.0, 3.0),)),
        Event(seq=4, kind="pass", start_s=20.0, end_s=25.0, job="T1", **in_cell),
        Event(seq=5, kind="back_off", start_s=25.0, end_s=30.0, job="refill-1", **in_cell),
    ]  # fmt: skip


def test_who_waits_stands_where_it_last_was_or_will_next_be() -> None:
    first, _, last, _ = events(
        (WAITED, 0, 1, 1, 1, 0.0, 5.0),
        (MOVED, 0, 1, 1, NOBODY, 5.0, 12.0),
        (WAITED, 0, 1, 2, 1, 12.0, 15.0),
        (WORKED, 0, 1, 0, NOBODY, 15.0, 18.0),
    )
    assert first.path == (PATHS[1][0],)
    assert last.path == (PATHS[1][-1],)


@pytest.mark.parametrize(
    ("resource", "cause"),
    [(0, "pick_face_occupied"), (1, "aisle_cell_occupied"), (2, "stock_full"), (2 + 3, "stock_out")],
)
def test_a_wait_says_why(resource: int, cause: str) -> None:
    (wait,) = events((WAITED, 0, 0, resource, NOBODY, 0.0, 1.0))
    assert (wait.cause, wait.resource, wait.blocked_by) == (
        cause,
        (FACE, CELL, STOCK)[resource % 3].name,
        None,
    )


def test_every_kind_of_resource_has_its_cause() -> None:
    assert set(CAUSE) == set(get_args(ResourceKind))
    assert set(LACK) < set(CAUSE)


def test_events_are_in_order_of_start_then_of_record() -> None:
    found = events(
        (MOVED, 0, 0, 0, NOBODY, 0.0, 4.0),
        (WORKED, 1, 0, 1, NOBODY, 2.0, 3.0),
        (WORKED, 1, 0, 0, NOBODY, 3.0, 9.0),
        (WAITED, 0, 0, 0, 1, 4.0, 9.0),
        (WORKED, 0, 0, 1, NOBODY, 3.0, 3.0),
    )
    assert [(event.seq, event.agent, event.start_s) for event in found] == [
        (0, "A", 0.0), (1, "B", 2.0), (2, "B", 3.0), (3, "A", 3.0), (4, "A", 4.0),
    ]  # fmt: skip


def test_what_outlasts_the_horizon_is_cut_there_and_what_starts_later_is_dropped() -> None:
    found = events(
        (MOVED, 0, 0, 1, NOBODY, 0.0, 7.0),
        (WORKED, 1, 0, 0, NOBODY, 4.0, 6.0),
        (WORKED, 1, 0, 1, NOBODY, 5.0, 5.0),
        (WAITED, 1, 0, 0, NOBODY, 6.0, 8.0),
        horizon_s=5.0,
    )
    assert [(event.kind, event.end_s) for event in found] == [("move", 5.0), ("pick", 5.0)]
    assert found[0].path == ((4.0, 0.0), (8.0, 0.0), (8.0, 1.0))
    assert found[1].quantity == 0
    (done,) = events((WORKED, 1, 0, 0, NOBODY, 4.0, 5.0), horizon_s=5.0)
    assert done.quantity == 2


def test_moves_that_go_on_at_once_and_as_fast_are_one_and_drop_points_on_the_way() -> None:
    found = events(
        (MOVED, 0, 0, 0, NOBODY, 0.0, 4.0),
        (MOVED, 1, 0, 0, NOBODY, 0.0, 8.0),
        (MOVED, 0, 0, 1, NOBODY, 4.0, 11.0),
        (MOVED, 0, 0, 2, NOBODY, 11.0, 14.0),
    )
    assert [(event.agent, event.start_s, event.end_s) for event in found] == [
        ("A", 0.0, 14.0),
        ("B", 0.0, 8.0),
    ]
    assert found[0].path == ((0.0, 0.0), (8.0, 0.0), (8.0, 6.0))


@pytest.mark.parametrize(
    "second",
    [
        (MOVED, 0, 0, 1, NOBODY, 4.0, 10.9),  # quicker
        (MOVED, 0, 0, 1, NOBODY, 4.5, 11.5),  # later
        (MOVED, 0, 1, 1, NOBODY, 4.0, 11.0),  # for another job
        (MOVED, 0, 0, 2, NOBODY, 4.0, 7.0),  # from elsewhere
        (MOVED, 1, 0, 1, NOBODY, 4.0, 11.0),  # by another
    ],
)
def test_moves_that_differ_stay_two(second: Any) -> None:
    assert len(events((MOVED, 0, 0, 0, NOBODY, 0.0, 4.0), second)) == 2


def test_moves_on_two_levels_or_with_work_between_stay_two() -> None:
    first, second = (MOVED, 0, 0, 0, NOBODY, 0.0, 4.0), (MOVED, 0, 0, 1, NOBODY, 4.0, 11.0)
    lifted = program(*PATHS, levels=("L0", "L1", "L1", "L1"))
    assert [event.level for event in events(first, second, of=lifted)] == ["L0", "L1"]
    assert len(events(first, (WORKED, 0, 0, 1, NOBODY, 4.0, 4.0), second)) == 3


def test_moves_and_waits_of_no_time_vanish_but_work_of_no_time_stays() -> None:
    found = events(
        (MOVED, 0, 0, 0, NOBODY, 0.0, 4.0),
        (MOVED, 0, 0, 3, NOBODY, 4.0, 4.0),
        (WAITED, 0, 0, 0, 1, 4.0, 4.0),
        (MOVED, 0, 0, 1, NOBODY, 4.0, 11.0),
        (WORKED, 0, 0, 0, NOBODY, 11.0, 11.0),
        (MOVED, 0, 0, 3, NOBODY, 11.0, 12.5),  # it turns round
    )
    assert [(event.kind, event.end_s) for event in found] == [("move", 11.0), ("pick", 11.0), ("move", 12.5)]
    assert found[2].path == ((5.0, 5.0),)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.floats(0.05, 1.0),
)
def test_however_a_walk_is_cut_into_legs_it_is_one_move_as_long_as_it_was(
    steps: list[tuple[int, int]], breaks: list[bool], share: float
) -> None:
    points = [(float(x), float(y)) for x, y in np.cumsum(steps, axis=0)]
    pieces, begin = [], 0
    for i in range(1, len(points)):
        if breaks[i] or i == len(points) - 1:
            pieces.append(tuple(points[begin : i + 1]))
            begin = i
    lengths = [sum(math.dist(a, b) for a, b in pairwise(p)) for p in pieces]
    times = np.cumsum([0.0, *lengths])
    rows = [
        (MOVED, 0, 0, leg, NOBODY, float(times[leg]), float(times[leg + 1])) for leg in range(len(pieces))
    ]
    total = float(times[-1])
    if total == 0:
        assert events(*rows, of=program(*pieces)) == []
        return
    (whole,) = events(*rows, of=program(*pieces))
    assert (whole.start_s, whole.end_s) == (0.0, total)
    assert sum(math.dist(a, b) for a, b in pairwise(whole.path)) == pytest.approx(total)
    assert (whole.path[0], whole.path[-1]) == (points[0], points[-1])
    (cut,) = events(*rows, of=program(*pieces), horizon_s=share * total)
    assert sum(math.dist(a, b) for a, b in pairwise(cut.path)) == pytest.approx(share * total)


def test_the_run_tells_when_jobs_and_orders_were_done() -> None:
    run = run_of_log(
        log((WORKED, 0, 0, 0, NOBODY, 9.0, 12.0)),
        PROGRAM,
        agents=("A", "B"),
        horizon_s=20.0,
        inputs={"seed": 1},
        orders={"O1": Times(1.0, 15.0), "O2": Times(2.0, 19.0), "O3": Times(3.0)},
        jobs_done_s=np.array([12.0, math.inf]),
        notes=["n"],
    )
    assert dict(run.jobs) == {"T1": Times(0.0, None, 12.0), "T2": Times(5.0)}
    assert dict(run.orders) == {"O1": Times(1.0, 15.0, 12.0), "O2": Times(2.0, 19.0), "O3": Times(3.0)}
    figures = kpis(run)
    assert figures.order_lead is not None
    assert (figures.lines, figures.order_lead.mean_s) == (1, 11.0)
    assert figures.on_time is not None
    assert (figures.on_time.value, figures.on_time.n) == (0.5, 2)
    assert (run.duration_s, run.notes, len(run.id)) == (20.0, ("n",), 12)


def test_without_the_ends_of_jobs_orders_stay_as_they_were_given() -> None:
    run = run_of_log(log(), PROGRAM, agents=("A",), horizon_s=20.0, orders={"O1": Times(1.0, 15.0, 3.0)})
    assert (dict(run.orders), dict(run.jobs)) == ({"O1": Times(1.0, 15.0, 3.0)}, {})
    assert run == Run(
        id=run.id, kind="simulated", agents=("A",), duration_s=20.0, events=(), orders={"O1": Times(1.0, 15.0, 3.0)}
    )  # fmt: skip


def test_a_deadlock_is_named() -> None:
    run = run_of_log(log(), PROGRAM, agents=("A", "B"), horizon_s=20.0, ring=[(1, 0), (0, 1)])
    assert run.deadlock == Deadlock(agents=("B", "A"), resources=("F1", "01/3"), at_s=20.0)


def test_a_run_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="horizon_s inf is no end"):
        run_of_log(log(), PROGRAM, agents=("A",), horizon_s=math.inf)
