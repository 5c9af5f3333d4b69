"""What a Pareto front is drawn over: figures of the runs, a year's cost, and the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layouts.comparison.compare import Comparison
from layouts.comparison.money import Money
from layouts.comparison.pareto import Points
from layouts.comparison.prices import Holdings
from layouts.what_if.play_points import require

ANNUAL_COST, FLOOR = "annual_cost", "floor_m2"


def front_points(
    comparison: Comparison,
    figures: Sequence[str] = ("lines_per_hour", "blocked_share"),
    *,
    money: Money | None = None,
    holdings: Mapping[str, Holdings] | None = None,
) -> Points:
    """The `figures` of every scenario, with its `annual_cost` of `money` and its `floor_m2` of `holdings`.

    Raises ValueError for a figure that is not there.
    """
    require(figures, comparison.figures, comparison.left_out)
    points = {name: {figure: runs[figure] for figure in figures} for name, runs in comparison.runs.items()}
    for cost in money.scenarios if money is not None else ():
        points[cost.name][ANNUAL_COST] = cost.runs
    if holdings is not None:
        for name, point in points.items():
            point[FLOOR] = (holdings[name].floor_m2,) * comparison.n
    return points
