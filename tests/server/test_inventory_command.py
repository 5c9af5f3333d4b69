"""inventory: what the log's book says, place by place and step by step, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from layouts.live.events import (
    Body,
    LiveEvent,
    LotKnown,
    Reading,
    SkuKnown,
    StockCounted,
    StockMoved,
    StockSeen,
)
from server.cli import run_command
from server.commands import app
from server.store.opening import open_store
from spatial.facility import Facility

EPOCH_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
ACTS: list[Body] = [
    StockMoved("A17", 20.0, None, "NORTH/01", lot="L1"),
    StockMoved("A17", 5.0, "NORTH/01", "NORTH/02", lot="L1", reason="replenish"),
    StockMoved("B4", 3.0, None, "SOUTH/09", handling_unit="PAL-7"),
    StockCounted("A17", "NORTH/02", 4.0, lot="L1"),
    StockMoved("A17", 6.0, "NORTH/01", "SOUTH/01", lot="L1"),
]


def tell(store: Path, *acts: tuple[str, int, Body]) -> None:
    """Entity, hour and body of each act at NORTH, into the store."""
    log = open_store(store)
    head = log.head()
    events = [
        LiveEvent(
            id=f"e{head + number}",
            site="NORTH",
            source="wms",
            entity=entity,
            happened_ms=EPOCH_MS + hour * HOUR_MS,
            body=body,
        )
        for number, (entity, hour, body) in enumerate(acts)
    ]
    done = log.append(events, now_ms=EPOCH_MS + 20 * HOUR_MS)
    log.close()
    assert len(done.recorded) == len(acts), done.refused


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An act an hour."""
    tell(tmp_path / "twin.db", *(("location/x", hour, body) for hour, body in enumerate(ACTS)))
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
    assert "NORTH/02 A17 +5 → 5: NORTH/01 → NORTH/02, replenish (wms)" in out
    assert "NORTH/02 A17 -1 → 4 counted: by count (wms)" in out


LATE = "2026-09-22T02:13:20Z"
"""Twelve hours after the first act."""


def test_what_is_seen_otherwise_is_a_finding_and_worth_a_count(store: Path) -> None:
    tell(
        store,
        ("sku/A17", 0, SkuKnown(unit_value=50.0)),
        ("location/02", 4, StockSeen("NORTH/02", "count", 0.99, sku="A17", quantity=4.0)),
    )
    north02 = ("--place", "NORTH/02", "--as-of", LATE)
    told = answer("reconcile", store, *north02)
    assert told["discrepancies"] == []
    assert told["places"][0]["best"] == "as booked"
    tell(
        store,
        ("location/01", 9, StockSeen("NORTH/01", "scan", 0.97, is_empty=True)),
        ("location/01", 10, StockSeen("NORTH/01", "vehicle", 0.95, is_empty=True)),
    )
    told = answer("reconcile", store, "--site", "NORTH", "--as-of", LATE, code=1)
    assert [(each["place"], each["reason"]) for each in told["discrepancies"]] == [
        ("NORTH/01", "seen otherwise")
    ]
    visits = answer("count-list", store, "--site", "NORTH", "--as-of", LATE)
    assert visits[0]["place"] == "NORTH/01"
    assert answer("count-list", store, "--site", "NORTH", "--as-of", LATE, "--visit-cost", "1e6") == []


def test_what_is_seen_but_not_surely_is_undecided(store: Path) -> None:
    tell(store, ("location/01", 9, StockSeen("NORTH/01", "scan", 0.8, is_empty=True)))
    told = answer("reconcile", store, "--place", "NORTH/01", "--as-of", LATE, code=4)
    assert [each["reason"] for each in told["discrepancies"]] == ["cannot decide"]


