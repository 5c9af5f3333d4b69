"""A tornado as one SVG: how far each assumption moves a scenario's difference, the one that moves it most on top.

A bar spans the mean differences at the values tried; each of these is a point with its interval. Points are round and
blue where the verdict is the given one, orange diamonds where it is the opposite, grey squares where no difference is
shown. The line at 0 is where verdicts flip, the dashed one is the difference as given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive, Sensitivity
from layouts.comparison.sensitivity_text import sensitivity_answers
from layouts.comparison.sensitivity_turns import UNSHOWN, Tried
from layouts.svg_marks import CHARACTER, line_to, nice_ends, svg_open, text_at
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.picture import COLOURS, GREY

WIDTH, LEFT, RIGHT = 360.0, 10.0, 10.0
TITLE, ROW, BELOW = 56.0, 44.0, 48.0
MOST_POINTS = 6
"""Of a number only the ends and as given are drawn, of words so many."""


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """From the figure as shown to the place across the picture."""

    low: float
    high: float
    step: float
    factor: float

    def at(self, value: float) -> float:
        """The place of a value in the figure's own unit."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (self.factor * value - self.low) / (self.high - self.low)


def tornado_svg(sensitivity: Sensitivity, scenario: ScenarioSensitivity) -> str:
    """The differences of one scenario to the baseline at all values tried of each assumption that matters."""
    kind = figure_kind(sensitivity.figure)
    shown = [(one, _drawn(one)) for one in scenario.assumptions if one.swing > 0]
    ends = [
        kind.factor * end
        for _, tried in shown
        for each in tried
        for end in (each.difference.low, each.difference.high)
    ]
    low, high, step = nice_ends(min([0.0, *ends]), max([0.0, *ends]))
    axis = _Axis(low=low, high=high, step=step, factor=kind.factor)
    height = TITLE + ROW * len(shown) + BELOW
    percent = f"{100 * sensitivity.each_confidence:.4g} %"
    parts = [
        *svg_open(
            WIDTH,
            height,
            f"What moves the difference of {scenario.name} to {sensitivity.baseline}",
            " ".join(sensitivity_answers(sensitivity)),
        ),
        text_at(4, 15, f"{scenario.name} less {sensitivity.baseline}: {kind.heading}"),
        text_at(4, 31, f"one assumption changed at a time [{percent} intervals]"),
        *_lines(axis, height - BELOW, scenario),
    ]
    for number, (one, tried) in enumerate(shown):
        parts += _row(axis, TITLE + ROW * number, scenario, one, tried)
    parts += _key(scenario, height - 8)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn(one: Sensitive) -> Sequence[Tried]:
    if not one.is_numeric:
        return one.tried[:MOST_POINTS]
    given = next(each for each in one.tried if each.value == one.today)
    return tuple(dict.fromkeys((one.tried[0], given, one.tried[-1])))


def _lines(axis: _Axis, bottom: float, scenario: ScenarioSensitivity) -> Iterator[str]:
    for number in range(round((axis.high - axis.low) / axis.step) + 1):
        value = axis.low + number * axis.step
        x = axis.at(value / axis.factor)
        is_zero = abs(value) < axis.step / 2
        look = 'stroke-width="1.6"' if is_zero else 'stroke-opacity="0.35" stroke-width="0.7"'
        yield line_to(x, TITLE - 12, x, bottom, f'stroke="{GREY}" {look}')
        anchor = "start" if number == 0 else "end" if x > WIDTH - RIGHT - 1 else "middle"
        yield text_at(x, bottom + 16, f"{value:+.6g}" if not is_zero else "0", anchor)
    x = axis.at(scenario.difference.value)
    yield line_to(x, TITLE - 12, x, bottom, f'stroke="{COLOURS[0]}" stroke-dasharray="4 3"')


def _row(
    axis: _Axis, top: float, scenario: ScenarioSensitivity, one: Sensitive, tried: Sequence[Tried]
) -> Iterator[str]:
    middle = top + 22
    places = [axis.at(each.difference.value) for each in tried]
    yield (
        f'<rect x="{min(places):.1f}" y="{middle - 6:.1f}" width="{max(places) - min(places):.1f}" height="12" '
        f'fill="{COLOURS[0]}" fill-opacity="0.2"/>'
    )
    for each, x in zip(tried, places, strict=True):
        colour = _colour(each, scenario)
        left, right = axis.at(each.difference.low), axis.at(each.difference.high)
        yield line_to(left, middle, right, middle, f'stroke="{colour}" stroke-width="1.2"')
        yield _point(x, middle, colour)
    values = " · ".join(
        value_text(each.value) for each in sorted(tried, key=lambda each: each.difference.value)
    )
    words = f"{one.name}{f', {one.unit}' if one.unit else ''}: {values}"
    most = int((WIDTH - LEFT - RIGHT) / CHARACTER)
    yield text_at(LEFT, top + 10, words if len(words) <= most else f"{words[: most - 1]}…")


def _key(scenario: ScenarioSensitivity, y: float) -> Iterator[str]:
    """What the points are."""
    words: list[tuple[str, str]] = [(GREY, UNSHOWN)]
    if scenario.verdict == UNSHOWN:
        words.insert(0, (COLOURS[1], "better or worse"))
    else:
        opposite = "worse" if scenario.verdict == "better" else "better"
        words[:0] = [(COLOURS[0], scenario.verdict), (COLOURS[1], opposite)]
    x = LEFT + 5
    for colour, word in words:
        yield _point(x, y - 4, colour)
        yield text_at(x + 9, y, word)
        x += 9 + CHARACTER * len(word) + 18


def _colour(tried: Tried, scenario: ScenarioSensitivity) -> str:
    if tried.verdict == UNSHOWN:
        return GREY
    return COLOURS[0] if tried.verdict == scenario.verdict else COLOURS[1]


def _point(x: float, y: float, colour: str) -> str:
    if colour == COLOURS[0]:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{colour}"/>'
    if colour == GREY:
        return f'<rect x="{x - 3.2:.1f}" y="{y - 3.2:.1f}" width="6.4" height="6.4" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z" fill="{colour}"/>'
