"""The ledger of benefits as a file that only grows, and the tables of daily figures that it is judged by."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import math
import os
from pathlib import Path

import numpy as np

from layouts.benefit.ledger import Accepted, Realised, hash_of, line_of, read_lines, require_fitting
from layouts.benefit.realised import EPOCH, DailyKpi
from layouts.csv_table import read_rows
from spatial.errors import BadDataError


def read_ledger(path: Path) -> tuple[tuple[Accepted | Realised, ...], str]:
    """The entries of a ledger and its head, the hash of its last line; none of a file that is not there.

    Raises BadDataError for a line that was changed, moved, taken out or cut short.
    """
    if not path.exists():
        return read_lines([])
    try:
        text = path.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):
            raise ValueError(
                "its last line was cut short: keep it as evidence, and remove that line from a copy"
            )
        return read_lines(text.splitlines())
    except (ValueError, OSError) as error:
        raise BadDataError(f"{path}: {error}") from error


def append(path: Path, entry: Accepted | Realised) -> str:
    """Write an entry at the end, on disk when this returns; the new head. One process at a time.

    Raises BadDataError for a ledger that is not as it was written, ValueError for an entry that does not fit.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        entries, before = read_ledger(path)
        require_fitting(entries, entry)
        line = line_of(entry, before)
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return hash_of(line)


def read_daily(path: Path, kpi: str, covariates: tuple[str, ...]) -> tuple[DailyKpi, str]:
    """The figure `kpi` and the `covariates` of a CSV with a column `day`, in order of days, and its SHA-256.

    Raises BadDataError for a missing column, a day that is none or comes twice, and what is no number.
    """
    found: dict[int, list[float]] = {}
    for row, cells in read_rows(path, required=("day", kpi, *covariates)):
        place = f"{path} row {row}"
        try:
            day = (dt.date.fromisoformat(cells["day"]) - EPOCH).days
        except ValueError as error:
            raise BadDataError(f"{place}: day '{cells['day']}' is none: write it as 2026-11-27") from error
        if day in found:
            raise BadDataError(f"{place}: day {cells['day']} comes twice: keep one row a day")
        found[day] = [_number(cells[name], f"{place} column '{name}'") for name in (kpi, *covariates)]
    days = sorted(found)
    table = np.array([found[day] for day in days], np.float64).reshape(len(days), 1 + len(covariates))
    daily = DailyKpi(np.array(days, np.int64), table[:, 0], table[:, 1:], covariates)
    return daily, hashlib.sha256(path.read_bytes()).hexdigest()


def _number(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadDataError(f"{place}: '{text}' is no number: correct it, or leave the day out")
    return value
