"""More or less demand of the same kind: orders drawn again from those at hand."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from layouts.csv_table import read_rows
from layouts.statistics.common_numbers import stream
from spatial.errors import BadDataError

LINE_COLUMNS = ("sku", "quantity")
"""What a copy has of another order; all other columns are those of the order it copies."""

Rows = list[Mapping[str, str]]


def peak_orders(orders: Path, factor: float, *, seed: int) -> str:
    """The CSV text of `factor` > 0 times the orders of a file, with every column it has.

    1. Every order is there floor(factor) times; of a random part of the orders there is one more, so that there
       are round(factor × n) in all, at least one. A larger factor keeps all orders of a smaller one.
    2. A copy follows the order it copies, has its due date and all else but the lines: those are of another order
       of the same wave, by a random cyclic permutation. So whole factors keep the share of every line, and an
       order is not picked beside its double, where one stop would do for both.
    3. Copies are named ID+1, ID+2 and so on.

    Raises BadDataError as `read_orders` does for the table, and for a copy's name that an order has already.
    """
    by_order: dict[str, Rows] = {}
    for _, cells in read_rows(orders, required=("order", *LINE_COLUMNS)):
        by_order.setdefault(cells["order"], []).append(cells)
    if not by_order:
        raise BadDataError(f"{orders} has no orders below its header: add at least one row")
    ids = [*by_order]
    waves = [by_order[order][0].get("wave", "") for order in ids]
    whole = max(1, round(factor * len(ids)))
    rounds = [
        _round(waves, number, min(len(ids), whole - number * len(ids)), seed)
        for number in range(math.ceil(whole / len(ids)))
    ]
    out: Rows = []
    for place, order in enumerate(ids):
        for number, lines_of in enumerate(rounds):
            if place in lines_of:
                name = order if number == 0 else f"{order}+{number}"
                if number and name in by_order:
                    raise BadDataError(f"{orders} has an order '{name}', as a copy would be named: rename it")
                out += _copy(by_order[order], by_order[ids[lines_of[place]]], name)
    return _csv(out)


def _round(waves: list[str], number: int, count: int, seed: int) -> dict[int, int]:
    """For each of `count` places that are taken in this round, the place whose lines it gets."""
    shuffled = stream(seed, agent=number, purpose="peak").permutation(len(waves)).tolist()
    taken = set(shuffled[:count])
    if number == 0:
        return {place: place for place in sorted(taken)}
    by_wave: dict[str, list[int]] = {}
    for place in shuffled:
        by_wave.setdefault(waves[place], []).append(place)
    following = {
        place: after
        for places in by_wave.values()
        for place, after in zip(places, np.roll(places, -1).tolist(), strict=True)
    }
    return {place: following[place] for place in sorted(taken)}


def _copy(of: Rows, lines: Rows, name: str) -> Iterator[Mapping[str, str]]:
    for line in lines:
        yield {**of[0], **{column: line[column] for column in LINE_COLUMNS}, "order": name}


def _csv(rows: Rows) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, fieldnames=[*rows[0]], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
