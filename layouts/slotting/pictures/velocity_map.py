"""What each location is picked before and after a plan: what pictures and viewers show of it."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.csv_table import read_rows
from layouts.slotting.problem import SlottingProblem
from spatial.errors import BadDataError

Ints = npt.NDArray[np.int64]

VELOCITY = "velocity.csv"
"""Its file in the folder of a plan."""
HEADER = ("location", "skus_before", "skus_after", "visits_before", "visits_after")
APART = "; "
"""Between the SKUs of a location."""


class LocationVelocity(NamedTuple):
    """The SKUs of a location and how often tours come for them, over the stretch that was planned for."""

    location: str
    skus_before: tuple[str, ...]
    skus_after: tuple[str, ...]
    visits_before: float
    visits_after: float


class SkuMove(NamedTuple):
    """A SKU that goes from one location to another; `from_location` is None for one that had none."""

    sku: str
    from_location: str | None
    to_location: str


@dataclass(frozen=True, kw_only=True)
class VelocityMap:
    """Every location that may be picked from, in the order of the problem, and every SKU that moves."""

    locations: tuple[LocationVelocity, ...]
    moves: tuple[SkuMove, ...]


def velocity_map(problem: SlottingProblem, assignment: Ints) -> VelocityMap:
    """Today against `assignment` (U,)."""
    visits = problem.visits
    before, after = (_held(problem, where) for where in (problem.now, assignment))
    counts = [_counts(problem, where, visits) for where in (problem.now, assignment)]
    rows = tuple(
        LocationVelocity(name, before[row], after[row], float(counts[0][row]), float(counts[1][row]))
        for row, name in enumerate(problem.location)
    )
    moved = np.flatnonzero((assignment != problem.now) & (assignment >= 0)).tolist()
    moves = tuple(
        SkuMove(
            problem.sku[unit],
            problem.location[problem.now[unit]] if problem.now[unit] >= 0 else None,
            problem.location[assignment[unit]],
        )
        for unit in moved
    )
    return VelocityMap(locations=rows, moves=moves)


def _held(problem: SlottingProblem, where: Ints) -> list[tuple[str, ...]]:
    held: list[tuple[str, ...]] = [()] * len(problem.location)
    for sku, location in zip(problem.sku, where.tolist(), strict=True):
        if location >= 0:
            held[location] = (*held[location], sku)
    return held


def _counts(
    problem: SlottingProblem, where: Ints, visits: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    placed = where >= 0
    return np.asarray(np.bincount(where[placed], visits[placed], len(problem.location)), np.float64)


def write_velocity_map(path: Path, found: VelocityMap) -> None:
    """Write the locations as CSV; moves follow from them where a SKU has one location."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for row in found.locations:
            skus = (APART.join(each) for each in (row.skus_before, row.skus_after))
            rows.writerow((row.location, *skus, f"{row.visits_before:.6g}", f"{row.visits_after:.6g}"))


def read_velocity_map(path: Path) -> VelocityMap:
    """Read what `write_velocity_map` wrote; BadDataError names file, row and column of what is wrong."""
    if not path.is_file():
        raise BadDataError(f"{path} is missing: give the folder of a plan, which `aisletwin slot run` wrote")
    rows = tuple(_rows(path))
    return VelocityMap(locations=rows, moves=tuple(_moves(rows)))


def _rows(path: Path) -> Iterator[LocationVelocity]:
    for row, cells in read_rows(path, required=("location",)):
        before, after = (tuple(filter(None, cells.get(name, "").split(APART))) for name in HEADER[1:3])
        visits = [_visits(path, row, name, cells.get(name, "")) for name in HEADER[3:]]
        yield LocationVelocity(cells["location"], before, after, *visits)


def _visits(path: Path, row: int, column: str, text: str) -> float:
    try:
        visits = float(text)
    except ValueError:
        visits = math.nan
    if not (math.isfinite(visits) and visits >= 0):
        raise BadDataError(f"{path} row {row} column '{column}' is '{text}': expected visits, 0 or more")
    return visits


def _moves(rows: tuple[LocationVelocity, ...]) -> Iterator[SkuMove]:
    """Each SKU's locations that it leaves, paired with those it comes to, in the order of the locations."""
    left: dict[str, list[str]] = {}
    come: dict[str, list[str]] = {}
    for row in rows:
        for sku in row.skus_before:
            if sku not in row.skus_after:
                left.setdefault(sku, []).append(row.location)
        for sku in row.skus_after:
            if sku not in row.skus_before:
                come.setdefault(sku, []).append(row.location)
    for sku, places in come.items():
        froms = left.get(sku, [])
        for number, place in enumerate(places):
            yield SkuMove(sku, froms[number] if number < len(froms) else None, place)
