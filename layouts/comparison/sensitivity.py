"""Which assumption flips the verdict: a comparison played again with one assumption changed at a time.

What a report needs of it: `Sensitivity.scenarios` holds for each scenario its verdict and, largest swing first, its
`assumptions`; of each the `answer`, all `tried` values with their differences (the first and last are the ends of a
tornado's bar), and the `turns`. `sensitivity_text.sensitivity_answers` makes sentences of them,
`sensitivity_record.sensitivity_dict` values for JSON. What prices flip is in `sensitivity_prices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from layouts.comparison.compare import Comparison, Verdict, against_baseline, shared_confidence
from layouts.comparison.sensitivity_assumptions import GIVEN, Assumption, Assumptions
from layouts.comparison.sensitivity_stage import Stage
from layouts.comparison.sensitivity_turns import UNSHOWN, Tried, Turn, find_turn
from layouts.scenario import Scenario
from layouts.statistics.intervals import Estimate
from layouts.what_if.play_points import Figures, Runs
from layouts.what_if.variables import Value
from spatial.errors import BadDataError, UndecidedError
from spatial.progress import Progress, silent

CANNOT = (BadDataError, UndecidedError, ValueError)
"""What changing a scenario and simulating it raise where the value does not go with the rest."""

Answer = Literal["flips", "does not flip", "cannot decide", "shows a difference"]


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """One assumption of one scenario's verdict: `today`'s value, all values `tried`, today's among them, in order.

    The verdict "flips" where the opposite one is shown at a value tried; "does not flip" where it is shown at all of
    them; else it "cannot decide". Where no difference is shown today, some value "shows a difference" or none does,
    which is "cannot decide". `turns` tell of a number where that begins, at most one to each side.
    """

    name: str
    unit: str
    today: Value
    is_numeric: bool
    tried: tuple[Tried, ...]
    turns: tuple[Turn, ...]
    answer: Answer

    @property
    def swing(self) -> float:
        """From the least to the largest mean difference tried, in the figure's own unit."""
        means = [each.difference.value for each in self.tried]
        return max(means) - min(means)


@dataclass(frozen=True, kw_only=True)
class ScenarioSensitivity:
    """A scenario beside the baseline: its `difference` and `verdict` today, the largest swing first.

    The verdict is told at the sensitivity's own confidence, so it may be "no difference shown" where that of the
    comparison, which asks one question alone, is not.
    """

    name: str
    verdict: Verdict
    difference: Estimate
    assumptions: tuple[Sensitive, ...]


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """The assumptions behind the verdicts of a comparison in `figure`, each changed alone in `n` replications.

    All verdicts at values tried and all turns hold at once with `confidence`: each interval has `each_confidence`
    (Bonferroni over numbers, and over words one by one, for every scenario). `untried` tells why an assumption could
    not be changed.
    """

    baseline: str
    figure: str
    n: int
    confidence: float
    each_confidence: float
    scenarios: tuple[ScenarioSensitivity, ...]
    untried: Mapping[str, str]


