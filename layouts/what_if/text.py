"""A what-if as a terminal shows it: differences before levels, then the knee and the best point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import Estimate
from layouts.statistics.knee import Knee
from layouts.what_if.curve import Curve, Line, Point, value_text
from layouts.what_if.figure_kinds import FigureKind, figure_kind
from layouts.what_if.reservations import named, reservations

FIGURES_BESIDE = 3
"""So many fit beside each other in a terminal of 80 columns."""


def curve_text(curve: Curve) -> str:
    """A table for each curve, the answers, and tables of the other figures; ends without a line break."""
    kind = figure_kind(curve.figure)
    methods = sorted({point.levels[curve.figure].method for point in points_of(curve)})
    parts = [
        f"{kind.title} over {curve.spec.along.name}: means [95 % intervals], n = {curve.n} replications, "
        f"{', '.join(methods)}\ncommon random numbers: r is the correlation of the two figures compared"
    ]
    parts += [_titled(line, _main_table(curve, line, kind)) for line in curve.lines]
    parts.append("\n".join(answers(curve)))
    constants = {
        name: next(points_of(curve)).levels[name] for name in curve.figures[1:] if _is_constant(curve, name)
    }
    others = [name for name in curve.figures[1:] if name not in constants]
    tables = math.ceil(len(others) / FIGURES_BESIDE)
    for number in range(tables):
        names = others[number * len(others) // tables : (number + 1) * len(others) // tables]
        parts += [_titled(line, _level_table(curve, line, names)) for line in curve.lines]
    if constants:
        parts.append(f"The same everywhere: {'; '.join(_constant(*each) for each in constants.items())}")
    return "\n\n".join(parts)


def answers(curve: Curve) -> Iterator[str]:
    """A sentence for the knee of each curve and one for the best point; then what is to be known of them."""
    kind = figure_kind(curve.figure)
    for line in curve.lines:
        if line.knee is not None:
            where = f", {line.name}" if line.name else ""
            yield f"{_capital(kind.title)} over {curve.spec.along.name}{where}: {line.knee}."
    yield _best_sentence(curve, kind)
    points = list(points_of(curve))
    yield from reservations(
        {point.name: point.runs for point in points},
        {point.name: point.levels for point in points},
        n=curve.n,
        unsure=curve.unsure,
        left_out=curve.left_out,
    )
    yield from curve.notes


def points_of(curve: Curve) -> Iterator[Point]:
    """All points, curve by curve."""
    return (point for line in curve.lines for point in line.points)


def knee_label(knee: Knee) -> str:
    """The knee in a few words."""
    match knee.answer:
        case "knee":
            return f"knee at {knee.x:g}"
        case "cannot decide":
            return f"knee from {knee.low:g}" + (" on" if knee.high is None else f" to {knee.high:g}")
    return "no gain" if knee.answer == "no gain" else "no knee reached"


def _best_sentence(curve: Curve, kind: FigureKind) -> str:
    leader, best = curve.best.leader, curve.best
    if best.is_clear:
        return f"Best in {kind.title}: {leader}; all others are shown to be worse."
    rivals = [system.name for system in best.systems[1:] if system.verdict != "worse"]
    return f"Best in {kind.title}: cannot decide, no difference shown between {leader} and {named(rivals)}."


def _constant(name: str, level: Estimate) -> str:
    kind = figure_kind(name)
    unit = "" if kind.heading == kind.title else f" {kind.unit}"
    return f"{kind.title} {kind.factor * level.value:.4g}{unit}"


def _is_constant(curve: Curve, name: str) -> bool:
    return len({value for point in points_of(curve) for value in point.runs[name]}) == 1


def _main_table(curve: Curve, line: Line, kind: FigureKind) -> str:
    steps = [None, *(step[curve.figure] for step in line.steps)]
    beside = [each[curve.figure] for each in line.beside]
    header = [curve.spec.along.name, "against the row above", "r"]
    if beside:
        header += [f"against {curve.lines[0].name}", "r"]
    rows = []
    for number, (point, step) in enumerate(zip(line.points, steps, strict=True)):
        row = [value_text(point.x), *_difference(step, kind)]
        if beside:
            row += _difference(beside[number], kind)
        rows.append([*row, kind.text(point.levels[curve.figure])])
    return _table([*header, kind.unit or curve.figure], rows)


def _difference(pair: CommonNumbers | None, kind: FigureKind) -> tuple[str, str]:
    """A difference, said to be none where none is shown, and the correlation behind it."""
    if pair is None:
        return "", ""
    difference = pair.difference
    if difference.low == difference.high == 0:
        return "none in any replication", ""
    sign = "+" if difference.value > 0 else ""
    is_shown = difference.low > 0 or difference.high < 0
    correlation = "" if pair.correlation is None else f"{round(pair.correlation.value, 2) + 0.0:.2f}"
    return f"{sign}{kind.text(difference)}{'' if is_shown else ' none shown'}", correlation


def _level_table(curve: Curve, line: Line, names: Sequence[str]) -> str:
    kinds = [figure_kind(name) for name in names]
    rows = [
        [
            value_text(point.x),
            *(kind.text(point.levels[name]) for name, kind in zip(names, kinds, strict=True)),
        ]
        for point in line.points
    ]
    return _table([curve.spec.along.name, *(kind.heading for kind in kinds)], rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, the first one flush right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for first, *others in (header, *rows):
        cells = [
            first.rjust(widths[0]),
            *(cell.ljust(width) for cell, width in zip(others, widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _titled(line: Line, table: str) -> str:
    return f"{line.name}\n{table}" if line.name else table


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
