"""The proof of slottings: all of them simulated at every staffing, with the same orders and random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from layouts.comparison.best_of_k import check_indifference
from layouts.comparison.compare import Against, Comparison, compare, shared_confidence
from layouts.comparison.record import comparison_dict
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from layouts.slotting.congestion.play_staffings import play_staffings
from layouts.slotting.congestion.stops_paying import StopsPaying, stops_paying
from layouts.slotting_table import Slotting, write_slotting
from layouts.statistics.intervals import CONFIDENCE, Estimate, check_confidence, paired_difference
from layouts.statistics.replications import Precision
from layouts.what_if.play_points import Figures
from spatial.progress import Progress, silent

Judged = Literal["accept", "reject", "cannot decide"]
FIGURE, UNIT = "lines_per_hour", "lines/h"


@dataclass(frozen=True, kw_only=True)
class Best:
    """The slotting with the highest mean at a staffing; `ahead_of` names those that it is shown to beat.

    The intervals of all pairs of slottings hold together, so that it does not matter that the best was picked last.
    """

    name: str
    level: Estimate
    ahead_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Comparisons of the same slottings by the number of pickers, in rising order; `today` is each one's baseline."""

    today: str
    comparisons: Mapping[int, Comparison]

    @property
    def names(self) -> tuple[str, ...]:
        """The slottings beside today's."""
        return tuple(each.name for each in next(iter(self.comparisons.values())).against)

    def verdict(self, name: str, pickers: int) -> Judged:
        """Whether to slot so with so many pickers: shown to be better, shown to be worse or the same, or neither."""
        against = self._against(name, pickers)
        if against.verdict == "better":
            return "accept"
        return "reject" if against.verdict == "worse" or against.is_same else "cannot decide"

    def best(self, pickers: int) -> Best:
        """Which picks most."""
        comparison = self.comparisons[pickers]
        levels = {name: figures[comparison.figure] for name, figures in comparison.levels.items()}
        name = max(levels, key=lambda one: levels[one].value)
        pairs = len(levels) * (len(levels) - 1) // 2
        confidence = shared_confidence(comparison.confidence, pairs)
        runs = {one: figures[comparison.figure] for one, figures in comparison.runs.items()}
        ahead = tuple(
            other
            for other in runs
            if other != name and paired_difference(runs[name], runs[other], confidence=confidence).low > 0
        )
        return Best(name=name, level=levels[name], ahead_of=ahead)

    def stops_paying(self, name: str) -> StopsPaying:
        """At how many pickers a slotting stops paying."""
        return stops_paying(
            {count: self._against(name, count).decisive.difference for count in self.comparisons}
        )

    def answers(self) -> tuple[str, ...]:
        """Sentences: each slotting over the staffings, then the best at each of them."""
        return (*map(self._answer, self.names), *map(self._best_answer, self.comparisons))

    def text(self) -> str:
        """A table of differences to today's in percent with verdicts, and the answers."""
        wide = max(map(len, (self.today, *self.names)))
        rows = [f"{'pickers':<{wide}}" + "".join(f"{count:>26}" for count in self.comparisons)]
        rows.append(
            f"{self.today:<{wide}}" + "".join(f"{self._level(count):>26}" for count in self.comparisons)
        )
        rows += [
            f"{name:<{wide}}" + "".join(f"{self._cell(name, count):>26}" for count in self.comparisons)
            for name in self.names
        ]
        rows.append("a accept, r reject, c cannot decide; lines/h in percent of today's, with intervals")
        return "\n".join((*rows, "", *self.answers()))

    def record(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "today": self.today,
            "staffings": [
                {
                    "pickers": count,
                    "verdicts": {name: self.verdict(name, count) for name in self.names},
                    "best": _best_record(self.best(count)),
                    "comparison": comparison_dict(comparison),
                }
                for count, comparison in self.comparisons.items()
            ],
            "stops_paying": {name: self.stops_paying(name).record() for name in self.names},
        }

    def _against(self, name: str, pickers: int) -> Against:
        for each in self.comparisons[pickers].against:
            if each.name == name:
                return each
        raise ValueError(f"there is no slotting '{name}': choose one of {', '.join(self.names)}")

    def _answer(self, name: str) -> str:
        told = []
        for verdict in ("accept", "reject", "cannot decide"):
            counts = [str(count) for count in self.comparisons if self.verdict(name, count) == verdict]
            if counts:
                told.append(f"{verdict} at {', '.join(counts)} pickers")
        if len(self.comparisons) > 1:
            told.append(self.stops_paying(name).text())
        return f"{name}: {'; '.join(told)}."

    def _best_answer(self, pickers: int) -> str:
        best = self.best(pickers)
        ahead = (
            f"shown to be ahead of {', '.join(best.ahead_of)}" if best.ahead_of else "ahead of none for sure"
        )
        return f"{pickers} pickers: {best.name} picks most, {best.level.text(UNIT)}; {ahead}."

    def _level(self, pickers: int) -> str:
        comparison = self.comparisons[pickers]
        return f"{comparison.levels[self.today][comparison.figure].value:.0f} {UNIT}"

    def _cell(self, name: str, pickers: int) -> str:
        comparison = self.comparisons[pickers]
        difference = self._against(name, pickers).decisive.difference
        percent = 100 / comparison.levels[self.today][comparison.figure].value
        ends = f"[{percent * difference.low:+.1f} {percent * difference.high:+.1f}]"
        return f"{percent * difference.value:+.1f} % {ends} {self.verdict(name, pickers)[0]}"


