"""The shape of orders as a terminal shows it, and as values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from layouts.demand.arrival_shape import Arrivals
from layouts.demand.counts import Spread
from layouts.demand.order_shape import CLASSES, OrderShape
from layouts.demand.spec import WEEKDAYS

PAIRS_SHOWN = 10
BAR = 40
"""Characters of the longest bar."""


def shape_text(shape: OrderShape, *, pairs: int = PAIRS_SHOWN) -> str:
    """A few lines on each of: how much, the ABC classes, orders, pairs, when; ends without a line break."""
    parts = [_totals(shape), _classes(shape), _sizes(shape), _pairs(shape, pairs)]
    if shape.arrivals is not None:
        parts.append("\n".join(_arrivals(shape.arrivals)))
    else:
        parts.append("No order tells at what date it came in, so nothing is said of weekdays and hours.")
    return "\n\n".join(parts)


def shape_dict(shape: OrderShape) -> dict[str, Any]:
    """As JSON holds it."""
    arrivals = shape.arrivals
    return {
        "schema": "aisletwin.order-shape/1",
        "orders": shape.orders,
        "made_up_orders": shape.made_up,
        "lines": shape.total_lines,
        "skus": len(shape.skus),
        "repeated_rows": shape.doubles,
        "top_20_percent_of_skus_share_of_lines": shape.share_of_lines(0.2),
        "classes": [
            {
                "class": each.name,
                "skus": each.skus,
                "lines": each.lines,
                "share_of_skus": each.skus / len(shape.skus),
                "share_of_lines": each.lines / shape.total_lines,
            }
            for each in shape.classes()
        ],
        "sku_lines": dict(zip(shape.skus, shape.sku_lines.tolist(), strict=True)),
        "lines_per_order": _spread(shape.lines),
        "pieces_per_line": _spread(shape.pieces),
        "chance_lift": shape.chance_lift,
        "pairs": [vars(pair) for pair in shape.pairs],
        "arrivals": None
        if arrivals is None
        else {
            "first_day": arrivals.first_day.isoformat(),
            "by_day": arrivals.by_day.tolist(),
            "by_hour": None if arrivals.by_hour is None else arrivals.by_hour.tolist(),
            "day_to_day": arrivals.day_to_day,
        },
    }


def _spread(spread: Spread) -> dict[str, float]:
    return {
        "mean": spread.mean,
        "share_of_ones": spread.single,
        "median": spread.quantile(0.5),
        "p95": spread.quantile(0.95),
        "most": spread.most,
    }


def _totals(shape: OrderShape) -> str:
    pieces = round(shape.pieces.mean * shape.total_lines)
    told = (
        f"{shape.orders:,} orders, {shape.total_lines:,} lines, {pieces:,} pieces, {len(shape.skus):,} SKUs"
    )
    if shape.made_up:
        who = "all" if shape.made_up == shape.orders else f"{shape.made_up:,} of them"
        told += f"\nThe orders are made up, not those of a warehouse: {who}."
    if shape.doubles:
        told += f"\nRows that repeat a SKU of their order: {shape.doubles:,}, counted with its first."
    return told


def _classes(shape: OrderShape) -> str:
    bounds = ", ".join(f"{name} to {share:.0%}" for name, share in CLASSES.items())
    rows = [
        [
            each.name,
            f"{each.skus:,}",
            f"{each.skus / len(shape.skus):.1%}",
            f"{each.lines:,}",
            f"{each.lines / shape.total_lines:.1%}",
        ]
        for each in shape.classes()
    ]
    once = int((shape.sku_lines == 1).sum())
    return (
        f"ABC by lines ({bounds} of all lines)\n{_table([['class', 'SKUs', '', 'lines', ''], *rows])}\n"
        f"20 % of the SKUs make {shape.share_of_lines(0.2):.1%} of the lines; {once:,} SKUs have one line only"
    )


def _sizes(shape: OrderShape) -> str:
    rows = [
        [
            name,
            f"{spread.mean:.2f}",
            f"{spread.single:.1%}",
            f"{spread.quantile(0.5)}",
            f"{spread.quantile(0.95)}",
            f"{spread.most:,}",
        ]
        for name, spread in (("lines of an order", shape.lines), ("pieces of a line", shape.pieces))
    ]
    return _table([["", "mean", "ones", "median", "95 %", "most"], *rows])


def _pairs(shape: OrderShape, count: int) -> str:
    if not shape.pairs:
        return "Bought together: no pair is shown to come more often than by chance"
    rows = [
        [pair.sku, pair.other, f"{pair.orders:,}", f"{pair.expected:.2g}", f"{pair.lift:.3g}"]
        for pair in shape.pairs[:count]
    ]
    shown = "" if len(shape.pairs) <= count else f", the surest {count}"
    return (
        f"Bought together more often than by chance: {len(shape.pairs):,} of all pairs{shown} "
        f"(chance alone gives lift {shape.chance_lift:.2f})\n"
        f"{_table([['SKU', 'with', 'orders', 'by chance', 'lift'], *rows])}"
    )


def _arrivals(arrivals: Arrivals) -> Iterator[str]:
    days = arrivals.by_day
    spread = "" if arrivals.day_to_day is None else f"; day to day ± {arrivals.day_to_day:.0%} beside chance"
    yield (
        f"{len(days):,} {'day' if len(days) == 1 else 'days'} from {arrivals.first_day}: {days.mean():,.1f} orders a "
        f"day, {days.min():,} to {days.max():,}{spread}"
    )
    means = [float(each.mean()) if len(each) else 0.0 for each in arrivals.by_weekday()]
    yield from _bars(WEEKDAYS, means, "orders a day")
    if arrivals.by_hour is None:
        yield "All are told by their date alone, so nothing is said of hours."
        return
    hours = arrivals.by_hour / arrivals.by_hour.sum()
    yield from _bars([f"{hour:02d}" for hour in range(24)], (100 * hours).tolist(), "% of the orders")


def _bars(names: Sequence[str], values: list[float], unit: str) -> Iterator[str]:
    top = max(values)
    for name, value in zip(names, values, strict=True):
        if value:
            yield f"{name}  {value:8,.1f} {unit:<15}  {'#' * max(round(BAR * value / top), 1)}"


def _table(rows: list[list[str]]) -> str:
    """Columns as wide as their widest cell, numbers flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
