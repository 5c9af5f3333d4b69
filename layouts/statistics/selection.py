"""Which of several systems is best in one figure, by the same replications of each.

Law (2015), Simulation Modeling and Analysis, 5th ed., 10.3.2: all pairwise comparisons with Bonferroni's bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from layouts.statistics.intervals import CONFIDENCE, Estimate, mean_interval, paired_difference

Verdict = Literal["best", "no difference shown", "worse"]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One system beside the leader: their `difference` (None for the leader itself), its own `level`."""

    name: str
    verdict: Verdict
    difference: Estimate | None
    level: Estimate


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The systems from the best mean on; `leader` has the best mean, and is `is_clear` if all others are worse."""

    leader: str
    systems: tuple[Compared, ...]

    @property
    def is_clear(self) -> bool:
        """Whether one system is shown to be the best."""
        return self.systems[0].verdict == "best"

    def text(self, unit: str = "") -> str:
        """A line per system: the verdict, then its difference to the leader, then its level."""
        lines = []
        for system in self.systems:
            apart = (
                "" if system.difference is None else f"{system.difference.text(unit)} against {self.leader}; "
            )
            lines.append(f"{system.name}: {system.verdict}; {apart}level {system.level.text(unit)}")
        return "\n".join(lines)


def select_best(
    systems: Mapping[str, Sequence[float]], *, larger_is_better: bool, confidence: float = CONFIDENCE
) -> Selection:
    """Compare one figure of k ≥ 2 systems, each given as the values of the same replications, in order.

    1. The leader has the best mean; among equal means the first system.
    2. Each other system minus the leader, pair by pair, with Student's t interval. The data choose the leader, so
       the interval is one of all k (k - 1) / 2 pairs: each is widened (Bonferroni) until all hold at once with
       `confidence`.
    3. A system is "worse" where its interval leaves no room for it to be as good, otherwise "no difference
       shown". The leader is "best" if all others are worse, otherwise it too is "no difference shown".

    The chance of any wrong "worse" or "best" is at most 1 - `confidence`. Raises ValueError with fewer than two
    systems, unequal numbers of replications, and values that are not finite.
    """
    if len(systems) < 2:
        raise ValueError(f"{len(systems)} system cannot be compared: give at least 2")
    sign = 1.0 if larger_is_better else -1.0
    levels = {name: mean_interval(values, confidence=confidence) for name, values in systems.items()}
    leader, *others = sorted(levels, key=lambda name: -sign * levels[name].value)
    each = 1 - (1 - confidence) / (len(systems) * (len(systems) - 1) / 2)
    compared = []
    for name in others:
        difference = paired_difference(systems[name], systems[leader], confidence=each)
        is_worse = difference.high < 0 if larger_is_better else difference.low > 0
        verdict: Verdict = "worse" if is_worse else "no difference shown"
        compared.append(Compared(name=name, verdict=verdict, difference=difference, level=levels[name]))
    is_best = all(system.verdict == "worse" for system in compared)
    first = Compared(
        name=leader,
        verdict="best" if is_best else "no difference shown",
        difference=None,
        level=levels[leader],
    )
    return Selection(leader=leader, systems=(first, *compared))
