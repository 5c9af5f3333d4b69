"""Every point of a what-if played with the same replications, until all of them are sure enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from layouts.scenario import Scenario
from layouts.statistics.intervals import mean_interval
from layouts.statistics.replications import FASTEST_GROWTH, SLOWEST_GROWTH, Precision
from layouts.statistics.workers import Workers
from spatial.errors import AisletwinError
from spatial.progress import Progress, silent

Figures: TypeAlias = Callable[[Scenario, int], Mapping[str, float]]
"""The figures of a replication of a scenario, by its number from 0 on; a function that can be pickled.

All randomness is that of the scenario's seed and the number, so that a number means the same at every point. A
worker is handed one scenario's replications in turn: keep the last scenario as compiled, and it is compiled once.
"""

Runs: TypeAlias = Mapping[str, tuple[float, ...]]
"""The values of a figure in every replication, by its name."""


def play_points(
    scenarios: Mapping[str, Scenario],
    figures: Figures,
    *,
    wanted: Mapping[str, Precision],
    first: int,
    most: int,
    workers: Workers,
    progress: Progress = silent,
) -> tuple[Runs, ...]:
    """The runs of each scenario, named for what is said of it; all have the same number of replications.

    1. Play the `first` replications of each (2 ≤ first ≤ most).
    2. Stop when every figure in `wanted` is within its half-width at every point, or `most` are played.
    3. Grow the number for all points as `run_replications` does, by the figure that is worst.

    Raises ValueError for a wanted figure that is not there, figures that are not the same everywhere, and values
    that are not finite; what `figures` raises is told with its point.
    """
    if not 2 <= first <= most:
        raise ValueError(f"first {first} must be at least 2 and at most the maximum {most}")
    task = _Cells(figures, tuple(scenarios), tuple(scenarios.values()), most)
    rows: list[list[Mapping[str, float]]] = [[] for _ in scenarios]
    total, bar = first, _Bar(progress, len(scenarios))
    while True:
        numbers = range(len(rows[0]), total)
        bar.expect(total)
        played = workers.play(task, task.cells(numbers), bar.played)
        for point, known in enumerate(rows):
            known += played[point * len(numbers) : (point + 1) * len(numbers)]
        runs = _columns(tuple(scenarios), rows, wanted)
        worst = max((_excess(each, wanted) for each in runs), default=0.0)
        if worst <= 1 or total >= most:
            return runs
        total = min(most, math.ceil(total * min(max(worst**2, SLOWEST_GROWTH), FASTEST_GROWTH)))


@dataclass(frozen=True)
class _Cells:
    """The task of a worker: number p × most + r is replication r of point p, so a point's stand together."""

    figures: Figures
    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    most: int

    def cells(self, replications: Sequence[int]) -> list[int]:
        return [
            point * self.most + replication
            for point in range(len(self.scenarios))
            for replication in replications
        ]

    def __call__(self, number: int) -> Mapping[str, float]:
        point, replication = divmod(number, self.most)
        try:
            return dict(self.figures(self.scenarios[point], replication))
        except AisletwinError as error:
            raise type(error)(f"{self.names[point]}: {error}") from error
        except Exception as error:
            error.add_note(f"at {self.names[point]}, replication {replication}")
            raise


class _Bar:
    """The share done of what is asked for so far; it never goes back."""

    def __init__(self, progress: Progress, points: int) -> None:
        self._progress, self._points = progress, points
        self._played, self._share, self._total = 0, 0.0, 0

    def expect(self, total: int) -> None:
        self._total = total

    def played(self, count: int) -> None:
        self._played += count
        self._share = max(self._share, self._played / (self._points * self._total))
        self._progress(f"{self._points} points × {self._total} replications", self._share)


def _excess(runs: Runs, wanted: Mapping[str, Precision]) -> float:
    return max(
        (precision.excess(mean_interval(runs[name])) for name, precision in wanted.items()), default=0.0
    )


def _columns(
    names: Sequence[str], rows: Sequence[Sequence[Mapping[str, float]]], wanted: Mapping[str, Precision]
) -> tuple[Runs, ...]:
    figures = [*rows[0][0]]
    if missing := [name for name in wanted if name not in figures]:
        raise ValueError(
            f"no figure {missing[0]!r} among those there are: choose one of {', '.join(figures)}"
        )
    for point, played in zip(names, rows, strict=True):
        for replication, row in enumerate(played):
            if row.keys() != rows[0][0].keys():
                raise ValueError(
                    f"{point}, replication {replication}: gives {', '.join(row)}; the first point gives "
                    f"{', '.join(figures)}"
                )
            for name, value in row.items():
                if not math.isfinite(value):
                    raise ValueError(
                        f"{point}, replication {replication}: {name} is {value}, it must be finite"
                    )
    return tuple({name: tuple(float(row[name]) for row in played) for name in figures} for played in rows)
