"""What a rule says of an element: the value, the limit, and whether the one surely keeps the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from spatial.facility import Point2

Verdict: TypeAlias = Literal["pass", "fail", "cannot_decide"]
Sense: TypeAlias = Literal["at_least", "at_most"]

SURE_SIGMAS = 1.959964
"""A value this many sigmas within its limit keeps it with a probability of 97.5 %."""

UNITS = ("m", "kg")
"""Units that a quantity's name may end with."""

ROUNDING = 1e-6
"""So much (metres, kilograms) on the wrong side of a limit is rounding."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule on one or several elements (ids, most important first).

    `quantity` names `value` with its unit (`clear_width_m`); None is unknown. It must be `sense` the `limit`.
    `sigma` is one standard deviation of it. `context` says for whom and why, `source` where the limit comes
    from, `remedy` what to do, `at` (x, y) where.
    """

    rule: str
    elements: tuple[str, ...]
    quantity: str
    value: float | None
    sense: Sense
    limit: float | None
    sigma: float
    verdict: Verdict
    context: str
    remedy: str
    source: str
    at: Point2 | None = None

    @property
    def message(self) -> str:
        """One sentence with value, bound and remedy."""
        unit = self.quantity.rpartition("_")[2]
        value = "" if self.value is None else f" {_number(self.value)}"
        if value and self.sigma and self.verdict == "cannot_decide":
            value += f" ± {_number(SURE_SIGMAS * self.sigma)}"
        if self.limit is None:
            return f"{self.quantity}{value or ' unknown'} has no limit ({self.context}): {self.remedy}"
        limit = f"{_number(self.limit)}{f' {unit}' if unit in UNITS else ''}"
        if self.verdict == "pass":
            return f"{self.quantity}{value} is {self.sense.replace('_', ' ')} {limit} ({self.context})"
        if self.verdict == "fail":
            side = "below" if self.sense == "at_least" else "above"
            return f"{self.quantity}{value} is {side} {limit} ({self.context}): {self.remedy}"
        return (
            f"{self.quantity}{value or ' unknown'} cannot be decided against {limit} "
            f"({self.context}): {self.remedy}"
        )


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a quantity: a value, its sigma, and how `low` and `high` it may be for all that is unseen."""

    value: float | None
    low: float
    high: float
    sigma: float = 0.0


UNKNOWN = Known(value=None, low=-math.inf, high=math.inf)


def exactly(value: float, sigma: float = 0.0) -> Known:
    """A value about which only its measurement is in doubt."""
    return Known(value=value, low=value, high=value, sigma=sigma)


def judged(
    rule: str,
    elements: tuple[str, ...],
    quantity: str,
    known: Known,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    context: str,
    remedy: str,
    source: str,
    at: Point2 | None = None,
) -> Finding:
    """The finding on what is known against one limit; neither limit given: there is none, nothing is decided.

    Where only the measurement is in doubt, a closer one is a remedy too.
    """
    sense: Sense = "at_most" if at_least is None and at_most is not None else "at_least"
    limit = at_least if at_least is not None else at_most
    verdict: Verdict = "cannot_decide"
    if limit is not None:
        sign = 1.0 if sense == "at_least" else -1.0
        spare = sorted((sign * (known.low - limit), sign * (known.high - limit)))
        verdict = _verdict(spare[0], spare[1], known.sigma)
        if verdict == "cannot_decide" and known.low == known.high:
            remedy = f"measure more closely, or {remedy}"
    return Finding(
        rule=rule,
        elements=elements,
        quantity=quantity,
        value=known.value,
        sense=sense,
        limit=limit,
        sigma=known.sigma,
        verdict=verdict,
        context=context,
        remedy=remedy,
        source=source,
        at=at,
    )


def _verdict(least_spare: float, most_spare: float, sigma: float) -> Verdict:
    doubt = SURE_SIGMAS * sigma
    if least_spare + ROUNDING >= doubt:
        return "pass"
    return "fail" if most_spare + ROUNDING < -doubt else "cannot_decide"


def _number(value: float) -> str:
    return f"{round(value, 3):.10g}"
