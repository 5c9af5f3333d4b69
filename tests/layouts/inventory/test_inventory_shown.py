"""What is said of stock, and the same as plain values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layouts.inventory.belief import Belief
from layouts.inventory.count_list import Visit
from layouts.inventory.fefo import Perishable, fefo, near_end
from layouts.inventory.history import history
from layouts.inventory.lot_ages import LotAge
from layouts.inventory.place_sensor_file import read_place_sensors
from layouts.inventory.reconcile import Discrepancy
from layouts.inventory.returns import ReasonFigures, Sellable
from layouts.inventory.shelf_life import Remaining, Used
from layouts.inventory.shown import (
    beliefs_record,
    count_list_text,
    fefo_text,
    history_text,
    near_end_text,
    plain,
    reconcile_text,
    returns_text,
    shelf_life_text,
    stock_text,
)
from layouts.inventory.stock import OnHand
from layouts.inventory.stock_key import StockKey
from layouts.inventory.temperatures import PlaceSensor
from layouts.live.events import LiveEvent, Recorded, StockCounted, StockMoved, StockSeen
from spatial.errors import BadDataError

KEY = StockKey("N/1", "X", "L", "P")


def test_stock_and_its_history_are_told_in_lines() -> None:
    rows = [OnHand(*KEY, 5.0, 1000), OnHand("N/2", "Y", None, None, -1.5, None)]
    assert stock_text(rows, now_ms=61_000).splitlines() == [
        "N/1: 5 of X, lot L, on P; counted 1 min ago",
        "N/2: -1.5 of Y; never counted",
    ]
    bodies = [
        StockMoved("X", 5, None, "N/1", reason="receiving", order="7"),
        StockCounted("X", "N/1", 4),
        StockSeen("N/1", "scan", 0.9, is_empty=True),
    ]
    log = [
        Recorded(n, n, LiveEvent(id=f"{n}", site="N", source="wms", entity="sku/X", happened_ms=n, body=body))
        for n, body in enumerate(bodies, start=1)
    ]
    assert history_text(history(log)).splitlines() == [
        "1970-01-01T00:00:00Z N/1 X +5 → 5: outside → N/1, receiving, order 7 (wms)",
        "1970-01-01T00:00:00Z N/1 X -1 → 4 counted: by count (wms)",
        "1970-01-01T00:00:00Z N/1 place: empty by scan, 90% sure (wms)",
    ]


def test_what_is_believed_and_where_to_count_is_told_in_lines() -> None:
    belief = Belief("N/1", {"as booked": 0.3, "empty": 0.7}, (), 0.8)
    told = reconcile_text([Discrepancy("N/2", "below zero", "N/2: count it")], [belief])
    assert told.splitlines() == [
        "below zero: N/2: count it",
        "1 places, 1 discrepancies, 1 places cannot be decided; 0.7 are expected to be wrong",
    ]
    (record,) = beliefs_record([belief])
    assert json.loads(json.dumps(record))["probability"] == {"as booked": 0.3, "empty": 0.7}
    assert (record["best"], record["confidence"], record["is_decided"]) == ("empty", 0.7, False)
    assert count_list_text([Visit("N/1", 0.125, 410.0, 47.25, 3, "")]) == (
        "1. N/1 (stop 3): worth 47.2, wrong with 12%, 410 at stake"
    )


def test_what_ends_soon_and_how_it_aged_is_told_in_lines() -> None:
    stock = [
        Perishable(KEY, 5, 4.0, 6.0, 10.0, 2.0),
        Perishable(StockKey("N/2", "X"), 1, 8.0, 8.0, 9.0),
    ]
    assert fefo_text(fefo(stock)).splitlines() == [
        "1. N/1: 5 of X, lot L, on P, 4 to 6 d left, worth 10 (by label: turn 2)",
        "2. N/2: 1 of X, 8 d left (by label: turn 1)",
    ]
    assert near_end_text(near_end(stock, within_days=5), within_days=5).splitlines()[1] == (
        "1 lines end within 5 d, worth 10"
    )
    age = LotAge(KEY, 5, 0, Used(20, 50, 10, 20), Remaining(950, 980), 5.24)
    assert shelf_life_text([age]) == (
        "N/1: 5 of X, lot L, on P: used 20 to 50 h, left 950 to 980 h at the reference; 20 h not known; "
        "mean kinetic temperature 5.2 °C"
    )


def test_returns_are_told_in_lines() -> None:
    figures = [ReasonFigures("broken", 2, 5.0, {"restock": 1.0, "scrap": 4.0})]
    held = [Sellable(KEY, 5.0, 1.0, {"scrap": 4.0}), Sellable(KEY, 5.0, 5.0, {})]
    assert returns_text(figures, held).splitlines() == [
        "broken: 2 returns, 5 pieces (restock 1, scrap 4)",
        "N/1: 5 of X, lot L, on P, 1 may be sold, held: scrap 4",
    ]


def test_of_nothing_something_is_said() -> None:
    said = [
        stock_text([], now_ms=0),
        history_text([]),
        count_list_text([]),
        fefo_text([]),
        shelf_life_text([]),
        returns_text([]),
    ]
    assert all(said)


def test_plain_values_are_json() -> None:
    told = plain([Sellable(KEY, 5.0, 1.0, {"scrap": 4.0})])
    assert json.loads(json.dumps(told)) == [
        {
            "key": {"place": "N/1", "sku": "X", "lot": "L", "handling_unit": "P"},
            "quantity": 5.0,
            "sellable": 1.0,
            "held": {"scrap": 4.0},
        }
    ]
    assert plain(frozenset({"b", "a"})) == ["a", "b"]


def test_sensors_of_places_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "places.yaml"
    path.write_text("places:\n- {place: N/cold-*, entity: zone/COLD-1}\n")
    assert read_place_sensors(path) == (PlaceSensor("N/cold-*", "zone/COLD-1"),)
    for wrong, said in (
        ("{place: cold, entity: zone/A}", "SITE/LOCATION"),
        ("{place: N/1, entity: A/B}", "KIND/NAME"),
    ):
        path.write_text(f"places:\n- {wrong}\n")
        with pytest.raises(BadDataError, match=said):
            read_place_sensors(path)
