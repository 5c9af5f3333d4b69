"""policy tune, play and putaway: from orders to policies, to their proof, to work in the hall."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from layouts.simulation.operations.settings import Operations

Aisletwin = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen weeks of twelve SKUs."""
    folder, rng = tmp_path_factory.mktemp("stock"), np.random.default_rng(5)
    lines = ["date,sku,quantity"]
    for day in range(112):
        date = np.datetime64("2026-01-05") + day
        for sku, sold in enumerate(rng.poisson(np.linspace(0.5, 30, 12))):
            lines += [f"{date},S{sku:02d},{sold}"] if sold else []
    (folder / "sold.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    items = ["sku,lead_days,lead_sd_days,unit_cost,pack"]
    items += [f"S{sku:02d},{3 + sku % 3},{sku % 2},{2 + sku},{1 + 5 * (sku % 2)}" for sku in range(12)]
    (folder / "items.csv").write_text("\n".join(items) + "\n", encoding="utf-8")
    slots = ["sku,location", *(f"S{sku:02d},R1/{sku}/1" for sku in range(12))]
    (folder / "slotting.csv").write_text("\n".join(slots) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def policies(folder: Path, aisletwin: Aisletwin) -> Path:
    done = aisletwin(
        "policy", "tune", folder / "sold.csv", "--items", folder / "items.csv", "-o", folder / "policies.csv"
    )
    assert done.code == 0, done.err
    assert "12 SKUs at a fill rate of 98 %" in done.out
    return folder / "policies.csv"


def play(aisletwin: Aisletwin, folder: Path, policies: Path, *more: object) -> Any:
    return aisletwin(
        "policy", "play", policies, "--orders", folder / "sold.csv", "--items", folder / "items.csv",
        "--days", 84, "--times", 5, *more,
    )  # fmt: skip


def test_what_is_tuned_is_met_and_the_verdict_is_the_exit_code(
    folder: Path, policies: Path, aisletwin: Aisletwin
) -> None:
    with policies.open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert [row["sku"] for row in rows] == [f"S{sku:02d}" for sku in range(12)]
    assert all(0.98 <= float(row["expected_fill_rate"]) < 1 for row in rows)
    done = play(aisletwin, folder, policies, "--json", "--service", "95%")
    record = json.loads(done.out)
    assert (done.code, record["verdict"]) == (0, "pass")
    assert 0.97 < record["fill_rate"]["value"] < 0.995
    assert record["fill_rate"]["n"] == 5
    assert play(aisletwin, folder, policies, "--service", "99.9%").code == 1
    undecided = play(aisletwin, folder, policies, "--service", str(record["fill_rate"]["value"]))
    assert undecided.code == 4
    assert "cannot decide" in undecided.out


def test_the_goods_of_a_day_are_work_of_a_scenario(
    folder: Path, policies: Path, aisletwin: Aisletwin
) -> None:
    receipts = folder / "receipts.csv"
    assert play(aisletwin, folder, policies, "--receipts", receipts).code == 0
    with receipts.open(encoding="utf-8") as table:
        day = next(csv.DictReader(table))["day"]
    done = aisletwin(
        "policy", "putaway", receipts, "--slotting", folder / "slotting.csv", "--day", day, "--per-load", 40,
        "-o", folder / "putaway.yaml",
    )  # fmt: skip
    assert done.code == 0, done.err
    made = yaml.safe_load((folder / "putaway.yaml").read_text(encoding="utf-8"))
    putaway = Operations.model_validate(made).putaway
    assert putaway is not None
    assert {load.location for load in putaway.loads} <= {f"R1/{sku}/1" for sku in range(12)}
    assert aisletwin(
        "policy", "putaway", receipts, "--slotting", folder / "slotting.csv", "--day", 4000, "-o", "x.yaml"
    ).code == 3  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("sku,lead_days\nS00,3\nS00,4\n", "row 3 column 'sku' has 'S00' again"),
        ("sku,lead_days\nS00,soon\n", "row 2 column 'lead_days' is 'soon': expected a number, 0 or more"),
        ("sku,lead_days,pack\nS00,3,0\n", "row 2 column 'pack' is '0': expected a number, above 0"),
        ("sku,lead_days\nS00,900\n", "expected 730 at most"),
        ("sku,lead_days\nS00,3\n", "11 of 12 SKUs with orders have no lead time, the first is 'S01'"),
        ("sku\nS00\n", "no column 'lead_days'"),
    ],
)
def test_bad_items_are_named(
    rows: str, said: str, folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    (tmp_path / "items.csv").write_text(rows, encoding="utf-8")
    done = aisletwin(
        "policy", "tune", folder / "sold.csv", "--items", tmp_path / "items.csv", "-o", tmp_path / "p.csv"
    )
    assert done.code == 3
    assert said in done.err
    assert not (tmp_path / "p.csv").exists()


def test_no_stock_meets_all_demand(folder: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    done = aisletwin(
        "policy", "tune", folder / "sold.csv", "--items", folder / "items.csv", "-o", tmp_path / "p.csv",
        "--service", "100%",
    )  # fmt: skip
    assert done.code == 2
    assert "'100%' is no service" in done.err


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("S00,sometimes,3,,", "row 2 column 'policy' is 'sometimes': expected one of base-stock"),
        ("S00,min-max,3,,", "quantity above 0"),
        ("S00,base-stock,lots,,", "row 2 column 'order_at' is 'lots': expected a number"),
    ],
)
def test_edited_policies_that_are_wrong_are_named(
    row: str, said: str, folder: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    (tmp_path / "p.csv").write_text(f"sku,policy,order_at,quantity,review_days\n{row}\n", encoding="utf-8")
    done = play(aisletwin, folder, tmp_path / "p.csv")
    assert done.code == 3
    assert said in done.err
