"""Handling units that move whole, goods that are packed and unpacked: told by EPCIS, business systems, mappings."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from layouts.inventory.ledger import Ledger
from layouts.inventory.stock import on_hand
from layouts.live.events import LiveEvent, StockMoved, StockSeen, refusal
from server.feeds.business.decoder import BusinessDecoder
from server.feeds.business.settings import BusinessSettings, TableFile
from server.feeds.decoders import make_decoder
from server.feeds.epcis.decoder import EpcisDecoder
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.feed import Decoded, Message
from spatial.errors import BadDataError

AT, AT_MS = "2026-11-27T08:00:00Z", 1_795_766_400_000
PALLET, PALLET_ID = "urn:epc:id:sscc:4012345.0000000333", "040123450000003338"
CARTON, CARTON_ID = "urn:epc:id:sscc:4012345.0000000334", "040123450000003345"
DOCK, RACK = "urn:epc:id:sgln:4012345.00005.0", "urn:epc:id:sgln:4012345.00006.0"
MILK = {"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 12}
PLACES = {"4012345000054": "DOCK", "4012345000061": "RACK"}


def captured(*events: dict[str, Any]) -> Decoded:
    settings = EpcisSettings(site="S", places=PLACES, skus={"04012345123456": "MILK"})
    return EpcisDecoder(settings).decode(Message("capture", json.dumps(list(events)).encode(), AT_MS))


def gs1(kind: str, step: str, action: str, **more: Any) -> dict[str, Any]:
    """An event at the dock; later ones of equal kind and step need an `id`."""
    number = more.pop("id", 0)
    head = {"type": kind, "eventID": f"urn:{kind}:{step}:{number}", "eventTimeZoneOffset": "+00:00"}
    when = {"eventTime": more.pop("at", AT), "action": action, "bizStep": step, "readPoint": {"id": DOCK}}
    return head | when | more


def recorded(*records: dict[str, Any]) -> Decoded:
    payload = json.dumps([{"at": AT} | record for record in records]).encode()
    return BusinessDecoder(BusinessSettings(site="S")).decode(Message("wms", payload, AT_MS))


def bodies(decoded: Decoded) -> list[StockMoved]:
    assert decoded.refused == ()
    assert all(refusal(event, AT_MS) is None for event in decoded.events)
    return [event.body for event in decoded.events if isinstance(event.body, StockMoved)]


def reason(decoded: Decoded) -> str:
    assert decoded.events == ()
    (refused,) = decoded.refused
    return refused.reason


def lying(events: Sequence[LiveEvent]) -> dict[tuple[str, str, str | None], float]:
    ledger = Ledger()
    for event in events:
        ledger.apply(event)
    return {(row.place, row.sku, row.handling_unit): row.quantity for row in on_hand(ledger)}


ENDS = {
    "sourceList": [{"type": "location", "source": DOCK}],
    "destinationList": [{"type": "location", "destination": RACK}],
}


def test_an_sscc_alone_moves_within_the_site_and_leaves_it_with_all_on_it_but_cannot_come_in() -> None:
    unit = {"epcList": [PALLET]}
    (within,) = bodies(captured(gs1("ObjectEvent", "storing", "OBSERVE", **ENDS, **unit)))
    assert within == StockMoved("", 1.0, "S/DOCK", "S/RACK", handling_unit=PALLET_ID, reason="storing")
    (out,) = bodies(captured(gs1("ObjectEvent", "shipping", "OBSERVE", **unit)))
    assert (out.sku, out.from_place, out.to_place, out.handling_unit) == ("", "S/DOCK", None, PALLET_ID)
    assert captured(gs1("ObjectEvent", "shipping", "OBSERVE", **unit)).events[0].entity == f"unit/{PALLET_ID}"
    assert f"only handling units {PALLET_ID} are named" in reason(
        captured(gs1("ObjectEvent", "receiving", "OBSERVE", **unit))
    )
    (seen,) = captured(gs1("ObjectEvent", "loading", "OBSERVE", **unit)).events
    assert isinstance(seen.body, StockSeen)


def test_loose_goods_and_units_of_one_event_all_leave() -> None:
    event = gs1("ObjectEvent", "shipping", "OBSERVE", epcList=[PALLET], quantityList=[MILK])
    assert [(body.sku, body.handling_unit) for body in bodies(captured(event))] == [
        ("MILK", None),
        ("", PALLET_ID),
    ]


def test_an_aggregation_packs_and_its_deletion_unpacks_goods_and_units() -> None:
    children = {"parentID": PALLET, "childEPCs": [CARTON], "childQuantityList": [MILK]}
    packed, put_on = sorted(bodies(captured(gs1("AggregationEvent", "packing", "ADD", **children))), key=_sku)
    unpacked, off = sorted(
        bodies(captured(gs1("AggregationEvent", "unpacking", "DELETE", **children))), key=_sku
    )
    here = ("S/DOCK", "S/DOCK")
    assert packed == StockMoved("MILK", 12.0, *here, "L1", reason="packing", into_unit=PALLET_ID)
    assert put_on == StockMoved(
        "", 1.0, *here, handling_unit=CARTON_ID, reason="packing", into_unit=PALLET_ID
    )
    assert unpacked == StockMoved("MILK", 12.0, *here, "L1", PALLET_ID, "unpacking", into_unit="")
    assert off == StockMoved(
        "", 1.0, *here, handling_unit=f"{PALLET_ID}/{CARTON_ID}", reason="unpacking", into_unit=""
    )


def _sku(body: StockMoved) -> tuple[bool, str]:
    return body.sku == "", body.sku


def test_a_deletion_that_lists_nothing_and_a_packing_of_unknown_amount_are_refused() -> None:
    empty = gs1("AggregationEvent", "unpacking", "DELETE", parentID=PALLET)
    assert "childEPCs and childQuantityList name nothing" in reason(captured(empty))
    untold = [{"epcClass": MILK["epcClass"]}]
    packing = gs1("AggregationEvent", "packing", "ADD", parentID=PALLET, childQuantityList=untold)
    assert "quantity of SKU 'MILK' is not told" in reason(captured(packing))
    crate = gs1(
        "AggregationEvent", "packing", "ADD",
        parentID="urn:epc:id:grai:4012345.55555.9", childQuantityList=[MILK],
    )  # fmt: skip
    assert isinstance(captured(crate).events[0].body, StockSeen)  # a crate is no handling unit of the book


def test_the_life_of_a_pallet_is_in_the_book_in_whatever_order_its_events_come() -> None:
    def at(minute: int) -> str:
        return f"2026-11-27T08:{minute:02}:00Z"

    decoded = captured(
        gs1("ObjectEvent", "receiving", "OBSERVE", at=at(0), quantityList=[MILK | {"quantity": 30}]),
        gs1("AggregationEvent", "packing", "ADD", at=at(1), parentID=CARTON, childQuantityList=[MILK]),
        gs1("AggregationEvent", "packing", "ADD", id=1, at=at(2), parentID=PALLET, childEPCs=[CARTON]),
        gs1("AggregationEvent", "packing", "ADD", id=2, at=at(3), parentID=PALLET, childQuantityList=[MILK]),
        gs1("ObjectEvent", "storing", "OBSERVE", at=at(4), epcList=[PALLET], **ENDS),
        gs1(
            "AggregationEvent", "unpacking", "DELETE", at=at(5), parentID=PALLET, childEPCs=[CARTON],
            bizLocation={"id": RACK},
        ),
        gs1("ObjectEvent", "shipping", "OBSERVE", at=at(6), epcList=[PALLET]),
    )  # fmt: skip
    assert decoded.refused == ()
    expected = {("S/DOCK", "MILK", None): 6.0, ("S/RACK", "MILK", CARTON_ID): 12.0}
    assert lying(decoded.events) == lying(decoded.events[::-1]) == expected


@pytest.mark.parametrize("named", [{}, {"eventID": "urn:x:" + 250 * "9"}], ids=["short", "long"])
def test_a_movement_of_a_whole_unit_declared_in_error_goes_back_but_not_from_outside(
    named: dict[str, str],
) -> None:
    declared = {"errorDeclaration": {"declarationTime": AT}, "epcList": [PALLET]} | named
    decoded = captured(
        gs1("AggregationEvent", "receiving", "OBSERVE", parentID=PALLET, childQuantityList=[MILK]),
        gs1("ObjectEvent", "storing", "OBSERVE", at="2026-11-27T08:00:01Z", **ENDS, **declared),
    )
    assert lying(decoded.events) == {("S/DOCK", "MILK", PALLET_ID): 12.0}
    packing = gs1("AggregationEvent", "packing", "ADD", parentID=PALLET, childQuantityList=[MILK])
    back = captured(packing | {"errorDeclaration": {"declarationTime": AT}})
    assert lying(back.events) == {}
    assert f"handling unit {PALLET_ID} left as a whole" in reason(
        captured(gs1("ObjectEvent", "shipping", "OBSERVE", **declared))
    )


UNIT = {"kind": "unit_movement", "handling_unit": "P1", "from_location": "A", "to_location": "B"}
PACKING = {"kind": "packing", "how": "packed", "handling_unit": "P1", "location": "A"}
GOODS = {"sku": "X", "quantity": 2, "lot": "L"}


@pytest.mark.parametrize(
    ("record", "entity", "body"),
    [
        (UNIT, "unit/P1", StockMoved("", 1.0, "S/A", "S/B", handling_unit="P1")),
        (
            PACKING | GOODS | {"order": "7"},
            "sku/X",
            StockMoved("X", 2.0, "S/A", "S/A", "L", reason="packed", order="7", into_unit="P1"),
        ),
        (
            PACKING | GOODS | {"how": "unpacked"},
            "sku/X",
            StockMoved("X", 2.0, "S/A", "S/A", "L", "P1", "unpacked", into_unit=""),
        ),
        (
            PACKING | {"unit": "C"},
            "unit/C",
            StockMoved("", 1.0, "S/A", "S/A", handling_unit="C", reason="packed", into_unit="P1"),
        ),
        (
            PACKING | {"unit": "C", "how": "unpacked"},
            "unit/P1/C",
            StockMoved("", 1.0, "S/A", "S/A", handling_unit="P1/C", reason="unpacked", into_unit=""),
        ),
    ],
)
def test_a_business_record_of_a_unit_is_its_movement(
    record: dict[str, Any], entity: str, body: StockMoved
) -> None:
    decoded = recorded(record)
    assert bodies(decoded) == [body]
    assert decoded.events[0].entity == entity


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (UNIT | {"from_location": None, "to_location": None}, "neither from_location nor to_location"),
        (UNIT | {"handling_unit": " "}, "handling_unit is empty"),
        (UNIT | {"kind": "movement", "sku": "", "quantity": 1}, "sku is empty: name one"),
        (PACKING | {"sku": "", "quantity": 1, "how": "unpacked"}, "neither sku nor unit"),
        (PACKING, "neither sku nor unit"),
        (PACKING | GOODS | {"unit": "C"}, "both sku and unit"),
        (PACKING | {"sku": "X"}, "quantity is not told"),
        (PACKING | GOODS | {"quantity": 0}, "quantity 0 is not above 0"),
        (PACKING | {"unit": "P1"}, "unit 'P1' is packed into itself"),
    ],
)
def test_a_business_record_that_cannot_be_is_refused(record: dict[str, Any], said: str) -> None:
    assert said in reason(recorded(record))


def test_files_of_unit_movements_and_packings_find_their_columns() -> None:
    files = (
        TableFile(pattern="moves*", kind="unit_movement"),
        TableFile(pattern="pack*", kind="packing", delimiter=";"),
    )
    decoder = BusinessDecoder(BusinessSettings(site="S", files=files))
    moves = decoder.decode(Message("moves.csv", f"SSCC,From,To,Time\nP1,A,B,{AT}\nP1,B,,{AT}\n".encode(), 0))
    assert [(body.handling_unit, body.to_place) for body in bodies(moves)] == [("P1", "S/B"), ("P1", None)]
    text = f"time;status;pallet;location;sku;quantity;carton\n{AT};packed;P1;A;X;2;\n{AT};unpacked;P1;A;;;C\n"
    packings = decoder.decode(Message("pack.csv", text.encode(), 0))
    assert [(body.sku, body.handling_unit, body.into_unit) for body in bodies(packings)] == [
        ("X", None, "P1"),
        ("", "P1/C", ""),
    ]


Mapped = Callable[[dict[str, Any], object], Decoded]


@pytest.fixture
def mapped(tmp_path: Path) -> Mapped:
    def decode(fields: dict[str, Any], payload: object) -> Decoded:
        rule = {"kind": "moved", "entity": "location/{to}", "id": "n", "fields": fields}
        topic = {"topic": "wms", "events": [rule], "time": {"from": "at", "form": "iso"}}
        path = tmp_path / "mapping.yaml"
        path.write_text(yaml.safe_dump({"topics": [topic]}))
        decoder = make_decoder("mapping", name="hall", site="S", options={"file": str(path)})
        return decoder.decode(Message("wms", json.dumps(payload).encode(), AT_MS))

    return decode


WHOLE = {"handling_unit": {"from": "hu"}, "to_place": {"text": "S/{to}"}}


def test_a_mapped_movement_without_sku_and_quantity_is_that_of_a_whole_unit(mapped: Mapped) -> None:
    told = mapped(WHOLE | {"into_unit": {"from": "on"}}, {"hu": "C", "to": "B", "on": "P", "n": 1, "at": AT})
    assert bodies(told) == [StockMoved("", 1.0, None, "S/B", handling_unit="C", into_unit="P")]
    assert "handling_unit is missing at hu" in reason(mapped(WHOLE, {"to": "B", "n": 1, "at": AT}))


def test_an_empty_sku_of_a_message_does_not_move_the_whole_unit(mapped: Mapped) -> None:
    goods = WHOLE | {"sku": {"from": "sku"}, "quantity": {"from": "q"}}
    message = {"hu": "C", "to": "B", "n": 1, "at": AT, "sku": "", "q": 3}
    assert "sku is empty: a rule without sku and quantity moves" in reason(mapped(goods, message))


def test_a_mapped_movement_with_a_sku_needs_a_quantity_and_one_with_neither_needs_a_unit(
    mapped: Mapped,
) -> None:
    with pytest.raises(BadDataError, match="'moved' needs the field 'quantity'"):
        mapped(WHOLE | {"sku": {"from": "sku"}}, {})
    with pytest.raises(BadDataError, match="'moved' needs the field 'sku'"):
        mapped({"to_place": {"const": "S/B"}}, {})
