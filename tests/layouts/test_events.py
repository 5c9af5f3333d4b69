"""Events are columns and a sequence at once, and the two say the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.events import NONE, Event, Events, Texts
from layouts.run import Run, Times, Timetable

MOVE = Event(
    seq=4, agent="B", kind="move", start_s=0.0, end_s=2.5, level="L0", path=((0.0, 0.0), (3.0, 4.0), (3.0, 5.0)),
    job="T1",
)  # fmt: skip
WAIT = Event(
    seq=5, agent="A", kind="wait", start_s=1.0, end_s=4.0, level="L1", path=((1.5, 1.5),), resource="R", cause="c",
    blocked_by="B", aisle="01",
)  # fmt: skip
PICK = Event(
    seq=6, agent="B", kind="pick", start_s=2.5, end_s=4.0, level="L0", path=((3.0, 5.0),), resource="R", location="L",
    order="O", sku="S", quantity=0,
)  # fmt: skip
EVENTS = Events.of((MOVE, WAIT, PICK))

texts = st.lists(st.sampled_from(["a", "b", "c", "", None]), max_size=8)


def test_columns_give_back_the_events_they_were_made_of() -> None:
    assert tuple(EVENTS) == (MOVE, WAIT, PICK)
    assert [EVENTS[i] for i in (0, 1, -1)] == [MOVE, WAIT, PICK]
    assert tuple(EVENTS[1:]) == (WAIT, PICK)
    assert (WAIT in EVENTS, len(EVENTS), EVENTS.index(PICK)) == (True, 3, 2)
    assert Events.of(EVENTS) is EVENTS
    with pytest.raises(IndexError):
        EVENTS[3]


def test_columns_hold_lengths_and_durations() -> None:
    assert EVENTS.seconds.tolist() == [2.5, 3.0, 1.5]
    assert EVENTS.length_m.tolist() == [6.0, 0.0, 0.0]
    assert EVENTS.quantity.tolist() == [NONE, NONE, 0]
    assert EVENTS.kind.are("pick", "move").tolist() == [True, False, True]
    assert EVENTS.agent.codes_in(("A", "B")).tolist() == [1, 0, 1]
    assert EVENTS.order.codes_in(("O",)).tolist() == [NONE, NONE, 0]


def test_equal_events_are_equal_however_they_came_to_be() -> None:
    assert EVENTS.take(np.array([2, 0])) == Events.of((PICK, MOVE))
    assert EVENTS.take(np.array([False, True, False])) == (WAIT,)
    assert Events.of((MOVE, WAIT)) != Events.of((MOVE, replace(WAIT, blocked_by=None)))
    assert Events.of((MOVE,)) != Events.of((replace(MOVE, path=((0.0, 0.0), (3.0, 4.0))),))
    assert Events.of(()) == Events.of(())
    assert tuple(Events.of(())) == ()
    assert Events.of(()).length_m.tolist() == []


@settings(max_examples=60, deadline=None)
@given(texts, texts)
def test_texts_say_the_same_whatever_the_names_they_are_coded_in(
    values: list[str | None], more: list[str | None]
) -> None:
    names = [*more, *values, *more]
    code = np.array([len(names) - 1 - names[::-1].index(value) for value in values], np.int64)
    coded = Texts.coded(code, names)
    assert coded == Texts.of(values)
    assert coded.values() == values
    assert list(coded.names) == list(dict.fromkeys(value for value in values if value is not None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start_s": np.zeros(2)}, r"\['start_s'\] do not fit 3 events"),
        ({"path_start": np.array([0, 3, 4])}, r"\['path_start'\] do not fit 3 events"),
        ({"path_start": np.array([0, 3, 3, 5])}, "at least one point"),
        ({"end_s": np.array([2.5, 0.5, 4.0])}, "event 1 ends at 0.5 s, before its start at 1.0 s"),
    ],
)
def test_columns_that_are_no_events_are_refused(changes: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(EVENTS, **changes)


def test_a_run_takes_events_and_times_as_they_come_and_knows_all_agents() -> None:
    run = Run(
        id="R",
        kind="simulated",
        agents=("A", "B"),
        duration_s=4.0,
        events=(MOVE, WAIT),
        orders={"O": Times(due_s=3.0)},
    )
    assert (run.events, run.orders["O"]) == (Events.of((MOVE, WAIT)), Times(None, 3.0, None))
    assert replace(run, notes=("n",)).events is run.events
    with pytest.raises(ValueError, match="agent 'B', who is not among the run's"):
        replace(run, agents=("A",))


def test_a_timetable_is_a_mapping_over_its_columns() -> None:
    times = {"O1": Times(1.0, None, 3.0), "O2": Times()}
    table = Timetable.of(times)
    assert dict(table) == times
    assert table == Timetable.of(dict(table)) == times
    assert table != Timetable.of({"O1": Times(1.0, None, 3.5), "O2": Times()})
    assert (len(table), "O2" in table, "O3" in table) == (2, True, False)
    with pytest.raises(ValueError, match=r"lengths \[2, 1, 1, 1\]"):
        Timetable(("O1", "O2"), np.zeros(1), np.zeros(1), np.zeros(1))
