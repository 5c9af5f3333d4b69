"""Forecasts, backtests and staffing as the command line asks for them: files in, a folder out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from layouts.demand.forecasting.backtest import Backtest, backtest
from layouts.demand.forecasting.demand_table import Bucket, DemandTable
from layouts.demand.forecasting.forecast import Forecast, forecast
from layouts.demand.forecasting.forecast_files import write_backtest, write_forecast
from layouts.demand.forecasting.leaks import refuse_leaks
from layouts.demand.forecasting.log_picks import picks_of
from layouts.demand.forecasting.order_stream import (
    mix_to_come,
    order_days,
    orders_a_day,
    orders_csv,
    orders_on,
    recent_orders,
)
from layouts.demand.forecasting.plan_origins import ForecastSettings, origins_of
from layouts.demand.forecasting.read_demand import Of, Read, demand_of_moves, read_demand
from layouts.demand.forecasting.regressors import NOTHING_TOLD, Told, read_told, told_of
from layouts.demand.forecasting.staffing import Goal, Staffing, staff_for
from layouts.demand.forecasting.staffing_text import staffing_csv, staffing_dict
from layouts.orders import Order, read_orders
from layouts.scenario import Scenario, read_scenario
from layouts.simulation.run_scenario import figures_of
from server.site_files import require_room, write_json
from server.store.event_files import BadLine, read_events
from server.store.opening import open_store
from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers
from spatial.tasks.workers import Workers
from spatial.whole_files import write_whole

TABLES = (".csv", ".txt")
EVENT_FILES = (".jsonl", ".json", ".gz")
STAFFING, STAFFING_TABLE = "staffing.json", "staffing.csv"
URLS = ("postgresql://", "postgres://", "sqlite://")
SHARE_OF_FORECAST = 0.1
"""Of the whole work of staffing, for the progress that is told."""


@dataclass(frozen=True, kw_only=True)
class DemandSource:
    """What demand is read from, and how it is added up."""

    path: str
    of: Of = "pieces"
    bucket: Bucket = "day"
    time_zone: str = "UTC"
    told: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Players:
    """Who shares the work: so many processes of this machine, or a Dask cluster."""

    workers: int = 1
    cluster: str | None = None


def forecast_file(
    source: DemandSource,
    folder: Path,
    settings: ForecastSettings,
    players: Players,
    progress: Progress = silent,
) -> tuple[Forecast, tuple[str, ...], tuple[str, ...]]:
    """Write the forecast of a source into `folder`; it, what a reader must know, and the names of the files."""
    require_room(folder)
    table, told, notes = _demand(source, settings, tested=False)
    with open_workers(players.workers, cluster=players.cluster) as workers:
        done = forecast(table, settings, told=told, workers=workers, progress=progress)
    return done, notes, write_forecast(folder, done, notes)


def backtest_file(
    source: DemandSource,
    folder: Path | None,
    settings: ForecastSettings,
    players: Players,
    progress: Progress = silent,
) -> tuple[Backtest, tuple[str, ...], tuple[str, ...]]:
    """The same of a backtest; without a folder nothing is written."""
    if folder is not None:
        require_room(folder)
    table, told, notes = _demand(source, settings, tested=True)
    with open_workers(players.workers, cluster=players.cluster) as workers:
        done = backtest(table, settings, told=told, workers=workers, progress=progress)
    return done, notes, () if folder is None else write_backtest(folder, done, notes)


@dataclass(frozen=True, kw_only=True)
class StaffingWish:
    """What staffing is asked for: a goal, the share of days within the plan, and how hard to look."""

    goal: Goal
    service: float = 0.9
    most: int = 100
    replications: int = 10
    seed: int = 0
    time_zone: str = "UTC"


def staff_file(
    orders: Path,
    scenario: Path,
    folder: Path,
    settings: ForecastSettings,
    wish: StaffingWish,
    players: Players,
    progress: Progress = silent,
) -> tuple[Staffing, tuple[str, ...], tuple[str, ...]]:
    """Staff the days after a history of orders on the hall of a scenario; it, notes, and the names of the files.

    `folder` also gets the orders that were simulated, which the machines of a cluster must reach.
    """
    require_room(folder)
    base, history = read_scenario(scenario), read_orders(orders)
    times = order_days(history, wish.time_zone)
    demand_read = read_demand(orders, of="lines", time_zone=wish.time_zone)
    total = orders_a_day(times, str(orders))
    with open_workers(players.workers, cluster=players.cluster) as workers:
        days = forecast(total, settings, workers=workers)
        mix = forecast(
            demand_read.table, settings, workers=workers, progress=_part(progress, 0, SHARE_OF_FORECAST)
        )
        recent = recent_orders(history, times, wanted=mix_to_come(mix), seed=wish.seed)
        play = _DayPlayed(
            scenario=base,
            folder=folder,
            day=total.date(total.counts.shape[1]),
            recent=recent,
            wish=wish,
            workers=workers,
        )
        done = staff_for(
            days,
            play,
            wish.goal,
            service=wish.service,
            most=wish.most,
            progress=_part(progress, SHARE_OF_FORECAST, 1),
        )
    write_json(folder / STAFFING, staffing_dict(done) | {"notes": list(demand_read.notes)})
    with write_whole(folder / STAFFING_TABLE) as aside:
        aside.write_text(staffing_csv(done), encoding="utf-8")
    return done, demand_read.notes, (STAFFING_TABLE, STAFFING, *sorted(play.written))


class _DayPlayed:
    """Plays a day of so many orders with so many pickers; its orders are drawn anew in every replication."""

    def __init__(
        self,
        *,
        scenario: Scenario,
        folder: Path,
        day: dt.date,
        recent: Sequence[Order],
        wish: StaffingWish,
        workers: Workers,
    ) -> None:
        if scenario.operations.staff:
            raise BadDataError(
                "pickers change nothing where operations.staff says who works: take it out of the scenario"
            )
        self._scenario, self._folder, self._day = scenario, folder, day
        self._recent, self._wish, self._workers = recent, wish, workers
        self.written: set[str] = set()

    def __call__(self, orders: int, pickers: int) -> Mapping[str, Sequence[float]]:
        starts_at = self._scenario.starts_at
        path = self._folder / f"orders-{orders}.csv"
        if path.name not in self.written:
            drawn = orders_on(
                self._day,
                orders,
                self._recent,
                seed=self._wish.seed,
                time_zone=self._wish.time_zone,
                is_timed=starts_at is not None,
            )
            with write_whole(path) as aside:
                aside.write_text(orders_csv(drawn), encoding="utf-8")
            self.written.add(path.name)
        moved = None if starts_at is None else dt.datetime.combine(self._day, starts_at.timetz())
        changes: dict[str, Any] = {
            "orders": path,
            "pickers": pickers,
            "redraw_orders": True,
            "starts_at": moved,
        }
        task = partial(figures_of, self._scenario.model_copy(update=changes))
        rows = self._workers.play(task, range(self._wish.replications), lambda _: None)
        if lacking := [number for number, row in enumerate(rows) if self._wish.goal.figure not in row]:
            raise BadDataError(
                f"replication {lacking[0]} has no {self._wish.goal.figure}: orders need due times and the scenario "
                "starts_at for it; take another --goal"
            )
        return {self._wish.goal.figure: [row[self._wish.goal.figure] for row in rows]}


def _demand(
    source: DemandSource, settings: ForecastSettings, *, tested: bool
) -> tuple[DemandTable, Told, tuple[str, ...]]:
    """The table of a source, what is told of its days, both checked, and notes."""
    table, notes = _read(source)
    table = table if source.bucket == "day" else table.weeks()
    if source.told is None:
        return table, NOTHING_TOLD, notes
    rows = read_told(source.told)
    told = told_of(rows, table, settings.horizon)
    origins, _ = origins_of(table, settings, tested=tested)
    return table, told, (*notes, *refuse_leaks(rows, told, table, origins, settings.horizon))


def _read(source: DemandSource) -> Read:
    """Orders or counts, a folder of `wms load`, events as lines of JSON, or the log of a live twin."""
    path = Path(source.path)
    if not source.path.startswith(URLS) and (path.is_dir() or path.suffix.lower() in TABLES):
        return read_demand(path, of=source.of, time_zone=source.time_zone)
    if not source.path.startswith(URLS) and path.suffix.lower() in EVENT_FILES:
        events = (each for each in read_events(path) if not isinstance(each, BadLine))
        return demand_of_moves(picks_of(events), of=source.of, time_zone=source.time_zone, source=source.path)
    if not source.path.startswith(URLS) and not path.is_file():
        raise BadDataError(f"{path} is no file: give orders as .csv, a folder of 'wms load', events or a log")
    log = open_store(source.path)
    try:
        moves = picks_of(each.event for each in log.read())
        return demand_of_moves(moves, of=source.of, time_zone=source.time_zone, source=source.path)
    finally:
        log.close()


def _part(progress: Progress, begin: float, end: float) -> Progress:
    """What is told of a part of the work, as a share of all."""
    return lambda what, share: progress(what, begin + (end - begin) * share)
