"""Which scenarios no other one beats in every figure at once, as far as chance lets that be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from layouts.statistics.intervals import CONFIDENCE, Estimate, paired_difference
from layouts.what_if.figure_kinds import figure_kind

Standing = Literal["not dominated", "dominated", "cannot decide"]
Beside = Literal["better", "worse", "same", "unknown"]

Points: TypeAlias = Mapping[str, Mapping[str, Sequence[float]]]
"""By scenario and figure, its values in the same replications; what has no chance in it is the same in all."""


@dataclass(frozen=True, kw_only=True)
class OnFront:
    """A scenario's standing; `by` names who dominates it, or those of whom it cannot be told."""

    name: str
    standing: Standing
    by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Front:
    """The Pareto front over `figures`; all that is "dominated" or "not dominated" holds with `confidence` at once."""

    figures: tuple[str, ...]
    scenarios: tuple[OnFront, ...]
    confidence: float
    zones: Mapping[str, float]


def pareto_front(
    points: Points, *, zones: Mapping[str, float] | None = None, confidence: float = CONFIDENCE
) -> Front:
    """Hold every scenario against every other one in every figure; `figure_kind` says which way is better.

    1. Each pair's difference in each figure has Student's t interval, widened (Bonferroni) until those of all pairs
       and figures hold at once with `confidence`.
    2. It is "better" or "worse" where the interval leaves 0 out; "same" where it lies within the figure's zone
       (0 without one: then only what is equal in every replication is the same); otherwise unknown.
    3. A scenario is dominated by one that is better in some figure, and in each figure better or the same. It is
       not dominated if it is better than each other one somewhere, or the same everywhere.

    So what differs by chance alone stays undecided until a zone says how little is the same. Raises ValueError with
    fewer than two scenarios, without figures, and for scenarios whose figures are not the same.
    """
    zones = zones or {}
    if len(points) < 2:
        raise ValueError(f"{len(points)} scenario has no front: give at least 2")
    figures = tuple(next(iter(points.values())))
    if not figures or any(tuple(each) != figures for each in points.values()):
        raise ValueError("every scenario needs the same figures, in one order, at least one")
    if unknown := [figure for figure in zones if figure not in figures]:
        raise ValueError(f"zone of '{unknown[0]}', which is no figure of the front: {', '.join(figures)}")
    pairs = list(combinations(points, 2))
    each = 1 - (1 - confidence) / (len(pairs) * len(figures))
    beside: dict[tuple[str, str], list[Beside]] = {}
    for one, other in pairs:
        for figure in figures:
            difference = paired_difference(points[one][figure], points[other][figure], confidence=each)
            found = _beside(difference, figure, zones.get(figure, 0.0))
            beside.setdefault((one, other), []).append(found)
            beside.setdefault((other, one), []).append(_TURNED[found])
    scenarios = tuple(
        _standing(name, [other for other in points if other != name], beside) for name in points
    )
    return Front(figures=figures, scenarios=scenarios, confidence=confidence, zones=zones)


_TURNED: dict[Beside, Beside] = {"better": "worse", "worse": "better", "same": "same", "unknown": "unknown"}


def _beside(difference: Estimate, figure: str, zone: float) -> Beside:
    if -zone <= difference.low and difference.high <= zone:
        return "same"
    if difference.low > 0 or difference.high < 0:
        return "better" if (difference.value > 0) == figure_kind(figure).larger_is_better else "worse"
    return "unknown"


def _standing(
    name: str, others: Sequence[str], beside: Mapping[tuple[str, str], Sequence[Beside]]
) -> OnFront:
    by = [other for other in others if _dominates(beside[other, name])]
    if by:
        return OnFront(name=name, standing="dominated", by=tuple(by))
    open_with = [other for other in others if _may_dominate(beside[other, name])]
    return OnFront(name=name, standing="cannot decide" if open_with else "not dominated", by=tuple(open_with))


def _dominates(figures: Sequence[Beside]) -> bool:
    return "better" in figures and all(each in ("better", "same") for each in figures)


def _may_dominate(figures: Sequence[Beside]) -> bool:
    return "worse" not in figures and any(each in ("better", "unknown") for each in figures)
