"""Figures as a reader sees them: rounded to their interval as everywhere else, with signs and separators."""

from __future__ import annotations

import math

from layouts.report.markup import Markup, joined, tag
from layouts.statistics.intervals import Estimate

MINUS = "−"


def figure_text(value: float, decimals: int, *, signed: bool = False) -> str:
    """`1,234.5`; with a sign where it is asked for, which nought has not."""
    text = f"{abs(round(value, decimals)):,.{max(decimals, 0)}f}"
    is_nought = not any(digit in text for digit in "123456789")
    if is_nought or (value > 0 and not signed):
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def decimals_of(estimate: Estimate) -> int:
    """So many that the half-width has two digits, no finer than a millionth of the value; four without a spread."""
    half = estimate.half_width
    if 0 < half < math.inf:
        return 1 - math.floor(math.log10(max(half, 1e-6 * abs(estimate.value))))
    return 3 - math.floor(math.log10(abs(estimate.value) or 1.0))


def plain_number(value: float, digits: int = 4) -> str:
    """A number without an interval, to so many digits, without trailing noughts."""
    decimals = digits - 1 - math.floor(math.log10(abs(value) or 1.0))
    text = figure_text(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_text(confidence: float) -> str:
    """`95`, `98.3`, `99.69`: a confidence in percent, with two digits of what it lacks."""
    decimals = 1 - math.floor(math.log10(100 * (1 - confidence)))
    text = f"{100 * confidence:.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval_text(estimate: Estimate, unit: str = "", *, signed: bool = False) -> str:
    """`+3.2 to +5.0 %`, what there is of it."""
    places = decimals_of(estimate)
    low, high = (
        figure_text(end, places, signed=signed) if math.isfinite(end) else ""
        for end in (estimate.low, estimate.high)
    )
    if not low and not high:
        return "no interval: too few replications"
    if not high or not low:
        return f"{low or high} {unit}".rstrip() + (" or more" if low else " or less")
    if estimate.low == estimate.high:
        return "no spread seen"
    return f"{low} to {high} {unit}".rstrip()


def figure(estimate: Estimate, unit: str = "", *, signed: bool = False) -> Markup:
    """`812 lines/h [790 to 834]`; the exact numbers go along for whoever reads the page by machine."""
    value = figure_text(estimate.value, decimals_of(estimate), signed=signed)
    return joined(
        tag(
            "data",
            f"{value} {unit}".rstrip(),
            value=estimate.value,
            data_low=_kept(estimate.low),
            data_high=_kept(estimate.high),
        ),
        " ",
        tag("span", f"[{interval_text(estimate, signed=signed)}]", class_="interval"),
    )


def _kept(end: float) -> float | None:
    return end if math.isfinite(end) else None
