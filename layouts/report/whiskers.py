"""Differences as dots with whiskers about a line of no difference; which side is better is said in words."""

from __future__ import annotations

import math

from layouts.comparison.compare import Comparison
from layouts.report.colours import BETTER, GREY, INK, OPEN, WORSE
from layouts.report.drawing import Area, Disc, Drawing, Label, Shape, Stroke
from layouts.report.drawing_svg import shape_svg
from layouts.report.markup import Markup, tag
from layouts.report.numbers import figure_text
from layouts.report.verdict_words import MARKS, shortened, shown_difference
from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import figure_kind

WIDTH, TOP, ROW, FOOT = 400.0, 28.0, 42.0, 38.0
SIDE = 20.0
TICKS = 5
"""About so many along the axis."""

SMALL_WIDTH, SMALL_HEIGHT = 150.0, 22.0


def verdict_of(difference: Estimate, figure: str) -> str:
    """Better, worse or no difference shown, by the interval alone."""
    if difference.low <= 0 <= difference.high:
        return "no difference shown"
    return "better" if (difference.value > 0) == figure_kind(figure).larger_is_better else "worse"


def decisive_whiskers(comparison: Comparison) -> Drawing:
    """The decisive differences to scale, a row for each scenario, on one axis in percent of the baseline's mean."""
    shown = [(each, *shown_difference(comparison, each)) for each in comparison.against]
    kind, unit = figure_kind(comparison.figure), shown[0][2]
    reach = max(max(abs(estimate.low), abs(estimate.high)) for _, estimate, _ in shown) or 1.0
    step = _nice_step(reach)
    low = min(-step, step * math.floor(min(estimate.low for _, estimate, _ in shown) / step))
    high = max(step, step * math.ceil(max(estimate.high for _, estimate, _ in shown) / step))

    def at(value: float) -> float:
        return SIDE + (WIDTH - 2 * SIDE) * (value - low) / (high - low)

    bottom = TOP + ROW * len(shown)
    shapes: list[Shape] = []
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    for number in range(round(low / step), round(high / step) + 1):
        x, is_nought = at(number * step), number == 0
        shapes.append(
            Stroke(
                points=[(x, TOP), (x, bottom)],
                stroke=INK if is_nought else "#d5dade",
                width=1.6 if is_nought else 0.8,
            )
        )
        text = figure_text(number * step, places, signed=True)
        shapes.append(Label(at=(x, bottom + 15), text=text, size=11, fill=INK, anchor="middle"))
    base = f"{unit}, of the mean of {shortened(comparison.baseline)}" if unit == "%" else unit
    caption = f"difference in {kind.title}{', ' if base else ''}{base}"
    shapes.append(Label(at=(WIDTH / 2, bottom + 31), text=caption, size=11, fill=GREY, anchor="middle"))
    left, right = ("worse", "better") if kind.larger_is_better else ("better", "worse")
    shapes.append(
        Label(at=(at(0) - 10, TOP - 12), text=f"◀ {left}", size=11.5, fill=INK, anchor="end", bold=True)
    )
    shapes.append(Label(at=(at(0) + 10, TOP - 12), text=f"{right} ▶", size=11.5, fill=INK, bold=True))
    for row, (against, estimate, _) in enumerate(shown):
        y = TOP + ROW * (row + 0.7)
        ends = at(estimate.low), at(estimate.value), at(estimate.high)
        shapes += _whisker(*ends, y, against.verdict, size=5.0)
        name = f"{MARKS[against.verdict]} {shortened(against.name)}: {against.verdict}"
        anchor_x = _beside(at(0), ends[1], half=3.2 * len(name))
        shapes.append(
            Label(
                at=(anchor_x, y - 13), text=name, size=11.5, fill=INK, anchor="middle", bold=True, halo=True
            )
        )
    told = "; ".join(f"{each.name} {each.verdict}" for each in comparison.against)
    return Drawing(
        width=WIDTH,
        height=bottom + FOOT,
        title=f"Differences in {kind.title} against {comparison.baseline}",
        description=f"Dots are mean differences, whiskers their intervals, the line is no difference: {told}.",
        shapes=shapes,
    )


def small_whisker(difference: Estimate, figure: str) -> Markup:
    """One difference on a scale of its own, worse always to the left; what it shows stands in the row beside it."""
    sign = 1 if figure_kind(figure).larger_is_better else -1
    reach = max(abs(difference.low), abs(difference.high)) or 1.0
    middle, y = SMALL_WIDTH / 2, SMALL_HEIGHT / 2

    def at(value: float) -> float:
        return middle + sign * value / reach * (middle - 8)

    left, right = sorted((at(difference.low), at(difference.high)))
    shapes = [
        Stroke(points=[(middle, 1), (middle, SMALL_HEIGHT - 1)], stroke=INK, width=1.2),
        *_whisker(left, at(difference.value), right, y, verdict_of(difference, figure), size=4.5),
    ]
    return tag(
        "svg",
        *map(shape_svg, shapes),
        viewBox=f"0 0 {SMALL_WIDTH:g} {SMALL_HEIGHT:g}",
        width=SMALL_WIDTH,
        height=SMALL_HEIGHT,
        aria_hidden="true",
        class_="whisker",
    )


def _whisker(low: float, middle: float, high: float, y: float, verdict: str, *, size: float) -> list[Shape]:
    """A line with ends and a mark in the middle: a disc if better, a square if worse, a hollow disc for neither."""
    colour = {"better": BETTER, "worse": WORSE}.get(verdict, OPEN)
    line = [
        Stroke(points=[(low, y), (high, y)], stroke=colour, width=2.0),
        *(Stroke(points=[(end, y - size), (end, y + size)], stroke=colour, width=2.0) for end in (low, high)),
    ]
    if verdict == "worse":
        corners = [(middle + sx * size, y + sy * size) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        return [*line, Area(points=corners, fill=colour)]
    fill = colour if verdict == "better" else "#ffffff"
    return [*line, Disc(center=(middle, y), radius=size, fill=fill, stroke=colour, width=2.0)]


def _beside(line: float, x: float, *, half: float) -> float:
    """The middle of a label about `x`, within the sheet and, where there is room for that, clear of the line."""
    places = [x, line - half - 6, line + half + 6]
    inside = [min(max(place, half + 2), WIDTH - half - 2) for place in places]
    clear = [place for place in inside if abs(place - line) >= half + 5]
    return min(clear, key=lambda place: abs(place - x), default=inside[0])


def _nice_step(reach: float) -> float:
    rough = 2 * reach / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))
