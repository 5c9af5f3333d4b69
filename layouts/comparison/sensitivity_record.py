"""A sensitivity as values for JSON, in the figure's own units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive, Sensitivity
from layouts.comparison.sensitivity_prices import PriceFlip
from layouts.comparison.sensitivity_text import sensitivity_answers


def sensitivity_dict(sensitivity: Sensitivity, prices: Sequence[PriceFlip] = ()) -> dict[str, Any]:
    """As JSON holds it: the answers, and for each scenario every assumption, largest swing first, and every price.

    A price's `low` and `high` are null where no price lies between them, `high` alone where no price ends them.
    """
    return {
        "baseline": sensitivity.baseline,
        "figure": sensitivity.figure,
        "replications": sensitivity.n,
        "confidence": sensitivity.confidence,
        "each_confidence": sensitivity.each_confidence,
        "correction": "Bonferroni",
        "answers": list(sensitivity_answers(sensitivity, prices)),
        "scenarios": [_scenario(each) for each in sensitivity.scenarios],
        "prices": [_price(flip) for flip in prices],
        "untried": dict(sensitivity.untried),
    }


def _scenario(each: ScenarioSensitivity) -> dict[str, Any]:
    return {
        "name": each.name,
        "verdict": each.verdict,
        "difference": each.difference.record(),
        "assumptions": [_assumption(one) for one in each.assumptions],
    }


def _assumption(one: Sensitive) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "today": one.today,
        "answer": one.answer,
        "swing": one.swing,
        "turns": [asdict(turn) for turn in one.turns],
        "tried": [
            {"value": each.value, "verdict": each.verdict, "difference": each.difference.record()}
            for each in one.tried
        ],
    }


def _price(flip: PriceFlip) -> dict[str, Any]:
    high = flip.high if flip.high is not None and math.isfinite(flip.high) else None
    return asdict(flip) | {"high": high, "flips": flip.flips}
