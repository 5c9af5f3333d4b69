"""Backtests on drawn demand: better than seasonal-naive, bands that hold 90 %, nothing known before its time."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace

import numpy as np
import pytest
from demand_truth import DrawnDemand, drawn_demand  # type: ignore[import-not-found]

from layouts.demand.forecasting.backtest import ALL, Backtest, backtest
from layouts.demand.forecasting.choose import choose
from layouts.demand.forecasting.demand_class import CLASSES, demand_classes
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.forecast import forecast
from layouts.demand.forecasting.methods import METHODS, NEW
from layouts.demand.forecasting.plan_origins import ForecastSettings, origins_of, rules_for
from layouts.demand.forecasting.quantiles import WIDTH, count_row, held, pinball
from layouts.demand.forecasting.trials import BLOCK, setting_of, try_methods
from spatial.errors import UndecidedError
from spatial.tasks.workers import ThisProcess


@pytest.fixture(scope="module")
def drawn() -> DrawnDemand:
    return drawn_demand(2 * BLOCK + 20)


@pytest.fixture(scope="module")
def tested(drawn: DrawnDemand) -> Backtest:
    return backtest(drawn.table)


def test_it_beats_seasonal_naive_on_sixty_per_cent_of_the_skus(tested: Backtest) -> None:
    score = tested.scores[ALL]
    assert score.beats.value >= 0.6
    assert score.beats.low > 0.5
    assert score.answer == "better"
    assert score.ratio < 1


def test_the_ninety_per_cent_band_holds_85_to_95_per_cent_of_what_comes(tested: Backtest) -> None:
    """In every class, edges by their share; the bare share in the band is what the bands of whole numbers claim."""
    for name, score in tested.scores.items():
        assert 0.85 <= score.even.value <= 0.95, name
        assert score.inside.value == pytest.approx(score.claimed, abs=0.03), name
    smooth = drawn_demand(60, rate=40.0, seed=3)
    assert 0.85 <= backtest(smooth.table).scores[ALL].inside.value <= 0.95


def test_demand_by_chance_alone_is_not_said_to_be_better_than_it_is() -> None:
    """Where tomorrow is last week's day for sure, nothing beats seasonal-naive, and nobody says so."""
    table = DemandTable(
        skus=tuple(f"S{n:02d}" for n in range(20)),
        first_day=dt.date(2024, 1, 1),
        counts=np.tile(np.array([3, 1, 4, 1, 5, 0, 0], np.uint8), (20, 60)),
    )
    score = backtest(table).scores[ALL]
    assert score.beats.value == 0
    assert score.ties + round(20 * score.beats.value) <= 20
    assert score.answer == "worse"


def test_what_comes_after_an_origin_changes_no_forecast_from_it(drawn: DrawnDemand) -> None:
    table = replace(drawn.table, skus=drawn.table.skus[:20], counts=drawn.table.counts[:20])
    later = table.counts.copy()
    later[:, -14:] = later[::-1, -14:] * 3 % 200
    origins = np.array([700, 716])
    rules = rules_for(table, ForecastSettings(), trials=2)
    one, other = (
        try_methods(setting_of(each, rules, origins), ThisProcess(), lambda *_: None)
        for each in (table, replace(table, counts=later))
    )
    assert np.array_equal(one.claimed, other.claimed)
    assert not np.array_equal(one.loss[:, 1], other.loss[:, 1])
    first = forecast(table.until(716))
    assert np.array_equal(first.quantiles, forecast(replace(table, counts=later).until(716)).quantiles)


def test_the_forecast_is_the_same_bytes_for_one_and_two_workers(drawn: DrawnDemand) -> None:
    from spatial.tasks.open_workers import open_workers

    with open_workers(2) as workers:
        other = forecast(drawn.table, workers=workers)
    one = forecast(drawn.table)
    assert pickle.dumps(one.quantiles) == pickle.dumps(other.quantiles)
    assert np.array_equal(one.method, other.method)
    assert np.array_equal(one.score, other.score)


