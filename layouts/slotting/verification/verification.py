"""What a verification tells: savings by each way of looking, what is missing and why, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from layouts.slotting.verification.day_mean import DayMean
from layouts.slotting.verification.execution import Execution
from layouts.slotting.verification.measured import Measured
from layouts.slotting.verification.walked import Prediction
from layouts.statistics.intervals import Estimate

Verdict = Literal["as predicted", "less than predicted", "more than predicted", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Seconds a line that are missing against the prediction for one reason; below 0 where more came than said."""

    name: Literal["overfitted", "demand changed", "not carried out", "not on the clock"]
    missing: Estimate

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.missing.low > 0 or self.missing.high < 0


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Seconds a line, a line being a unit that a tour visits.

    `held_out` is what the plan saves on days before the moves that it did not learn from, None without such;
    `planned` on the days after them, had all been carried out; `realised` as it was picked, which the `verdict` is
    about: its `difference` to the prediction. `measured` is None for want of times, `measured_verdict` also
    where times are not of whole tours.
    `lines_a_day` and `days` are those after the moves. Overfitted and changed demand are one part, the latter's,
    without held-out days.
    """

    predicted: Prediction
    held_out: DayMean | None
    planned: DayMean
    realised: DayMean
    measured: Measured | None
    execution: Execution | None
    parts: tuple[Part, ...]
    difference: Estimate
    verdict: Verdict
    measured_difference: Estimate | None
    measured_verdict: Verdict | None
    lines_a_day: float
    days: int
    tolerance: float
    confidence: float
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        told = self.confidence
        realised = self.realised.estimate(told)
        return {
            "schema": "aisletwin.slotting-verification/1",
            "verdict": self.verdict,
            "measured_verdict": self.measured_verdict,
            "confidence": told,
            "tolerance": self.tolerance,
            "days": self.days,
            "lines_a_day": self.lines_a_day,
            "predicted": self.predicted.record(told),
            "held_out_s": None if self.held_out is None else self.held_out.estimate(told).record(),
            "planned_s": self.planned.estimate(told).record(),
            "realised_s": realised.record(),
            "realised_per_day_s": realised.scaled(self.lines_a_day).record(),
            "difference_s": self.difference.record(),
            "measured": None if self.measured is None else self.measured.record(told),
            "measured_difference_s": _record(self.measured_difference),
            "execution": None if self.execution is None else self.execution.record(),
            "parts": [
                {"name": part.name, "missing_s": part.missing.record(), "is_shown": part.is_shown}
                for part in self.parts
            ],
            "notes": list(self.notes),
        }


def _record(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else estimate.record()
