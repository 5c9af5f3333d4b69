"""What a forecast and a backtest say, for people and as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from layouts.demand.forecasting.backtest import ALL, Backtest, Score
from layouts.demand.forecasting.choose import method_name
from layouts.demand.forecasting.demand_class import CLASSES
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.forecast import Forecast

ANSWERS = {
    "better": "better on more SKUs than not",
    "worse": "worse on more SKUs than not",
    "cannot decide": "cannot decide, no difference shown",
}


def forecast_dict(done: Forecast) -> dict[str, Any]:
    """The history, the days ahead, and how many SKUs of each class have which method."""
    buckets = done.table.counts.shape[1]
    return {
        **_history(done.table),
        "forecast": {
            "first_day": done.table.date(buckets).isoformat(),
            "buckets": done.horizon,
            "origins": [done.table.date(origin).isoformat() for origin in done.origins.tolist()],
        },
        "classes": {name: dict(methods) for name, methods in _methods(done).items()},
    }


def forecast_text(done: Forecast) -> str:
    """A line for each class: how many SKUs, and by which methods."""
    buckets = done.table.counts.shape[1]
    first, last = done.table.date(buckets), done.table.date(buckets + done.horizon - 1)
    head = (
        f"{_history_text(done.table)}; {done.horizon} {done.table.bucket}s ahead, {first} to {last}. Each SKU by the "
        f"method that lost least at {len(done.origins)} origins:"
    )
    lines = [
        f"{name:<12} {methods.total():>7,}  {_counts_text(methods)}"
        for name, methods in _methods(done).items()
    ]
    return "\n".join([head, *lines])


def backtest_dict(done: Backtest) -> dict[str, Any]:
    """Every score with its intervals."""
    return {
        **_history(done.table),
        "horizon": done.horizon,
        "season": done.season,
        "origins_to_choose_by": done.chosen_by,
        "origins_tested": done.tests,
        "left_out": dict(done.left_out),
        "answer": done.scores[ALL].answer,
        "scores": {
            name: {
                "skus": score.skus,
                "ties": score.ties,
                "share_that_beats": score.beats.record(),
                "answer": score.answer,
                "pinball_over_seasonal_naive": score.ratio,
                "coverage": score.even.record(),
                "share_in_band": score.inside.record(),
                "share_claimed": score.claimed,
                "share_in_band_seasonal_naive": score.baseline_inside,
                "methods": dict(score.methods),
            }
            for name, score in done.scores.items()
        },
    }


def backtest_text(done: Backtest) -> str:
    """What was tested, the answer, and a line for each class."""
    every = done.scores[ALL]
    days = done.horizon * done.tests
    head = (
        f"{_history_text(done.table)}. Tested on the last {days} {done.table.bucket}s, {done.horizon} ahead from "
        f"each of {done.tests} origins, by methods chosen before them; against seasonal-naive ({done.season} "
        f"{done.table.bucket}{'' if done.season == 1 else 's'} ago, with its own past errors)."
    )
    lines = [
        f"SKUs with less pinball loss: {every.beats.scaled(100).text('%')}: {ANSWERS[every.answer]}.",
        f"The 90 % band holds {every.even.scaled(100).text('%')}, edges by their share. Bare, it holds "
        f"{every.inside.value:.1%} and claims {every.claimed:.1%}: bands of whole pieces hold more than 90 %.",
        f"{'class':<13}{'SKUs':>7}  {'beat':>6}  {'loss':>6}  {'holds':>6}  {'bare':>6}  {'claims':>6}  methods",
    ]
    lines += [_row(name, score) for name, score in done.scores.items()]
    out = [f"{count:,} {name}" for name, count in done.left_out.items() if count]
    if out:
        lines.append(f"Left out, with no past to try methods on: {', '.join(out)}.")
    lines.append(
        "loss: ours over seasonal-naive's. SKUs share their days, so true intervals are wider than these."
    )
    return "\n".join([head, *lines])


def _row(name: str, score: Score) -> str:
    shares = (score.beats.value, score.ratio, score.even.value, score.inside.value, score.claimed)
    figures = "  ".join(f"{share:>6.1%}" for share in shares)
    return f"{name:<13}{score.skus:>7,}  {figures}  {_counts_text(Counter(score.methods))}"


def _methods(done: Forecast) -> Mapping[str, Counter[str]]:
    """By class, in order, so many SKUs by each method."""
    methods: dict[str, Counter[str]] = {name: Counter() for name in CLASSES}
    for kind, method in zip(done.kind.tolist(), done.method.tolist(), strict=True):
        methods[CLASSES[kind]][method_name(method)] += 1
    return {name: counts for name, counts in methods.items() if counts}


def _counts_text(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


def _history(table: DemandTable) -> dict[str, Any]:
    buckets = table.counts.shape[1]
    return {
        "skus": len(table.skus),
        "bucket": table.bucket,
        "history": {"first_day": table.first_day.isoformat(), "buckets": buckets},
    }


def _history_text(table: DemandTable) -> str:
    buckets = table.counts.shape[1]
    return f"{len(table.skus):,} SKUs, {buckets:,} {table.bucket}s from {table.first_day}"
