"""Values that do not belong: a power of ten off, far out, or the same for too long."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEWEST = 20
"""With fewer values it cannot be said what is usual."""
SPANS = 4.0
"""Beyond the middle nine tenths by four times their width: 15 time constants of an exponential, 15 sigmas of a
normal distribution."""
RARE = 0.02
MINORITY = 0.25
EMPTY_DECADES = math.log10(5)
"""A slip leaves a gap of at least a factor of 5 to the rest, which the tails of clean data do not have."""
GAP_RATIO = 4.0
"""And four times as wide as the widest gap of the rest: values spread evenly from nought have wide gaps at their low
end."""
SELDOM = 0.01
SLACK_DECADES = 0.1
"""Where all are alike, one that is a quarter larger is still like them."""
CHANCE = 1e-6
"""A finding that clean data give so seldom, however many values there are."""


def far_out(values: Values) -> Flags:
    """Which of the values (N,) lie far outside the middle nine tenths, if these are few; NaN never does.

    What every fiftieth value does is the custom and no outlier. None of fewer than 20 values.
    """
    told = values[np.isfinite(values)]
    if len(told) < FEWEST:
        return np.zeros(len(values), bool)
    low, high = np.quantile(told, [0.05, 0.95])
    reach = SPANS * (high - low)
    with np.errstate(invalid="ignore"):
        out = (values < low - reach) | (values > high + reach)
    is_custom = out.sum() > max(1, RARE * len(told)) or reach == 0
    return np.zeros(len(values), bool) if is_custom else out


def unit_slips(values: Values) -> tuple[Flags, int]:
    """Which of the positive values (N,) are a power of ten off the rest, and that power: 1, 2 or 3, or -1, -2, -3 for
    values that are too small; 0 for none.

    A slip stands apart from the rest by an empty gap, is at most a quarter of the values, and lies in the middle four
    fifths of the rest once it is put right. Both are asked, because a long tail has no gap, and a lone large thing is
    not in the middle once it is divided. Slips that still overlap the rest cannot be told from it.
    """
    none = np.zeros(len(values), bool)
    index = np.flatnonzero(np.isfinite(values) & (values > 0))
    if len(index) < FEWEST:
        return none, 0
    decades = np.log10(values[index])
    order = np.argsort(decades, kind="stable")
    gaps = np.diff(decades[order])
    most = int(MINORITY * len(index))
    for sign, group in ((1, _above(order, gaps, most)), (-1, _below(order, gaps, most))):
        power = _power(decades, group, sign) if len(group) else 0
        if power:
            none[index[group]] = True
            return none, power
    return none, 0


def _above(order: npt.NDArray[np.int64], gaps: Values, most: int) -> npt.NDArray[np.int64]:
    """The values above the widest gap among the largest, if it is a gap at all."""
    if not most:
        return order[:0]
    at = len(gaps) - most + int(np.argmax(gaps[-most:]))
    return order[at + 1 :] if _is_gap(gaps[at], gaps[:at]) else order[:0]


def _below(order: npt.NDArray[np.int64], gaps: Values, most: int) -> npt.NDArray[np.int64]:
    """The values below the widest gap among the smallest, if it is a gap at all."""
    at = int(np.argmax(gaps[:most])) if most else 0
    is_apart = most and _is_gap(gaps[at], gaps[at + 1 :]) and not _is_tail(gaps, at)
    return order[: at + 1] if is_apart else order[:0]


def _is_gap(gap: float, others: Values) -> bool:
    return bool(gap >= max(EMPTY_DECADES, GAP_RATIO * others.max(initial=0.0)))


def _is_tail(gaps: Values, at: int) -> bool:
    """Whether the gap above the `at` + 1 smallest is what a power law has at its low end, as masses do.

    There k times the k-th gap of the logarithms is exponential, with one mean for all k (Rényi 1953): the widest of
    so many is only seldom log(number / SELDOM) times as wide as the others.
    """
    count = max(int(MINORITY * (len(gaps) + 1)), at + 2)
    normal = np.arange(1, count + 1) * gaps[:count]
    others = np.delete(normal, at).mean()
    return bool(normal[at] < math.log(count / SELDOM) * others)


def _power(decades: Values, group: npt.NDArray[np.int64], sign: int) -> int:
    rest = np.delete(decades, group)
    low, high = np.quantile(rest, [0.1, 0.9]) + np.array([-SLACK_DECADES, SLACK_DECADES])
    middle = float(np.median(decades[group]))
    fitting = [power for power in (1, 2, 3) if low <= middle - sign * power <= high]
    if not fitting:
        return 0
    centre = float(np.median(rest))
    return sign * min(fitting, key=lambda power: abs(middle - sign * power - centre))


def longest_run(values: Values) -> tuple[int, int]:
    """Where the longest run of equal values (N,) starts, and how long it is; (0, 0) of none."""
    if not len(values):
        return 0, 0
    starts = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0]))
    lengths = np.diff(np.append(starts, len(values)))
    longest = int(np.argmax(lengths))
    return int(starts[longest]), int(lengths[longest])


def is_stuck(values: Values, *, fewest: int = 10) -> bool:
    """Whether the longest run of equal values (N,) is longer than chance gives.

    A value stays the same from one reading to the next with probability p, taken from all steps outside of that run:
    a run of L then comes among N with probability of at most N p^(L - 1). A sensor that never moves is stuck; a
    switch that stays for long now and then is not.
    """
    start, length = longest_run(values)
    if length < fewest:
        return False
    same = np.diff(values) == 0
    outside = np.delete(same, slice(start, start + length - 1))
    if not len(outside):
        return True
    stays = (outside.sum() + 1) / (len(outside) + 2)
    return bool(len(values) * stays ** (length - 1) < CHANCE)
