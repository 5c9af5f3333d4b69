"""Business records in CSV files: headers, orders of several rows, full lists, letters that can be told again."""

from __future__ import annotations

import random

import pytest
from pydantic import ValidationError

from layouts.live.events import InboundExpected, OrderReleased, SkuKnown, StockCounted, StockMoved
from server.feeds.business.decoder import BusinessDecoder
from server.feeds.business.meaning import StockKey
from server.feeds.business.settings import BusinessSettings, TableFile
from server.feeds.feed import Message

AT_MS = 1_795_766_400_000
BERLIN = "Europe/Berlin"


def _told(text: str | bytes, kind: str, *, name: str = "in/file.csv", lying=None, **more: object):
    settings = BusinessSettings(
        site="S", time_zone=BERLIN, files=(TableFile(pattern="*.csv", kind=kind, **more),)
    )
    payload = text if isinstance(text, bytes) else text.encode()
    return BusinessDecoder(settings, lying=lying).decode(Message(name, payload, AT_MS))


def test_movements_in_german_with_semicolons_and_decimal_commas():
    told = _told(
        "Beleg;Pos;Zeitstempel;Artikelnummer;Menge;Von;Nach;Charge\n"
        "M1;1;2026-11-27 09:00:00;A17;1,5;01-02;03-04;L1\n"
        "M1;2;2026-11-27 09:00:00;A17;2;01-02;;\n",
        "movement",
        delimiter=";",
        decimal=",",
    )
    assert told.refused == ()
    assert [one.body for one in told.events] == [
        StockMoved("A17", 1.5, "S/01-02", "S/03-04", lot="L1"),
        StockMoved("A17", 2.0, "S/01-02", None),
    ]
    assert told.events[0].happened_ms == AT_MS


def test_rows_of_an_order_are_one_order_and_a_faulty_row_refuses_it_alone():
    text = (
        "order,at,sku,quantity,due\n"
        "1,2026-11-27T08:00:00Z,A,2,2026-11-27T10:00:00Z\n"
        "2,2026-11-27T08:00:00Z,A,1,\n"
        "1,2026-11-27T08:00:00Z,B,4,\n"
        "2,2026-11-27T08:00:00Z,B,many,\n"
    )
    told = _told(text, "order")
    (event,) = told.events
    assert event.entity == "order/1"
    assert event.body == OrderReleased((("A", 2.0), ("B", 4.0)), AT_MS + 7_200_000)
    (refused,) = told.refused
    assert "file.csv row 5: quantity 'many' is no number" in refused.reason
    mended = refused.payload.replace(b"many", b"7")
    assert _told(mended, "order").events[0].body == OrderReleased((("A", 1.0), ("B", 7.0)))


def test_a_full_list_of_stock_takes_its_time_from_its_name_and_counts_the_missing_as_zero():
    text = "location,sku,qty\n01-01,A,5\n"
    book = [StockKey("S/01-01", "A"), StockKey("S/01-02", "B"), StockKey("S/09-01", "C")]
    more = {"name": "in/stock_202611270900.csv", "name_time": "stock_%Y%m%d%H%M.csv", "full_for": ("01-*",)}
    told = _told(text, "inventory", lying=lambda pattern: book, **more)
    assert [one.body for one in told.events] == [
        StockCounted("A", "S/01-01", 5.0, "wms"),
        StockCounted("B", "S/01-02", 0.0, "wms"),
    ]
    assert {one.happened_ms for one in told.events} == {AT_MS}
    twice = _told(text, "inventory", **more | {"name": "stock_202610250230.csv"})
    assert "came twice in Europe/Berlin" in twice.refused[0].reason
    faulty = _told(text + "01-02,B\n", "inventory", lying=lambda pattern: book, **more)
    assert faulty.events == ()
    assert "row 3: the row has 2 cells, the header 3" in faulty.refused[0].reason


def test_masses_come_in_the_unit_of_their_header_and_units_of_length_are_refused():
    assert _told("at,item,weight_g\n2026-11-27T08:00:00Z,A,250\n", "item").events[0].body == SkuKnown(
        mass_kg=0.25
    )
    told = _told("at,item,weight (mm)\n2026-11-27T08:00:00Z,A,250\n", "item")
    assert "mass_kg is in 'mm', expected g, kg, t, oz, lb" in told.refused[0].reason


def test_an_eta_file():
    text = "ASN,time,sku,qty,due,ETA\nA1,2026-11-27 09:00,X,4,2026-11-27 09:00,2026-11-28 09:00\n"
    (event,) = _told(text, "inbound").events
    assert event.body == InboundExpected("X", 4.0, AT_MS, AT_MS + 86_400_000)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "item", "is empty"),
        ("sku\nA\n", "item", "has no column for at, its columns are sku: set columns.at or name_time"),
        ("at,sku,item\nx,A,B\n", "item", "has 'sku', 'item' for sku: set columns.sku"),
        ('at,sku\n"x,A\n', "item", "is no CSV in UTF-8"),
        (b"at,sku\n\xff,A\n", "item", "is no CSV in UTF-8"),
        ("at,location,sku,qty\n1,A,B,1\n2,A,C,1\n", "inventory", "it tells 2 times, expected one"),
        ("order,at,sku,qty\n1,2026-11-27T08:00Z,A,1\n1,x\n", "order", "row 3: the row has 2 cells"),
        ("at,sku\n2026-11-27T08:00:00Z,\n", "item", "Object missing required field `sku`"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(text, kind, said):
    told = _told(text, kind)
    assert told.events == ()
    assert said in told.refused[0].reason


def test_a_file_of_no_pattern_is_refused_and_patterns_check_themselves():
    decoder = BusinessDecoder(BusinessSettings(site="S", files=(TableFile(pattern="a*.csv", kind="item"),)))
    assert "fits no pattern of files, which are a*.csv" in (
        decoder.decode(Message("b.csv", b"at,sku\n", 0)).refused[0].reason
    )
    with pytest.raises(ValidationError, match="full_for is for inventory files"):
        TableFile(pattern="*", kind="item", full_for=("*",))
    with pytest.raises(ValidationError, match="time_zone 'Mars/Base' is not known"):
        BusinessSettings(site="S", time_zone="Mars/Base")


def test_mutated_files_never_raise():
    random_ = random.Random(3)
    text = b"document,line,at,sku,quantity,from,to\nM,1,2026-11-27T08:00:00Z,A,2,X,Y\n"
    text += b"M,2,2026-11-27T08:00:00Z,B,1,,Z\n"
    for kind in ("movement", "order", "inventory", "item", "lot"):
        for _ in range(400):
            data = bytearray(text)
            for _ in range(random_.randrange(1, 6)):
                data[random_.randrange(len(data))] = random_.randrange(256)
            told = _told(bytes(data), kind)
            assert all(one.reason for one in told.refused)
