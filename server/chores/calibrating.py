"""Calibration of logs on disk: runs, and task tables of a WMS on a site."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from layouts.calibration.coverage import Forecast
from layouts.calibration.drift import Drift, drift
from layouts.calibration.fit import Fit, fit
from layouts.calibration.steps import Distance, Steps, join, steps_of
from layouts.calibration.task_table import steps_of_tasks
from layouts.csv_table import read_rows
from layouts.run_files import HEAD, read_run
from server.sites import load_site
from spatial.errors import BadDataError
from spatial.floor.agents import agent_named
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import lengths_from

ROWS_KEPT = 4_096
FORECASTS = "forecasts.csv"
"""Where `calibrate collect` writes to in a twin's folder, and the live server looks."""


def read_steps(logs: Sequence[Path], *, site: Path | None = None, agent: str = "picker") -> Steps:
    """The steps of runs (folders) and task tables (tasks.parquet); those without ways are laid on `site`.

    Raises BadDataError for what is no log, or a log that needs a site where none is given.
    """
    distance = (
        None if site is None else distances_on(build_graph(load_site(site).facility, agent_named(agent)))
    )
    return join([_read(log, distance) for log in logs])


def _read(log: Path, distance: Distance | None) -> Steps:
    if (log / HEAD).is_file():
        return steps_of(read_run(log), distance)
    table = log / "tasks.parquet" if log.is_dir() else log
    if not table.is_file():
        raise BadDataError(
            f"{log} is no log: give the folder of a run, or one with the tasks.parquet of a WMS"
        )
    if distance is None:
        raise BadDataError(f"{table} tells no ways: give the site that they go through, with --site")
    return steps_of_tasks(table, distance)


def distances_on(graph: NavGraph) -> Distance:
    """Metres between the access points of two locations; infinite for one that the graph does not reach."""

    @lru_cache(maxsize=ROWS_KEPT)
    def from_node(node: int) -> memoryview:
        return memoryview(lengths_from(graph, [node])[0])

    def distance(start: str, end: str) -> float:
        nodes = graph.access.get(start), graph.access.get(end)
        return float("inf") if nodes[0] is None or nodes[1] is None else float(from_node(nodes[0])[nodes[1]])

    return distance


def fit_logs(logs: Sequence[Path], *, site: Path | None = None, agent: str = "picker", seed: int = 0) -> Fit:
    """The fit of all logs together."""
    return fit(read_steps(logs, site=site, agent=agent), seed=seed)


def drift_of_logs(
    before: Sequence[Path],
    now: Sequence[Path],
    *,
    site: Path | None = None,
    agent: str = "picker",
    seed: int = 0,
) -> Drift:
    """What changed from the logs `before` to those of `now`, by the aisles of the locations' ids or of the site."""
    steps = read_steps(now, site=site, agent=agent)
    if site is not None:
        aisle_of = build_graph(load_site(site).facility, agent_named(agent)).aisle_of
        zones = {place: aisle_of.get(place) or place.partition("-")[0] for place in steps.places}
    else:
        zones = {place: place.partition("-")[0] for place in steps.places}
    return drift(fit_logs(before, site=site, agent=agent, seed=seed), steps, zones)


def read_forecasts(path: Path) -> tuple[Forecast, ...]:
    """Forecasts of a CSV: kpi, day, low, high, actual[, level][, expected]. Raises BadDataError for any other."""
    return tuple(_forecast(path, row, cells) for row, cells in read_rows(path, required=FORECAST_COLUMNS))


FORECAST_COLUMNS = ("kpi", "day", "low", "high", "actual")


def _forecast(path: Path, row: int, cells: Mapping[str, str]) -> Forecast:
    numbers = {}
    for name in ("low", "high", "actual", "level", "expected"):
        if text := cells.get(name):
            numbers[name] = _number(text, where=f"{path} row {row} column '{name}'")
    forecast = Forecast(kpi=cells["kpi"], day=cells["day"], **numbers)
    if not forecast.low <= forecast.high or not 0 < forecast.level < 1:
        raise BadDataError(
            f"{path} row {row}: low {forecast.low:g}, high {forecast.high:g}, level {forecast.level:g}: "
            "low must not be above high, and the level within 0 and 1"
        )
    return forecast


def _number(text: str, *, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadDataError(f"{where}: '{text}' is no number")
    return number
