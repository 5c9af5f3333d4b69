"""Tables of demand from orders, counts, loaded exports and picks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layouts.demand.forecasting.demand_table import table_of
from layouts.demand.forecasting.read_demand import demand_of_moves, read_demand
from spatial.errors import BadDataError

ORDERS = """order,sku,quantity,released,source
1,B,2,2026-03-01T23:30:00Z,
1,A,1,2026-03-01T23:30:00Z,
2,B,5,2026-03-03,made up by aisletwin
3,A,4,,
"""


def test_orders_are_added_up_by_the_days_of_the_site(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    table, notes = read_demand(path)
    assert table.skus == ("A", "B")
    assert table.first_day == dt.date(2026, 3, 1)
    assert table.counts.tolist() == [[1, 0, 0], [2, 0, 5]]
    assert notes[0] == "1 of 4 lines tell no day they came in: they are left out."
    assert "made up" in notes[1]
    berlin, _ = read_demand(path, time_zone="Europe/Berlin", of="lines")
    assert berlin.first_day == dt.date(2026, 3, 2)
    assert berlin.counts.tolist() == [[1, 0], [1, 1]]


def test_quotes_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text('date,sku,quantity\n2026-03-01,"A, large",3\n2026-03-02,B,0\n')
    assert read_demand(path)[0].counts.tolist() == [[3, 0], [0, 0]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sku,quantity\nA,1\n", "no column 'released' or 'date'"),
        ("date,sku,quantity\n3.1.2026,A,1\n", "has the time '3.1.2026'"),
        ("date,sku,quantity\n2026-01-01,A,1.5\n", "row 2 column 'quantity' is '1.5'"),
        ("date,sku,quantity\n1026-01-01,A,1\n2026-01-01,A,1\n", "more than 3653 days"),
        ("date,sku,quantity\n,A,1\n", "no line that tells its day"),
    ],
)
def test_other_tables_are_refused_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text)
    with pytest.raises(BadDataError, match=said):
        read_demand(path)


def test_loaded_exports_are_read_by_their_orders(tmp_path: Path) -> None:
    at = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
    stamp = pa.timestamp("ms", "UTC")
    orders = {"order": ["1", "2"], "released": pa.array([at, None], stamp)}
    lines = {"order": ["1", "1", "2"], "sku": ["B", "A", "A"], "quantity": [2, 3, 1]}
    pq.write_table(pa.table(orders), tmp_path / "orders.parquet")
    with pytest.raises(BadDataError, match=r"has no lines\.parquet"):
        read_demand(tmp_path)
    pq.write_table(pa.table(lines), tmp_path / "lines.parquet")
    table, notes = read_demand(tmp_path, time_zone="Europe/Berlin")
    assert (table.first_day, table.counts.tolist()) == (dt.date(2026, 3, 2), [[3], [2]])
    assert notes == ("1 of 3 lines tell no day they came in: they are left out.",)


def test_picks_of_the_log_are_demand(tmp_path: Path) -> None:
    noon = 1_772_366_400_000  # 2026-03-01T12:00Z
    table, _ = demand_of_moves(
        [(noon, "A", 2.0), (noon + 86_400_000, "A", 1.0), (noon, "B", 3.0)],
        of="pieces",
        time_zone="UTC",
        source="log",
    )
    assert table.first_day == dt.date(2026, 3, 1)
    assert table.counts.tolist() == [[2, 1], [3, 0]]


def test_weeks_end_with_the_last_day() -> None:
    days = np.arange(17, dtype=np.int64)
    table = table_of(np.zeros(17, np.int64), 739_000 + days, np.ones(17, np.int64), skus=["A"], source="here")
    weeks = table.weeks()
    assert weeks.counts.tolist() == [[7, 7]]
    assert weeks.date(2) == table.date(17)
