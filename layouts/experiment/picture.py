"""Main effects as one SVG: a panel for each factor, all on one axis, the factor that moves the figure most first.

Factors whose effect is shown are blue with round points, others grey with square ones, and the words say it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from layouts.experiment.result import ExperimentResult
from layouts.experiment.svg_marks import CHARACTER, line_to, svg_open, text_at
from layouts.experiment.text import answers, is_shown
from layouts.report.axis import nice_ends
from layouts.statistics.intervals import Estimate
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.picture import COLOURS, GREY
from layouts.what_if.spec import Axis

WIDTH, LEFT, RIGHT, GAP = 360.0, 46.0, 8.0, 14.0
PANEL, TOP, NAME, BELOW, ROW = 120.0, 24.0, 24.0, 26.0, 13.0
COLUMNS = 2


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """Where a factor is drawn: from `left` to `right`, and its figure's values from `top` down."""

    left: float
    right: float
    top: float
    ends: tuple[float, float, float]

    def at_y(self, value: float) -> float:
        low, high, _ = self.ends
        return self.top + PANEL * (high - value) / (high - low)

    def at_x(self, number: int, count: int) -> float:
        return self.left + (self.right - self.left) * (number + 0.5) / count


def main_effects_svg(result: ExperimentResult) -> str:
    """The experiment's figure at each value of each factor, averaged over all else, with its interval."""
    kind = figure_kind(result.figure)
    levels = _levels(result)
    bars = [estimate for _, means in levels for estimate in means]
    ends = nice_ends(min(bar.low for bar in bars), max(bar.high for bar in bars))
    wide = (WIDTH - LEFT - RIGHT - GAP * (COLUMNS - 1)) / COLUMNS
    drawn, top = list[str](), TOP
    for row in range(0, len(levels), COLUMNS):
        deepest = 0
        for column, (factor, means) in enumerate(levels[row : row + COLUMNS]):
            left = LEFT + column * (wide + GAP)
            panel = _Panel(left=left, right=left + wide, top=top + NAME, ends=ends)
            labels = _labels(panel, factor)
            deepest = max(deepest, *(label.row for label in labels))
            drawn += _axis(panel, is_labelled=column == 0)
            drawn += _factor(panel, result, factor.name, means, labels)
        top += NAME + PANEL + BELOW + ROW * deepest
    return "\n".join(
        [
            *svg_open(WIDTH, top, f"Main effects on {kind.title}", " ".join(answers(result))),
            text_at(
                4, 15, f"{kind.heading}: means [{100 * result.confidence:.4g} % intervals], n = {result.n}"
            ),
            *drawn,
            "</svg>\n",
        ]
    )


def _levels(result: ExperimentResult) -> list[tuple[Axis, list[Estimate]]]:
    """The factors with the means at each of their values, in the unit shown, those farthest apart first."""
    scale = figure_kind(result.figure).factor
    levels = [
        (
            factor,
            [
                mean.figures[result.figure].scaled(scale)
                for mean in result.level_means
                if mean.factor == factor.name
            ],
        )
        for factor in result.design.factors
    ]
    return sorted(levels, key=lambda level: -_span(level[1]))


def _span(means: Sequence[Estimate]) -> float:
    return max(mean.value for mean in means) - min(mean.value for mean in means)


def _axis(panel: _Panel, *, is_labelled: bool) -> Iterator[str]:
    low, high, step = panel.ends
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        y = panel.at_y(value)
        yield line_to(
            panel.left, y, panel.right, y, f'stroke="{GREY}" stroke-opacity="0.35" stroke-width="0.7"'
        )
        if is_labelled:
            yield text_at(panel.left - 6, y + 4, f"{value:.6g}", "end")


def _factor(
    panel: _Panel, result: ExperimentResult, name: str, bars: Sequence[Estimate], labels: Sequence[_Label]
) -> Iterator[str]:
    shown = any(
        effect.factors == (name,) and is_shown(effect.figures[result.figure]) for effect in result.effects
    )
    colour = COLOURS[0] if shown else GREY
    places = [(panel.at_x(number, len(bars)), panel.at_y(bar.value)) for number, bar in enumerate(bars)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
    for (x, y), bar in zip(places, bars, strict=True):
        for end in (bar.low, bar.high):
            yield line_to(x - 3, panel.at_y(end), x + 3, panel.at_y(end), f'stroke="{colour}"')
        yield line_to(
            x, panel.at_y(bar.high), x, panel.at_y(bar.low), f'stroke="{colour}" stroke-width="1.2"'
        )
        if shown:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>'
        else:
            yield f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{colour}"/>'
    for label in labels:
        yield text_at(label.x, panel.top + PANEL + 16 + ROW * label.row, label.word, "middle")
    is_long = CHARACTER * len(name) > panel.right - panel.left
    yield text_at(panel.left, panel.top - 7, name.rpartition(".")[2] if is_long else name)
    if not shown:
        yield text_at(panel.left + 4, panel.top + 14, "no effect shown")


@dataclass(frozen=True, kw_only=True)
class _Label:
    x: float
    row: int
    word: str

    @property
    def half(self) -> float:
        return CHARACTER * len(self.word) / 2


def _labels(panel: _Panel, factor: Axis) -> list[_Label]:
    """What each place is, within the panel: in as few rows as keep words apart; of many numbers every k-th."""
    words = list(map(value_text, factor.values))
    count = len(words)
    choices = [(rows, 1) for rows in range(1, 3 if factor.variable.is_numeric else count + 1)]
    choices += [(1, every) for every in range(2, count + 1)]
    placed = (_placed(panel, words, rows, every) for rows, every in choices)
    return next(labels for labels in placed if _keep_apart(labels))


def _placed(panel: _Panel, words: Sequence[str], rows: int, every: int) -> list[_Label]:
    labels = []
    for turn, number in enumerate(range(0, len(words), every)):
        half = CHARACTER * len(words[number]) / 2
        x = min(max(panel.at_x(number, len(words)), panel.left + half), panel.right - half)
        labels.append(_Label(x=x, row=turn % rows, word=words[number]))
    return labels


def _keep_apart(labels: Sequence[_Label]) -> bool:
    return all(
        one.row != other.row or abs(one.x - other.x) >= one.half + other.half + 3
        for one, other in combinations(labels, 2)
    )
