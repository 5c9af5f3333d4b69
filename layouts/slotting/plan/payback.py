"""When a plan's moves are paid back by what the simulator measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from layouts.statistics.intervals import CONFIDENCE, Estimate, paired_difference

Answer = Literal["pays back", "does not pay", "cannot decide"]
HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Payback:
    """Hours of work that a plan saves a day, hours that its moves take, and when the one has paid the other.

    `days` is None where the saving may be none; then `earliest_days` tells how soon it could be, if at all.
    """

    answer: Answer
    saved_h_per_day: Estimate
    moves_h: float
    days: Estimate | None
    earliest_days: float | None
    horizon_days: float

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "answer": self.answer,
            "saved_h_per_day": self.saved_h_per_day.record(),
            "moves_h": self.moves_h,
            "days": None if self.days is None else self.days.record(),
            "earliest_days": self.earliest_days,
            "horizon_days": self.horizon_days,
        }

    def text(self) -> str:
        """A sentence."""
        saved = self.saved_h_per_day.text("h a day")
        if not self.moves_h:
            return f"Nothing is moved; measured saving {saved}."
        if self.days is not None:
            return (
                f"{self.answer.capitalize()} within {self.horizon_days:g} days: moves take {self.moves_h:.1f} h and "
                f"save {saved}, paid after {self.days.text('days')}."
            )
        return f"{self.answer.capitalize()}: moves take {self.moves_h:.1f} h and save {saved}."


def payback(
    today: Sequence[float],
    plan: Sequence[float],
    *,
    lines_per_day: float,
    moves_s: float,
    horizon_days: float,
    confidence: float = CONFIDENCE,
) -> Payback:
    """From the lines per labour hour of paired replications, `today` and with the `plan`, all above 0.

    The work of a day is the same: what it takes less of hours, pays the moves; an interval's ends are those of the
    saving's. It pays back where that is surely within the horizon, and does not where it surely is not.
    """
    saved = paired_difference(
        [lines_per_day / rate for rate in today],
        [lines_per_day / rate for rate in plan],
        confidence=confidence,
    )
    moves_h = moves_s / HOUR_S
    days = None
    if saved.low > 0:
        low, value, high = (moves_h / each for each in (saved.high, saved.value, saved.low))
        days = Estimate(value, low, high, saved.n, "moves / saving", confidence)
    needed = moves_h / horizon_days
    answer: Answer = "cannot decide"
    if saved.low > needed:
        answer = "pays back"
    elif saved.high <= needed:
        answer = "does not pay"
    return Payback(
        answer=answer,
        saved_h_per_day=saved,
        moves_h=moves_h,
        days=days,
        earliest_days=moves_h / saved.high if saved.high > 0 else None,
        horizon_days=horizon_days,
    )
