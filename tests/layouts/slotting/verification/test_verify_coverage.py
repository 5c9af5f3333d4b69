"""How often the intervals of a verification hold the truth, in worlds made anew each time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from layouts.slotting.verification.day_mean import DayMean, ratio_by_cluster
from layouts.slotting.verification.verify import verify

FIRST_DAY = date(2026, 3, 2)
DAYS = 8
MOVES = FIRST_DAY + timedelta(days=DAYS)
AFTER = MOVES + timedelta(days=1)


def test_intervals_hold_the_truth_as_often_as_they_say(make_world):
    """200 worlds of 8 days on either side, 12 tours a day; one standard error of a share of 95 % is 1.5 %."""
    world = make_world(20)
    many = [tour for day in world.days_of_tours(300, 80) for tour in day]
    saved = world.walked_s(many, world.problem.now) - world.walked_s(many, world.plan)
    truth = saved.sum() / sum(map(len, many))
    held = np.zeros(3)
    rounds = 200
    for _ in range(rounds):
        before, after = world.days_of_tours(DAYS, 12), world.days_of_tours(DAYS, 12)
        tasks = pa.concat_tables(
            [world.tasks(before, world.problem.now), world.tasks(after, world.plan, first=AFTER)]
        )
        found = verify(world.learning(before), world.plan, tasks, moved=(MOVES, MOVES))
        realised, clock = found.realised.estimate(), found.measured.saved.estimate()
        missing = found.parts[0].missing
        held += [
            realised.low <= truth <= realised.high,
            clock.low <= truth <= clock.high,
            missing.low <= 0 <= missing.high,
        ]
    assert (held / rounds >= 0.93).all(), held / rounds


def test_a_ratio_by_cluster_is_as_wide_as_its_days_differ():
    """Lines of one day that all have the same figure count once, however many they are."""
    days = np.repeat(np.arange(6), 50)
    figures = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    by_day = ratio_by_cluster(figures[days], np.ones(300), days, said="days")
    alone = ratio_by_cluster(figures, np.ones(6), np.arange(6), said="days")
    assert by_day == alone
    assert alone.variance == np.var(figures, ddof=1) / 6


def test_welch_is_the_textbook_one():
    one = DayMean(value=5.0, variance=0.5, degrees=9, n=10, method="")
    other = DayMean(value=3.0, variance=0.25, degrees=4, n=5, method="")
    apart = one.minus(other)
    assert (apart.value, apart.variance, apart.n) == (2.0, 0.75, 15)
    assert apart.degrees == 0.75**2 / (0.5**2 / 9 + 0.25**2 / 4)


def test_a_record_of_a_mean_is_read_back():
    one = DayMean(value=5.0, variance=0.5, degrees=9, n=10, method="Welch")
    lonely = DayMean(value=5.0, variance=np.inf, degrees=0, n=1, method="Welch")
    assert [DayMean.of_record(each.record()) for each in (one, lonely)] == [one, lonely]
