"""wms check and wms load: which file is which table, what is asked, what is set aside, what is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
import yaml

from layouts.items import read_items
from layouts.orders import read_orders
from layouts.slotting_table import read_slotting

Aisletwin = Callable[..., Any]

EXPORTS = {
    "locations": "Bin;X (mm)\nA-1;100,5\nA-2;200,5\n",
    "items": "Artikelnummer;Gewicht (kg)\nS1;0,25\nS2;1,5\nS3;\n",
    "orders": "Order,Created at,Due\nO1,2026-03-02 08:00,2026-03-02 18:00\nO2,2026-07-02 08:00,\n",
    "slots": "Bin,SKU\nA-1,S1\nA-2,S2\nA-2,S3\n",
    "lines": "Order,Line,SKU,Qty\nO1,1,S1,2\nO2,1,S2,1\nO2,2,S3,x\n",
}


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    for table, text in EXPORTS.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder


def test_what_the_files_leave_open_is_asked_with_the_option_that_answers(
    aisletwin: Aisletwin, exports: Path
) -> None:
    done = aisletwin("wms", "check", str(exports))
    assert done.code == 3
    assert "set time_zone of the mapping" in done.err
    assert "--set KEY=VALUE" in done.err


def test_all_tables_are_asked_about_at_once_and_files_that_are_no_tables_are_told(
    aisletwin: Aisletwin, exports: Path
) -> None:
    (exports / "items.csv").write_bytes("sku;name\nS1;groß\n".encode("cp1252"))
    (exports / "Lagerplätze.csv").write_text("Bin\nA-1\n", encoding="utf-8")
    done = aisletwin("wms", "check", str(exports))
    assert done.code == 3
    assert "set tables.items.encoding" in done.err
    assert "set time_zone of the mapping" in done.err
    assert f"{exports / 'Lagerplätze.csv'} is not read" in done.err


def test_a_dry_run_tells_the_mapping_and_every_defect_and_writes_only_the_mapping(
    aisletwin: Aisletwin, exports: Path, tmp_path: Path
) -> None:
    before = sorted(exports.iterdir())
    saved = tmp_path / "mapping.yaml"
    done = aisletwin("wms", "check", str(exports), "--time-zone", "Europe/Berlin", "-o", str(saved))
    assert done.code == 1
    assert "x_m = 'X (mm)' in mm" in done.out
    assert f"{exports / 'lines.csv'} row 4 column 'Qty': malformed-number" in done.out
    assert "1 defects" in done.out
    assert sorted(exports.iterdir()) == before
    assert aisletwin("wms", "check", str(exports), "--mapping", str(saved)).out == done.out


def test_clean_rows_are_a_scenarios_tables_and_bad_ones_are_kept_with_their_reason(
    aisletwin: Aisletwin, exports: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "loaded"
    done = aisletwin("wms", "load", str(exports), "--time-zone", "Europe/Berlin", "-o", str(folder), "--json")
    assert done.code == 0
    record = json.loads(done.out)
    assert record["tables"]["lines"] == {"rows": 2, "quarantined": 1}
    assert record == json.loads((folder / "wms-report.json").read_text(encoding="utf-8"))
    first, second = read_orders(folder / "orders.csv")
    assert (first.id, first.released, first.due) == (
        "O1",
        "2026-03-02T07:00:00.000Z",
        "2026-03-02T17:00:00.000Z",
    )
    assert (second.released, second.due) == ("2026-07-02T06:00:00.000Z", None)
    assert read_slotting(folder / "slotting.csv") == {"S1": ("A-1",), "S2": ("A-2",), "S3": ("A-2",)}
    assert read_items(folder / "items.csv") == {"S1": 0.25, "S2": 1.5}
    assert pyarrow.parquet.read_table(folder / "locations.parquet")["x_m"].to_pylist() == [0.1005, 0.2005]
    assert (folder / "quarantine" / "lines.csv").read_text(encoding="utf-8").splitlines()[1].startswith("4,")
    assert {record["files"][0], "wms-mapping.yaml"} <= {path.name for path in folder.iterdir()}


def test_lines_of_skus_that_lie_nowhere_stay_out_of_the_scenario_and_are_told(
    aisletwin: Aisletwin, exports: Path, tmp_path: Path
) -> None:
    (exports / "slots.csv").write_text("Bin,SKU\nA-1,S1\nA-9,S2\n", encoding="utf-8")
    loading = ("wms", "load", exports, "--time-zone", "UTC", "-o", tmp_path / "DATA")
    done = aisletwin(*loading)
    assert done.code == 0
    assert "orders.csv leaves out 1 lines of 1 SKUs that lie in no slot: S2" in done.err
    orders = read_orders(tmp_path / "DATA" / "orders.csv")
    assert {line.sku for order in orders for line in order.lines} == {"S1"}
    assert json.loads(aisletwin(*loading, "--json").out)["without_place"] == {"lines": 1, "skus": ["S2"]}
    assert pyarrow.parquet.read_table(tmp_path / "DATA" / "lines.parquet").num_rows == 2


def test_the_same_exports_give_the_same_bytes(aisletwin: Aisletwin, exports: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert (
            aisletwin("wms", "load", str(exports), "--time-zone", "UTC", "-o", str(tmp_path / name)).code == 0
        )
    files = [path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*")]
    assert len(files) == 11
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_settings_lie_over_a_saved_mapping(aisletwin: Aisletwin, exports: Path, tmp_path: Path) -> None:
    saved, again = tmp_path / "mapping.yaml", tmp_path / "again.yaml"
    saved.write_text("time_zone: UTC\n", encoding="utf-8")
    arguments = ("--mapping", str(saved), "--set", "time_zone=Europe/Berlin", "-o", str(again))
    aisletwin("wms", "check", str(exports), *arguments)
    assert yaml.safe_load(again.read_text(encoding="utf-8"))["time_zone"] == "Europe/Berlin"


def test_ids_that_lost_their_zeros_are_told_with_the_entry_that_makes_them_one(
    aisletwin: Aisletwin, tmp_path: Path
) -> None:
    items, slots = tmp_path / "items.csv", tmp_path / "slots.csv"
    items.write_text("sku,name\n4711,a\n0815,b\n", encoding="utf-8")
    slots.write_text("bin,sku\nA-1,004711\nA-2,000815\nA-3,99\n", encoding="utf-8")
    done = aisletwin("wms", "check", items, slots)
    assert done.code == 1
    assert done.out.count("with more or fewer zeros in front: set ids.sku.digits") == 2
    for told in ("6", "[6]"):
        done = aisletwin("wms", "check", items, slots, "--set", f"ids.sku.digits={told}", "--json")
        assert [each["row"] for each in json.loads(done.out)["defects"]] == [4]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["bins.csv"], 2, "write TABLE=bins.csv with one of locations, items"),
        (["locations=a.csv", "locations.csv"], 2, "the table of locations comes twice"),
        (["."], 2, "no file that is named as a table"),
        (["EXPORTS"], 2, "there is no folder 'EXPORTS': check the path"),
        (["lines.csv", "--set", "tables"], 2, "write KEY=VALUE"),
        (["lines.csv", "--set", "tables=3"], 3, "--set: tables"),
        (["lines.csv", "--set", "tables.lines.decimal=x"], 3, "--set: tables.lines.decimal"),
        (["lines.csv"], 3, "lines.csv"),
    ],
)
def test_wrong_calls_say_what_to_write(
    aisletwin: Aisletwin,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = aisletwin("wms", "check", *arguments)
    assert done.code == code
    assert said in " ".join(done.err.replace("│", " ").split())


def test_the_exports_themselves_are_not_written_over(aisletwin: Aisletwin, exports: Path) -> None:
    done = aisletwin("wms", "load", str(exports), "--time-zone", "UTC", "-o", str(exports))
    assert done.code == 3
    assert (exports / "orders.csv").read_text(encoding="utf-8") == EXPORTS["orders"]
