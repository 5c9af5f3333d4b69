"""Business records: what each tells, equal ids for equal records, and what is refused."""

from __future__ import annotations

import json
import random

import pytest

from layouts.live.events import (
    InboundExpected,
    LotKnown,
    OrderClosed,
    OrderReleased,
    SkuKnown,
    StockCounted,
    StockMoved,
    decode_event,
    encode_event,
    refusal,
)
from server.feeds.business.decoder import BusinessDecoder, make_decoder
from server.feeds.business.meaning import StockKey
from server.feeds.business.settings import BusinessSettings
from server.feeds.feed import Message
from spatial.errors import BadDataError

AT, AT_MS = "2026-11-27T08:00:00Z", 1_795_766_400_000
MOVE = {"kind": "movement", "at": AT, "sku": "A17", "quantity": 3, "to_location": "01-02"}
RECORDS = [
    MOVE | {"document": "M1", "line": 1},
    {"kind": "return", "at": AT, "sku": "A17", "quantity": 1, "to_location": "RET", "reason": "too small",
     "disposition": "restock"},
    {"kind": "order", "at": AT, "order": "4711", "lines": [{"sku": "A17", "quantity": 2}],
     "due": "2026-11-27T16:00:00Z"},
    {"kind": "order_closed", "at": AT, "order": "4711", "how": "done"},
    {"kind": "inbound", "at": AT, "inbound": "ASN-1", "line": 1, "sku": "A17", "quantity": 90,
     "due": "2026-11-28T06:00:00Z", "expected": "2026-11-29T06:00:00+01:00", "status": "under_way"},
    {"kind": "item", "at": AT, "sku": "A17", "name": "Bolt", "unit_value": 0.25, "mass_kg": 0.1},
    {"kind": "lot", "at": AT, "sku": "A17", "lot": "L1", "made": "2026-11-01", "expires": "2027-03-01"},
    {"kind": "inventory", "at": AT, "document": "I1", "lines": [{"location": "01-02", "sku": "A17", "quantity": 7}]},
]  # fmt: skip


def _decoder(lying=None, **more: object) -> BusinessDecoder:
    return BusinessDecoder(BusinessSettings(**({"site": "S"} | more)), lying=lying)


def _told(*records: object, lying=None, **more: object):
    payload = json.dumps(list(records)).encode()
    return _decoder(lying, **more).decode(Message("/feeds/wms", payload, AT_MS))


def _event(record: dict, **more: object):
    told = _told(record, **more)
    assert told.refused == ()
    (event,) = told.events
    return event


def _reason(record: object, **more: object) -> str:
    told = _told(record, **more)
    assert told.events == ()
    (refused,) = told.refused
    return refused.reason


def test_each_kind_of_record_tells_its_event():
    told = _told(*RECORDS)
    assert told.refused == ()
    assert [(one.entity, one.happened_ms) for one in told.events] == [
        ("sku/A17", AT_MS),
        ("sku/A17", AT_MS),
        ("order/4711", AT_MS),
        ("order/4711", AT_MS),
        ("inbound/ASN-1/1", AT_MS),
        ("sku/A17", AT_MS),
        ("lot/A17/L1", AT_MS),
        ("location/01-02", AT_MS),
    ]
    day_ms = 86_400_000
    assert [one.body for one in told.events] == [
        StockMoved("A17", 3.0, None, "S/01-02"),
        StockMoved("A17", 1.0, None, "S/RET", reason="return: too small", disposition="restock"),
        OrderReleased((("A17", 2.0),), AT_MS + 8 * 3_600_000),
        OrderClosed("done"),
        InboundExpected("A17", 90.0, AT_MS + 22 * 3_600_000, AT_MS + 45 * 3_600_000, "under_way"),
        SkuKnown("Bolt", 0.25, 0.1),
        # made at the beginning of its day, expired at the end of its day
        LotKnown("A17", "L1", AT_MS - 8 * 3_600_000 - 26 * day_ms, AT_MS + 16 * 3_600_000 + 94 * day_ms),
        StockCounted("A17", "S/01-02", 7.0, "wms"),
    ]
    assert all(refusal(one, AT_MS) is None for one in told.events)
    assert all(decode_event(encode_event(one)) == one for one in told.events)


def test_a_record_that_comes_again_has_the_same_id_in_whatever_order_its_fields_come():
    first, again = _told(*RECORDS).events, _told(*(dict(reversed(one.items())) for one in RECORDS)).events
    assert first == again
    assert len({one.id for one in first}) == len(first)


def test_a_document_and_line_name_a_movement_whatever_it_tells_so_that_a_contradiction_shows():
    one = _event(MOVE | {"document": "M1", "line": 1})
    assert _event(MOVE | {"document": "M1", "line": 1, "quantity": 4}).id == one.id
    assert _event(MOVE | {"document": "M1", "line": 2}).id != one.id
    assert _event(MOVE).id != _event(MOVE | {"quantity": 4}).id


def test_a_delay_is_a_new_event_of_the_same_delivery():
    inbound = RECORDS[4]
    late = inbound | {"at": "2026-11-27T09:00:00Z", "expected": "2026-12-01T06:00:00Z"}
    one, other = _event(inbound), _event(late)
    assert one.entity == other.entity
    assert one.id != other.id


