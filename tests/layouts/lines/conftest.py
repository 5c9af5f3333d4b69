"""Lines small enough to write down."""

from __future__ import annotations

import math
from typing import Any

from layouts.lines.laws import Law
from layouts.lines.run_line import LineRun, figures_of
from layouts.lines.spec import Feed, LineSpec, Station
from layouts.statistics.intervals import mean_interval


def station(name: str, mean_s: float, **more: Any) -> Station:
    """Exponential, unless `takes` says otherwise."""
    return Station(name=name, **({"takes": Law(exponential=mean_s)} | more))


def line_of(per_hour: float | None, *stations: Station) -> LineSpec:
    feed = Feed(always=True) if per_hour is None else Feed(per_hour=per_hour)
    return LineSpec(feed=feed, stations=stations)


def erlang_c(servers: int, offered: float) -> float:
    """The share of customers that wait in M/M/c."""
    top = offered**servers / math.factorial(servers) / (1 - offered / servers)
    return top / (sum(offered**k / math.factorial(k) for k in range(servers)) + top)


def misses(
    line: LineSpec, run: LineRun, expected: dict[str, float], *, seeds: int, times: int
) -> dict[str, int]:
    """For each figure in how many of the seeds its 95 % interval leaves out what theory says."""
    missed = dict.fromkeys(expected, 0)
    for seed in range(seeds):
        rows = [figures_of(line, None, run, seed * times + number) for number in range(times)]
        for name, value in expected.items():
            told = mean_interval([row[name] for row in rows])
            missed[name] += not told.low <= value <= told.high
    return missed
