"""Scenarios against a baseline: the same orders, the same random numbers, as many replications as it takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from layouts.comparison.best_of_k import BestOfK, best_of_k, check_indifference
from layouts.comparison.likeness import unlike
from layouts.comparison.remembered import Remembered
from layouts.comparison.replication_key import replication_key
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import CommonNumbers, common_numbers
from layouts.statistics.intervals import CONFIDENCE, Estimate, check_confidence, mean_interval
from layouts.statistics.replications import FASTEST_GROWTH, SLOWEST_GROWTH, Precision
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.play_points import Figures, Runs, play_points, require, same_or
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers

Verdict = Literal["better", "worse", "no difference shown"]


@dataclass(frozen=True, kw_only=True)
class Against:
    """A scenario beside the baseline.

    `decisive` is its difference in the comparison's figure, whose interval holds together with those of all other
    scenarios; `verdict` and `is_same` rest on it. `is_same` tells whether it lies within the indifference zone,
    None without one. `figures` are the differences in every figure, each interval by itself.
    """

    name: str
    verdict: Verdict
    is_same: bool | None
    decisive: CommonNumbers
    figures: Mapping[str, CommonNumbers]

    def is_beyond(self, indifference: float) -> bool:
        """Whether all of the decisive interval is further from nought than what does not matter."""
        difference = self.decisive.difference
        return difference.low > indifference or difference.high < -indifference


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """k ≥ 2 scenarios in the same `n` replications; `runs` and `levels` are by scenario, then by figure.

    The chance of any wrong "better", "worse" or "the same" is at most 1 - `confidence` for a given n: each decisive
    interval has 1 - (1 - `confidence`) / (k - 1) (Bonferroni). `best` is None without an indifference zone. `unsure`
    names the scenarios whose half-width is still beyond what was wanted; `left_out` are figures that some
    replication lacks, with the first such one; `notes` tell what else differs than it should.
    """

    baseline: str
    figure: str
    indifference: float | None
    confidence: float
    n: int
    runs: Mapping[str, Runs]
    levels: Mapping[str, Mapping[str, Estimate]]
    against: tuple[Against, ...]
    best: BestOfK | None
    unsure: tuple[str, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def converged(self) -> bool:
        """Whether all differences are as sure as wanted, and the best is decided where it was asked for."""
        return not self.unsure and (self.best is None or self.best.is_decided)

    @property
    def figures(self) -> tuple[str, ...]:
        """All there are, the decisive one first."""
        return self.figure, *(name for name in self.levels[self.baseline] if name != self.figure)

    @property
    def each_confidence(self) -> float:
        """That of each decisive interval, and of any other that is to hold for all scenarios at once."""
        return shared_confidence(self.confidence, len(self.against))


def compare(
    scenarios: Mapping[str, Scenario],
    figures: Figures,
    *,
    baseline: str | None = None,
    figure: str = "lines_per_hour",
    wanted: Precision | None = None,
    indifference: float | None = None,
    first: int = 10,
    most: int = 200,
    workers: int = 1,
    cluster: str | None = None,
    cache: Path | None = None,
    confidence: float = CONFIDENCE,
    progress: Progress = silent,
) -> Comparison:
    """Simulate the scenarios with common random numbers and hold each against the `baseline` (else the first).

    1. All get the same replications: `first` of them, and more until the difference of each scenario in `figure` is
       as sure as `wanted`, or `most` are played. A relative half-width is one of the baseline's mean.
    2. With an `indifference` (the least difference in `figure` that matters, above 0), also until KN has decided
       which is best: see `best_of_k`.
    3. A verdict is "better" or "worse" where the interval leaves 0 out; within ± `indifference` it is the same.

    To stop where intervals happen to be short costs some coverage: of 3,000 comparisons of A against A that began
    with 10 replications and took 24 on average, 93.6 % held 0.

    Nothing wanted and no indifference makes `first` replications. With a folder `cache`, those that were played
    before are read: see `replication_key`. The same arguments give the same result for any number of `workers`,
    from the cache or not. Raises ValueError for fewer than two scenarios, an unknown baseline or a figure that is not
    there, and what simulating the scenarios raises.
    """
    if len(scenarios) < 2:
        raise ValueError(f"{len(scenarios)} scenario cannot be compared: give at least 2")
    question = _Question(
        baseline=next(iter(scenarios)) if baseline is None else baseline,
        figure=figure,
        wanted=wanted,
        indifference=indifference,
        first=first,
        confidence=confidence,
    )
    if question.baseline not in scenarios:
        raise ValueError(f"there is no scenario '{baseline}': choose one of {', '.join(scenarios)}")
    check_confidence(confidence)
    if indifference is not None:
        check_indifference(indifference)
    files = [
        None if cache is None else cache / f"{replication_key(scenario, figures)}.json"
        for scenario in scenarios.values()
    ]
    notes = unlike(scenarios, question.baseline)
    total, bar = first, _Bar(progress, len(scenarios), most if question.is_open else first)
    with Remembered(files, most=most, opened=partial(open_workers, workers, cluster=cluster)) as players:
        while True:
            played, left_out = play_points(
                scenarios,
                figures,
                wanted={},
                first=total,
                most=most,
                workers=players,
                progress=bar.of_round(total),
            )
            require([figure], played[0], left_out)
            runs = {name: _steadied(each) for name, each in zip(scenarios, played, strict=True)}
            comparison = _compared(runs, question, left_out, notes)
            if comparison.converged or total >= most:
                bar.end(total)
                return comparison
            growth = max(question.growth(comparison), SLOWEST_GROWTH)
            bar.expect(min(most, total * growth))
            total = min(most, math.ceil(total * min(growth, FASTEST_GROWTH)))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What `compare` is asked beside its scenarios."""

    baseline: str
    figure: str
    wanted: Precision | None
    indifference: float | None
    first: int
    confidence: float

    @property
    def is_open(self) -> bool:
        """Whether the answer may take more than the first replications."""
        return self.wanted is not None or self.indifference is not None

    def excess(self, against: Against, baseline: Estimate) -> float:
        """The half-width of the decisive difference in units of its bound: at most 1 where it is sure enough."""
        half = against.decisive.difference.half_width
        if self.wanted is None or half == 0:
            return 0.0
        bound = max(self.wanted.relative * abs(baseline.value), self.wanted.absolute)
        return half / bound if bound > 0 else math.inf

    def growth(self, comparison: Comparison) -> float:
        """How many times the replications so far the widest difference is expected to take."""
        level = comparison.levels[self.baseline][self.figure]
        return max(self.excess(each, level) for each in comparison.against) ** 2


