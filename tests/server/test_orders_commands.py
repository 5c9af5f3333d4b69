"""orders make and orders describe: tables that can be simulated, marked as made up; the shape of a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layouts.orders import read_orders
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_scenario
from layouts.slotting_table import read_slotting
from spatial.facility import Facility
from spatial.facility_json import write_facility

Aisletwin = Callable[..., Any]

DEMAND = """
skus: 50
first_day: 2026-11-25
days: 4
orders_per_day: 12
lines: {mean: 2, most: 6}
hours: {9: 1, 13: 2}
peaks: [{first_day: 2026-11-27, last_day: 2026-11-27, factor: 3}]
"""


@pytest.fixture
def folder(tmp_path: Path, hall: Facility) -> Path:
    write_facility(tmp_path / "facility.json", hall)
    (tmp_path / "demand.yaml").write_text(DEMAND, encoding="utf-8")
    return tmp_path


def test_the_tables_can_be_simulated_and_the_run_says_what_they_are(
    folder: Path, aisletwin: Aisletwin
) -> None:
    tables = folder / "tables"
    done = aisletwin(
        "orders", "make", folder / "demand.yaml", "--site", folder, "-o", tables, "--day", "2026-11-27"
    )
    assert done.code == 0, done.err
    assert "on 1 day, of " in done.out
    assert "Every row says 'made up by aisletwin (seed 0)', and so does whatever is simulated" in done.out
    assert len(read_slotting(tables / "slotting.csv")) == 50
    assert "50 SKUs share 36 locations, up to 2 in one" in done.err
    lines = done.out[done.out.index("  site:") :].splitlines()
    fields = dict(line.strip().split(": ", 1) for line in lines)
    run = run_scenario(Scenario.model_validate(fields))
    assert len(run.orders.names) == len(read_orders(tables / "orders.csv"))
    assert any("The orders are made up, not those of a warehouse" in note for note in run.notes)


def test_a_layout_file_takes_skus_but_a_scenario_is_told_to_name_what_is_built_of_it(
    folder: Path, aisletwin: Aisletwin
) -> None:
    layout = folder / "layout.yaml"
    layout.write_text(
        "id: H\nbuilding: {width_m: 20, depth_m: 30}\nblocks: [{id: A, at_m: [4, 6], bays: 3}]\n"
    )
    done = aisletwin("orders", "make", folder / "demand.yaml", "--site", layout, "-o", folder / "tables")
    assert done.code == 0
    assert f"site: SITE  # made by: aisletwin layout build {layout} -o SITE" in done.out


def test_json_is_nothing_but_json(folder: Path, aisletwin: Aisletwin) -> None:
    done = aisletwin("orders", "make", folder / "demand.yaml", "-o", folder / "tables", "--json")
    record = json.loads(done.out)
    assert record["files"] == ["orders.csv", "items.csv"]
    assert record["source"] == "made up by aisletwin (seed 0)"
    assert record["orders"] == len(read_orders(folder / "tables" / "orders.csv")) > 40
    described = aisletwin("orders", "describe", folder / "tables" / "orders.csv", "--json")
    shape = json.loads(described.out)
    assert (shape["orders"], shape["made_up_orders"]) == (record["orders"], record["orders"])
    assert shape["lines"] == record["lines"]


def test_a_table_is_described_in_words(folder: Path, aisletwin: Aisletwin) -> None:
    aisletwin("orders", "make", folder / "demand.yaml", "-o", folder / "tables")
    done = aisletwin("orders", "describe", folder / "tables" / "orders.csv", "--time-zone", "Europe/Berlin")
    assert done.code == 0
    assert "The orders are made up, not those of a warehouse: all." in done.out
    assert "ABC by lines" in done.out
    assert "10 " in done.out  # UTC 9 o'clock is 10 in Berlin


def test_faults_end_with_their_code_and_a_sentence(folder: Path, aisletwin: Aisletwin) -> None:
    demand = folder / "demand.yaml"
    assert aisletwin("orders", "make", demand, "-o", folder / "x", "--agent", "horse").code == 2
    assert aisletwin("orders", "describe", demand, "--time-zone", "Mars").code == 2
    missing = aisletwin("orders", "describe", folder / "none.csv")
    assert (missing.code, "none.csv cannot be read" in missing.err) == (3, True)
    late = aisletwin("orders", "make", demand, "-o", folder / "x", "--day", "2026-12-01")
    assert late.code == 3
    assert "demand.yaml: no orders come in on 2026-12-01: raise orders_per_day" in late.err
    demand.write_text("skus: 5\n", encoding="utf-8")
    small = aisletwin("orders", "make", demand, "-o", folder / "x")
    assert small.code == 3
    assert "demand.yaml: lines.most 50 is above skus 5" in small.err
    assert not (folder / "x").exists() or not any((folder / "x").iterdir())