def test_what_came_back_is_told_by_reason_and_held(store: Path) -> None:
    tell(
        store,
        ("order/1", 6, StockMoved("C", 2.0, None, "NORTH/R1", reason="return: damaged", disposition="scrap")),
        (
            "order/2",
            7,
            StockMoved("C", 3.0, None, "SOUTH/R1", reason="return: too large", disposition="restock"),
        ),
    )
    told = answer("returns", store, "--site", "NORTH")
    assert [(each["reason"], each["quantity"]) for each in told["reasons"]] == [("damaged", 2.0)]
    assert [(line["sellable"], line["held"]) for line in told["held"]] == [(0.0, {"scrap": 2.0})]
    assert [each["reason"] for each in answer("returns", store)["reasons"]] == ["too large", "damaged"]


@pytest.fixture
def kept_cold(store: Path, tmp_path: Path) -> tuple[object, ...]:
    """L1 stood at its reference temperature as long as it is known; L2, with a shorter label, has a longer life."""
    keeps: dict[str, float] = {"reference_c": 5.0, "q10": 2.0}
    short = LotKnown("A17", "L1", shelf_life_h=240, expires_ms=EPOCH_MS + 400 * HOUR_MS, **keeps)  # type: ignore[arg-type]
    long = LotKnown("D", "L2", shelf_life_h=720, expires_ms=EPOCH_MS + 300 * HOUR_MS, **keeps)  # type: ignore[arg-type]
    tell(
        store,
        ("lot/A17/L1", 0, short),
        ("lot/D/L2", 0, long),
        ("location/x", 0, StockMoved("D", 8.0, None, "NORTH/01", lot="L2")),
        *(("sensor/cold", hour, Reading("temperature", 5.0)) for hour in range(13)),
    )
    sensors = tmp_path / "sensors.yaml"
    sensors.write_text("places: [{place: 'NORTH/*', entity: sensor/cold}]\n", "utf-8")
    return (store, "--sensors", sensors, "--range", "5..5", "--as-of", LATE)


def test_what_ends_first_is_picked_first_whatever_the_label_says(kept_cold: tuple[object, ...]) -> None:
    turns = answer("fefo", *kept_cold, "--place", "NORTH/01")
    assert [(turn["number"], turn["by_label"], turn["stock"]["key"]["sku"]) for turn in turns] == [
        (1, 2, "A17"), (2, 1, "D"),
    ]  # fmt: skip
    assert turns[0]["stock"]["worst_days"] == pytest.approx((240 - 12) / 24)
    assert [turn["stock"]["key"]["sku"] for turn in answer("fefo", *kept_cold, "--sku", "D")] == ["D"]


def test_what_ends_soon_is_a_finding(kept_cold: tuple[object, ...]) -> None:
    assert answer("near-end", *kept_cold, "--within", "9") == []
    found = answer("near-end", *kept_cold, "--within", "10", "--site", "NORTH", code=1)
    assert {each["key"]["lot"] for each in found} == {"L1"}


def test_a_lot_tells_how_it_aged(kept_cold: tuple[object, ...], capsys: pytest.CaptureFixture[str]) -> None:
    store, *rest = kept_cold
    ages = {each["key"]["place"]: each for each in answer("shelf-life", store, "A17", "L1", *rest)}
    assert ages["NORTH/01"]["used"]["worst_h"] == pytest.approx(12.0)
    assert ages["SOUTH/01"]["mean_kinetic_c"] is None
    told = [str(each) for each in rest]
    assert run_command(["inventory", "shelf-life", str(store), "A17", "L9", *told]) == 4
    assert "how lot L9 of A17 ages is not known" in capsys.readouterr().err
    told[3] = "warm"
    assert run_command(["inventory", "shelf-life", str(store), "A17", "L1", *told]) == 2


