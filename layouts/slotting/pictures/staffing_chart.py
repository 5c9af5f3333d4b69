"""What each slotting gains or loses against today's by staffing: where its line crosses nought it stops paying."""

from __future__ import annotations

import math
from collections.abc import Mapping

from layouts.comparison.compare import Comparison
from layouts.report.axis import nice_ends, places_of
from layouts.report.colours import GREY, INK
from layouts.report.drawing import Area, Disc, Drawing, Label, Shape, Stroke
from layouts.report.numbers import figure_text
from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import figure_kind

WIDTH, PLOT = 400.0, 210.0
LEFT, RIGHT, TOP, FOOT, KEY_LINE = 44.0, 16.0, 22.0, 40.0, 17.0
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""After Okabe and Ito."""
PERCENT = 100.0
ALONE_APART, APART = 36.0, 5.0
"""Between the marks of one staffing, where it is the only one and where there are several."""


def staffing_chart(found: Mapping[int, Comparison]) -> Drawing:
    """Differences in percent of today's mean with their intervals, by pickers; at least one comparison."""
    shown = {pickers: _shares(comparison) for pickers, comparison in sorted(found.items())}
    names = list(dict.fromkeys(name for shares in shown.values() for name in shares))
    pickers = list(shown)
    ends = [end for shares in shown.values() for its in shares.values() for end in (its.low, its.high)]
    finite = [end for end in ends if math.isfinite(end)] or [0.0]
    low, high, step = nice_ends(min(*finite, 0.0), max(*finite, 0.0))
    top = TOP + KEY_LINE * len(names)
    room = 0.06 * (pickers[-1] - pickers[0]) or 0.5

    def at(x: float, y: float) -> tuple[float, float]:
        share = (x - pickers[0] + room) / (pickers[-1] - pickers[0] + 2 * room)
        return LEFT + (WIDTH - LEFT - RIGHT) * share, top + PLOT * (high - y) / (high - low)

    shapes: list[Shape] = [*_key(names)]
    for number in range(round(low / step), round(high / step) + 1):
        y = at(pickers[0], number * step)[1]
        stroke, width = (INK, 1.4) if number == 0 else ("#d5dade", 0.8)
        shapes.append(Stroke(points=[(LEFT, y), (WIDTH - RIGHT, y)], stroke=stroke, width=width))
        text = figure_text(number * step, places_of(step), signed=True)
        shapes.append(Label(at=(LEFT - 5, y + 4), text=text, size=11, fill=INK, anchor="end"))
    for count in pickers:
        x, y = at(count, low)
        shapes.append(Stroke(points=[(x, y), (x, y + 4)], stroke=INK, width=0.8))
        shapes.append(Label(at=(x, y + 16), text=f"{count:,}", size=11, fill=INK, anchor="middle"))
    apart = ALONE_APART if len(pickers) == 1 else APART
    for number, name in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        aside = apart * (number - (len(names) - 1) / 2)
        points = [(count, shares[name]) for count, shares in shown.items() if name in shares]
        if len(points) > 1:
            line = [_beside(at(count, its.value), aside) for count, its in points]
            shapes.append(Stroke(points=line, stroke=colour, width=1.6))
        for count, its in points:
            bottom, peak = (_beside(at(count, end), aside) for end in _ends(its, low, high))
            shapes += _whisker(bottom, peak, colour)
            shapes.append(_mark(_beside(at(count, its.value), aside), number, colour))
    first = next(iter(found.values()))
    kind = figure_kind(first.figure)
    caption = f"% of {kind.title} {first.baseline}"
    shapes.append(Label(at=(LEFT, TOP - 9), text=caption, size=11.5, fill=GREY))
    foot = (WIDTH / 2, top + PLOT + 33)
    shapes.append(Label(at=foot, text="pickers", size=11, fill=GREY, anchor="middle"))
    return Drawing(
        width=WIDTH,
        height=top + PLOT + FOOT,
        title=f"Differences in {kind.title} against {first.baseline}, by pickers",
        description="Marks are mean differences, whiskers their intervals, the dark line is no difference.",
        shapes=shapes,
    )


def _shares(comparison: Comparison) -> dict[str, Estimate]:
    """Each scenario's difference in percent of the baseline's mean."""
    base = comparison.levels[comparison.baseline][comparison.figure].value
    return {each.name: each.decisive.difference.scaled(PERCENT / abs(base)) for each in comparison.against}


def _beside(at: tuple[float, float], aside: float) -> tuple[float, float]:
    """So far to the right, so that marks of one staffing do not hide each other."""
    return at[0] + aside, at[1]


def _ends(its: Estimate, low: float, high: float) -> tuple[float, float]:
    return max(its.low, low), min(its.high, high)


def _key(names: list[str]) -> list[Shape]:
    shapes: list[Shape] = []
    for number, name in enumerate(names):
        y = TOP + KEY_LINE * (number + 0.4)
        colour = COLOURS[number % len(COLOURS)]
        shapes += [_mark((LEFT + 5, y), number, colour)]
        shapes.append(Label(at=(LEFT + 15, y + 4), text=name, size=11.5, fill=INK))
    return shapes


def _whisker(bottom: tuple[float, float], top: tuple[float, float], colour: str) -> list[Shape]:
    ends = [Stroke(points=[(x - 4, y), (x + 4, y)], stroke=colour, width=1.4) for x, y in (bottom, top)]
    return [Stroke(points=[bottom, top], stroke=colour, width=1.4), *ends]


def _mark(at: tuple[float, float], number: int, colour: str) -> Shape:
    """A disc, a square, a triangle, a diamond, so that colours are not all that tells them apart."""
    x, y, r = *at, 4.2
    match number % 4:
        case 0:
            return Disc(center=at, radius=r, fill=colour, stroke="#ffffff")
        case 1:
            corners = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        case 2:
            corners = [(x, y - 1.3 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)]
        case _:
            corners = [(x, y - 1.4 * r), (x + 1.4 * r, y), (x, y + 1.4 * r), (x - 1.4 * r, y)]
    return Area(points=corners, fill=colour, stroke="#ffffff", width=0.6)
