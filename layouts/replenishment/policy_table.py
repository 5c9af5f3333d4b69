"""The policies of SKUs as a table: one row a SKU, in a CSV that people may edit."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from layouts.csv_table import read_rows
from layouts.replenishment.policy import KINDS, Policy
from layouts.replenishment.tune_all import TunedSku
from spatial.errors import BadDataError

COLUMNS = (
    "sku", "policy", "order_at", "quantity", "review_days",
    "per_day", "safety", "expected_fill_rate", "expected_on_hand", "expected_orders_per_day", "expected_cost_per_day",
)  # fmt: skip


def policies_csv(tuned: Iterable[TunedSku]) -> str:
    """The table; what comes after `review_days` is for people, nobody reads it back."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in tuned:
        policy, expected = each.tuned.policy, each.tuned.expected
        rows.writerow(
            [
                each.sku,
                policy.kind,
                f"{policy.order_at:g}",
                f"{policy.quantity:g}" if policy.quantity else "",
                policy.review_days,
                f"{each.demand.per_day:.4g}",
                f"{each.safety:.4g}",
                f"{expected.fill_rate:.5f}",
                f"{expected.on_hand:.4g}",
                f"{expected.orders_per_day:.4g}",
                f"{each.tuned.cost_per_day:.4g}",
            ]
        )
    return out.getvalue()


def read_policies(path: Path) -> Mapping[str, Policy]:
    """Read `sku,policy,order_at` with `quantity` and `review_days`.

    BadDataError with file, row and column for what is no policy, and for a SKU that comes twice.
    """
    policies: dict[str, Policy] = {}
    for row, cells in read_rows(path, required=("sku", "policy", "order_at")):
        if cells["sku"] in policies:
            raise BadDataError(
                f"{path} row {row} column 'sku' has '{cells['sku']}' again: keep one row a SKU"
            )
        if cells["policy"] not in KINDS:
            raise BadDataError(
                f"{path} row {row} column 'policy' is '{cells['policy']}': expected one of {', '.join(KINDS)}"
            )
        numbers = [
            _number(path, row, column, cells.get(column) or default)
            for column, default in (("order_at", ""), ("quantity", "0"), ("review_days", "1"))
        ]
        try:
            policies[cells["sku"]] = Policy(cells["policy"], numbers[0], numbers[1], round(numbers[2]))
        except ValueError as error:
            raise BadDataError(f"{path} row {row}: {error}") from error
    if not policies:
        raise BadDataError(f"{path} has no rows: 'aisletwin policy tune' writes such a table")
    return policies


def _number(path: Path, row: int, column: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadDataError(f"{path} row {row} column '{column}' is '{text}': expected a number")
    return number