def test_a_recalled_lot_is_found_with_what_was_made_of_it_and_whom_it_reached(store: Path) -> None:
    hour = len(ACTS)
    tell(
        store,
        ("location/x", hour, StockMoved("A17", 2.0, "SOUTH/01", None, lot="L1", made_by="mix-1")),
        ("location/x", hour, StockMoved("C1", 1.0, None, "SOUTH/02", lot="M1", made_by="mix-1")),
        ("location/x", hour + 1, StockMoved("A17", 3.0, "NORTH/01", None, lot="L1", order="4711")),
    )
    done = CliRunner().invoke(app, ["inventory", "recall", str(store), "--lot", "A17/L1"])
    assert done.exit_code == 0, done.output
    assert "lots: A17 L1, C1 M1" in done.output
    assert "lies: SOUTH/02: 1 C1 of M1" in done.output
    assert "gone: NORTH → order 4711: 3 A17 of L1" in done.output
    tell(store, ("location/x", hour + 2, StockMoved("A17", 1.0, "NORTH/01", None, order="4712")))
    tell(store, ("location/x", hour - 1, StockMoved("A17", 1.0, None, "NORTH/01", lot="L2")))
    doubt = CliRunner().invoke(app, ["inventory", "recall", str(store), "--lot", "A17/L1", "--json"])
    assert doubt.exit_code == 4
    assert json.loads(doubt.stdout)["orders"]["4712"] == {"least": 0.0, "most": 1.0}
    assert run_command(["inventory", "recall", str(store)]) == 2
    assert run_command(["inventory", "recall", str(store), "--lot", "A17/L9"]) == 3


@pytest.fixture
def in_hall(hall: Facility, tmp_path: Path) -> tuple[Path, list[str]]:
    """A lot of A17 in the hall, moved once and sold; sound A17 at another place."""
    first, second, third = ids = [place.id for place in hall.locations[:3]]
    store = tmp_path / "hall.db"
    tell(
        store,
        ("location/x", 0, StockMoved("A17", 5.0, None, f"HALL/{first}", lot="BAD")),
        ("location/x", 1, StockMoved("A17", 5.0, f"HALL/{first}", f"HALL/{second}", lot="BAD")),
        ("location/x", 2, StockMoved("A17", 8.0, None, f"HALL/{third}", lot="GOOD")),
        ("location/x", 3, StockMoved("A17", 2.0, f"HALL/{second}", None, lot="BAD", order="4711")),
    )
    return store, ids


def test_the_way_of_a_recalled_lot_through_a_hall_is_written_with_what_to_take_instead(
    in_hall: tuple[Path, list[str]], hall_site: Path, tmp_path: Path
) -> None:
    store, (first, second, third) = in_hall
    asked = ["inventory", "recall", str(store), "--lot", "A17/BAD"]
    way = ["--path", str(tmp_path / "way.json"), "--hall", str(hall_site)]
    done = CliRunner().invoke(app, [*asked, *way])
    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "way.json").read_text(encoding="utf-8"))
    assert [(leg["start"], leg["end"]) for leg in record["legs"]] == [
        (None, first), (first, second), (second, None),
    ]  # fmt: skip
    assert [leg["at_ms"] for leg in record["legs"]] == [EPOCH_MS + hour * HOUR_MS for hour in (0, 1, 3)]
    assert len(record["legs"][1]["path"]) > 2
    assert f" {first} → {second}, {record['legs'][1]['length_m']:.1f} m" in done.output
    assert [near["place"] for near in record["instead"][0]["near"]] == [f"HALL/{third}"]
    assert f"instead of A17 at HALL/{second}: HALL/{third} has 8" in done.output
    told = CliRunner().invoke(app, [*asked, *way, "--json"])
    assert json.loads(told.stdout)["way"] == record
    assert run_command([*asked, "--path", str(tmp_path / "way.json")]) == 2


def test_an_order_is_traced_back_to_its_lots(in_hall: tuple[Path, list[str]]) -> None:
    store, (_, second, _) = in_hall
    assert answer("origin", store, "--order", "4711")["lots"] == [
        {"sku": "A17", "lot": "BAD", "least": 2.0, "most": 2.0}
    ]
    tell(store, ("location/x", 4, StockMoved("A17", 4.0, None, f"HALL/{second}", lot="NEW")))
    tell(store, ("location/x", 5, StockMoved("A17", 2.0, f"HALL/{second}", None, order="4712")))
    doubt = answer("origin", store, "--order", "4712", code=4)
    assert {each["lot"]: (each["least"], each["most"]) for each in doubt["lots"]} == {
        "BAD": (0.0, 2.0), "NEW": (0.0, 2.0),
    }  # fmt: skip
    assert run_command(["inventory", "origin", str(store), "--order", "4799"]) == 3
