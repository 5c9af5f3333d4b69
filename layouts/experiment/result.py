"""What an experiment answers: cells with their figures, effects with intervals, the best cell.

What a report needs of it: `ExperimentResult.ranked` are the effects in the experiment's figure, the largest first;
`level_means` are the points of main-effect plots; `cells` have all levels. `text.answers` makes sentences of them,
`record.experiment_dict` values for JSON, `picture.main_effects_svg` a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layouts.comparison.best_of_k import BestOfK
from layouts.experiment.design import Design
from layouts.statistics.intervals import Estimate
from layouts.statistics.selection import Selection
from layouts.what_if.play_points import Runs
from layouts.what_if.variables import Value


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One scenario of the design: its value of each factor, its figures in every replication, and their means."""

    name: str
    values: Mapping[str, Value]
    runs: Runs
    levels: Mapping[str, Estimate]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a change of one factor does on average over all else, or how much more it does beside another change.

    `changes` tells it, `pickers 4 → 8`, or two of them. That of two is a difference of differences: what the first
    does after the second, less what it does before; textbooks halve it for two levels. `aliases` name the other
    pairs whose sum with it is all that a screening design can tell. The estimates are by figure.
    """

    changes: tuple[str, ...]
    factors: tuple[str, ...]
    aliases: tuple[str, ...]
    figures: Mapping[str, Estimate]

    @property
    def name(self) -> str:
        """The changes, and all that cannot be told from them."""
        return " + ".join((" × ".join(self.changes), *self.aliases))

    @property
    def is_main(self) -> bool:
        """Whether it is that of one factor."""
        return len(self.factors) == 1


@dataclass(frozen=True, kw_only=True)
class LevelMean:
    """The figures at one value of a factor, averaged over all cells that have it; each interval by itself."""

    factor: str
    value: Value
    figures: Mapping[str, Estimate]


@dataclass(frozen=True, kw_only=True)
class ExperimentResult:
    """The cells of a design in the same `n` replications, and what they say in `figure` and all others.

    All effects of one figure hold at once with `confidence`: each interval has `each_confidence` (Bonferroni).
    `leader` compares the cells pair by pair; `best` is None without an indifference zone. `unsure` names the main
    effects whose half-width is still beyond what was wanted; `left_out` are figures that some replication lacks;
    `notes` tell what else is to be known, as that orders are made up.
    """

    design: Design
    figure: str
    indifference: float | None
    confidence: float
    each_confidence: float
    n: int
    cells: tuple[Cell, ...]
    effects: tuple[Effect, ...]
    level_means: tuple[LevelMean, ...]
    leader: Selection
    best: BestOfK | None
    unsure: tuple[str, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether all main effects are as sure as wanted, and the best cell is decided where it was asked for."""
        return not self.unsure and (self.best is None or self.best.is_decided)

    @property
    def ranked(self) -> tuple[Effect, ...]:
        """All effects, the largest in the experiment's figure first."""
        return tuple(sorted(self.effects, key=lambda effect: -abs(effect.figures[self.figure].value)))

    @property
    def figures(self) -> tuple[str, ...]:
        """All there are, the experiment's own first."""
        return self.figure, *(name for name in self.cells[0].levels if name != self.figure)
