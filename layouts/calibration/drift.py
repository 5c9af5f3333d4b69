"""What changed since a fit: the people's pace, or the building they walk in.

Slower people take longer everywhere, in proportion to ways and picks. A rack that moved or a cross-aisle that is
blocked makes some zones further away, from everywhere, and leaves the ways inside them alone. So the new steps are
fitted with the four terms of the old fit and, one zone after the other (the most telling first), the seconds that
going into it or out of it takes beyond its known way:

    seconds = X · terms + Σ detour_s[zone] · crosses[zone]

A zone counts when its detour is beyond chance with all zones looked at (Bonferroni); pace counts when the terms
differ from the old ones by more than both fits' errors (Wald). Errors are robust to what steps of one tour have in
common (Liang & Zeger 1986).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from layouts.calibration.fit import FEWEST_TOURS, TERMS, Estimate, Fit, design, weights_of
from layouts.calibration.steps import Steps
from layouts.events import NONE, Floats, Ints
from spatial.errors import UndecidedError

CHANCE = 0.01
"""So often is a change told where there is none, of pace and of places each."""
MOST_ZONES = 6
DECIDES = 0.1
"""A pace whose interval is wider than this, to either side, may hide a change."""
Z = 1.959964
WORDS = dict(zip(TERMS, ("a metre", "a stop", "a line", "a piece"), strict=True))

Verdict = Literal["nothing changed", "pace", "places", "pace and places", "cannot tell", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class Detour:
    """Going into a zone or out of it takes `seconds` longer than its known way: `metres` more, at the pace of now."""

    seconds: Estimate
    metres: Estimate


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What changed. `pace` is how long the same steps take now, where 1 is as long as before, detours left out;
    `terms` the changes of the fit's terms that are beyond chance, by name; `detours` by zone.
    """

    verdict: Verdict
    pace: Estimate
    terms: Mapping[str, Estimate]
    detours: Mapping[str, Detour]
    steps: int
    tours: int

    @property
    def text(self) -> str:
        """What changed, in a sentence or two."""
        share = 100 * (self.pace.value - 1)
        interval = f"[{100 * (self.pace.low - 1):+.0f} to {100 * (self.pace.high - 1):+.0f} %]"
        told = [
            f"ways into and out of {zone} take {each.seconds.value:+.1f} s "
            f"[{each.seconds.low:+.1f} to {each.seconds.high:+.1f}], about {each.metres.value:+.0f} m: "
            "look for a rack that moved or a way that is blocked"
            for zone, each in self.detours.items()
        ]
        if self.verdict in ("pace", "pace and places"):
            told.insert(0, f"the same work takes {share:+.0f} % {interval}: {self._terms_text}")
        if self.verdict == "cannot tell":
            return (
                "more than half of all ways changed: whether the people or the building did cannot be told from "
                "times alone; scan the hall"
            )
        if self.verdict == "cannot decide":
            return f"no change shown, but pace is only known as {share:+.0f} % {interval}: add days"
        return "; ".join(told) or f"no change shown: pace {share:+.0f} % {interval}"

    @property
    def _terms_text(self) -> str:
        """Which terms changed, by how much; none by itself where only all together are beyond chance."""
        told = [
            f"{WORDS[name]} {each.value:+.2g} s [{each.low:+.2g} to {each.high:+.2g}]"
            for name, each in self.terms.items()
        ]
        return f"{', '.join(told) or 'no term by itself'}; people's pace, or all ways alike"


class _Regression(NamedTuple):
    terms: Floats
    covariance: Floats


def drift(before: Fit, now: Steps, zone_of: Mapping[str, str]) -> Drift:
    """What changed between the log behind `before` and the steps `now`; `zone_of` places, their aisle as a rule.

    Raises UndecidedError for fewer than 8 tours.
    """
    tours = len(np.unique(now.tour))
    if tours < FEWEST_TOURS:
        raise UndecidedError(f"there are {tours} tours since, fewer than {FEWEST_TOURS}: add days")
    zones, crosses = _crossings(now, zone_of)
    x, y, tour = design(now), now.seconds, now.tour
    keeps = _is_work(x, y, before)
    x, y, tour, crosses = x[keeps], y[keeps], tour[keeps], crosses[keeps]
    weights = weights_of(x, before.terms)
    chosen = _telling_zones(x, crosses, y, weights, tour)
    found = _regress(np.column_stack([x, crosses[:, chosen]]), y, weights, tour)
    change = found.terms[:4] - before.terms
    spread = found.covariance[:4, :4] + before.covariance
    pace = _pace(x, before, found, weights)
    is_pace = _wald(change, spread) < CHANCE
    changed = {
        name: _estimate(change[i], spread[i, i])
        for i, name in enumerate(TERMS)
        if is_pace and spread[i, i] > 0 and change[i] ** 2 > stats.chi2.ppf(1 - CHANCE, 1) * spread[i, i]
    }
    return Drift(
        verdict=_verdict(is_pace, pace, crosses[:, chosen], crosses),
        pace=pace,
        terms=changed,
        detours=_detours(found, [zones[i] for i in chosen]),
        steps=len(y),
        tours=tours,
    )


