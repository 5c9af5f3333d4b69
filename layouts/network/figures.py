"""What replications of a network come to: service, cost to serve, CO2e; with intervals, and beside a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.network.simulate import Outcome
from layouts.statistics.common_numbers import CommonNumbers, common_numbers
from layouts.statistics.intervals import CONFIDENCE, Estimate, mean_interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FigureKind:
    """How a figure is shown."""

    title: str
    unit: str
    larger_is_better: bool
    decides: bool = True
    """Whether it says what is better, or only what happened."""


FIGURES: Mapping[str, FigureKind] = {
    "fill_rate": FigureKind(title="Met at once", unit="", larger_is_better=True),
    "cost_to_serve": FigureKind(title="Cost to serve", unit="a unit", larger_is_better=False),
    "co2e_kg_per_unit": FigureKind(title="CO2e", unit="kg a unit", larger_is_better=False),
    "owed_at_end": FigureKind(title="Owed at the end", unit="units", larger_is_better=False),
    "short_cost_per_day": FigureKind(title="Cost of shortage", unit="a day", larger_is_better=False),
}
"""Cost to serve is purchase, transport, handling and holding over what was used; what shortage costs is apart."""


def figures_of(outcome: Outcome) -> Mapping[str, Floats]:
    """FIGURES by replication (R,); CO2e is missing where a lane that was used has no factor."""
    asked, used = outcome.told.asked.sum(axis=1), outcome.series("used").sum(axis=1)
    serving = sum(outcome.cost(name) for name in ("purchase", "transport", "handling", "holding"))
    found = {
        "fill_rate": outcome.told.at_once.sum(axis=1) / np.maximum(asked, 1),
        "cost_to_serve": serving / np.maximum(used, 1),
        "owed_at_end": outcome.series("owed")[:, -1].astype(np.float64),
        "short_cost_per_day": outcome.cost("short") / outcome.played.days,
    }
    emitted = co2e_kg(outcome)
    if emitted is not None:
        found["co2e_kg_per_unit"] = emitted / np.maximum(used, 1)
    return {name: found[name] for name in FIGURES if name in found}


def co2e_kg(outcome: Outcome) -> Floats | None:
    """The CO2e of all that went over lanes (R,); None where a lane that was used has no factor."""
    over, factor = outcome.told.over, outcome.wiring.lane_co2e
    is_used = over.any(axis=0)
    if np.isnan(factor[is_used]).any():
        return None
    kg: Floats = over[:, is_used] @ factor[is_used]
    return kg


def levels(outcome: Outcome) -> Mapping[str, Estimate]:
    """The means of the figures with their intervals."""
    return {name: mean_interval(values.tolist()) for name, values in figures_of(outcome).items()}


def differences(
    outcome: Outcome, baseline: Outcome, *, confidence: float = CONFIDENCE
) -> Mapping[str, CommonNumbers]:
    """Each figure less that of the baseline, replication by replication."""
    ours, theirs = figures_of(outcome), figures_of(baseline)
    return {
        name: common_numbers(ours[name].tolist(), theirs[name].tolist(), confidence=confidence)
        for name in ours
        if name in theirs
    }


def verdict(figure: str, difference: Estimate) -> str:
    """better, worse, no difference, or cannot decide where the interval holds nought."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "cannot decide"
    return "better" if (difference.low > 0) == FIGURES[figure].larger_is_better else "worse"
