"""Vehicles break down and charge; people do neither."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from layouts.simulation.engine.tape import AHEAD
from layouts.simulation.operations.upkeep import Breakdowns, failure_times
from spatial.errors import UndecidedError

LINES = [[("A", f"0{k % 4}-00-0", 1)] for k in range(8)]
TRUCK = {"agent": "reach_truck"}


def test_vehicles_charge_when_they_have_worked_long_enough(hall, shift_of, play_shift) -> None:
    operations = {"staff": [{**TRUCK, "count": 2}], "charging": {"after_s": 60, "for_s": 500}}
    shown = play_shift(shift_of(hall(), LINES), operations)
    charges = shown.works("charge")
    assert len(charges) >= 2
    for one in charges:
        for other in charges:
            assert one == other or one.end_s <= other.start_s or other.end_s <= one.start_s
        before = [span for span in shown.works() if span.agent == one.agent and span.end_s <= one.start_s]
        assert before
        assert sum(span.end_s - span.start_s for span in before if span.what != "charge") <= one.start_s


def test_people_neither_charge_nor_break_down(hall, shift_of, play_shift) -> None:
    operations = {
        "staff": [{}],
        "charging": {"after_s": 10, "for_s": 500},
        "breakdowns": {"mtbf_s": 10, "mttr_s": 100},
    }
    shown = play_shift(shift_of(hall(), LINES), operations)
    assert shown.done_s("T8") == [8 * 15]
    assert sum("there are none" in note for note in shown.program.notes) == 2


def test_a_broken_vehicle_is_repaired_where_it_stands(busy, play_shift) -> None:
    operations = {"staff": [{**TRUCK, "count": 4}], "breakdowns": {"mtbf_s": 300, "mttr_s": 120, "crew": 1}}
    shown = play_shift(busy, operations)
    assert shown.played.ending in ("finished", "deadlock")
    repairs = shown.works("repair")
    assert len(repairs) > 3
    for one, other in pairwise(repairs):
        assert one.end_s <= other.start_s


def test_failures_have_the_mean_that_was_asked_for() -> None:
    vehicles = np.array([True, False, True])
    settings = Breakdowns(mtbf_s=100, mttr_s=10)
    gaps = []
    for replication in range(100):
        times = failure_times(settings, vehicles, work_s=5000, seed=1, replication=replication)
        assert np.isinf(times[1]).all()
        assert (np.diff(times[[0, 2]], axis=1) > 0).all()
        gaps += np.diff(times[[0, 2]], axis=1, prepend=0).ravel().tolist()
    assert abs(np.mean(gaps) - 100) < 5 * 100 / np.sqrt(len(gaps))


def test_work_at_pick_faces_is_foreseen_only_where_nothing_can_fail(busy, play_shift) -> None:
    usual = play_shift(busy, pickers=3).program.program.tape.rows["op"]
    failing = play_shift(
        busy, {"staff": [{"count": 3}], "breakdowns": {"mtbf_s": 300, "mttr_s": 120}}
    ).program.program.tape.rows["op"]
    assert (usual == AHEAD).sum() == sum(len(tour.stops) for tour in busy.plan.tours)
    assert not (failing == AHEAD).any()


def test_people_are_as_fast_where_their_work_is_not_foreseen(busy, play_shift) -> None:
    usual = play_shift(busy, {"staff": [{"count": 5}]})
    failing = play_shift(busy, {"staff": [{"count": 5}], "breakdowns": {"mtbf_s": 300, "mttr_s": 120}})
    assert usual.works() == failing.works()


def test_chargers_at_a_station_that_is_not_there_are_told(hall, shift_of, play_shift) -> None:
    operations = {"staff": [TRUCK], "charging": {"after_s": 10, "for_s": 5, "station": "PLUG"}}
    with pytest.raises(UndecidedError, match="'PLUG'"):
        play_shift(shift_of(hall(), LINES), operations)
