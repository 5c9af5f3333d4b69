"""The set `wms_history_synth`: its warehouse, its batches as tours, and where its SKUs were at any time.

Units are the SKUs, in the order of their names; locations are those of the initial stock, in the order of their ids.
Places are the bays, the dock being the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layouts.slotting.aisles.floor import AisleFloor, aisle_floor
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import Metric, table_metric
from layouts.slotting.problem import NOWHERE, SlottingProblem, TourUnits
from layouts.tours.parallel_aisles import ParallelAisles, Picks

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

INCH_M = 0.0254
SECONDS_PER_M = 1.0
BLOCKS = 2
SAME_M = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class WmsHistory:
    """Batch t visits `tours` row t; `begun_us` (T,) is when, rising; `where` gives, row by row of `tours.unit`, the
    location where the history had the unit at its first pick.

    Unit `carried_unit[k]` was carried to location `carried_to[k]` at `carried_us[k]`.
    """

    sku: tuple[str, ...]
    merchant: Ints
    location: tuple[str, ...]
    place: Ints
    metric: Metric
    floor: AisleFloor
    initial: Ints
    tours: TourUnits
    begun_us: Ints
    where: Ints
    carried_us: Ints
    carried_unit: Ints
    carried_to: Ints

    def now(self, tour: int) -> Ints:
        """The location (U,) of each unit when that tour begins (at the end for the number of tours)."""
        now = self.initial.copy()
        until = self.begun_us[tour] if tour < len(self.begun_us) else np.iinfo(np.int64).max
        for row in np.flatnonzero(self.carried_us < until):
            now[self.carried_unit[row]] = self.carried_to[row]
        return now

    def part(self, first: int, end: int) -> TourUnits:
        """The tours from `first` to before `end`."""
        start = self.tours.start[first : end + 1]
        return TourUnits(
            start=start - start[0],
            unit=self.tours.unit[start[0] : start[-1]],
            weight=self.tours.weight[first:end],
        )

    def problem(self, tours: TourUnits, now: Ints) -> SlottingProblem:
        """Slotting for these tours, from where units are now; one unit a location is the only rule."""
        return SlottingProblem(
            sku=self.sku,
            location=self.location,
            now=now,
            fixed=np.zeros(len(self.sku), np.bool_),
            place=self.place,
            metric=self.metric,
            seconds_per_m=SECONDS_PER_M,
            tours=tours,
            rules=one_each(len(self.location), len(self.sku)),
        )


def read_history(folder: Path) -> WmsHistory:
    """The history in a folder of the set's parquet files."""
    bays = pq.read_table(folder / "coordinates.parquet").to_pydict()
    stock = pq.read_table(folder / "initial_stock.parquet").sort_by("location_id").to_pydict()
    picks = pq.read_table(folder / "picking_events.parquet")
    carried = pq.read_table(folder / "replenishment_events.parquet").sort_by("timestamp")
    carried = carried.filter(pc.not_equal(carried["source_location_id"], carried["target_location_id"]))
    metric = _metric(bays["bay_id"], pq.read_table(folder / "distances.parquet"))
    place_of = {bay: row for row, bay in enumerate(bays["bay_id"])}
    sku = tuple(sorted({each for each in stock["sku"] if each is not None}))
    unit_of = {each: row for row, each in enumerate(sku)}
    initial, merchant = np.full(len(sku), NOWHERE), np.zeros(len(sku), np.int64)
    for row, (each, owner) in enumerate(zip(stock["sku"], stock["merchant_account_id"], strict=True)):
        if each is not None:
            initial[unit_of[each]] = row
            merchant[unit_of[each]] = int(owner.split("-")[1])
    tours, begun_us, where = _tours(picks, unit_of)
    return WmsHistory(
        sku=sku,
        merchant=merchant,
        location=tuple(stock["location_name"]),
        place=np.array([place_of[bay] for bay in stock["bay_id"]]),
        metric=metric,
        floor=_floor(bays, metric),
        initial=initial,
        tours=tours,
        begun_us=begun_us,
        where=where,
        carried_us=_microseconds(carried),
        carried_unit=np.array([unit_of[each] for each in carried["sku"].to_pylist()]),
        carried_to=carried["target_location_id"].to_numpy().astype(np.int64) - 1,
    )


def _microseconds(table: Any) -> Ints:
    return table["timestamp"].to_numpy().astype("datetime64[us]").astype(np.int64)  # type: ignore[no-any-return]


