import numpy as np
import pytest

from layouts.slotting.forecast.ageing import away_share
from layouts.slotting.forecast.expected_tours import expected_tours
from layouts.slotting.forecast.velocities import discount, expected_visits
from layouts.slotting.problem import TourUnits


def zipf_history(tours, seed, units=3000):
    chance = 0.7 / (1 + np.arange(units))
    random = np.random.default_rng(seed)
    rows = [np.flatnonzero(random.random(units) < chance) for _ in range(tours)]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return TourUnits(start=start, unit=np.concatenate(rows), weight=np.ones(tours)), chance


def test_expected_visits_by_hand():
    visits = np.array([5, 1, 1, 2, 0, 0])
    assert discount(visits) == 2 / (2 + 2)
    assert expected_visits(visits).tolist() == [4.5, 0.5, 0.5, 1.5, 1.0, 1.0]


def test_visits_keep_their_sum_in_each_group_and_a_group_that_is_all_seen_keeps_all():
    visits = np.array([3, 1, 0, 0, 1, 2])
    group = np.array([0, 0, 0, 0, 1, 1])
    expected = expected_visits(visits, group)
    assert expected[:4].sum() == pytest.approx(4)
    assert expected[4:].tolist() == [1, 2]


def test_expected_visits_are_nearer_to_the_later_ones_than_those_seen():
    """Of units seen once or never, over independent histories, in the mean square by how often they were seen."""
    for seed in range(5):
        history, chance = zipf_history(300, seed)
        visits = np.bincount(history.unit, minlength=len(chance))
        expected, truth = expected_visits(visits), chance * 300
        for seen in (0, 1):
            rows = visits == seen
            assert abs(expected[rows].mean() - truth[rows].mean()) < abs(seen - truth[rows].mean())


def test_drawn_tours_stand_for_as_many_with_the_expected_velocities():
    history, _ = zipf_history(200, 1)
    drawn = expected_tours(history, 3000, copies=20, seed=3)
    expected = expected_visits(np.bincount(history.unit, minlength=3000))
    visits = np.bincount(drawn.unit, weights=np.repeat(drawn.weight, np.diff(drawn.start)), minlength=3000)
    sigma = np.sqrt(np.maximum(expected * (1 - expected / 200), 1e-9) / 20)
    assert len(drawn) == 4000
    assert drawn.weight.sum() == pytest.approx(200)
    assert np.abs((visits - expected) / sigma)[:50].max() < 5
    assert visits.sum() == pytest.approx(expected.sum(), rel=0.02)
    again = expected_tours(history, 3000, copies=20, seed=3)
    assert again.unit.tolist() == drawn.unit.tolist()


def test_a_drawn_tour_has_as_many_units_of_each_group_and_no_unit_twice():
    """Also where a tour takes all of a small group, and where groups have gaps in their numbers."""
    history, _ = zipf_history(50, 2, units=400)
    group = np.random.default_rng(4).choice([0, 3, 5], 400)
    group[:6] = 7
    drawn = expected_tours(history, 400, group=group, copies=2, seed=1)
    for row in range(len(drawn)):
        theirs = drawn.unit[drawn.start[row] : drawn.start[row + 1]]
        ours = history.unit[history.start[row % 50] : history.start[row % 50 + 1]]
        assert (
            np.bincount(group[theirs], minlength=8).tolist() == np.bincount(group[ours], minlength=8).tolist()
        )
        assert len(np.unique(theirs)) == len(theirs)


def test_the_share_away_is_that_of_a_poisson_process():
    visits, carried = np.array([1000, 1000, 0]), np.array([100, 0, 0])
    share = away_share(visits, carried, horizon=0.05)
    rate = (100 + 20 * 0.05) / 1020 * 1000 * 0.05
    random = np.random.default_rng(0)
    first = random.exponential(1 / rate, 200_000)
    assert share[0] == pytest.approx((first < random.random(200_000)).mean(), abs=0.005)
    assert 0 < share[1] < share[0]
    assert share[2] == 0


def test_what_cannot_be_is_refused():
    empty = TourUnits(start=np.array([0]), unit=np.zeros(0, np.int64), weight=np.zeros(0))
    with pytest.raises(ValueError, match="0 tours"):
        expected_tours(empty, 3)
    with pytest.raises(ValueError, match="0 or more"):
        expected_visits(np.array([1, -1]))
    with pytest.raises(ValueError, match="horizon -1"):
        away_share(np.array([1]), np.array([0]), horizon=-1)
