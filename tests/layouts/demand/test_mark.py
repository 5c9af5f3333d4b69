"""Made-up orders stay made up: through the table, whoever edits it, into the notes of runs and comparisons."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from layouts.comparison.compare import compare
from layouts.comparison.record import comparison_dict
from layouts.comparison.text import comparison_text
from layouts.demand.demand_files import write_demand
from layouts.demand.make_orders import demand_of
from layouts.demand.mark import made_up_notes, made_up_source
from layouts.demand.spec import DemandSpec
from layouts.orders import read_orders
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from layouts.what_if.curve import what_if
from layouts.what_if.peak import peak_orders
from layouts.what_if.spec import parse_spec
from layouts.what_if.text import curve_text
from spatial.facility import Facility

SAID = "made up by aisletwin (seed 0)"
HallMaker = Callable[..., Facility]


@pytest.fixture
def tables(tmp_path: Path, hall: HallMaker) -> Path:
    spec = DemandSpec.model_validate({"skus": 20, "orders": 8, "lines": {"mean": 2, "most": 4}})
    write_demand(tmp_path, demand_of(spec), locations=[location.id for location in hall().locations])
    return tmp_path


def scenario(tables: Path, **fields: object) -> Scenario:
    files = {"site": tables, "orders": tables / "orders.csv", "slotting": tables / "slotting.csv"}
    return Scenario.model_validate({**files, "starts_at": "2026-01-05T00:00:00Z", **fields})


def edited(tables: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> Path:
    """The table as a user saves it who changed its rows."""
    with (tables / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    path = tables / "edited.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [*rows[0]])
        table.writeheader()
        table.writerows(rows)
    return path


def test_a_run_says_so(tables: Path, hall: HallMaker) -> None:
    run = run_on(hall(), scenario(tables))
    assert f"The orders are made up, not those of a warehouse: their source is '{SAID}'." in run.notes


def fake(scenario: Scenario, replication: int) -> dict[str, float]:
    return {"lines_per_hour": 100.0 + replication + scenario.pickers}


def test_a_comparison_says_so_in_text_and_record(tables: Path) -> None:
    found = compare({"A": scenario(tables), "B": scenario(tables, pickers=3)}, partial(fake), first=3)
    told = f"The orders are made up, not those of a warehouse: orders.csv says '{SAID}'."
    assert found.notes == (told,)
    assert told in comparison_text(found)
    assert told in comparison_dict(found)["answers"]


def test_a_what_if_says_so(tables: Path) -> None:
    curve = what_if(scenario(tables), parse_spec(["pickers=2,3"]), partial(fake), folder=tables, first=3)
    assert f"The orders are made up, not those of a warehouse: orders.csv says '{SAID}'." in curve_text(curve)


def test_editing_keeps_the_mark(tables: Path) -> None:
    more = edited(
        tables, lambda row: {**row, "quantity": str(int(row["quantity"]) + 1), "order": f"X{row['order']}"}
    )
    assert all(order.is_made_up for order in read_orders(more))
    peak = tables / "peak.csv"
    peak.write_text(peak_orders(more, 2.5, seed=1), encoding="utf-8")
    assert made_up_source(peak) == SAID
    assert len(read_orders(peak)) == 20


def test_a_part_of_made_up_orders_is_counted(tables: Path) -> None:
    first = read_orders(tables / "orders.csv")[0].id
    some = edited(
        tables, lambda row: {**row, "source": row["source"].upper() if row["order"] == first else "shop"}
    )
    orders = read_orders(some)
    (note,) = made_up_notes(orders)
    assert note.startswith("1 of 8 orders are made up, not those of a warehouse")
    assert made_up_source(some) == SAID.upper()
    assert orders[1].source == "shop"


def test_one_marked_row_marks_its_order(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order,sku,quantity,source\nA,x,1,\nA,y,1,made up\nB,x,1,\n", encoding="utf-8")
    assert [order.is_made_up for order in read_orders(path)] == [True, False]


@pytest.mark.parametrize(
    "text", ["order,sku,quantity\nA,x,1\n", "order,sku,quantity,source\nA,x,1,shop\nA,y,1,\n"]
)
def test_orders_of_a_warehouse_have_no_mark(tmp_path: Path, text: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    assert made_up_source(path) is None
    assert made_up_notes(read_orders(path)) == ()
