"""What the moves of a plan bring wherever one stops: net hours over the horizon against hours spent."""

from __future__ import annotations

import math

from layouts.report.axis import nice_ends, places_of
from layouts.report.colours import BETTER, GREY, INK
from layouts.report.drawing import Area, Disc, Drawing, Label, Shape, Stroke
from layouts.report.numbers import figure_text
from layouts.slotting.moves.stop_anywhere import StopAnywhere

WIDTH, HEIGHT = 400.0, 230.0
LEFT, RIGHT, TOP, FOOT = 46.0, 16.0, 20.0, 40.0
BAND = "#cfe0ec"
MOST_POINTS = 200
"""More lie closer together than the eye tells apart."""
HOUR_S = 3600.0


def stop_curve(curve: StopAnywhere) -> Drawing:
    """The curve with its 95 % band, the line of no gain, and the stop that wins most."""
    rows = _rows(len(curve.moves), curve.best)
    spent = [float(curve.spent_s[row]) / HOUR_S for row in rows]
    net = [curve.net(row).scaled(1 / HOUR_S) for row in rows]
    low = [each.low if math.isfinite(each.low) else each.value for each in net]
    high = [each.high if math.isfinite(each.high) else each.value for each in net]
    _, x_most, x_step = nice_ends(0.0, max(spent) or 1.0)
    y_least, y_most, y_step = nice_ends(min(*low, 0.0), max(*high, 0.0))

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (WIDTH - LEFT - RIGHT) * x / x_most,
            TOP + (HEIGHT - TOP - FOOT) * (y_most - y) / (y_most - y_least),
        )

    shapes: list[Shape] = []
    for number in range(round(y_least / y_step), round(y_most / y_step) + 1):
        value = number * y_step
        is_nought = number == 0
        stroke, width = (INK, 1.4) if is_nought else ("#d5dade", 0.8)
        shapes.append(Stroke(points=[at(0, value), at(x_most, value)], stroke=stroke, width=width))
        _, y = at(0, value)
        text = figure_text(value, places_of(y_step), signed=True)
        shapes.append(Label(at=(LEFT - 5, y + 4), text=text, size=11, fill=INK, anchor="end"))
    for number in range(round(x_most / x_step) + 1):
        x, y = at(number * x_step, y_least)
        shapes.append(Stroke(points=[(x, y), (x, y + 4)], stroke=INK, width=0.8))
        text = figure_text(number * x_step, places_of(x_step))
        shapes.append(Label(at=(x, y + 16), text=text, size=11, fill=INK, anchor="middle"))
    if len(rows) > 1:
        band = [at(*pair) for pair in zip(spent, high, strict=True)]
        band += [at(*pair) for pair in zip(spent[::-1], low[::-1], strict=True)]
        shapes.append(Area(points=band, fill=BAND))
        line = [at(x, each.value) for x, each in zip(spent, net, strict=True)]
        shapes.append(Stroke(points=line, stroke=BETTER, width=2.0))
    best = rows.index(curve.best)
    shapes.append(
        Disc(center=at(spent[best], net[best].value), radius=5, fill=BETTER, stroke="#ffffff", width=1.5)
    )
    days = f"{curve.horizon_days:g}"
    shapes.append(
        Label(at=(LEFT, TOP - 8), text=f"hours won over {days} days, moves paid", size=11.5, fill=GREY)
    )
    foot = f"hours spent on moves; the dot is where to stop, after {int(curve.moves[curve.best]):,} of them"
    shapes.append(Label(at=(WIDTH / 2, HEIGHT - 6), text=foot, size=11, fill=GREY, anchor="middle"))
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        title="What the moves bring wherever one stops",
        description=f"Net hours over {days} days against hours spent on moves, with the 95 % interval; most is won "
        f"after {int(curve.moves[curve.best]):,} moves.",
        shapes=shapes,
    )


def _rows(count: int, best: int) -> list[int]:
    """Evenly taken stops, the first, the last and the best among them."""
    step = max(1, math.ceil(count / MOST_POINTS))
    return sorted({*range(0, count, step), count - 1, best})
