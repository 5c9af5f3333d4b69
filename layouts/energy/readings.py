"""readings.csv: what each asset used in each interval, and the work that it did meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layouts.csv_table import read_rows
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]
REQUIRED = ("asset", "start", "kwh")
GROUPS = ("zone", "line")


@dataclass(frozen=True, kw_only=True)
class AssetReadings:
    """Energy `kwh` (N,) of intervals that begin at `starts`, in order, and the `work` (N, K) done in them."""

    asset: str
    zone: str
    line: str
    starts: tuple[datetime, ...]
    kwh: Floats
    work: Floats


@dataclass(frozen=True, kw_only=True)
class Readings:
    """The assets by name, and what the K columns of their work are."""

    assets: tuple[AssetReadings, ...]
    drivers: tuple[str, ...]


def read_readings(path: Path) -> Readings:
    """Read `asset,start,kwh[,zone][,line]`; every other column is work, a number such as picks, metres or °C.

    Raises BadDataError with file, row and column for what is no time or number, energy below 0, two readings of an
    asset at one time, an asset in two zones or lines, and a table without rows.
    """
    rows: dict[str, dict[datetime, tuple[int, Mapping[str, str]]]] = {}
    drivers: tuple[str, ...] = ()
    for row, cells in read_rows(path, required=REQUIRED):
        drivers = tuple(name for name in cells if name not in (*REQUIRED, *GROUPS))
        start, of_asset = _start(path, row, cells["start"]), rows.setdefault(cells["asset"], {})
        if start in of_asset:
            raise BadDataError(
                f"{path} row {row}: asset '{cells['asset']}' has a reading at {cells['start']} already: leave one out"
            )
        of_asset[start] = row, cells
    if not rows:
        raise BadDataError(f"{path} has no rows: give at least one reading")
    return Readings(
        assets=tuple(_asset(path, name, rows[name], drivers) for name in sorted(rows)), drivers=drivers
    )


def _asset(
    path: Path, name: str, rows: Mapping[datetime, tuple[int, Mapping[str, str]]], drivers: tuple[str, ...]
) -> AssetReadings:
    starts = tuple(sorted(rows))
    ordered = [rows[start] for start in starts]
    places = [{cells.get(group) or "" for _, cells in ordered} for group in GROUPS]
    for group, found in zip(GROUPS, places, strict=True):
        if len(found) > 1:
            raise BadDataError(f"{path}: asset '{name}' has {group}s {', '.join(sorted(found))}: give it one")
    kwh = [_number(path, row, "kwh", cells) for row, cells in ordered]
    if min(kwh) < 0:
        raise BadDataError(f"{path}: asset '{name}' has {min(kwh):g} kwh, below 0: give what it used")
    work = [[_number(path, row, driver, cells) for driver in drivers] for row, cells in ordered]
    return AssetReadings(
        asset=name,
        zone=places[0].pop(),
        line=places[1].pop(),
        starts=starts,
        kwh=np.array(kwh),
        work=np.array(work, np.float64).reshape(len(ordered), len(drivers)),
    )


def _start(path: Path, row: int, text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = datetime.min
    if start.tzinfo is None:
        raise BadDataError(
            f"{path} row {row}: start '{text}' is no time: give ISO 8601 with its offset, as 2026-05-04T06:00:00Z"
        )
    return start


def _number(path: Path, row: int, column: str, cells: Mapping[str, str]) -> float:
    try:
        value = float(cells[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadDataError(f"{path} row {row}: {column} '{cells[column]}' is no number: give one")
    return value
