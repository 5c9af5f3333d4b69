"""A line played as often as its figures ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from layouts.lines.draws import HOUR_S, Draws, draw_line
from layouts.lines.feeds import known_times_s
from layouts.lines.figures import Window, line_figures
from layouts.lines.play import play
from layouts.lines.spec import LineSpec
from layouts.lines.tables import Closure, Floats, Layout, Log, layout_of
from layouts.statistics.replications import Precision, Replications, run_replications
from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from spatial.tasks.workers import Workers

MOST_STAYS = 10_000_000
"""Stays of jobs at stations in a replication: with what is drawn for them two thirds of a gigabyte."""


@dataclass(frozen=True, kw_only=True)
class LineRun:
    """Hours that count after those of the warm-up, played `times` times (at least 2), or until the half-width of
    jobs per hour is within `relative` of them, `most` times.
    """

    hours: float = 8.0
    warm_up_hours: float = 1.0
    times: int = 20
    relative: float | None = None
    most: int = 1000
    seed: int = 0

    @property
    def window(self) -> Window:
        """The seconds that count."""
        return Window(self.warm_up_hours * HOUR_S, (self.warm_up_hours + self.hours) * HOUR_S)


def run_line(
    line: LineSpec, wished: LineRun, *, workers: Workers | None = None, progress: Progress = silent
) -> Replications:
    """The figures of `line_figures` with their intervals; the same for any `workers`.

    Raises BadDataError for a feed that is wrong, and for more than 10 million stays a replication; UndecidedError
    where too little happens.
    """
    times_s = known_times_s(line.feed)
    check_size(line, times_s, wished.window.to_s)
    wanted = {} if wished.relative is None else {"jobs_per_hour": Precision(relative=wished.relative)}
    return run_replications(
        partial(figures_of, line, times_s, wished),
        wanted=wanted,
        first=wished.times,
        most=max(wished.most, wished.times),
        workers=workers,
        progress=progress,
    )


def figures_of(line: LineSpec, times_s: Floats | None, wished: LineRun, replication: int) -> dict[str, float]:
    """The figures of one replication."""
    layout, draws, log = play_line(
        line, times_s, horizon_s=wished.window.to_s, seed=wished.seed, replication=replication
    )
    return line_figures(line, layout, draws, log, wished.window)


def play_line(
    line: LineSpec,
    times_s: Floats | None,
    *,
    horizon_s: float,
    seed: int,
    replication: int,
    closures: Sequence[Closure] = (),
) -> tuple[Layout, Draws, Log]:
    """One replication: the line's tables, what was drawn, and what came of it."""
    layout = layout_of(line.stations, closures)
    draws = draw_line(line, times_s, horizon_s=horizon_s, seed=seed, replication=replication)
    log = play(layout, draws.arrivals_s, draws.work_s + draws.down_s, horizon_s=horizon_s)
    return layout, draws, log


def check_size(line: LineSpec, times_s: Floats | None, horizon_s: float) -> None:
    """Raise BadDataError where a replication would not fit into memory, or jobs without end come at once."""
    first = line.stations[0]
    if times_s is not None:
        jobs = float(len(times_s))
    elif line.feed.per_hour is not None:
        jobs = line.feed.per_hour * horizon_s / HOUR_S
    elif first.takes.mean_s > 0:
        jobs = first.servers * horizon_s / first.takes.mean_s
    else:
        raise BadDataError(
            f"station '{first.name}' takes 0 s of jobs that are always at hand: give it a time"
        )
    if jobs * len(line.stations) > MOST_STAYS:
        raise BadDataError(
            f"{jobs:.3g} jobs at {len(line.stations)} stations are more than {MOST_STAYS:,} stays: play fewer hours"
        )


def loads(line: LineSpec, times_s: Floats | None, horizon_s: float) -> dict[str, float] | None:
    """The work offered to each station over what its servers can do; None where a job is always at hand.

    At 1 or above a queue grows as long as one plays.
    """
    if line.feed.always:
        return None
    per_s = (
        (line.feed.per_hour or 0.0) / HOUR_S
        if times_s is None
        else float((times_s <= horizon_s).sum()) / horizon_s
    )
    return {each.name: per_s * each.offered_s / each.servers for each in line.stations}
