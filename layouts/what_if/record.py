"""A what-if as values for JSON and as a CSV table, both in the figures' own units."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import Estimate
from layouts.statistics.selection import Selection
from layouts.what_if.curve import Curve, Line, value_text
from layouts.what_if.spec import Axis
from layouts.what_if.text import answers


def curve_dict(curve: Curve) -> dict[str, Any]:
    """As JSON holds it: the axes, the answers, and every point with its figures.

    Of a figure, `level` is its mean, `step` its difference to the point before and `beside` that to the first
    curve, both with their correlation; null where there is nothing to compare. A `variance_ratio` is null where
    the difference does not vary.
    """
    return {
        "schema": "aisletwin.what-if/1",
        "along": _axis(curve.spec.along),
        "across": None if curve.spec.across is None else _axis(curve.spec.across),
        "figure": curve.figure,
        "replications": curve.n,
        "converged": curve.converged,
        "unsure": list(curve.unsure),
        "left_out": dict(curve.left_out),
        "answers": list(answers(curve)),
        "best": _best(curve.best),
        "curves": [_line(line) for line in curve.lines],
    }


def curve_csv(curve: Curve) -> str:
    """A row for each figure of each point; the columns `step` and `beside` are differences, with their intervals."""
    axes = [axis.name for axis in curve.spec.axes]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    compared = [
        f"{kind}{end}" for kind in ("step", "beside") for end in ("", "_low", "_high", "_correlation")
    ]
    table.writerow([*axes, "figure", "value", "low", "high", "confidence", "n", "method", *compared])
    across = [None] if curve.spec.across is None else curve.spec.across.values
    for line, value in zip(curve.lines, across, strict=True):
        for number, point in enumerate(line.points):
            at = [value_text(point.x)] + ([] if value is None else [value_text(value)])
            for name in curve.figures:
                level = point.levels[name].record()
                cells = [level[field] for field in ("value", "low", "high", "confidence", "n", "method")]
                pairs = [_pair(line.steps, number - 1, name), _pair(line.beside, number, name)]
                table.writerow([*at, name, *cells, *(cell for pair in pairs for cell in _cells(pair))])
    return text.getvalue()


def _axis(axis: Axis) -> dict[str, Any]:
    return {"name": axis.name, "values": list(axis.values)}


def _best(best: Selection) -> dict[str, Any]:
    return {
        "leader": best.leader,
        "is_clear": best.is_clear,
        "points": [
            {"name": each.name, "verdict": each.verdict, "difference": _record(each.difference)}
            for each in best.systems
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "knee": None if line.knee is None else vars(line.knee),
        "points": [
            {
                "name": point.name,
                "x": point.x,
                "figures": {
                    name: {
                        "level": level.record(),
                        "step": _compared(_pair(line.steps, number - 1, name)),
                        "beside": _compared(_pair(line.beside, number, name)),
                    }
                    for name, level in point.levels.items()
                },
            }
            for number, point in enumerate(line.points)
        ],
    }


def _pair(pairs: tuple[Any, ...], number: int, name: str) -> CommonNumbers | None:
    return pairs[number][name] if 0 <= number < len(pairs) else None


def _compared(pair: CommonNumbers | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    ratio = pair.variance_ratio
    return {
        "difference": pair.difference.record(),
        "correlation": _record(pair.correlation),
        "variance_ratio": ratio if ratio is not None and math.isfinite(ratio) else None,
    }


def _cells(pair: CommonNumbers | None) -> list[float | str]:
    if pair is None:
        return [""] * 4
    correlation = "" if pair.correlation is None else pair.correlation.value
    return [pair.difference.value, pair.difference.low, pair.difference.high, correlation]


def _record(estimate: Estimate | None) -> dict[str, Any] | None:
    return None if estimate is None else estimate.record()
