"""A fit finds what the log was made with, says how sure it is, and says when it cannot know."""

from __future__ import annotations

import numpy as np
import pytest
from task_logs import TRUTH, task_log

from layouts.calibration.fit import fit
from layouts.calibration.steps import Steps, join
from spatial.errors import UndecidedError


def test_a_log_without_noise_gives_the_numbers_it_was_made_with() -> None:
    log = task_log(1, tours=10)
    seconds = log.distance_m / 1.25 + 6.0 * log.stops + 9.0 * log.lines + 2.0 * log.pieces
    found = fit(Steps(**{**vars(log), "seconds": seconds}))
    assert {name: round(each.value, 6) for name, each in found.values.items()} == TRUTH
    assert all(each.high - each.low < 1e-6 for each in found.values.values())


def test_intervals_hold_as_often_as_they_say() -> None:
    worlds = 200
    held = dict.fromkeys(TRUTH, 0)
    for seed in range(worlds):
        found = fit(task_log(seed), seed=seed)
        for name, truth in TRUTH.items():
            held[name] += found.values[name].low <= truth <= found.values[name].high
    assert all(0.90 * worlds <= count <= 0.99 * worlds for count in held.values()), held


def test_search_and_pick_are_not_told_apart_where_each_stop_has_one_line() -> None:
    log = task_log(1, tours=200, lines_a_stop=1)
    found = fit(log.take(log.stops > 0))
    assert ("search_s", "pick_s") in found.alike
    both = found.sums["search_s", "pick_s"]
    assert both.low <= TRUTH["search_s"] + TRUTH["pick_s"] <= both.high
    assert "only their sum is known" in found.warnings[0]


@pytest.mark.parametrize("seed", range(20))
def test_a_telling_log_raises_no_warning(seed: int) -> None:
    assert fit(task_log(seed)).alike == ()


def test_breaks_are_told_and_change_little() -> None:
    without, found = fit(task_log(4)), fit(task_log(4, breaks=0.01))
    assert found.breaks > 5
    assert found.values["pick_s"].value == pytest.approx(without.values["pick_s"].value, rel=0.05)


def test_what_says_nothing_is_refused() -> None:
    with pytest.raises(UndecidedError, match="7 tours, fewer than 8"):
        fit(task_log(1, tours=7))
    log = task_log(1, tours=10)
    with pytest.raises(UndecidedError, match="no ways or no picks"):
        fit(Steps(**{**vars(log), "distance_m": np.zeros(len(log))}))


def test_the_same_log_and_seed_give_the_same_fit() -> None:
    assert fit(task_log(2), seed=5).values == fit(task_log(2), seed=5).values


def test_joined_logs_keep_tours_apart_and_places_together() -> None:
    one = task_log(1, tours=10)
    both = join([one, one])
    assert len(np.unique(both.tour)) == 2 * len(np.unique(one.tour))
    assert both.places == one.places
    assert np.array_equal(both.place, np.tile(one.place, 2))
