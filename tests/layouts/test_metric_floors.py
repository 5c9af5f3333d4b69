"""Tours on floors with obstacles, as short as proof can make them and never longer than the authors'."""

from __future__ import annotations

import numpy as np
import pytest
from obstacle_floors import author_tours
from published import shared_data

from layouts.tours.metric.best_tour import best_tour


def test_the_search_finds_what_is_proven_shortest_and_no_author_is_shorter() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    saved = []
    for name, length_m in list(author_tours())[::12]:
        end = len(length_m) - 1
        quick, proven = (best_tour(length_m, end=end, proof_rounds=rounds) for rounds in (0, 60))
        authors_m = float(np.trace(length_m, offset=1))
        assert proven.is_proven, name
        assert quick.length_m == pytest.approx(proven.length_m, rel=1e-9), name
        assert quick.lower_bound_m <= proven.length_m <= authors_m * (1 + 1e-9), name
        saved.append(1 - proven.length_m / authors_m)
    assert len(saved) > 50
    assert np.mean(saved) > 0
