"""Main effects as one SVG: a panel for each factor, all on one axis, the factor that moves the figure most first.

Factors whose effect is shown are blue with round points, others grey with square ones, and the words say it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layouts.experiment.result import ExperimentResult, LevelMean
from layouts.experiment.text import answers, is_shown
from layouts.statistics.intervals import Estimate
from layouts.svg_marks import CHARACTER, line_to, nice_ends, svg_open, text_at
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.picture import COLOURS, GREY

WIDTH, LEFT, RIGHT, GAP = 360.0, 46.0, 8.0, 14.0
PANEL, TOP, NAME, BELOW = 120.0, 24.0, 24.0, 40.0
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
    rows = -(-len(levels) // COLUMNS)
    height = TOP + rows * (NAME + PANEL + BELOW)
    parts = [
        *svg_open(WIDTH, height, f"Main effects on {kind.title}", " ".join(answers(result))),
        text_at(4, 15, f"{kind.heading}: means [95 % intervals], n = {result.n}"),
    ]
    wide = (WIDTH - LEFT - RIGHT - GAP * (COLUMNS - 1)) / COLUMNS
    for number, (factor, means) in enumerate(levels):
        row, column = divmod(number, COLUMNS)
        left = LEFT + column * (wide + GAP)
        panel = _Panel(left=left, right=left + wide, top=TOP + row * (NAME + PANEL + BELOW) + NAME, ends=ends)
        parts += _axis(panel, is_labelled=column == 0)
        parts += _factor(panel, result, factor, means)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _levels(result: ExperimentResult) -> list[tuple[Sequence[LevelMean], list[Estimate]]]:
    """The means at each value of each factor, in the unit shown, those farthest apart first."""
    factor = figure_kind(result.figure).factor
    levels = []
    for each in result.design.factors:
        means = [mean for mean in result.level_means if mean.factor == each.name]
        levels.append((means, [mean.figures[result.figure].scaled(factor) for mean in means]))
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
    panel: _Panel, result: ExperimentResult, means: Sequence[LevelMean], bars: Sequence[Estimate]
) -> Iterator[str]:
    name = means[0].factor
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
    yield from _labels(panel, [value_text(mean.value) for mean in means])
    words = name if shown else f"{name}: none shown"
    yield text_at(panel.left, panel.top - 7, words)


def _labels(panel: _Panel, words: Sequence[str]) -> Iterator[str]:
    """What each place is: in two rows where one is too narrow, every k-th where two are."""
    room = (panel.right - panel.left) / len(words)
    widest = CHARACTER * max(map(len, words)) + 4
    lines = 1 if widest <= room else 2
    every = max(1, -(-widest // (room * lines))) if lines == 2 else 1
    for number, word in enumerate(words):
        if number % every == 0:
            below = 16 + 13 * (int(number // every) % lines)
            yield text_at(panel.at_x(number, len(words)), panel.top + PANEL + below, word, "middle")
