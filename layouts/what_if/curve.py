"""A what-if: a scenario at every value asked for, on common random numbers, with its knee and its best point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from layouts.demand.mark import made_up_orders
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import CommonNumbers, common_numbers
from layouts.statistics.curve import curve_of_runs
from layouts.statistics.intervals import Estimate, mean_interval
from layouts.statistics.knee import Knee, find_knee
from layouts.statistics.replications import Precision
from layouts.statistics.selection import Selection, select_best
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.play_points import Figures, Runs, play_points, require, same_or
from layouts.what_if.spec import Spec
from layouts.what_if.variables import Value
from layouts.what_if.variants import variant
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers


@dataclass(frozen=True, kw_only=True)
class Point:
    """A scenario of the what-if: its value along the curve, its figures' runs and their means with intervals."""

    name: str
    x: Value
    runs: Runs
    levels: Mapping[str, Estimate]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve; `name` is what it holds fast, empty where there is only one.

    `steps` compares each point with the one before it, so the first point has none; `beside` compares each with
    the same point of the first curve, which has none itself. The `knee` is that of the curve's figure; None with
    fewer than three points or along words.
    """

    name: str
    points: tuple[Point, ...]
    steps: tuple[Mapping[str, CommonNumbers], ...]
    beside: tuple[Mapping[str, CommonNumbers], ...]
    knee: Knee | None


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The answer to a what-if: `figure` is the one of the knees, the `best` point and the picture.

    All points have the same `n` replications. `unsure` names the wanted figures whose half-width is still beyond
    its bound, each with its point; `left_out` are figures that some replication lacks, with the first such one;
    `notes` tell of made-up orders.
    """

    spec: Spec
    figure: str
    lines: tuple[Line, ...]
    best: Selection
    n: int
    unsure: tuple[str, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def converged(self) -> bool:
        """Whether every wanted figure is sure enough at every point."""
        return not self.unsure

    @property
    def figures(self) -> tuple[str, ...]:
        """All there are, the curve's own first."""
        names = self.lines[0].points[0].levels
        return self.figure, *(name for name in names if name != self.figure)


def what_if(
    scenario: Scenario,
    spec: Spec,
    figures: Figures,
    *,
    folder: Path,
    figure: str = "lines_per_hour",
    wanted: Mapping[str, Precision] | None = None,
    first: int = 10,
    most: int = 200,
    workers: int = 1,
    cluster: str | None = None,
    progress: Progress = silent,
) -> Curve:
    """Simulate `scenario` at every point of `spec` and compare the points replication by replication.

    1. Every point's scenario is made before any is simulated; their files are written to `folder`, which the
       machines of a `cluster` must reach as they reach the scenario's own.
    2. All points get the same replications: `first` of them, and more until every figure in `wanted` is within its
       half-width everywhere, or `most` are played. Without `wanted` they are exactly `first`.
    3. Points are compared pair by pair, each with the one before and the same one of the first curve.
    4. The knee and the best point are those of `figure`.

    The same arguments give the same result for any number of `workers`. Raises ValueError for a figure that is not
    there or a value that does not go with the scenario, and what making and simulating the scenarios raises.
    """
    wanted = wanted or {}
    scenarios = {_name(values): variant(scenario, values, folder=folder) for values in spec.points()}
    with open_workers(workers, cluster=cluster) as players:
        runs, left_out = play_points(
            scenarios, figures, wanted=wanted, first=first, most=most, workers=players, progress=progress
        )
    require([figure], runs[0], left_out)
    points = [
        _point(name, values[spec.along.name], each)
        for name, values, each in zip(scenarios, spec.points(), runs, strict=True)
    ]
    return Curve(
        spec=spec,
        figure=figure,
        lines=_lines(spec, figure, points),
        best=select_best(
            {point.name: point.runs[figure] for point in points},
            larger_is_better=figure_kind(figure).larger_is_better,
        ),
        n=len(runs[0][figure]),
        unsure=_unsure(points, wanted),
        left_out=left_out,
        notes=tuple(made_up_orders([scenario])),
    )


def _point(name: str, x: Value, runs: Runs) -> Point:
    levels = {figure: mean_interval(values) for figure, values in runs.items()}
    return Point(name=name, x=x, runs=runs, levels=levels)


def _unsure(points: Iterable[Point], wanted: Mapping[str, Precision]) -> tuple[str, ...]:
    return tuple(
        f"{name} at {point.name}"
        for point in points
        for name, precision in wanted.items()
        if precision.excess(point.levels[name]) > 1
    )


def _name(values: Mapping[str, Value]) -> str:
    return ", ".join(f"{name}={value_text(value)}" for name, value in values.items())


def value_text(value: Value) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _lines(spec: Spec, figure: str, points: Sequence[Point]) -> tuple[Line, ...]:
    length = len(spec.along.values)
    curves = [tuple(points[start : start + length]) for start in range(0, len(points), length)]
    names = (
        [""]
        if spec.across is None
        else [f"{spec.across.name}={value_text(value)}" for value in spec.across.values]
    )
    return tuple(
        Line(
            name=name,
            points=curve,
            steps=tuple(_compared(after, before) for before, after in pairwise(curve)),
            beside=()
            if curve is curves[0]
            else tuple(_compared(own, other) for own, other in zip(curve, curves[0], strict=True)),
            knee=_knee(spec, figure, curve),
        )
        for name, curve in zip(names, curves, strict=True)
    )


def _compared(one: Point, other: Point) -> dict[str, CommonNumbers]:
    return {
        name: common_numbers(list(map(same_or, one.runs[name], baseline)), baseline)
        for name, baseline in other.runs.items()
    }


def _knee(spec: Spec, figure: str, points: tuple[Point, ...]) -> Knee | None:
    if not spec.along.variable.is_numeric or len(points) < 3:
        return None
    curve = curve_of_runs(
        [float(point.x) for point in points],
        [point.runs[figure] for point in points],
        larger_is_better=figure_kind(figure).larger_is_better,
    )
    return find_knee(curve)
