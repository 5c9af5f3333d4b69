"""Every point of a what-if played with the same replications, until all of them are sure enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from layouts.scenario import Scenario
from layouts.statistics.intervals import mean_interval
from layouts.statistics.replications import FASTEST_GROWTH, SLOWEST_GROWTH, Precision
from spatial.errors import AisletwinError
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

Figures: TypeAlias = Callable[[Scenario, int], Mapping[str, float]]
"""The figures of a replication of a scenario, by its number from 0 on; a function that can be pickled.

All randomness is that of the scenario's seed and the number, so that a number means the same at every point. A
worker is handed one scenario's replications in turn: keep the last scenario as compiled, and it is compiled once.
"""

ROUNDING = 1e-9
"""Sums in another order differ by less than this share: figures that do are the same."""

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
) -> tuple[tuple[Runs, ...], Mapping[str, str]]:
    """The runs of each scenario, and what was left out; all have the same number of replications.

    The scenarios are named for what is said of them.

    1. Play the `first` replications of each (2 ≤ first ≤ most).
    2. Stop when every figure in `wanted` is within its half-width at every point, or `most` are played.
    3. Grow the number for all points as `run_replications` does, by the figure that is worst.

    A figure that some replication lacks is left out: see `shared_figures`. Raises ValueError for a wanted figure that
    is not there, and values that are not finite; what `figures` raises is told with its point.
    """
    if not 2 <= first <= most:
        raise ValueError(f"first {first} must be at least 2 and at most the maximum {most}")
    task = _Cells(figures, tuple(scenarios), tuple(scenarios.values()), most)
    rows: list[list[Mapping[str, float]]] = [[] for _ in scenarios]
    total, bar = first, _Bar(progress, len(scenarios), most if wanted else first)
    while True:
        numbers = range(len(rows[0]), total)
        played = workers.play(task, task.cells(numbers), bar.played)
        for point, known in enumerate(rows):
            known += played[point * len(numbers) : (point + 1) * len(numbers)]
        shared, left_out = shared_figures(task.names, rows)
        require(wanted, shared, left_out)
        alike = {figure: float(rows[0][0][figure]) for figure in shared}
        runs = tuple(_columns(name, played, alike) for name, played in zip(task.names, rows, strict=True))
        worst = max((_excess(each, wanted) for each in runs), default=0.0)
        if worst <= 1 or total >= most:
            bar.end(total)
            return runs, left_out
        bar.expect(min(total * worst**2, most))
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
    """The share done of the replications that are expected to be needed; it never goes back."""

    def __init__(self, progress: Progress, points: int, needed: float) -> None:
        self._progress, self._points, self._needed = progress, points, needed
        self._played, self._share = 0, 0.0

    def expect(self, needed: float) -> None:
        self._needed = needed

    def played(self, count: int) -> None:
        self._played += count
        self._share = max(self._share, min(1.0, self._played / (self._points * self._needed)))
        self._progress(f"{self._points} points replicated", self._share)

    def end(self, total: int) -> None:
        self._progress(f"{self._points} points × {total} replications", 1.0)


def _excess(runs: Runs, wanted: Mapping[str, Precision]) -> float:
    return max(
        (precision.excess(mean_interval(runs[name])) for name, precision in wanted.items()), default=0.0
    )


def shared_figures(
    names: Sequence[str], rows: Sequence[Sequence[Mapping[str, float]]]
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The figures that every replication of every point has, and for each other one a replication that lacks it."""
    lacking: dict[str, str] = {}
    every = dict.fromkeys(figure for played in rows for row in played for figure in row)
    for name, played in zip(names, rows, strict=True):
        for replication, row in enumerate(played):
            for figure in every:
                if figure not in row:
                    lacking.setdefault(figure, f"{name}, replication {replication}")
    return tuple(figure for figure in every if figure not in lacking), lacking


def require(wanted: Iterable[str], shared: Collection[str], lacking: Mapping[str, str]) -> None:
    """Raise ValueError for the first wanted figure that is not everywhere."""
    for name in wanted:
        if name in lacking:
            raise ValueError(f"{name} cannot be compared: {lacking[name]} has none; take another figure")
        if name not in shared:
            raise ValueError(f"there is no figure '{name}': choose one of {', '.join(shared)}")


def same_or(value: float, other: float) -> float:
    """The `other` where the value differs from it by rounding alone, else the value."""
    return other if math.isclose(value, other, rel_tol=ROUNDING) else value


def _columns(name: str, played: Sequence[Mapping[str, float]], alike: Mapping[str, float]) -> Runs:
    """The values of each figure; those that are the same as `alike` but for rounding are made so."""
    columns = {
        figure: tuple(same_or(float(row[figure]), value) for row in played) for figure, value in alike.items()
    }
    for figure, values in columns.items():
        for replication, value in enumerate(values):
            if not math.isfinite(value):
                raise ValueError(
                    f"{name}, replication {replication}: {figure} is {value}, it must be a finite number"
                )
    return columns
