"""A what-if as a picture: one self-contained SVG that a phone shows at full size.

Text and axes are a grey that reads on white and on black, nothing has a background. Curves differ by colour, one
that colour-blind people can tell (Okabe and Ito), by the shape of their points and by the key above.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from layouts.what_if.curve import Curve, Line, value_text
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.text import answers, knee_label

WIDTH, HEIGHT = 360.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 32.0, 52.0
KEY_LINE = 16.0
CHARACTER = 7.0
"""A character of the text is narrower than this on average."""

GREY = "#757575"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
SHAPES = ("circle", "square", "triangle", "diamond")
RADIUS = 3.2
"""Of a marker; less where points stand close."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Where values lie in the picture: x by number of the point or by value, y of the figure as shown."""

    x: tuple[float, ...]
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    top: float

    def at_x(self, value: float) -> float:
        low, high = self.x_ends
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low)

    def at_y(self, value: float) -> float:
        low, high = self.y_ends
        bottom = self.top + HEIGHT - TOP - BOTTOM
        return bottom - (bottom - self.top) * (value - low) / (high - low)

    @property
    def bottom(self) -> float:
        return self.at_y(self.y_ends[0])


def curve_svg(curve: Curve) -> str:
    """The curve's figure over what is varied: points with interval bars, a band along numbers, knees marked."""
    keys = list(map(_key, curve.lines)) if len(curve.lines) > 1 else []
    frame = _frame(curve, TOP + KEY_LINE * len(keys))
    height = HEIGHT + KEY_LINE * len(keys)
    kind = figure_kind(curve.figure)
    title = f"{kind.title} over {curve.spec.along.name}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        'style="width:100%;max-width:720px" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="{GREY}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(' '.join(answers(curve)))}</desc>",
        _text(4, 15, f"{kind.heading}: mean [95 % interval], n = {curve.n}"),
        *_axes(curve, frame),
        *_knees(curve, frame),
    ]
    for number, line in enumerate(curve.lines):
        parts += _curve(curve, line, frame, number)
    for number, key in enumerate(keys):
        y = TOP + KEY_LINE * (number + 0.4)
        parts += [_marker(10, y - 4, number), _text(20, y, key)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame(curve: Curve, top: float) -> _Frame:
    values = curve.spec.along.values
    is_numeric = curve.spec.along.variable.is_numeric
    x = tuple(map(float, values)) if is_numeric else tuple(map(float, range(len(values))))
    room = 0.04 * (x[-1] - x[0]) if is_numeric else 0.5
    factor = figure_kind(curve.figure).factor
    ends = [
        factor * end
        for line in curve.lines
        for point in line.points
        for end in (point.levels[curve.figure].low, point.levels[curve.figure].high)
    ]
    low, high = min(ends), max(ends)
    if 0 <= low <= high / 2:  # from nought, unless all that happens is far from it
        low = 0.0
    step = _nice_step(low, high)
    y_ends = step * math.floor(low / step), step * math.ceil(high / step)
    if y_ends[0] == y_ends[1]:
        y_ends = y_ends[0] - step, y_ends[1] + step
    return _Frame(x=x, x_ends=(x[0] - room, x[-1] + room), y_ends=y_ends, top=top)


def _nice_step(low: float, high: float) -> float:
    """About five steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 5 or abs(high) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))


def _axes(curve: Curve, frame: _Frame) -> Iterator[str]:
    low, high = frame.y_ends
    step = _nice_step(low, high)
    for number in range(round(low / step), round(high / step) + 1):
        y = frame.at_y(number * step)
        yield _line(LEFT, y, WIDTH - RIGHT, y, 'stroke-opacity="0.35" stroke-width="0.7"')
        yield _text(LEFT - 6, y + 4, f"{number * step:.6g}", "end")
    is_numeric = curve.spec.along.variable.is_numeric
    for number, (x, label) in enumerate(_labels(curve, frame)):
        low_row = not is_numeric and number % 2
        yield _line(x, frame.bottom, x, frame.bottom + 4)
        yield _text(x, frame.bottom + (29 if low_row else 17), label, "middle")
    yield _text((LEFT + WIDTH - RIGHT) / 2, frame.bottom + 44, curve.spec.along.name, "middle")


def _labels(curve: Curve, frame: _Frame) -> list[tuple[float, str]]:
    """Where labels stand and what they say: all words, and of numbers every k-th, so that they keep apart."""
    places = [
        (frame.at_x(x), value_text(value)) for x, value in zip(frame.x, curve.spec.along.values, strict=True)
    ]
    if not curve.spec.along.variable.is_numeric:
        return places
    strides = (places[::stride] for stride in range(1, len(places)))
    return next((some for some in strides if _keep_apart(some)), [places[0], places[-1]])


def _keep_apart(places: Sequence[tuple[float, str]]) -> bool:
    return all(
        after - before >= CHARACTER * (len(one) + len(other)) / 2 + 4
        for (before, one), (after, other) in pairwise(places)
    )


def _knees(curve: Curve, frame: _Frame) -> Iterator[str]:
    """A line at each knee, a shade over where it may be; said in words where there is one curve."""
    for number, line in enumerate(curve.lines):
        knee, colour = line.knee, COLOURS[number]
        if knee is None:
            continue
        if knee.answer == "cannot decide":
            high = frame.x_ends[1] if knee.high is None else knee.high
            left, right = frame.at_x(knee.low), frame.at_x(high)
            yield (
                f'<rect x="{left:.1f}" y="{frame.top:.1f}" width="{right - left:.1f}" '
                f'height="{frame.bottom - frame.top:.1f}" fill="{colour}" fill-opacity="0.12"/>'
            )
        if knee.x is not None:
            x = frame.at_x(knee.x)
            yield _line(x, frame.top, x, frame.bottom, f'stroke="{colour}" stroke-dasharray="4 3"')
        if len(curve.lines) == 1:
            x = frame.at_x(knee.low if knee.x is None else knee.x)
            is_left = x > (LEFT + WIDTH - RIGHT) / 2
            yield _text(
                x + (-5 if is_left else 5),
                frame.bottom - 8,
                knee_label(knee),
                "end" if is_left else "start",
            )


def _curve(curve: Curve, line: Line, frame: _Frame, number: int) -> Iterator[str]:
    """Band and line along numbers, then for each point its interval and its marker."""
    factor, colour = figure_kind(curve.figure).factor, COLOURS[number]
    levels = [point.levels[curve.figure].scaled(factor) for point in line.points]
    shift = 0.0 if curve.spec.along.variable.is_numeric else 12.0 * (number - (len(curve.lines) - 1) / 2)
    xs = [frame.at_x(x) + shift for x in frame.x]
    if curve.spec.along.variable.is_numeric:
        upper = [(x, frame.at_y(level.high)) for x, level in zip(xs, levels, strict=True)]
        lower = [(x, frame.at_y(level.low)) for x, level in zip(xs, levels, strict=True)]
        middle = [(x, frame.at_y(level.value)) for x, level in zip(xs, levels, strict=True)]
        yield f'<polygon points="{_path(upper + lower[::-1])}" fill="{colour}" fill-opacity="0.2"/>'
        yield f'<polyline points="{_path(middle)}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
    radius = min(RADIUS, (xs[-1] - xs[0]) / (len(xs) - 1) / 3)
    for x, level in zip(xs, levels, strict=True):
        top, bottom = frame.at_y(level.high), frame.at_y(level.low)
        stroke = f'stroke="{colour}" stroke-width="1.2"'
        yield _line(x, top, x, bottom, stroke)
        yield _line(x - radius, top, x + radius, top, stroke)
        yield _line(x - radius, bottom, x + radius, bottom, stroke)
        yield _marker(x, frame.at_y(level.value), number, radius)


def _key(line: Line) -> str:
    return line.name if line.knee is None else f"{line.name}, {knee_label(line.knee)}"


def _marker(x: float, y: float, number: int, r: float = RADIUS) -> str:
    colour = COLOURS[number]
    match SHAPES[number % len(SHAPES)]:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}"/>'
        case "square":
            corners = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        case "triangle":
            corners = [(x, y - 1.3 * r), (x + 1.2 * r, y + r), (x - 1.2 * r, y + r)]
        case _:
            corners = [(x, y - 1.4 * r), (x + 1.4 * r, y), (x, y + 1.4 * r), (x - 1.4 * r, y)]
    return f'<polygon points="{_path(corners)}" fill="{colour}"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _line(x1: float, y1: float, x2: float, y2: float, look: str = "") -> str:
    stroke = "" if "stroke=" in look else f' stroke="{GREY}"'
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{stroke}{" " * bool(look)}{look}/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
