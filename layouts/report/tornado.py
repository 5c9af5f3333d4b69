"""Bars of a tornado, one for a row: between the differences at the ends of an assumption's range."""

from __future__ import annotations

from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive
from layouts.report.colours import GREY, INK, PALE
from layouts.report.drawing import Area, Disc, Shape, Stroke
from layouts.report.drawing_svg import shape_svg
from layouts.report.markup import Markup, tag
from layouts.what_if.figure_kinds import figure_kind

WIDTH, HEIGHT, SIDE = 220.0, 22.0, 8.0
DOT, HALF_BAR = 4.0, 5.0


def tornado_bar(scenario: ScenarioSensitivity, one: Sensitive, figure: str) -> Markup:
    """The bar of one assumption; all of a scenario have one scale, on which worse is to the left.

    A hollow dot is the difference at the first value tried, a full one at the last; the line is no difference, the
    short one today's.
    """
    values = [scenario.difference.value, 0.0]
    values += [tried.difference.value for each in scenario.assumptions for tried in each.tried]
    sign = 1 if figure_kind(figure).larger_is_better else -1
    low, high = min(sign * value for value in values), max(sign * value for value in values)
    y = HEIGHT / 2

    def at(value: float) -> float:
        return SIDE + (WIDTH - 2 * SIDE) * (sign * value - low) / ((high - low) or 1.0)

    ends = [at(tried.difference.value) for tried in one.tried]
    left, right = min(ends), max(ends)
    today = at(scenario.difference.value)
    corners = [(left, y - HALF_BAR), (right, y - HALF_BAR), (right, y + HALF_BAR), (left, y + HALF_BAR)]
    shapes: list[Shape] = [
        Area(points=corners, fill=PALE, stroke=GREY, width=1.0),
        Stroke(points=[(at(0.0), 0.0), (at(0.0), HEIGHT)], stroke=INK, width=1.4),
        Stroke(points=[(today, y - HALF_BAR - 2), (today, y + HALF_BAR + 2)], stroke=GREY, width=1.4),
        Disc(center=(ends[-1], y), radius=DOT, fill=INK, stroke=INK),
        Disc(center=(ends[0], y), radius=DOT, fill="#ffffff", stroke=INK, width=1.4),
    ]
    return tag(
        "svg",
        *map(shape_svg, shapes),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        width=WIDTH,
        height=HEIGHT,
        aria_hidden="true",
        class_="whisker",
    )
