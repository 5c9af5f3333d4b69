"""How many pickers the days to come need: for each quantile of demand as many as simulated shifts show to suffice."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layouts.demand.forecasting.forecast import Forecast
from layouts.demand.forecasting.quantiles import LEVELS
from layouts.statistics.intervals import Estimate, mean_interval
from spatial.errors import UndecidedError
from spatial.progress import Progress, silent

MOST_LEVELS = 5
"""Numbers of orders that are simulated; those between lie on straight lines."""

Answer = Literal["met", "missed", "cannot decide"]
Play = Callable[[int, int], Mapping[str, Sequence[float]]]
"""The figures of replications of a day with so many orders, picked by so many."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A figure of a shift and what it must reach in the mean of replications."""

    figure: str
    is_least: bool
    bound: float

    def __str__(self) -> str:
        return f"{self.figure}{'>=' if self.is_least else '<='}{self.bound:g}"

    def answer(self, estimate: Estimate) -> Answer:
        """Whether its interval is on one side of the bound."""
        low, high = estimate.low - self.bound, estimate.high - self.bound
        low, high = (low, high) if self.is_least else (-high, -low)
        return "met" if low >= 0 else "missed" if high < 0 else "cannot decide"


def parse_goal(text: str, figures: Sequence[str]) -> Goal:
    """`on_time_share>=0.95` or `makespan_s<=28800`; ValueError for anything else."""
    found = re.fullmatch(r"\s*(\w+)\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*", text)
    if found is None:
        raise ValueError(f"'{text}' is no goal: give FIGURE>=VALUE or FIGURE<=VALUE, as on_time_share>=0.95")
    if found[1] not in figures:
        raise ValueError(f"there is no figure '{found[1]}': choose one of {', '.join(figures)}")
    return Goal(figure=found[1], is_least=found[2] == ">=", bound=float(found[3]))


@dataclass(frozen=True, kw_only=True)
class Need:
    """Pickers for a day of so many orders: with `pickers` the goal is shown to be met, with fewer than `low` missed.

    Between the two it cannot be decided. `reached` is the figure with `pickers`.
    """

    orders: int
    low: int
    pickers: int
    reached: Estimate


@dataclass(frozen=True, kw_only=True)
class StaffedDay:
    """Orders and pickers (Q,) of a day at each of LEVELS, and how many to plan for the service asked for."""

    date: dt.date
    orders: tuple[int, ...]
    pickers: tuple[int, ...]
    planned: int


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """The days of a forecast, and what was simulated for them."""

    goal: Goal
    service: float
    days: tuple[StaffedDay, ...]
    needs: tuple[Need, ...]


def staff_for(
    demand: Forecast, play: Play, goal: Goal, *, service: float, most: int, progress: Progress = silent
) -> Staffing:
    """Staff the days of `demand`, the forecast of the one series of orders a day.

    1. Of all orders that a quantile of any day has, up to MOST_LEVELS numbers from the least to the most are
       simulated.
    2. For each the least number of pickers that is shown to meet the goal is found by bisection. That takes for
       granted that one more never makes it worse; where aisles are crowded, look at `simulate --what-if` too.
    3. A number of orders in between needs what a straight line gives, rounded up; none needs nobody.
    4. Each quantile of a day's orders gives the same quantile of its pickers, as more orders never need fewer.
       `service` (one of LEVELS or the next one above) says for which share of such days the plan suffices.

    Raises UndecidedError where `most` pickers are not shown to suffice for the most orders.
    """
    quantiles = demand.quantiles[0].astype(np.int64)
    wanted = np.unique(quantiles[quantiles > 0])
    if not len(wanted):
        raise UndecidedError("no orders are forecast: there is nobody to plan")
    levels = np.unique(np.rint(np.linspace(wanted[0], wanted[-1], MOST_LEVELS)).astype(np.int64)).tolist()
    needs: list[Need] = []
    for number, orders in enumerate(levels):
        progress(f"{orders} orders", number / len(levels))
        needs.append(least_pickers(orders, play, goal, first=needs[-1].pickers if needs else 1, most=most))
    at = int(np.searchsorted(LEVELS, service - 1e-9))
    if at == len(LEVELS):
        raise ValueError(f"service {service:g} is above {LEVELS[-1]:g}, the last quantile of the forecast")
    days = []
    for h, row in enumerate(quantiles.tolist()):
        pickers = tuple(pickers_for(orders, needs) for orders in row)
        date = demand.table.date(demand.table.counts.shape[1] + h)
        days.append(StaffedDay(date=date, orders=tuple(row), pickers=pickers, planned=pickers[at]))
    progress("staffed", 1.0)
    return Staffing(goal=goal, service=service, days=tuple(days), needs=tuple(needs))


def least_pickers(orders: int, play: Play, goal: Goal, *, first: int, most: int) -> Need:
    """The least number of pickers from 1 to `most` with which the goal is shown to be met, sought from `first`."""
    known: dict[int, Estimate] = {}

    def answer(pickers: int) -> Answer:
        if pickers not in known:
            known[pickers] = mean_interval(list(play(orders, pickers)[goal.figure]))
        return goal.answer(known[pickers])

    below, above = 0, first
    while answer(above) != "met":
        if above == most:
            raise UndecidedError(
                f"cannot decide: {most} pickers are not shown to reach {goal} with {orders} orders, they reach "
                f"{known[most]}: raise --most or --replications, or lower the goal"
            )
        below, above = above, min(2 * above, most)
    pickers = _first(lambda number: answer(number) == "met", below, above)
    missed = max((number for number in known if answer(number) == "missed"), default=0)
    low = _first(lambda number: answer(number) != "missed", missed, pickers)
    return Need(orders=orders, low=low, pickers=pickers, reached=known[pickers])


def _first(is_reached: Callable[[int], bool], below: int, above: int) -> int:
    """The least number for which it is so; it is not for `below`, but it is for `above`."""
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if is_reached(middle) else (middle, above)
    return above


def pickers_for(orders: int, needs: Sequence[Need]) -> int:
    """Pickers for so many orders, on straight lines between what was simulated, at least one for any order."""
    if orders == 0:
        return 0
    x, y = [need.orders for need in needs], [need.pickers for need in needs]
    return max(1, math.ceil(float(np.interp(orders, x, y)) - 1e-9))
