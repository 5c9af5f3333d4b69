"""Skew and counts against their formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from layouts.demand.counts import Spread, geometric_spread, places_at
from layouts.demand.skew import bender_shares


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 0.999))
def test_the_pair_holds_exactly_where_it_is_whole(top: int, more: int, lift: float) -> None:
    count, share = top + more, top / (top + more)
    wanted = share + lift * (1 - share)
    found = bender_shares(count, share_of_skus=share, share_of_lines=wanted)
    assert found[:top].sum() == pytest.approx(wanted, abs=1e-12)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(found) <= 1e-15).all()
    assert (found > 0).all()


def test_the_curve_is_the_published_one() -> None:
    """20 % of the items make 80 %: A = 1/15, so a tenth makes (16/15) 0.1 / (1/15 + 0.1) = 64 %."""
    found = bender_shares(1000, share_of_skus=0.2, share_of_lines=0.8)
    assert found[:100].sum() == pytest.approx(0.64, abs=1e-12)
    assert found[:500].sum() == pytest.approx((16 / 15) * 0.5 / (1 / 15 + 0.5), abs=1e-12)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(2, 60))
def test_mean_and_share_of_ones_are_exact(single: float, part: float, most: int) -> None:
    low, high = 2 - single, single + most * (1 - single)
    mean = min(max(low + part * (high - low), low), high)
    spread = geometric_spread(mean, single, most)
    assert spread.mean == pytest.approx(mean, abs=1e-9)
    assert spread.single == pytest.approx(single, abs=1e-12)
    assert spread.shares.sum() == pytest.approx(1)
    assert spread.most <= most


@given(st.floats(1, 30), st.integers(30, 60))
def test_without_a_share_of_ones_all_is_one_geometric_series(mean: float, most: int) -> None:
    spread = geometric_spread(mean, None, most)
    assert spread.mean == pytest.approx(mean, abs=1e-9)
    sure = spread.shares > 1e-200
    ratios = spread.shares[sure][1:] / spread.shares[sure][:-1]
    assert ratios == pytest.approx(np.full(len(ratios), ratios[0] if len(ratios) else 0.0), rel=1e-6)


def test_numbers_are_drawn_by_their_shares() -> None:
    spread = geometric_spread(2.5, 0.5, 8)
    drawn = spread.at(np.random.default_rng(1).random(100_000))
    seen = np.bincount(drawn, minlength=9)[1:]
    assert chisquare(seen, 100_000 * spread.shares).pvalue > 1e-3


def test_a_measured_spread_is_that_of_the_values() -> None:
    spread = Spread.of(np.array([1, 3, 1, 500]))
    assert (spread.mean, spread.single, spread.most) == (126.25, 0.5, 500)
    assert [spread.quantile(share) for share in (0.5, 0.51, 0.75, 1.0)] == [1, 3, 3, 500]


@given(st.lists(st.sampled_from([0.0, 0.1, 1.0, 1e9]), min_size=1, max_size=9).filter(any), st.floats(0, 1))
def test_no_place_of_weight_0_is_drawn(weights: list[float], uniform: float) -> None:
    uniform = min(uniform, 1 - 2**-53)
    (place,) = places_at(np.cumsum(weights), np.array([uniform]))
    assert weights[place] > 0
