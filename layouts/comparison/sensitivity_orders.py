"""Another mix of orders, as tomorrow's might be: each place in the file gets the lines of an order drawn from it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from layouts.csv_table import read_rows
from layouts.scenario import Scenario
from layouts.statistics.common_numbers import stream
from layouts.what_if.peak import LINE_COLUMNS
from spatial.errors import BadDataError
from spatial.whole_files import write_whole


def with_orders_drawn(scenario: Scenario, draw: int, folder: Path) -> Scenario:
    """The scenario with the orders of another draw, from 1 on; made-up orders are made up with another seed."""
    if scenario.orders is None:
        return scenario.model_copy(update={"seed": scenario.seed + draw})
    text = drawn_orders(scenario.orders, draw=draw, seed=scenario.seed)
    path = folder / f"orders-draw-{draw}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.csv"
    with write_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")
    return scenario.model_copy(update={"orders": path})


def drawn_orders(orders: Path, *, draw: int, seed: int) -> str:
    """The CSV text of as many orders, each with the lines of one drawn, with replacement, from the same wave.

    An order keeps its name, due date and all else but its lines (a bootstrap of orders; Efron 1979). Raises
    BadDataError as `read_rows` does, and for a table without orders.
    """
    by_order: dict[str, list[Mapping[str, str]]] = {}
    for _, cells in read_rows(orders, required=("order", *LINE_COLUMNS)):
        by_order.setdefault(cells["order"], []).append(cells)
    if not by_order:
        raise BadDataError(f"{orders} has no orders below its header: add at least one row")
    by_wave: dict[str, list[list[Mapping[str, str]]]] = {}
    for rows in by_order.values():
        by_wave.setdefault(rows[0].get("wave", ""), []).append(rows)
    random = stream(seed, agent=draw, purpose="order mix")
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=[*next(iter(by_order.values()))[0]], lineterminator="\n")
    table.writeheader()
    for own, *_ in by_order.values():
        wave = by_wave[own.get("wave", "")]
        for line in wave[random.integers(len(wave))]:
            table.writerow({**own, **{column: line[column] for column in LINE_COLUMNS}})
    return text.getvalue()
