"""Orders, slotting and made-up demand: read strictly, generated repeatably."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from layouts.demand.one_sku_a_place import synthetic_orders, synthetic_slotting
from layouts.items import read_items
from layouts.orders import Order, OrderLine, read_orders
from layouts.slotting_table import read_slotting
from spatial.errors import BadDataError


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_orders_keep_their_lines_and_their_turn(tmp_path: Path) -> None:
    path = table(tmp_path, "\ufefforder, sku ,quantity,due\nB,x,2,12:00\nA,y,1,\nB,z,3,12:00\n")
    assert read_orders(path) == (
        Order(id="B", lines=(OrderLine(sku="x", quantity=2), OrderLine(sku="z", quantity=3)), due="12:00"),
        Order(id="A", lines=(OrderLine(sku="y", quantity=1),)),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1 has no column 'order'"),
        ("order,sku\n", "row 1 has no column 'quantity'"),
        ("order,sku,quantity\n", "no orders"),
        ("order,sku,quantity\nA,x,0\n", "row 2 column 'quantity' is '0': expected a whole number from 1"),
        ("order,sku,quantity\nA,x,1\nA,x,1.5\n", r"row 3 column 'quantity' is '1\.5'"),
        ("order,sku,quantity\nA,,1\n", "row 2 column 'sku' is empty"),
        ("order,sku,quantity\nA\n", "row 2 column 'sku' is empty"),
        ("order,sku,quantity\nA,x,1,2,3\n", "row 2 has more cells"),
    ],
)
def test_bad_orders_name_file_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadDataError, match=rf"table\.csv.*{message}"):
        read_orders(table(tmp_path, text))


def test_orders_that_cannot_be_read_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match=r"none\.csv cannot be read"):
        read_orders(tmp_path / "none.csv")
    path = tmp_path / "latin.csv"
    path.write_bytes(b"order,sku,quantity\n\xff\xfe,x,1\n")
    with pytest.raises(BadDataError, match="not UTF-8"):
        read_orders(path)


def test_slotting_gives_each_sku_its_locations(tmp_path: Path) -> None:
    found = read_slotting(table(tmp_path, "sku,location\nx,01-01\ny,01-01\nx,01-02\n"))
    assert found == {"x": ("01-01", "01-02"), "y": ("01-01",)}
    with pytest.raises(BadDataError, match=r"row 3 has SKU 'x' at '01-01' again"):
        read_slotting(table(tmp_path, "sku,location\nx,01-01\nx,01-01\n"))


def test_an_order_is_of_one_wave(tmp_path: Path) -> None:
    text = "order,sku,quantity,wave\nA,x,1,noon\nB,x,1,\nA,y,1,noon\n"
    assert [order.wave for order in read_orders(table(tmp_path, text))] == ["noon", None]
    with pytest.raises(BadDataError, match="row 3 column 'wave' is 'late', but order 'A' is in wave 'noon'"):
        read_orders(table(tmp_path, "order,sku,quantity,wave\nA,x,1,noon\nA,y,1,late\n"))


def test_items_tell_what_a_piece_weighs(tmp_path: Path) -> None:
    assert read_items(table(tmp_path, "sku,mass_kg\nx,12.5\ny,0\n")) == {"x": 12.5, "y": 0.0}
    for mass in ("heavy", "-1", "nan", "inf"):
        with pytest.raises(BadDataError, match=f"row 2 column 'mass_kg' is '{mass}': expected kilograms"):
            read_items(table(tmp_path, f"sku,mass_kg\nx,{mass}\n"))
    with pytest.raises(BadDataError, match="row 3 column 'sku' has 'x' again"):
        read_items(table(tmp_path, "sku,mass_kg\nx,1\nx,1\n"))


def test_synthetic_demand_repeats_by_seed_and_falls_with_rank() -> None:
    places = [f"L{n}" for n in range(50)]
    slotting = synthetic_slotting(places, seed=1)
    assert slotting == synthetic_slotting(reversed(places), seed=1)
    assert sorted(slotting.values()) == [(place,) for place in sorted(places)]
    assert slotting != synthetic_slotting(places, seed=2)
    orders = synthetic_orders(slotting, count=3000, seed=1, mean_lines=3.0)
    assert orders == synthetic_orders(slotting, count=3000, seed=1, mean_lines=3.0)
    asked = Counter(line.sku for order in orders for line in order.lines)
    assert asked["SKU-00001"] > 3 * asked["SKU-00020"] > 3 * asked["SKU-00050"] > 0
    assert all(len({line.sku for line in order.lines}) == len(order.lines) >= 1 for order in orders)
    assert synthetic_orders({}, count=5, seed=0) == ()
    with pytest.raises(ValueError, match="below 1"):
        synthetic_orders(slotting, count=1, seed=0, mean_lines=0.5)
