"""inventory: what the log's book says, place by place and step by step, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.events import Body, LiveEvent, StockCounted, StockMoved
from server.cli import run_command
from server.commands import app
from server.store.opening import open_store

EPOCH_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
ACTS: list[Body] = [
    StockMoved("A17", 20.0, None, "NORTH/01", lot="L1"),
    StockMoved("A17", 5.0, "NORTH/01", "NORTH/02", lot="L1", reason="replenish"),
    StockMoved("B4", 3.0, None, "SOUTH/09", handling_unit="PAL-7"),
    StockCounted("A17", "NORTH/02", 4.0, lot="L1"),
    StockMoved("A17", 6.0, "NORTH/01", "SOUTH/01", lot="L1"),
]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An act an hour."""
    log = open_store(tmp_path / "twin.db")
    events = [
        LiveEvent(
            id=f"e{number}", site="NORTH", source="wms", entity="location/x",
            happened_ms=EPOCH_MS + number * HOUR_MS, body=body,
        )
        for number, body in enumerate(ACTS)
    ]  # fmt: skip
    log.append(events, now_ms=EPOCH_MS + 10 * HOUR_MS)
    log.close()
    return tmp_path / "twin.db"


def answer(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["inventory", *map(str, arguments), "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def lying(*arguments: object) -> dict[str, float]:
    return {row["place"]: row["quantity"] for row in answer("show", *arguments)}


def test_the_book_is_told_by_place_sku_site_lot_and_unit(store: Path) -> None:
    assert lying(store) == {"NORTH/01": 9.0, "NORTH/02": 4.0, "SOUTH/01": 6.0, "SOUTH/09": 3.0}
    assert lying(store, "--site", "SOUTH") == {"SOUTH/01": 6.0, "SOUTH/09": 3.0}
    assert lying(store, "--place", "*/01") == {"NORTH/01": 9.0, "SOUTH/01": 6.0}
    assert lying(store, "--sku", "B4") == lying(store, "--unit", "PAL-7") == {"SOUTH/09": 3.0}
    assert lying(store, "--lot", "L2") == {}
    assert run_command(["inventory", "show", str(store), "--site", "SOUTH", "--place", "*"]) == 2


def test_the_book_can_be_asked_for_as_it_was(store: Path) -> None:
    assert lying(store, "--as-of", "2026-09-21T15:30:00Z") == {"NORTH/01": 15.0, "NORTH/02": 5.0}


def test_what_happened_adds_up_to_the_book(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = answer("history", store, "NORTH/01")
    assert [(step["change"], step["book"]) for step in steps] == [(20.0, 20.0), (-5.0, 15.0), (-6.0, 9.0)]
    assert sum(step["change"] for step in answer("history", store, "A17")) == 9 + 4 + 6
    assert run_command(["inventory", "history", str(store), "NORTH/02"]) == 0
    out = capsys.readouterr().out
    assert "A17 lot L1 moved +5 = 5 (NORTH/01 → NORTH/02, replenish; wms)" in out
    assert "A17 lot L1 counted -1 = 4 (by count; wms)" in out
