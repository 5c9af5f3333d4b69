"""Column by column or row by row, a table reads the same and is refused with the same words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts import items, orders, slotting_table
from layouts.csv_table import plain_columns
from spatial.errors import BadDataError

READERS: dict[str, tuple[Any, Callable[[Path], Any], tuple[str, ...]]] = {
    "orders": (orders, orders.read_orders, ("order", "sku", "quantity", "wave", "due", "released", "source")),
    "slotting": (slotting_table, slotting_table.read_slotting, ("sku", "location", "source")),
    "items": (items, items.read_items, ("sku", "mass_kg", "source")),
}
PLAIN = ["A", "B", "C", "D", "E", "1", "2", "01", "0", "12.5", "", " A", "A ", "made up: x", "nan", "1e3"]
ODD = ["\xa0A\x1f", "Ä", "²", "x" * 140_000, '"A"', 'A"', "A\rB", "A\0", "\udc80", "\ufeffA"]
CELL = st.sampled_from(PLAIN + ODD)
END = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n \n", ""])


@st.composite
def tables(draw: st.DrawFn, columns: tuple[str, ...]) -> str:
    """Mostly good tables, with all that may be odd about them."""
    header = draw(st.permutations(columns[: draw(st.integers(1, len(columns)))]))
    header = [draw(st.sampled_from([name, f" {name} "])) for name in header]
    header += draw(st.lists(st.sampled_from(["note", "sku", ""]), max_size=1))
    end = draw(END.filter(str.strip) | st.just("\n"))
    rows = [header]
    good = draw(st.booleans())
    for _ in range(draw(st.integers(0, 6))):
        width = len(header) if good or draw(st.booleans()) else draw(st.integers(0, len(header) + 1))
        rows.append([draw(st.sampled_from(["1", "2", "3"]) if good else CELL) for _ in range(width)])
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return bom + end.join(map(",".join, rows)) + draw(END)


def answer(read: Callable[[Path], Any], path: Path) -> tuple[str, Any]:
    try:
        found = read(path)
    except BadDataError as error:
        return "refused", str(error)
    return "read", [*found.items()] if isinstance(found, dict) else found


@pytest.mark.parametrize("table", READERS)
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_both_ways_of_reading_agree(table: str, data: st.DataObject) -> None:
    module, read, columns = READERS[table]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(data.draw(tables(columns)).encode("utf-8", "surrogateescape"))
        at_once = answer(read, path)
        with patch.object(module, "plain_columns", return_value=None):
            assert at_once == answer(read, path)


def test_a_plain_table_is_read_column_by_column(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "\ufefforder, sku ,note,quantity\r\nB, x,,2\r\n\r\nA,y,?,1\r\nB,x ,,2\r\n", encoding="utf-8"
    )
    found = plain_columns(path, required=("order", "sku"), optional=("quantity", "due"))
    assert found is not None
    assert {name: (column.texts, column.of.tolist()) for name, column in found.items()} == {
        "order": (["B", "A"], [0, 1, 0]),
        "sku": (["x", "y"], [0, 1, 0]),
        "quantity": (["2", "1"], [0, 1, 0]),
    }
    path.write_text("sku,location\n" + "".join(f"S{n % 977},L{n % 4001}\n" for n in range(200_000)))
    found = plain_columns(path, required=("sku", "location"))
    assert found is not None
    assert [found["sku"].texts[number] for number in found["sku"].of.tolist()] == [
        f"S{n % 977}" for n in range(200_000)
    ]


@pytest.mark.parametrize(
    "text",
    ["", "sku\n", 'sku,location\n"A",B\n', "sku,location\nA\n", "sku,sku\nA,B\n", "sku,location\nA,\n"],
)
def test_what_is_not_plain_is_left_to_reading_row_by_row(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert plain_columns(path, required=("sku", "location")) is None
    assert plain_columns(tmp_path / "none.csv", required=()) is None


def test_an_order_is_from_where_its_marked_rows_say(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = [("A", ""), ("B", "shop"), ("A", "shop"), ("B", "made up: 1"), ("A", "web"), ("B", "Made up: 2")]
    path.write_text(
        "order,sku,quantity,source\n" + "".join(f"{order},x,1,{source}\n" for order, source in rows)
    )
    assert {order.id: order.source for order in orders.read_orders(path)} == {"A": "shop", "B": "Made up: 2"}
