"""What differs from one replication to the next: when jobs come, how long they take, how long servers are down.

A station's numbers hang on its name only, so that lines that differ in one station share all others'.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from layouts.lines.laws import Law
from layouts.lines.spec import LineSpec, Station
from layouts.lines.tables import Floats
from layouts.statistics.common_numbers import stream

HOUR_S = 3600.0


class Draws(NamedTuple):
    """Of N jobs and M stations: `arrivals_s` (N,) in order; the k-th to begin at station m works `work_s[k, m]` and
    is then held up `down_s[k, m]` by breakdowns.
    """

    arrivals_s: Floats
    work_s: Floats
    down_s: Floats


def draw_line(
    line: LineSpec, times_s: Floats | None, *, horizon_s: float, seed: int, replication: int
) -> Draws:
    """Those of one replication; `times_s` (N,) are arrivals that are known, None where the feed draws them."""
    arrivals = _arrivals(line, horizon_s, seed, replication) if times_s is None else times_s
    columns = [_station(each, len(arrivals), seed, replication) for each in line.stations]
    work, down = (np.column_stack([column[part] for column in columns]) for part in (0, 1))
    return Draws(arrivals, work, down)


def _arrivals(line: LineSpec, horizon_s: float, seed: int, replication: int) -> Floats:
    random = stream(seed, replication=replication, agent=0, purpose="line arrivals")
    if line.feed.per_hour is None:
        # the first station begins no more than its servers can do, had they never to wait
        first = line.stations[0]
        most = _until(lambda size: first.takes.draw(random, size), first.servers * horizon_s)
        return np.zeros(len(most) + first.servers)
    gaps = Law(exponential=HOUR_S / line.feed.per_hour)
    came = np.cumsum(_until(lambda size: gaps.draw(random, size), horizon_s))
    return came[came <= horizon_s]


def _until(draw: Callable[[int], Floats], total: float) -> Floats:
    """So many draws that their sum passes `total`."""
    drawn, reached = [draw(256)], 0.0
    while (reached := reached + float(drawn[-1].sum())) <= total:
        drawn.append(draw(2 * len(drawn[-1])))
    return np.concatenate(drawn)


def _station(station: Station, jobs: int, seed: int, replication: int) -> tuple[Floats, Floats]:
    """Work and time down (N,) of the jobs in the order in which they begin."""

    def of(what: str) -> np.random.Generator:
        return stream(seed, replication=replication, agent=0, purpose=f"line {station.name} {what}")

    work = station.takes.draw(of("work"), jobs)
    if station.breakdowns is None:
        return work, np.zeros(jobs)
    stops = of("stops").poisson(work / station.breakdowns.mean_work_s)
    lasting = station.breakdowns.down.draw(of("down"), int(stops.sum()))
    held_up = np.zeros(jobs)
    np.add.at(held_up, np.repeat(np.arange(jobs), stops), lasting)
    return work, held_up