def test_a_short_history_is_not_decided(drawn: DrawnDemand) -> None:
    with pytest.raises(UndecidedError, match="cannot decide: 80 days are too short a history, at least 84"):
        forecast(drawn.table.until(80))
    with pytest.raises(UndecidedError, match="at least 112"):
        backtest(drawn.table.until(111))
    assert origins_of(drawn.table.until(112), ForecastSettings(), tested=True)[1] == 2


def test_new_and_dead_skus_are_told_apart(drawn: DrawnDemand) -> None:
    counts = drawn.table.counts[:4].copy()
    counts[0, :-20] = 0
    counts[0, -20:] = 2
    counts[1, 300:] = 0
    counts[3] = 0
    done = forecast(replace(drawn.table, skus=drawn.table.skus[:4], counts=counts))
    assert [CLASSES[kind] for kind in done.kind[[0, 1, 3]]] == ["new", "no demand", "no demand"]
    assert done.method[0] == NEW
    assert "too short a past" in done.why(0)
    assert (done.quantiles[[1, 3]] == 0).all()
    tested = backtest(replace(drawn.table, skus=drawn.table.skus[:4], counts=counts))
    assert tested.left_out == {"new": 0, "no demand": 3}
    assert tested.scores[ALL].skus == 1
    assert "seasonal-naive's loss at 6 origins" in done.why(2)


def test_classes_are_those_of_syntetos_and_boylan() -> None:
    days = np.arange(364)
    counts = np.array(
        [
            np.full(364, 5),
            np.where(days % 2, 1, 9),
            np.where(days % 3, 0, 5),
            np.where(days % 3, 0, np.where(days % 2, 1, 30)),
        ]
    )
    kinds = demand_classes(counts, np.zeros(4, np.int64), np.ones(364, bool), least=56)
    assert [CLASSES[kind] for kind in kinds] == ["smooth", "erratic", "intermittent", "lumpy"]


def test_weeks_are_forecast_too(drawn: DrawnDemand) -> None:
    weeks = drawn.table.weeks()
    assert weeks.counts.sum() == drawn.table.counts[:, 2:].sum()
    score = backtest(weeks, ForecastSettings(horizon=4)).scores[ALL]
    assert score.beats.value >= 0.6
    assert 0.85 <= score.even.value <= 0.95


def test_a_rare_skus_method_is_mostly_its_classes() -> None:
    loss = np.ones((41, 2, len(METHODS)))
    loss[:40, :, 3] = 0.5
    loss[40, :, 7] = 0.9
    kind = np.zeros(41, np.int64)
    assert choose(loss, np.array([100.0] * 40 + [1.0]), kind).method[40] == 3
    assert choose(loss, np.array([100.0] * 40 + [5000.0]), kind).method[40] == 7


def test_forecasts_lose_little_more_than_who_knows_the_truth() -> None:
    """Poisson demand of drawn means: beside the loss of their own quantiles, which nobody can go below.

    Bare, the true bands of such rare demand hold far more than 90 %, and so must ours.
    """
    known = drawn_demand(200, seed=7, rate=1.0)
    counts = np.random.default_rng(8).poisson(known.mean)
    table = replace(known.table, counts=counts.astype(np.min_scalar_type(int(counts.max()))))
    done = backtest(table)
    row, truth, bands = np.empty(WIDTH), np.zeros(200), np.zeros(3)
    days = [day for day in range(730 - 56, 730) if day % 7 < 6]
    for sku in range(200):
        for day in days:
            count_row(known.mean[sku, day], known.mean[sku, day], row)
            truth[sku] += pinball(float(counts[sku, day]), row) / len(days)
            bands += np.array(held(float(counts[sku, day]), row)) / (200 * len(days))
    usual = counts.mean(axis=1)
    scored = done.is_scored
    ours, least, naive = (float((each / usual)[scored].mean()) for each in (done.ours, truth, done.baseline))
    assert least < ours < 1.1 * least
    assert naive > 1.3 * least
    bare, even, _ = bands.tolist()
    assert bare > 0.95
    assert even == pytest.approx(0.9, abs=0.005)
    assert done.scores[ALL].inside.value == pytest.approx(bare, abs=0.01)
    assert done.scores[ALL].even.value == pytest.approx(even, abs=0.015)
