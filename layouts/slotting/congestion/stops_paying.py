"""The staffing at which a slotting stops paying: where its difference to today's falls through nought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from layouts.statistics.intervals import Estimate

Paying = Literal["everywhere", "nowhere", "up to", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class StopsPaying:
    """Where the gain by staffing ends, between the `fewest` and the `most` pickers that were simulated.

    `up_to` is the number of pickers, on straight lines between the staffings, from `low` to `high`: there the ends of
    the differences' intervals fall through nought. An end is None where it is not within the staffings.
    """

    paying: Paying
    up_to: float | None
    low: float | None
    high: float | None
    fewest: int
    most: int

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "paying": self.paying,
            "up_to_pickers": self.up_to,
            "low": self.low,
            "high": self.high,
            "simulated_pickers": [self.fewest, self.most],
        }

    def text(self) -> str:
        """What follows the name of a slotting."""
        span = f"{self.fewest} … {self.most} pickers" if self.fewest < self.most else f"{self.most} pickers"
        if self.paying == "everywhere":
            return f"stops paying nowhere within {span}"
        if self.paying == "nowhere":
            return f"pays nowhere within {span}"
        if self.paying == "cannot decide" or self.up_to is None:
            return f"cannot be decided within {span}: play more replications"
        low = "fewer" if self.low is None else f"{self.low:.1f}"
        high = "more" if self.high is None else f"{self.high:.1f}"
        return f"stops paying at {self.up_to:.1f} pickers [{low} to {high}]"


def stops_paying(differences: Mapping[int, Estimate]) -> StopsPaying:
    """From the difference to today's, above 0 a gain, at each staffing; ValueError without any.

    1. Surely a gain at every staffing: it stops nowhere; surely none at every staffing: it pays nowhere.
    2. Otherwise it pays up to the first fall of the mean difference through nought.
    3. No fall, or a difference that begins below nought, cannot be decided.
    """
    if not differences:
        raise ValueError("no staffing was simulated: give at least one")
    pickers = sorted(differences)
    at = [differences[count] for count in pickers]
    fall = _first_fall(pickers, [each.value for each in at])
    low = _first_fall(pickers, [each.low for each in at])
    high = _first_fall(pickers, [each.high for each in at])
    paying: Paying = "cannot decide"
    if all(each.low > 0 for each in at):
        paying = "everywhere"
    elif all(each.high < 0 for each in at):
        paying = "nowhere"
    elif fall is not None:
        paying = "up to"
    ends = (fall, low, high) if paying == "up to" else (None, None, None)
    return StopsPaying(
        paying=paying, up_to=ends[0], low=ends[1], high=ends[2], fewest=pickers[0], most=pickers[-1]
    )


def _first_fall(pickers: Sequence[int], gain: Sequence[float]) -> float | None:
    """Where the broken line first goes from above nought to nought or below; None where it never does."""
    for (one, here), (other, there) in pairwise(zip(pickers, gain, strict=True)):
        if here > 0 >= there:
            return one + (other - one) * here / (here - there)
    return None
