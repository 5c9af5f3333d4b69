"""On a real size: slotting learnt on the first days of a history, walked on the days after them."""

import numpy as np
import pytest
from bench_wms_history import away, by_popularity, learning, saved
from published import shared_data
from wms_history import read_history

from layouts.slotting.aisles.few_moves import few_moves
from layouts.slotting.aisles.one_more import exact_lengths
from layouts.slotting.tour_length import tour_lengths


@pytest.fixture(scope="module")
def history():
    shared = shared_data()
    if shared is None:
        pytest.skip("skipped: no shared data")
    return read_history(shared / "benchmarks" / "wms_history_synth")


def test_the_places_of_picks_are_those_that_replenishment_tells_but_for_a_few(history):
    """Picks of a batch that ends after a SKU was carried off are the few."""
    end = len(history.tours) // 2
    now = history.now(end)
    rows = slice(history.tours.start[end], history.tours.start[end + 1])
    assert (now[history.tours.unit[rows]] == history.where[rows]).mean() > 0.95
    assert len(np.unique(now)) == len(now)


def test_short_tours_over_the_table_are_hardly_longer_than_the_shortest_among_aisles(history):
    now = history.now(0)
    problem = history.problem(history.part(0, 40), now)
    exact = exact_lengths(history.floor, problem.tours.start, history.place[now[problem.tours.unit]])
    short = tour_lengths(problem, now)
    assert np.all(short > exact - 1e-3)
    assert short.sum() < 1.05 * exact.sum()


def test_a_few_moves_save_walking_on_later_days_and_more_than_by_popularity(history):
    end, most = 200, 40
    now = history.now(end)
    plain = history.problem(history.part(0, end), now)
    found = few_moves(
        history.problem(learning(history, end, 0), now),
        history.floor,
        most_moves=most,
        rounds=5,
        away=away(history, end, 5.0),
    )
    popular = by_popularity(history, plain, most)
    assert found.moves <= most
    assert (popular != now).sum() <= most
    for ours, theirs in zip(
        saved(history, end, now, found.assignment), saved(history, end, now, popular), strict=True
    ):
        assert ours > theirs + 0.01
        assert theirs > 0.05