def test_what_is_missing_from_a_full_list_is_counted_as_zero_there_and_nowhere_else():
    book = {
        StockKey("S/01-02", "A17"),
        StockKey("S/01-02", "B4", "L9"),
        StockKey("S/01-03", "C"),
        StockKey("S/02-01", "A17"),
    }
    told = _told(RECORDS[7] | {"full_for": ["01-*"]}, lying=lambda pattern: book)
    assert [one.body for one in told.events] == [
        StockCounted("A17", "S/01-02", 7.0, "wms"),
        StockCounted("B4", "S/01-02", 0.0, "wms", lot="L9"),
        StockCounted("C", "S/01-03", 0.0, "wms"),
    ]
    assert len(_told(RECORDS[7], lying=lambda pattern: book).events) == 1
    assert "full_for needs the book of stock" in _reason(RECORDS[7] | {"full_for": ["01-*"]})


def test_places_of_other_sites_are_named_with_them_and_only_those_that_are_listed():
    record = MOVE | {"from_location": "NORTH/7", "document": "M1", "line": 1}
    assert _event(record, sites=("NORTH",)).body.from_place == "NORTH/7"
    assert "names the site 'NORTH', which is not one of this feed's" in _reason(record)


@pytest.mark.parametrize(
    ("at", "zone", "ms"),
    [
        ("2026-11-27 09:00:00", "Europe/Berlin", AT_MS),
        ("2026-11-27T13:30:00+05:30", None, AT_MS),
        ("2026-11-27T08:00", "UTC", AT_MS),
    ],
)
def test_times_are_told_with_an_offset_or_in_the_sites_zone(at, zone, ms):
    assert _event(MOVE | {"at": at}, time_zone=zone).happened_ms == ms


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "2026-11-27 09:00"}, "at '2026-11-27 09:00:00' has no offset: add Z or"),
        ({"at": "noon"}, "at 'noon' is no time"),
        ({"at": "2026-02-30T00:00:00Z"}, "is no time"),
        ({"quantity": 0}, "quantity 0 is not above 0"),
        ({"quantity": "3"}, "Expected `float`, got `str` - at `$.quantity`"),
        ({"quantiy": 3}, "unknown field `quantiy`"),
        ({"to_location": None}, "neither from_location nor to_location"),
        ({"to_location": "S/"}, "names no location"),
        ({"kind": "movment"}, "Invalid value 'movment' - at `$.kind`"),
        ({"kind": "order"}, "unknown field"),
    ],
)
def test_a_faulty_record_is_refused_with_field_value_and_expectation(change, said):
    reason = _reason(MOVE | change)
    assert reason.startswith("record 0: ")
    assert said in reason


@pytest.mark.parametrize(
    ("at", "said"), [("2026-10-25 02:30", "came twice"), ("2026-03-29 02:30", "was skipped")]
)
def test_a_local_time_that_the_change_of_clocks_makes_unclear_is_refused(at, said):
    assert f"{said} in Europe/Berlin" in _reason(MOVE | {"at": at}, time_zone="Europe/Berlin")


def test_lots_that_expire_before_they_are_made_and_things_listed_twice_are_refused():
    assert "expires '2026-10-01' is not after made" in _reason(RECORDS[6] | {"expires": "2026-10-01"})
    twice = RECORDS[7] | {"lines": RECORDS[7]["lines"] * 2}
    assert "lines[1] tells S/01-02/A17" in _reason(twice)
    assert "is empty: an order has at least one" in _reason(RECORDS[2] | {"lines": []})


def test_a_refused_record_leaves_the_others_and_its_letter_can_be_told_again():
    told = _told(MOVE, MOVE | {"quantity": -1}, RECORDS[3])
    assert len(told.events) == 2
    (refused,) = told.refused
    again = _decoder().decode(Message("/feeds/wms", refused.payload, AT_MS))
    assert "quantity -1 is not above 0" in again.refused[0].reason


@pytest.mark.parametrize(
    "payload", [b"", b"\xff\xfe", b"[" * 50_000, b"3", b'{"records": 3}', b"null", b"NaN"]
)
def test_what_holds_no_record_is_refused_and_never_raises(payload):
    told = _decoder().decode(Message("/feeds/wms", payload, AT_MS))
    assert told.events == ()
    assert len(told.refused) == 1


def test_mutated_records_never_raise():
    random_ = random.Random(11)
    decoder = _decoder(lying=lambda pattern: [StockKey("S/01", "X")], time_zone="Europe/Berlin")
    odd = [
        None,
        True,
        -1,
        0,
        1e308,
        10**400,
        "",
        "x" * 5000,
        "\x00",
        [],
        {},
        [None],
        "2026-10-25 02:30",
        "a/b",
    ]
    for _ in range(3000):
        record = dict(random_.choice(RECORDS))
        for _ in range(random_.randrange(1, 3)):
            record[random_.choice([*record, "full_for", "lines", "line"])] = random_.choice(odd)
        told = decoder.decode(Message("x", json.dumps([record]).encode(), AT_MS))
        assert all(one.reason for one in told.refused)
        assert all(decode_event(encode_event(one)) == one for one in told.events)
    whole = json.dumps(RECORDS).encode()
    for _ in range(1000):
        data = bytearray(whole)
        for _ in range(random_.randrange(1, 5)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        decoder.decode(Message("x", bytes(data), AT_MS))


def test_a_decoder_is_made_from_the_options_of_a_feed():
    decoder = make_decoder(name="sap", site="S", options={"time_zone": "Europe/Berlin"})
    (event,) = decoder.decode(Message("x", json.dumps(MOVE).encode(), AT_MS)).events
    assert (event.source, event.site) == ("sap", "S")
    with pytest.raises(BadDataError, match="feed 'sap': time_zone: time_zone 'Mars' is not known"):
        make_decoder(name="sap", site="S", options={"time_zone": "Mars"})
