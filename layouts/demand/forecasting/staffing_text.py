"""A staffing as text, plain values and a table."""

from __future__ import annotations

from typing import Any

from layouts.demand.forecasting.quantiles import LAST, LEVELS, MIDDLE
from layouts.demand.forecasting.staffing import Need, StaffedDay, Staffing
from layouts.what_if.figure_kinds import figure_kind


def staffing_text(done: Staffing) -> str:
    """A line for each day, and what the simulated days needed."""
    lines = [
        f"Pickers for {done.goal}, planned so that {done.service:.0%} of such days are within the plan:",
        f"{'day':<15}{'orders [90 %]':>24}{'pickers [90 %]':>22}{'plan':>6}",
        *(_day_text(day) for day in done.days),
        "Simulated:",
        *(_need_text(need, done.goal.figure) for need in done.needs),
        "The band is that of the forecast; what chance does within a day is in the simulated figures.",
    ]
    return "\n".join(lines)


def staffing_dict(done: Staffing) -> dict[str, Any]:
    """Every day with the quantiles of its orders and pickers, and every number of orders that was simulated."""
    return {
        "goal": str(done.goal),
        "service": done.service,
        "levels": LEVELS.tolist(),
        "days": [
            {
                "date": day.date.isoformat(),
                "orders": list(day.orders),
                "pickers": list(day.pickers),
                "planned": day.planned,
            }
            for day in done.days
        ],
        "simulated": [
            {
                "orders": need.orders,
                "pickers": need.pickers,
                "undecided_from": need.low,
                "reached": need.reached.record(),
            }
            for need in done.needs
        ],
    }


def staffing_csv(done: Staffing) -> str:
    """`date,planned`, orders and pickers at the ends and the middle of the band."""
    header = "date,planned,orders_q05,orders_q50,orders_q95,pickers_q05,pickers_q50,pickers_q95\n"
    rows = (
        ",".join(map(str, (day.date, day.planned, *_ends(day.orders), *_ends(day.pickers))))
        for day in done.days
    )
    return header + "".join(f"{row}\n" for row in rows)


def _ends(values: tuple[int, ...]) -> tuple[int, int, int]:
    return values[0], values[MIDDLE], values[LAST]


def _day_text(day: StaffedDay) -> str:
    orders, pickers = (
        f"{middle:,} [{low:,} to {high:,}]" for low, middle, high in (_ends(day.orders), _ends(day.pickers))
    )
    return f"{day.date:%a %Y-%m-%d} {orders:>24}{pickers:>22}{day.planned:>6}"


def _need_text(need: Need, figure: str) -> str:
    kind = figure_kind(figure)
    reached = need.reached.scaled(kind.factor).text(kind.unit)
    unsure = "" if need.low == need.pickers else f" (from {need.low} on it cannot be decided)"
    return f"  {need.orders:,} orders: {need.pickers} pickers{unsure}, {kind.title} {reached}"