def _compared(
    runs: Mapping[str, Runs], question: _Question, left_out: Mapping[str, str], notes: tuple[str, ...]
) -> Comparison:
    baseline, figure = question.baseline, question.figure
    levels = {
        name: {one: mean_interval(values, confidence=question.confidence) for one, values in figures.items()}
        for name, figures in runs.items()
    }
    against = tuple(
        against_baseline(
            name,
            runs[name],
            runs[baseline],
            figure=figure,
            indifference=question.indifference,
            confidence=question.confidence,
            decisive=shared_confidence(question.confidence, len(runs) - 1),
        )
        for name in runs
        if name != baseline
    )
    level = levels[baseline][figure]
    return Comparison(
        baseline=baseline,
        figure=figure,
        indifference=question.indifference,
        confidence=question.confidence,
        n=level.n,
        runs=runs,
        levels=levels,
        against=against,
        best=_best(runs, question),
        unsure=tuple(each.name for each in against if question.excess(each, level) > 1),
        left_out=left_out,
        notes=notes,
    )


def _steadied(runs: Runs) -> Runs:
    """The runs without what rounding alone makes of a figure that is the same in every replication."""
    return {figure: tuple(same_or(value, values[0]) for value in values) for figure, values in runs.items()}


def _best(runs: Mapping[str, Runs], question: _Question) -> BestOfK | None:
    if question.indifference is None:
        return None
    return best_of_k(
        {name: figures[question.figure] for name, figures in runs.items()},
        larger_is_better=figure_kind(question.figure).larger_is_better,
        indifference=question.indifference,
        first=question.first,
        probability=question.confidence,
    )


def shared_confidence(confidence: float, count: int) -> float:
    """That of each of `count` intervals which hold all at once with `confidence` (Bonferroni)."""
    return 1 - (1 - confidence) / count


def against_baseline(
    name: str,
    runs: Runs,
    baseline: Runs,
    *,
    figure: str,
    indifference: float | None = None,
    confidence: float = CONFIDENCE,
    decisive: float | None = None,
) -> Against:
    """Hold the runs of one scenario against the baseline's; the decisive interval has its own confidence."""
    pairs = {one: (list(map(same_or, runs[one], values)), values) for one, values in baseline.items()}
    own = common_numbers(*pairs[figure], confidence=decisive or confidence)
    low, high = own.difference.low, own.difference.high
    verdict: Verdict = "no difference shown"
    if low > 0 or high < 0:
        verdict = "better" if (low > 0) == figure_kind(figure).larger_is_better else "worse"
    return Against(
        name=name,
        verdict=verdict,
        is_same=None if indifference is None else -indifference <= low and high <= indifference,
        decisive=own,
        figures={one: common_numbers(*pair, confidence=confidence) for one, pair in pairs.items()},
    )


class _Bar:
    """The share done of the replications that are expected to be needed; it never goes back."""

    def __init__(self, progress: Progress, scenarios: int, needed: float) -> None:
        self._progress, self._scenarios, self._needed, self._share = progress, scenarios, needed, 0.0

    def of_round(self, total: int) -> Progress:
        """Told the share of `total` replications each."""
        return lambda _, share: self._played(share * total)

    def expect(self, needed: float) -> None:
        self._needed = needed

    def end(self, total: int) -> None:
        self._progress(f"{self._scenarios} scenarios × {total} replications", 1.0)

    def _played(self, replications: float) -> None:
        self._share = max(self._share, min(1.0, replications / self._needed))
        self._progress(f"{self._scenarios} scenarios replicated", self._share)
