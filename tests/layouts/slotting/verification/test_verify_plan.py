"""A verification finds what was planted: savings, halves, changed demand, and plans fitted to noise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from layouts.slotting.problem import NOWHERE
from layouts.slotting.verification.text import verification_text
from layouts.slotting.verification.verify import verify
from layouts.slotting.verification.walked import Prediction, predict
from spatial.errors import BadDataError, UndecidedError

FIRST_DAY = date(2026, 3, 2)
LEARNT = 12
MOVES = FIRST_DAY + timedelta(days=LEARNT)
AFTER = MOVES + timedelta(days=1)


def part(verification, name):
    return next(each for each in verification.parts if each.name == name)


def both_periods(world, before, after, there, **after_kwargs):
    return pa.concat_tables(
        [world.tasks(before, world.problem.now), world.tasks(after, there, first=AFTER, **after_kwargs)]
    )


def played(
    world, *, there=None, after_popularity=None, after_lines=(3, 7), tours=40, tolerance=0.1, **kwargs
):
    before = world.days_of_tours(LEARNT, tours)
    after = world.days_of_tours(15, tours, popularity=after_popularity, lines=after_lines)
    problem = world.learning(before)
    tasks = both_periods(world, before, after, world.plan if there is None else there, **kwargs)
    days = np.repeat(np.arange(LEARNT), tours)
    predicted = predict(problem, world.plan, day=days)
    return verify(problem, world.plan, tasks, moved=(MOVES, MOVES), predicted=predicted, tolerance=tolerance)


def true_saving(world):
    tours = [tour for day in world.days_of_tours(100, 150) for tour in day]
    saved = world.walked_s(tours, world.problem.now) - world.walked_s(tours, world.plan)
    return saved.sum() / sum(map(len, tours))


def test_a_plan_that_keeps_its_word_is_told_so(make_world):
    world = make_world(1)
    found = played(world, tours=160, tolerance=0.25)
    truth = true_saving(world)
    assert found.verdict == "as predicted"
    assert found.planned == found.realised
    realised = found.realised.estimate()
    assert realised.low < truth < realised.high
    assert found.measured is not None
    clock = found.measured.saved.estimate()
    assert clock.low < truth < clock.high
    assert found.execution.share.value == 1
    assert not any(each.is_shown for each in found.parts)
    assert json.loads(json.dumps(found.record()))["verdict"] == "as predicted"


def test_the_clock_finds_what_a_task_and_a_piece_take(make_world):
    found = played(make_world(2), noise_s=4.0, tours=160)
    assert found.measured.piece_s == pytest.approx(2, abs=0.2)
    assert found.measured.task_s > 8  # a further task is walked to as well


def test_half_a_plan_is_told_as_not_carried_out(make_world):
    world = make_world(3)
    there = world.plan.copy()
    # the fastest half of the moved units stay where they were, as far as nobody else lies there
    left = np.flatnonzero(world.plan != world.problem.now)[:30]
    there[left] = world.problem.now[left]
    found = played(world, there=there)
    assert found.verdict == "less than predicted"
    assert (found.execution.left, found.execution.elsewhere) == (len(left), 0)
    assert found.execution.carried_out + found.execution.unseen == 60 - 30 - int(
        (world.plan == world.problem.now).sum()
    )
    assert part(found, "not carried out").missing.low > 0
    assert not part(found, "demand changed").is_shown
    assert not part(found, "not on the clock").is_shown
    assert "not carried out" in verification_text(found)


def test_demand_that_turned_is_told_as_such(make_world):
    world = make_world(4)
    found = played(world, after_popularity=world.popularity[::-1])
    assert found.verdict == "less than predicted"
    assert part(found, "demand changed").missing.low > 0
    assert part(found, "not carried out").missing.value == 0


def test_seconds_lost_on_the_clock_are_not_blamed_on_walking(make_world):
    world = make_world(5)
    found = played(world, extra_s=40.0, tours=160, tolerance=0.25)
    assert found.verdict == "as predicted"
    assert found.measured_verdict == "less than predicted"
    assert part(found, "not on the clock").missing.low > 0


def test_longer_tours_alone_are_no_saving(make_world):
    """Lines of longer tours are nearer to each other: the raw clock says saving, the same mix says none."""
    world = make_world(6)
    found = played(world, there=world.problem.now, after_lines=(8, 12))
    raw, same_mix = found.measured.raw.estimate(), found.measured.saved.estimate()
    assert raw.low > 0
    assert abs(same_mix.value) < abs(raw.value) / 2


def test_a_plan_fitted_to_noise_saves_less_on_days_it_did_not_see(make_world):
    world = make_world(7)
    even = np.full(60, 1 / 60)
    learnt = world.days_of_tours(4, 10, popularity=even)
    before = learnt + world.days_of_tours(LEARNT - 4, 60, popularity=even)
    problem = world.learning(learnt)
    plan = descended(world, [tour for day in learnt for tour in day])
    after = world.days_of_tours(15, 60, popularity=even)
    days = [FIRST_DAY + timedelta(days=n) for n in range(4)]
    tasks = both_periods(world, before, after, plan)
    found = verify(problem, plan, tasks, moved=(MOVES, MOVES), learnt=days)
    assert found.verdict == "less than predicted"
    assert part(found, "overfitted").missing.low > 0
    assert not part(found, "demand changed").is_shown
    assert found.held_out.value < found.predicted.per_line.value / 2


def descended(world, tours):
    """Swaps that shorten these very tours, though every unit is wanted alike."""
    plan = world.problem.now.copy()
    least = world.walked_s(tours, plan).sum()
    for _ in range(800):
        pair = world.rng.choice(60, 2, replace=False)
        plan[pair] = plan[pair[::-1]]
        length = world.walked_s(tours, plan).sum()
        if length < least:
            least = length
        else:
            plan[pair] = plan[pair[::-1]]
    return plan


def test_agents_that_wait_between_tours_are_timed_within_them(make_world):
    world = make_world(12)
    before, after = world.days_of_tours(LEARNT, 60), world.days_of_tours(15, 60)
    tasks = both_periods(world, before, after, world.plan)
    # each tour by an agent of its own: nobody knows when one ended
    alone = tasks.set_column(tasks.column_names.index("agent"), "agent", tasks["tour"])
    found = verify(world.learning(before), world.plan, alone, moved=(MOVES, MOVES))
    assert found.measured_verdict is None
    assert not found.measured.is_whole
    assert found.measured.saved.estimate().low > 0
    assert {each.name for each in found.parts} == {"demand changed", "not carried out"}
    assert any("from first to last task" in note for note in found.notes)


def test_a_prediction_is_kept_until_it_is_verified(make_world):
    world = make_world(13)
    problem = world.learning(world.days_of_tours(5, 20))
    predicted = predict(problem, world.plan, days=5)
    assert Prediction.of_record(json.loads(json.dumps(predicted.record()))) == predicted
    assert predicted.lines_a_day == problem.visits.sum() / 5
    tours = np.split(problem.tours.unit, problem.tours.start[1:-1])
    saved_s = world.walked_s(tours, problem.now) - world.walked_s(tours, world.plan)
    assert predicted.per_line.value == pytest.approx(saved_s.sum() / problem.visits.sum())


def test_skus_without_a_place_before_count_for_no_saving(make_world):
    world = make_world(14)
    before, after = world.days_of_tours(6, 20), world.days_of_tours(6, 20)
    tasks = both_periods(world, before, after, world.plan)
    problem = world.learning(before)
    known = predict(problem, world.plan).per_line
    new = replace(problem, now=np.where(np.arange(60) == 5, NOWHERE, problem.now))
    assert predict(new, world.plan).per_line != known
    found = verify(new, world.plan, tasks, moved=(MOVES, MOVES))
    picks = tasks["sku"].to_pylist().count("S05")
    assert f"{picks} picks left out: SKU without a place before or after" in found.notes


def test_one_day_decides_nothing(make_world):
    world = make_world(8)
    before, after = world.days_of_tours(3, 10), world.days_of_tours(1, 10)
    problem = world.learning(before)
    found = verify(problem, world.plan, both_periods(world, before, after, world.plan), moved=(MOVES, MOVES))
    assert found.verdict == "cannot decide"
    assert found.measured is None
    assert "no interval" in verification_text(found)


def test_no_tour_after_the_moves_is_undecided(make_world):
    world = make_world(9)
    before = world.days_of_tours(3, 5)
    tasks = world.tasks(before, world.problem.now)
    with pytest.raises(UndecidedError, match="wait for more"):
        verify(world.learning(before), world.plan, tasks, moved=(MOVES, MOVES))


def test_days_in_the_wrong_order_are_refused(make_world):
    world = make_world(9)
    tasks = world.tasks(world.days_of_tours(1, 2), world.problem.now)
    with pytest.raises(ValueError, match="in order"):
        verify(world.problem, world.plan, tasks, moved=(AFTER, MOVES))


def test_tasks_without_tours_or_agents_say_what_to_map(make_world):
    world = make_world(9)
    before = world.days_of_tours(1, 2)
    tasks = world.tasks(before, world.problem.now).drop_columns(["agent", "tour"])
    with pytest.raises(BadDataError, match="map one of them"):
        verify(world.learning(before), world.plan, tasks, moved=(MOVES, MOVES))


def test_tasks_without_locations_count_as_carried_out_and_say_so(make_world):
    world = make_world(10)
    before, after = world.days_of_tours(LEARNT, 20), world.days_of_tours(10, 20)
    tasks = both_periods(world, before, after, world.problem.now).drop_columns(["location"])
    found = verify(world.learning(before), world.plan, tasks, moved=(MOVES, MOVES))
    assert found.execution is None
    assert found.realised == found.planned
    assert any("counted as carried out" in note for note in found.notes)


def test_unknown_skus_and_locations_are_counted(make_world):
    world = make_world(11)
    before, after = world.days_of_tours(LEARNT, 20), world.days_of_tours(10, 20)
    tasks = both_periods(world, before, after, world.plan)
    skus, places = tasks["sku"].to_pylist(), tasks["location"].to_pylist()
    skus[0], places[1] = "never heard of", "99-99"
    tasks = tasks.set_column(3, "sku", pa.array(skus)).set_column(4, "location", pa.array(places))
    found = verify(world.learning(before), world.plan, tasks, moved=(MOVES, MOVES))
    assert [note for note in found.notes if "left out" in note] == [
        "1 picks left out: SKU that the problem lacks",
        "1 picks left out: location that the problem lacks",
    ]
