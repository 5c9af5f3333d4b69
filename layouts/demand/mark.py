"""The mark of made-up orders: it is in every row of their table, and in what is said of every run with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from layouts.csv_table import read_rows
from layouts.orders import MADE_UP, Order, says_made_up

if TYPE_CHECKING:
    from layouts.scenario import Scenario


def source_text(seed: int, *, like: Path | None = None) -> str:
    """What the column `source` of made-up orders says."""
    return f"{MADE_UP} by aisletwin{'' if like is None else f' like {like.name}'} (seed {seed})"


def made_up_notes(orders: Sequence[Order]) -> tuple[str, ...]:
    """A sentence where any of the orders is made up, none otherwise."""
    marked = [order for order in orders if order.is_made_up]
    if not marked:
        return ()
    count = "The" if len(marked) == len(orders) else f"{len(marked)} of {len(orders)}"
    return (f"{count} orders are made up, not those of a warehouse: their source is '{marked[0].source}'.",)


def made_up_orders(scenarios: Collection[Scenario]) -> Iterator[str]:
    """A sentence where scenarios make their orders up, and one for each file of made-up orders."""
    if any(scenario.orders is None for scenario in scenarios):
        yield "The orders are made up, not those of a warehouse."
    for file in dict.fromkeys(each.orders for each in scenarios if each.orders is not None):
        if (source := made_up_source(file)) is not None:
            yield f"The orders are made up, not those of a warehouse: {file.name} says '{source}'."


def made_up_source(path: Path) -> str | None:
    """What the first row that is marked says, None where there is none; BadDataError as `read_rows`."""
    for _, cells in read_rows(path, required=()):
        if says_made_up(cells.get("source")):
            return cells["source"]
        if "source" not in cells:
            break
    return None