def _crossings(steps: Steps, zone_of: Mapping[str, str]) -> tuple[list[str], Floats]:
    """Zones, and which steps (N, Z) go into or out of each: 1 or 0. A tour's first step has no known start."""
    zones = list(dict.fromkeys(zone_of[name] for name in steps.places if name in zone_of))
    number = {zone: i for i, zone in enumerate(zones)}
    by_place = np.array([number.get(zone_of.get(name, ""), NONE) for name in steps.places] + [NONE])
    zone: Ints = by_place[steps.place]
    start = np.where(np.diff(steps.tour, prepend=-1) == 0, np.roll(zone, 1), NONE)
    is_known = (zone != NONE) & (start != NONE)
    here = np.arange(len(zones))
    crosses = ((zone[:, None] == here) != (start[:, None] == here)) & is_known[:, None]
    return zones, crosses.astype(np.float64)


def _is_work(x: Floats, y: Floats, before: Fit) -> npt.NDArray[np.bool_]:
    mean = x @ before.terms
    return y <= np.maximum(mean * 6, mean + 120.0)


def _telling_zones(x: Floats, crosses: Floats, y: Floats, weights: Floats, tour: Ints) -> list[int]:
    """Zones whose detour is beyond chance, the most telling first."""
    limit = stats.norm.ppf(1 - CHANCE / 2 / max(1, crosses.shape[1]))
    chosen: list[int] = []
    while len(chosen) < MOST_ZONES:
        best, best_t = None, limit
        for zone in range(crosses.shape[1]):
            if zone in chosen or crosses[:, zone].sum() < FEWEST_TOURS:
                continue
            found = _regress(np.column_stack([x, crosses[:, [*chosen, zone]]]), y, weights, tour)
            spread = np.sqrt(found.covariance[-1, -1])
            t = abs(found.terms[-1]) / spread if spread > 0 else 0.0
            if t > best_t:
                best, best_t = zone, t
        if best is None:
            break
        chosen.append(best)
    return chosen


def _regress(x: Floats, y: Floats, weights: Floats, tour: Ints) -> _Regression:
    """Weighted least squares with errors robust to clusters, with the usual correction for few of them."""
    inverse = np.linalg.pinv((weights[:, None] * x).T @ x, rcond=1e-10, hermitian=True)
    terms: Floats = inverse @ (x.T @ (weights * y))
    _, number = np.unique(tour, return_inverse=True)
    clusters = int(number.max()) + 1
    scores = np.zeros((clusters, x.shape[1]))
    np.add.at(scores, number, (weights * (y - x @ terms))[:, None] * x)
    return _Regression(terms, clusters / (clusters - 1) * inverse @ (scores.T @ scores) @ inverse)


def _pace(x: Floats, before: Fit, found: _Regression, weights: Floats) -> Estimate:
    """How long the mean step takes by the new terms, against the old ones."""
    mean = (weights @ x) / weights.sum()
    old, new = float(mean @ before.terms), float(mean @ found.terms[:4])
    spread = float(mean @ (found.covariance[:4, :4] + before.covariance) @ mean)
    return _estimate(new / old, spread / old**2)


def _wald(change: Floats, spread: Floats) -> float:
    """The chance of so large a change, or a larger one, where there is none."""
    rank = int(np.linalg.matrix_rank(spread, rtol=1e-8, hermitian=True))
    distance = float(change @ np.linalg.pinv(spread, rcond=1e-8, hermitian=True) @ change)
    return float(stats.chi2.sf(distance, max(rank, 1)))


def _detours(found: _Regression, zones: list[str]) -> dict[str, Detour]:
    pace_s_m = max(float(found.terms[0]), 1e-9)
    detours = {}
    for i, zone in enumerate(zones, 4):
        seconds = _estimate(float(found.terms[i]), float(found.covariance[i, i]))
        metres = Estimate(seconds.value / pace_s_m, seconds.low / pace_s_m, seconds.high / pace_s_m)
        detours[zone] = Detour(seconds=seconds, metres=metres)
    return detours


def _verdict(is_pace: bool, pace: Estimate, telling: Floats, crosses: Floats) -> Verdict:
    if telling.size:
        touched = telling.any(axis=1).sum()
        if touched > crosses.any(axis=1).sum() / 2:
            return "cannot tell"
        return "pace and places" if is_pace else "places"
    if is_pace:
        return "pace"
    return "nothing changed" if (pace.high - pace.low) / 2 <= DECIDES else "cannot decide"


def _estimate(value: float, variance: float) -> Estimate:
    half = Z * float(np.sqrt(max(variance, 0.0)))
    return Estimate(float(value), float(value) - half, float(value) + half)