def sensitivity(
    comparison: Comparison,
    scenarios: Mapping[str, Scenario],
    figures: Figures,
    assumptions: Assumptions,
    *,
    folder: Path,
    workers: int = 1,
    cluster: str | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Sensitivity:
    """Play the `scenarios` of a comparison again, with one of its `assumptions` changed at a time.

    1. Each value is given to all scenarios, which are played with the comparison's random numbers and number of
       replications; their files are written to `folder`, which the machines of a `cluster` must reach.
    2. A scenario's difference to the baseline gets an interval so wide that those of all values and scenarios, and
       of today, hold at once (Bonferroni).
    3. Where the verdict at an end of a range is another than today's, halving finds where it turns: see `find_turn`.

    What cannot be made or played at some value is told in `untried`. With a folder `cache`, what was played before
    is read. The same arguments give the same result for any number of `workers`.
    """
    tries = sum(len(assumption.values) for assumption in assumptions.known)
    each = shared_confidence(comparison.confidence, len(comparison.against) * (1 + tries))
    untried = dict(assumptions.untried)
    with Stage(
        scenarios,
        figures,
        figure=comparison.figure,
        n=comparison.n,
        folder=folder,
        cache=cache,
        workers=workers,
        cluster=cluster,
    ) as stage:
        found = []
        for number, assumption in enumerate(assumptions.known):
            progress(f"sensitivity to {assumption.name}", number / len(assumptions.known))
            found.append(_Question(comparison, assumption, stage, each, untried).answered())
    progress(f"sensitivity to {len(assumptions.known)} assumptions", 1.0)
    return Sensitivity(
        baseline=comparison.baseline,
        figure=comparison.figure,
        n=comparison.n,
        confidence=comparison.confidence,
        each_confidence=each,
        scenarios=tuple(
            _of_scenario(name, _tried(GIVEN, comparison, name, comparison.runs, each), found)
            for name in (against.name for against in comparison.against)
        ),
        untried=untried,
    )


def _of_scenario(name: str, today: Tried, found: Sequence[Mapping[str, Sensitive]]) -> ScenarioSensitivity:
    return ScenarioSensitivity(
        name=name,
        verdict=today.verdict,
        difference=today.difference,
        assumptions=tuple(sorted((each[name] for each in found if name in each), key=lambda one: -one.swing)),
    )


@dataclass(frozen=True)
class _Question:
    """What one assumption does to the verdict of each scenario; what cannot be tried goes to `untried`."""

    comparison: Comparison
    assumption: Assumption
    stage: Stage
    confidence: float
    untried: MutableMapping[str, str]

    def answered(self) -> dict[str, Sensitive]:
        """By scenario; empty where no value can be tried."""
        values = [value for value in self.assumption.values if self._is_playable(value)]
        names = (against.name for against in self.comparison.against)
        return {name: self._sensitive(name, values) for name in names} if values else {}

    def _is_playable(self, value: Value) -> bool:
        try:
            self.stage.play(self.assumption, value, self.comparison.runs)
        except CANNOT as error:
            self.untried[f"{self.assumption.name}={value}"] = str(error)
            return False
        return True

    def _sensitive(self, name: str, values: Sequence[Value]) -> Sensitive:
        known: dict[Value, Tried] = {}

        def tried_at(value: Value) -> Tried:
            value = int(value) if self.assumption.is_whole else value
            runs = self.stage.play(self.assumption, value, (self.comparison.baseline, name))
            known[value] = _tried(value, self.comparison, name, runs, self.confidence)
            return known[value]

        today = _tried(self.assumption.today, self.comparison, name, self.comparison.runs, self.confidence)
        ends = [tried_at(value) for value in values]
        turns: list[Turn | None] = []
        if self.assumption.is_numeric:
            turns = [self._turn(tried_at, today, end) for end in ends]
        known[today.value] = today
        tried = [today, *ends]
        if self.assumption.is_numeric:
            tried = sorted(known.values(), key=lambda one: float(one.value))
        return Sensitive(
            name=self.assumption.name,
            unit=self.assumption.unit,
            today=today.value,
            is_numeric=self.assumption.is_numeric,
            tried=tuple(tried),
            turns=tuple(turn for turn in turns if turn is not None),
            answer=_answer(today.verdict, {one.verdict for one in tried}),
        )

    def _turn(self, tried_at: Callable[[Value], Tried], today: Tried, end: Tried) -> Turn | None:
        try:
            return find_turn(tried_at, today=today, end=end, is_whole=self.assumption.is_whole)
        except CANNOT as error:
            self.untried[f"{self.assumption.name} from {today.value} to {end.value}"] = str(error)
            return None


def _tried(
    value: Value, comparison: Comparison, name: str, runs: Mapping[str, Runs], confidence: float
) -> Tried:
    own, base = ({comparison.figure: runs[one][comparison.figure]} for one in (name, comparison.baseline))
    found = against_baseline(name, own, base, figure=comparison.figure, decisive=confidence)
    return Tried(value=value, difference=found.decisive.difference, verdict=found.verdict)


def _answer(today: Verdict, verdicts: Set[Verdict]) -> Answer:
    if today == UNSHOWN:
        return "shows a difference" if verdicts > {UNSHOWN} else "cannot decide"
    if len(verdicts - {UNSHOWN}) == 2:
        return "flips"
    return "cannot decide" if UNSHOWN in verdicts else "does not flip"
