"""Made-up demand as the tables that a scenario names; every row of each says that it is made up."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from layouts.demand.demand_source import Demand
from layouts.demand.item_sizes import item_sizes
from layouts.demand.make_orders import DayOrders, days_of_orders
from layouts.demand.one_sku_a_place import made_up_slotting
from spatial.errors import BadDataError
from spatial.progress import Progress, silent
from spatial.whole_files import write_whole

ORDERS, SLOTTING, ITEMS = "orders.csv", "slotting.csv", "items.csv"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What the tables hold; `ordered` counts the SKUs that any order has, `strays` see `Baskets`."""

    source: str
    days: int
    orders: int
    lines: int
    pieces: int
    skus: int
    ordered: int
    locations: int
    strays: int
    first_released: str | None
    files: tuple[str, ...]


def write_demand(
    folder: Path,
    demand: Demand,
    *,
    locations: Sequence[str] | None = None,
    only: dt.date | None = None,
    progress: Progress = silent,
) -> Written:
    """Write orders.csv and items.csv, and slotting.csv over the locations where these are given; all or none.

    Orders come day by day, so memory is that of the largest day; with `only` they are that day's. BadDataError where
    there are none.
    """
    skus, source = demand.skus, demand.source
    mark = _cells(source)
    texts = [_cells(sku) for sku in skus]
    days = orders = lines = pieces = strays = 0
    is_ordered, first_released = np.zeros(len(skus), bool), None
    with ExitStack() as files:
        with files.enter_context(write_whole(folder / ORDERS)).open(
            "w", encoding="utf-8", newline=""
        ) as table:
            table.write("order,sku,quantity,due,wave,released,source\n")
            for day in days_of_orders(demand, only=only):
                table.write("".join(_rows(day, texts, mark)))
                first_released = first_released or day.released[0]
                days, orders, lines = days + 1, orders + len(day.ids), lines + len(day.sku)
                pieces, strays = pieces + int(day.pieces.sum()), strays + day.strays
                is_ordered[day.sku] = True
                progress("orders", days / demand.spec.days)
        if not orders:
            when = "" if only is None else f" on {only}"
            raise BadDataError(
                f"no orders come in{when}: raise orders_per_day, days or factors of weekdays, seasons and peaks"
            )
        files.enter_context(write_whole(folder / ITEMS)).write_text(
            _items(demand, texts, mark), encoding="utf-8"
        )
        if locations is not None:
            files.enter_context(write_whole(folder / SLOTTING)).write_text(
                _slotting(demand, texts, locations, mark), encoding="utf-8"
            )
    progress("orders", 1.0)
    return Written(
        source=source,
        days=days,
        orders=orders,
        lines=lines,
        pieces=pieces,
        skus=len(skus),
        ordered=int(is_ordered.sum()),
        locations=len(locations or ()),
        strays=strays,
        first_released=first_released,
        files=(ORDERS, ITEMS) if locations is None else (ORDERS, ITEMS, SLOTTING),
    )


def _rows(day: DayOrders, skus: Sequence[str], mark: str) -> Iterator[str]:
    sku, pieces = day.sku.tolist(), day.pieces.tolist()
    for name, due, wave, released, (start, end) in zip(
        day.ids, day.due, day.wave, day.released, pairwise(day.first.tolist()), strict=True
    ):
        rest = f"{due},{_cells(wave)},{released},{mark}\n"
        for line in range(start, end):
            yield f"{name},{skus[sku[line]]},{pieces[line]},{rest}"


def _items(demand: Demand, skus: Sequence[str], mark: str) -> str:
    sizes = zip(skus, *item_sizes(demand.spec, len(skus)), demand.family.tolist(), strict=True)
    rows = (f"{sku},{mass},{volume},F{family + 1:04d},{mark}\n" for sku, mass, volume, family in sizes)
    return "".join(("sku,mass_kg,volume_l,family,source\n", *rows))


def _slotting(demand: Demand, skus: Sequence[str], locations: Sequence[str], mark: str) -> str:
    slotting = made_up_slotting(skus, locations, seed=demand.spec.seed)
    rows = (f"{sku},{_cells(*places)},{mark}\n" for sku, places in slotting.items())
    return "".join(("sku,location,source\n", *rows))


def _cells(*values: str) -> str:
    """Values as CSV has them, quoted where they must be."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()