def _tours(picks: Any, unit_of: dict[str, int]) -> tuple[TourUnits, Ints, Ints]:
    """Batches in the order of their first picks; a unit once, where it was first picked."""
    time_us = _microseconds(picks)
    batch = np.unique(np.array(picks["batch_id"].to_pylist()), return_inverse=True)[1]
    begun_us = np.full(batch.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(begun_us, batch, time_us)
    order = np.argsort(begun_us, kind="stable")
    turn = np.empty(len(order), np.int64)
    turn[order] = np.arange(len(order))
    unit = np.array([unit_of[each] for each in picks["sku"].to_pylist()])
    rows = np.lexsort((time_us, unit, turn[batch]))
    keys = turn[batch][rows] * len(unit_of) + unit[rows]
    first = rows[np.unique(keys, return_index=True)[1]]
    start = np.searchsorted(turn[batch][first], np.arange(len(order) + 1))
    tours = TourUnits(start=start.astype(np.int64), unit=unit[first], weight=np.ones(len(order)))
    where = picks["location_id"].to_numpy().astype(np.int64)[first] - 1
    return tours, begun_us[order], where


def _metric(bay: list[str], distances: Any) -> Metric:
    row_of = {name: row for row, name in enumerate(bay)}
    table = np.zeros((len(bay), len(bay)))
    one = [row_of[name] for name in distances["bay_a"].to_pylist()]
    other = [row_of[name] for name in distances["bay_b"].to_pylist()]
    table[one, other] = table[other, one] = distances["distance_in"].to_numpy() * INCH_M
    dock = row_of["DOCK"]
    return table_metric(table, start=dock, end=dock)


def _floor(bays: dict[str, list[Any]], metric: Metric) -> AisleFloor:
    """The aisles that the distances are those of; ValueError where they are not.

    Bays lie along y in two blocks, with a cross-aisle before, between and behind them: how far from the bays is told
    by the ways between bays of the first two aisles that lie side by side.
    """
    count = metric.start
    if bays["aisle"][count] is not None or count != len(bays["aisle"]) - 1:
        raise ValueError("the dock is not the last of the bays")
    x, y = (np.array(bays[axis][:count], np.float64) * INCH_M for axis in ("x", "y"))
    aisle = np.array(bays["aisle"][:count], np.int64) - 1
    middle_m = np.array([(x[aisle == each].min() + x[aisle == each].max()) / 2 for each in np.unique(aisle)])
    rows = np.unique(y)
    behind = int(np.argmax(np.diff(rows)))
    pitch_m = middle_m[1] - middle_m[0]

    def beyond_m(row_m: float) -> float:
        one, other = (int(np.flatnonzero((aisle == each) & (y == row_m))[0]) for each in (0, 1))
        return (float(metric.table[one, other]) - pitch_m) / 2

    cross_y = np.array(
        [
            rows[0] - beyond_m(rows[0]),
            rows[behind] + beyond_m(rows[behind]),
            rows[-1] + beyond_m(rows[-1]),
        ]
    )
    first = int(np.flatnonzero((aisle == 0) & (y == rows[0]))[0])
    dock_m = float(metric.table[count, first]) - (rows[0] - cross_y[0])
    _check(metric, middle_m[aisle], y, cross_y)
    block = (y > cross_y[1]).astype(np.int64)
    warehouse = ParallelAisles(
        aisle_m=np.repeat(np.diff(cross_y)[:, None], len(middle_m), axis=1),
        cross_m=np.repeat(np.diff(middle_m)[None], BLOCKS + 1, axis=0),
        depot_m=dock_m,
    )
    floor = aisle_floor(warehouse, Picks(aisle=aisle, block=block, offset_m=y - cross_y[block]))
    return floor._replace(spot=np.append(floor.spot, floor.depot))


def _check(metric: Metric, x: Floats, y: Floats, cross_y: Floats) -> None:
    """ValueError unless the distances between all bays are those of these aisles."""
    over = np.min([abs(y[:, None] - each) + abs(y[None] - each) for each in cross_y], axis=0)
    along = abs(y[:, None] - y[None])
    told = np.where(x[:, None] == x[None], along, abs(x[:, None] - x[None]) + over)
    worst_m = float(abs(told - metric.table[: len(x), : len(x)]).max())
    if worst_m > SAME_M:
        raise ValueError(f"distances are up to {worst_m:.3f} m from those of parallel aisles in two blocks")
