"""Where a verdict turns as one number of the scenarios is changed: halving, by the paired difference's interval.

The true value at which the difference is 0 lies between a turn's ends with the confidence of the differences'
intervals: a value is left out only where the interval there leaves 0 out. So one turn needs no wider interval for
the values that were tried on the way to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from itertools import pairwise

from layouts.comparison.compare import Verdict
from layouts.statistics.intervals import Estimate
from layouts.what_if.variables import Value

UNSHOWN: Verdict = "no difference shown"

PARTS = 32
"""A turn's ends are told to this part of the range between today's value and the end tried."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A value of an assumption, and the scenario's difference to the baseline there with its verdict."""

    value: Value
    difference: Estimate
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Beyond today's value the verdict turns `to` another one; from `low` to `high` no difference is shown.

    Today's value lies at one side: the verdict is today's up to the nearer end, and `to` from the farther end on.
    Where `to` is "no difference shown", the farther end is that of the range. `at` is where the means are equal, None
    where they are nowhere within the range.
    """

    to: Verdict
    low: float
    high: float
    at: float | None


def find_turn(
    tried_at: Callable[[float], Tried], *, today: Tried, end: Tried, is_whole: bool = False
) -> Turn | None:
    """Where the verdict turns on the way from `today` to the `end` of a range; None where both are the same.

    The difference is taken to go one way between them: what turns and turns back is not seen. `tried_at` gives the
    difference at a value; whole numbers only where the assumption `is_whole`.
    """
    if end.verdict == today.verdict:
        return None
    start, stop = float(today.value), float(end.value)
    known: MutableMapping[float, Tried] = {start: today, stop: end}
    step = 1.0 if is_whole else abs(stop - start) / PARTS

    def narrowed(is_before: Callable[[Tried], bool]) -> tuple[float, float]:
        """The two neighbours between which `is_before` ends."""
        while True:
            path = sorted(known, reverse=stop < start)
            before, after = next(
                (one, other)
                for one, other in pairwise(path)
                if is_before(known[one]) > is_before(known[other])
            )
            if abs(after - before) <= step * (1 + 1e-9):
                return before, after
            middle = (before + after) / 2
            middle = float(round(middle) if is_whole else f"{middle:.9g}")
            known[middle] = tried_at(middle)

    near, far = start, stop
    if today.verdict != UNSHOWN:
        near = narrowed(lambda tried: tried.verdict == today.verdict)[0]
    if end.verdict != UNSHOWN:
        far = narrowed(lambda tried: tried.verdict != end.verdict)[1]
    crossings = list(_crossings(known))
    return Turn(
        to=end.verdict,
        low=min(near, far),
        high=max(near, far),
        at=crossings[0] if crossings else None,
    )


def _crossings(known: MutableMapping[float, Tried]) -> Iterator[float]:
    """Where the line through the means is 0, between neighbours of other signs."""
    for one, other in pairwise(sorted(known)):
        first, second = known[one].difference.value, known[other].difference.value
        if first == 0 or first * second < 0:
            yield one + (other - one) * first / (first - second) if first else one
    last = max(known)
    if known[last].difference.value == 0:
        yield last