def prove(
    scenario: Scenario,
    slottings: Mapping[str, Slotting],
    *,
    folder: Path,
    pickers: Sequence[int] = (),
    today: str | None = None,
    figures: Figures = figures_of,
    wanted: Precision | None = None,
    indifference: float | None = None,
    first: int = 10,
    most: int = 200,
    workers: int = 1,
    cluster: str | None = None,
    cache: Path | None = None,
    confidence: float = CONFIDENCE,
    progress: Progress = silent,
) -> Proof:
    """Simulate `slottings` at each of the staffings `pickers` (the scenario's alone where empty) against `today`'s,
    the first of them unless named.

    1. Each is written into `folder`, which must be there, so that it is a scenario like any other.
    2. The first replications are played at all staffings together, for which tours are planned once.
    3. At each staffing they are compared with common random numbers; the other arguments are `compare`'s.
    Each staffing's verdicts hold together with `confidence`, those of different staffings do not.

    Raises ValueError for fewer than two slottings, an unknown `today`, fewer than one picker, or several staffings
    where `operations.staff` says who works; and what simulating raises.
    """
    _check_question(slottings, today, indifference, confidence)
    staffings = sorted({*pickers} or {scenario.pickers})
    if staffings[0] < 1:
        raise ValueError(f"pickers {staffings[0]} must be at least 1")
    if scenario.operations.staff and staffings != [scenario.pickers]:
        raise ValueError(
            "operations.staff says who works, so pickers cannot be varied: leave pickers out of the proof"
        )
    files = [folder / f"slotting-{number}.csv" for number in range(len(slottings))]
    for file, slotting in zip(files, slottings.values(), strict=True):
        write_slotting(file, slotting)
    shifts = {
        count: {
            name: scenario.model_copy(update={"slotting": file, "pickers": count})
            for name, file in zip(slottings, files, strict=True)
        }
        for count in staffings
    }
    is_open = wanted is not None or indifference is not None
    first_share = first / most if is_open else 1.0
    with nullcontext(cache) if cache is not None else _own_cache() as known:
        play_staffings(
            shifts,
            figures,
            first=first,
            most=most,
            cache=known,
            workers=workers,
            cluster=cluster,
            progress=_part(progress, 0.0, first_share),
        )
        comparisons = {
            count: compare(
                scenarios,
                figures,
                baseline=today,
                figure=FIGURE,
                wanted=wanted,
                indifference=indifference,
                first=first,
                most=most,
                workers=workers,
                cluster=cluster,
                cache=known,
                confidence=confidence,
                progress=_part(
                    progress,
                    first_share + (1 - first_share) * turn / len(shifts),
                    first_share + (1 - first_share) * (turn + 1) / len(shifts),
                    f"{count} pickers: ",
                ),
            )
            for turn, (count, scenarios) in enumerate(shifts.items())
        }
    return Proof(today=next(iter(comparisons.values())).baseline, comparisons=comparisons)


@contextmanager
def _own_cache() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _check_question(
    slottings: Mapping[str, Slotting], today: str | None, indifference: float | None, confidence: float
) -> None:
    """What `compare` would refuse, before anything is played."""
    if len(slottings) < 2:
        raise ValueError(f"{len(slottings)} slotting cannot be compared: give at least 2")
    if today is not None and today not in slottings:
        raise ValueError(f"there is no slotting '{today}': choose one of {', '.join(slottings)}")
    check_confidence(confidence)
    if indifference is not None:
        check_indifference(indifference)


def _part(progress: Progress, begin: float, end: float, of: str = "") -> Progress:
    """The progress of what goes from one share of the whole to another."""
    return lambda stage, share: progress(f"{of}{stage}", begin + (end - begin) * share)


def _best_record(best: Best) -> dict[str, Any]:
    return {"name": best.name, "level": best.level.record(), "ahead_of": [*best.ahead_of]}
