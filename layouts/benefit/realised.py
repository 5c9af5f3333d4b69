"""What became of a recommendation, by the days before and after, and how well all were foretold."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.benefit.ledger import Accepted, Realised, Verdict
from layouts.benefit.step_effect import step_effect
from layouts.statistics.intervals import Estimate, mean_interval, share_interval
from spatial.errors import UndecidedError

EPOCH = dt.date(1970, 1, 1)


class DailyKpi(NamedTuple):
    """A figure by day: `days` (N,) since 1970 ascending, `values` (N,), `covariates` (N, K) with their `names`."""

    days: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    covariates: npt.NDArray[np.float64]
    names: tuple[str, ...] = ()


def realised(accepted: Accepted, daily: DailyKpi, *, at: dt.datetime, data_sha256: str = "") -> Realised:
    """The relative effect since `accepted.since`, and whether it is shown; too few days are `cannot decide`."""
    try:
        fit = step_effect(
            daily.days, daily.values, since=(accepted.since - EPOCH).days, covariates=daily.covariates
        )
        share = fit.share
    except (UndecidedError, ValueError) as error:
        return Realised(
            id=accepted.id, at=at, verdict="cannot decide", days=len(daily.days), reason=str(error),
            data_sha256=data_sha256,
        )  # fmt: skip
    return Realised(
        id=accepted.id,
        at=at,
        verdict=verdict_of(share, accepted.predicted),
        effect=share.value,
        low=share.low,
        high=share.high,
        days=share.n,
        data_sha256=data_sha256,
    )


def verdict_of(effect: Estimate, predicted: float) -> Verdict:
    """`shown` needs an interval that leaves 0 out on the side that was predicted."""
    if effect.low <= 0 <= effect.high:
        return "no effect shown"
    return "shown" if (effect.low > 0) == (predicted > 0) else "shown the other way"


class Foretold(NamedTuple):
    """How well predictions held: `held` is the share whose difference from what was realised may be chance, `ratio`
    the mean of realised by predicted; None where nothing was decided.
    """

    accepted: int
    decided: int
    shown: int
    held: Estimate | None
    ratio: Estimate | None

    def to_record(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "accepted": self.accepted,
            "decided": self.decided,
            "shown": self.shown,
            "held": self.held and self.held.record(),
            "ratio": self.ratio and self.ratio.record(),
        }


def foretold(entries: Sequence[Accepted | Realised]) -> Foretold:
    """Predicted against realised over all entries; of several judgements about one, the last counts.

    A prediction held if its distance from the realised effect is within both half-widths, added in squares.
    """
    promises = {each.id: each for each in entries if isinstance(each, Accepted)}
    outcomes = {each.id: each for each in entries if isinstance(each, Realised) and each.id in promises}
    pairs = [(promises[name], one) for name, one in outcomes.items() if one.effect is not None]
    held = sum(_held(promise, outcome) for promise, outcome in pairs)
    ratios = [(outcome.effect or 0.0) / promise.predicted for promise, outcome in pairs]
    return Foretold(
        accepted=len(promises),
        decided=len(pairs),
        shown=sum(outcome.verdict == "shown" for _, outcome in pairs),
        held=share_interval(held, len(pairs)) if pairs else None,
        ratio=mean_interval(ratios) if pairs else None,
    )


def _held(promise: Accepted, outcome: Realised) -> bool:
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        return False
    half = (promise.high - promise.low) / 2, (outcome.high - outcome.low) / 2
    return abs(outcome.effect - promise.predicted) <= math.hypot(*half)
