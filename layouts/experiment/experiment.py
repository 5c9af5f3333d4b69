"""An experiment: the cells of a design on common random numbers, until the main effects are sure enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from layouts.comparison.best_of_k import BestOfK, best_of_k, check_indifference
from layouts.comparison.compare import shared_confidence
from layouts.comparison.remembered import Remembered
from layouts.comparison.replication_key import replication_key
from layouts.demand.mark import made_up_orders
from layouts.experiment.contrasts import Contrast, contrasts_of, told
from layouts.experiment.design import Design
from layouts.experiment.result import Cell, Effect, ExperimentResult, LevelMean
from layouts.scenario import Scenario
from layouts.statistics.intervals import CONFIDENCE, check_confidence, mean_interval
from layouts.statistics.replications import FASTEST_GROWTH, SLOWEST_GROWTH, Precision
from layouts.statistics.selection import select_best
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.play_points import Figures, Runs, play_points, require
from layouts.what_if.variables import Value
from layouts.what_if.variants import variant
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers


def run_experiment(
    scenario: Scenario,
    design: Design,
    figures: Figures,
    *,
    folder: Path,
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
) -> ExperimentResult:
    """Simulate `scenario` in every cell of a design, and tell what each change of a factor does to its figures.

    1. Every cell's scenario is made before any is simulated; their files are written to `folder`, which the machines
       of a `cluster` must reach.
    2. All cells get the same replications: `first` of them, and more until each main effect in `figure` is as sure as
       `wanted`, and with an `indifference` until KN has decided which cell is best, or `most` are played. A relative
       half-width is one of the mean over all cells.
    3. An effect is a weighted sum of cells, taken replication by replication, with Student's t interval so wide that
       those of all effects on one figure hold at once with `confidence` (Bonferroni).

    With a folder `cache`, what was played before is read. The same arguments give the same result for any number of
    `workers`. Raises ValueError for a figure that is not there or a value that does not go with the scenario, and
    what making and simulating the scenarios raises.
    """
    check_confidence(confidence)
    if indifference is not None:
        check_indifference(indifference)
    cells = {_name(values): variant(scenario, values, folder=folder) for values in design.values()}
    files = [
        None if cache is None else cache / f"{replication_key(each, figures)}.json" for each in cells.values()
    ]
    question = _Question(
        design=design,
        contrasts=contrasts_of(design),
        figure=figure,
        wanted=wanted,
        indifference=indifference,
        first=first,
        confidence=confidence,
    )
    total, needed = first, first if wanted is None and indifference is None else most

    def told_in_all(what: str, share: float) -> None:
        progress(what, share * total / needed)

    with Remembered(files, most=most, opened=partial(open_workers, workers, cluster=cluster)) as players:
        while True:
            runs, left_out = play_points(
                cells, figures, wanted={}, first=total, most=most, workers=players, progress=told_in_all
            )
            require([figure], runs[0], left_out)
            result = question.answered(dict(zip(cells, runs, strict=True)), left_out)
            if result.converged or total >= most:
                progress(f"{len(cells)} cells × {total} replications", 1.0)
                return replace(result, notes=tuple(made_up_orders([scenario])))
            growth = max(question.growth(result), SLOWEST_GROWTH)
            total = min(most, math.ceil(total * min(growth, FASTEST_GROWTH)))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """What an experiment is asked beside its scenario."""

    design: Design
    contrasts: Sequence[Contrast]
    figure: str
    wanted: Precision | None
    indifference: float | None
    first: int
    confidence: float

    def answered(self, runs: Mapping[str, Runs], left_out: Mapping[str, str]) -> ExperimentResult:
        cells = tuple(
            Cell(
                name=name,
                values=values,
                runs=each,
                levels={one: mean_interval(own, confidence=self.confidence) for one, own in each.items()},
            )
            for (name, each), values in zip(runs.items(), self.design.values(), strict=True)
        )
        each_confidence = shared_confidence(self.confidence, len(self.contrasts))
        effects = tuple(_effects(self.contrasts, cells, each_confidence))
        return ExperimentResult(
            design=self.design,
            figure=self.figure,
            indifference=self.indifference,
            confidence=self.confidence,
            each_confidence=each_confidence,
            n=cells[0].levels[self.figure].n,
            cells=cells,
            effects=effects,
            level_means=tuple(_level_means(self.design, cells, self.confidence)),
            leader=select_best(
                {cell.name: cell.runs[self.figure] for cell in cells},
                larger_is_better=figure_kind(self.figure).larger_is_better,
                confidence=self.confidence,
            ),
            best=self._best(cells),
            unsure=tuple(each.name for each in effects if each.is_main and self._excess(each, cells) > 1),
            left_out=left_out,
        )

    def growth(self, result: ExperimentResult) -> float:
        """How many times the replications so far the widest main effect is expected to take."""
        return max(self._excess(each, result.cells) for each in result.effects if each.is_main) ** 2

    def _excess(self, effect: Effect, cells: Sequence[Cell]) -> float:
        """The half-width in units of its bound: at most 1 where the effect is sure enough."""
        half = effect.figures[self.figure].half_width
        if self.wanted is None or half == 0:
            return 0.0
        mean = math.fsum(cell.levels[self.figure].value for cell in cells) / len(cells)
        bound = max(self.wanted.relative * abs(mean), self.wanted.absolute)
        return half / bound if bound > 0 else math.inf

    def _best(self, cells: Sequence[Cell]) -> BestOfK | None:
        if self.indifference is None:
            return None
        return best_of_k(
            {cell.name: cell.runs[self.figure] for cell in cells},
            larger_is_better=figure_kind(self.figure).larger_is_better,
            indifference=self.indifference,
            first=self.first,
            probability=self.confidence,
        )


def _effects(contrasts: Sequence[Contrast], cells: Sequence[Cell], confidence: float) -> Iterator[Effect]:
    values = {name: np.array([cell.runs[name] for cell in cells]) for name in cells[0].runs}
    for contrast in contrasts:
        yield Effect(
            changes=contrast.changes,
            factors=contrast.factors,
            aliases=contrast.aliases,
            figures={
                name: mean_interval(told(contrast, table), confidence=confidence)
                for name, table in values.items()
            },
        )


def _level_means(design: Design, cells: Sequence[Cell], confidence: float) -> Iterator[LevelMean]:
    for place, factor in enumerate(design.factors):
        for number, value in enumerate(factor.values):
            chosen = [cell for cell, row in zip(cells, design.rows, strict=True) if row[place] == number]
            yield LevelMean(
                factor=factor.name,
                value=value,
                figures={
                    name: mean_interval(
                        [
                            math.fsum(each) / len(chosen)
                            for each in zip(*(cell.runs[name] for cell in chosen), strict=True)
                        ],
                        confidence=confidence,
                    )
                    for name in cells[0].runs
                },
            )


def _name(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={value_text(value)}" for name, value in values.items())
