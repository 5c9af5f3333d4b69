"""A comparison as values for JSON, in the figures' own units."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from layouts.comparison.compare import Against, Comparison
from layouts.comparison.money import Cost, Money
from layouts.comparison.pareto import Front
from layouts.comparison.text import answers
from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import Estimate


def comparison_dict(
    comparison: Comparison, *, front: Front | None = None, money: Money | None = None
) -> dict[str, Any]:
    """As JSON holds it: the answers, each scenario's differences, all levels and runs, the front and money.

    `decisive` intervals hold all at once, those of `differences` each by itself. A `variance_ratio` is null where the
    difference does not vary; `best`, `front` and `money` are null where they were not asked for.
    """
    return {
        "schema": "aisletwin.comparison/1",
        "figure": comparison.figure,
        "baseline": comparison.baseline,
        "indifference": comparison.indifference,
        "confidence": comparison.confidence,
        "correction": "Bonferroni",
        "replications": comparison.n,
        "converged": comparison.converged,
        "unsure": list(comparison.unsure),
        "left_out": dict(comparison.left_out),
        "answers": list(answers(comparison, front=front, money=money)),
        "against": [_against(each) for each in comparison.against],
        "best": None if comparison.best is None else asdict(comparison.best),
        "levels": {
            name: {figure: level.record() for figure, level in levels.items()}
            for name, levels in comparison.levels.items()
        },
        "runs": {
            name: {figure: list(values) for figure, values in runs.items()}
            for name, runs in comparison.runs.items()
        },
        "front": None if front is None else _front(front),
        "money": None if money is None else _money(money),
    }


def _against(against: Against) -> dict[str, Any]:
    return {
        "name": against.name,
        "verdict": against.verdict,
        "is_same": against.is_same,
        "decisive": _pair(against.decisive),
        "differences": {name: _pair(pair) for name, pair in against.figures.items()},
    }


def _pair(pair: CommonNumbers) -> dict[str, Any]:
    ratio = pair.variance_ratio
    return {
        "difference": pair.difference.record(),
        "correlation": _estimate(pair.correlation),
        "variance_ratio": ratio if ratio is not None and math.isfinite(ratio) else None,
    }


def _front(front: Front) -> dict[str, Any]:
    return {
        "figures": list(front.figures),
        "confidence": front.confidence,
        "zones": dict(front.zones),
        "scenarios": [
            {"name": each.name, "standing": each.standing, "by": list(each.by)} for each in front.scenarios
        ],
    }


def _money(money: Money) -> dict[str, Any]:
    return {
        "prices": money.prices.model_dump(mode="json"),
        "lines_per_year": money.lines_per_year,
        "scenarios": [_cost(cost) for cost in money.scenarios],
    }


def _cost(cost: Cost) -> dict[str, Any]:
    back = cost.payback
    return {
        "name": cost.name,
        "year": cost.year.record(),
        "labour": cost.labour.record(),
        "floor": cost.floor,
        "vehicles": cost.vehicles,
        "once": cost.once,
        "saving": _estimate(cost.saving),
        "payback": None
        if back is None
        else {
            "answer": back.answer,
            "years": _estimate(back.years),
            "earliest_years": back.earliest_years,
        },
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else estimate.record()
