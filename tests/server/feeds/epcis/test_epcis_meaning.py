"""What EPCIS events mean for stock: keys, business steps, error declarations, bindings."""

from __future__ import annotations

import json

import pytest

from layouts.live.events import (
    AlertChanged,
    LotKnown,
    Noted,
    OrderClosed,
    Reading,
    StockCounted,
    StockMoved,
    StockSeen,
)
from server.feeds.epcis.decoder import EpcisDecoder, make_decoder
from server.feeds.epcis.gs1_keys import Gs1Key, gs1_key
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.feed import Message
from spatial.errors import BadDataError

DOCK, RACK = "urn:epc:id:sgln:4012345.00005.0", "urn:epc:id:sgln:4012345.00006.A-1"
PLACES = {"4012345000054": "DOCK-1", "4012345000061.A-1": "01-02-03-1"}
MILK = {"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 12}


def _told(*events: dict, **more: object):
    settings = {"site": "S", "places": PLACES, "skus": {"04012345123456": "MILK"}} | more
    payload = json.dumps(list(events)).encode()
    return EpcisDecoder(EpcisSettings(**settings)).decode(Message("capture", payload, 0))


def _event(step: str | None = None, action: str = "OBSERVE", **more: object) -> dict:
    event = {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "eventTime": "2026-11-27T08:00:00.000+01:00",
        "eventTimeZoneOffset": "+01:00",
        "action": action,
        "bizStep": step,
        "quantityList": [MILK],
        "readPoint": {"id": DOCK},
    }
    return {name: value for name, value in (event | more).items() if value is not None}


def _bodies(*events: dict, **more: object) -> list[object]:
    told = _told(*events, **more)
    assert told.refused == ()
    return [one.body for one in told.events]


def _reason(*events: dict, **more: object) -> str:
    told = _told(*events, **more)
    assert told.events == ()
    (refused,) = told.refused
    return refused.reason


@pytest.mark.parametrize(
    ("urn", "link", "key"),
    [
        (
            "urn:epc:id:sgtin:4012345.011111.987",
            "https://id.gs1.org/01/04012345111118/21/987",
            Gs1Key(kind="sgtin", number="04012345111118", serial="987"),
        ),
        (
            "urn:epc:class:lgtin:4012345.012345.998877",
            "https://shop.example/p/01/4012345123456/10/998877?x=1",
            Gs1Key(kind="lgtin", number="04012345123456", lot="998877"),
        ),
        # the two forms stand side by side in GS1's example of all keys
        (
            "urn:epc:id:sscc:4012345.0000000333",
            "https://id.gs1.org/00/040123450000003338",
            Gs1Key(kind="sscc", number="040123450000003338"),
        ),
        (
            "urn:epc:id:giai:4000001.111",
            "https://id.gs1.org/8004/4000001111",
            Gs1Key(kind="giai", number="4000001111"),
        ),
        (
            "urn:epc:id:sgln:4012345.00005.0",
            "https://id.gs1.org/414/4012345000054",
            Gs1Key(kind="sgln", number="4012345000054"),
        ),
        (
            "urn:epc:id:sgln:4012345.00005.A%2F1",
            "https://id.gs1.org/414/4012345000054/254/A%2F1",
            Gs1Key(kind="sgln", number="4012345000054", serial="A/1"),
        ),
    ],
)
def test_both_forms_of_a_key_are_one(urn, link, key):
    assert gs1_key(urn) == key
    assert gs1_key(link) == key


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://id.gs1.org/01/04012345111119/21/1", "has the check digit 9 .* expected 8"),
        ("https://id.gs1.org/01/123/21/1", "expected 8 or 12 or 13 or 14 digits"),
        ("urn:epc:id:sgtin:4012345.11.1", "expected 13 digits"),
        ("urn:epc:id:sscc:4012345", "parts between dots"),
        ("pallet 7", "neither an EPC URN"),
        ("https://example.org/pallet", "no GS1 key in its path"),
        ("https://[id/01/1", "is no URI"),
    ],
)
def test_a_key_that_is_none_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        gs1_key(text)


def test_what_is_received_comes_in_from_outside_to_where_it_is_afterwards():
    (body,) = _bodies(_event("receiving", bizLocation={"id": RACK}, disposition="returned"))
    assert body == StockMoved(
        "MILK", 12.0, None, "S/01-02-03-1", lot="L1", reason="receiving", disposition="returned"
    )


@pytest.mark.parametrize(("step", "action"), [("shipping", "OBSERVE"), ("destroying", "DELETE")])
def test_what_is_shipped_or_destroyed_goes_out(step, action):
    (body,) = _bodies(_event(step, action))
    assert (body.from_place, body.to_place, body.quantity) == ("S/DOCK-1", None, 12.0)


def test_a_shipment_that_is_made_void_comes_back():
    out, back = _bodies(_event("shipping"), _event("void_shipping", eventID="urn:uuid:2"))
    assert (out.from_place, back.to_place) == ("S/DOCK-1", "S/DOCK-1")


@pytest.mark.parametrize(
    "step", ["storing", "picking", "inspecting", "accepting", "arriving", "loading", "departing", None]
)
def test_a_step_that_tells_no_movement_is_a_sighting(step):
    (body,) = _bodies(_event(step))
    assert isinstance(body, StockSeen)
    assert (body.place, body.sku, body.quantity, body.lot) == ("S/DOCK-1", "MILK", 12.0, "L1")


def test_source_and_destination_in_the_site_are_a_movement():
    ends = {
        "sourceList": [{"type": "location", "source": DOCK}],
        "destinationList": [{"type": "urn:epcglobal:cbv:sdt:location", "destination": RACK}],
    }
    (body,) = _bodies(_event("storing", **ends))
    assert (body.from_place, body.to_place) == ("S/DOCK-1", "S/01-02-03-1")


def test_a_count_counts_what_it_lists():
    epcs = ["urn:epc:id:sgtin:4012345.012345.1", "urn:epc:id:sgtin:4012345.012345.2"]
    bodies = _bodies(_event("cycle_counting", epcList=[*epcs, epcs[0]]))
    assert bodies == [
        StockCounted("MILK", "S/DOCK-1", 2.0),
        StockCounted("MILK", "S/DOCK-1", 12.0, lot="L1"),
    ]


def test_a_step_whose_action_decides_is_refused_without_it():
    assert "bizStep 'destroying' with action OBSERVE" in _reason(_event("destroying"))


def test_a_pallet_that_is_received_with_its_contents_holds_them():
    pallet = _event("receiving", type="AggregationEvent", parentID="urn:epc:id:sscc:4012345.0000000333")
    pallet["childQuantityList"] = pallet.pop("quantityList")
    (body,) = _bodies(pallet)
    assert body.handling_unit == "040123450000003338"


def test_a_pallet_whose_contents_are_not_told_cannot_be_received_but_is_seen():
    unit = {"quantityList": None, "epcList": ["urn:epc:id:sscc:4012345.0000000333"]}
    assert "only handling units 040123450000003338 are named" in _reason(_event("receiving", **unit))
    (body,) = _bodies(_event("loading", **unit))
    assert (body.sku, body.handling_unit) == (None, "040123450000003338")


def test_a_transformation_uses_up_and_makes():
    mix = _event("commissioning", type="TransformationEvent", action=None, quantityList=None)
    mix |= {"inputQuantityList": [MILK], "outputEPCList": ["urn:epc:id:sgtin:4012345.077889.25"]}
    used, made = _bodies(mix)
    assert (used.sku, used.from_place, used.to_place) == ("MILK", "S/DOCK-1", None)
    assert (made.sku, made.from_place, made.to_place) == ("04012345778892", None, "S/DOCK-1")
    assert used.made_by == made.made_by
    assert used.made_by is not None
    assert {body.made_by for body in _bodies(mix | {"transformationID": "urn:mix:7"})} == {"urn:mix:7"}


def test_master_data_name_the_lot_of_serial_items_and_its_dates():
    made = _event("commissioning", "ADD", quantityList=None)
    made["epcList"] = [f"urn:epc:id:sgtin:4012345.012345.{number}" for number in range(3)]
    made["ilmd"] = {
        "cbvmda:lotNumber": "L7",
        "cbvmda:productionDate": "2026-11-27",
        "cbvmda:itemExpirationDate": "2026-12-01",
        "cbvmda:bestBeforeDate": "2026-11-30",
        "shop:itemExpirationDate": "2020-01-01",
    }
    stock, lot = _bodies(made)
    assert (stock.quantity, stock.lot) == (3.0, "L7")
    # from the beginning of 27 November to the end of the 30th, at UTC+1
    assert lot == LotKnown("MILK", "L7", made_ms=1_795_734_000_000, expires_ms=1_796_079_600_000)
    assert _told(made).events[1].entity == "lot/MILK/L7"
    assert "itemExpirationDate 'soon' is no time" in _reason(
        made | {"ilmd": {"cbvmda:lotNumber": "L7", "cbvmda:itemExpirationDate": "soon"}}
    )


def test_master_data_in_xml_are_read_too():
    xml = """<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" xmlns:m="urn:epcglobal:cbv:mda"><EPCISBody>
    <EventList><ObjectEvent><eventTime>2026-11-27T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
    <epcList><epc>urn:epc:id:sgtin:4012345.012345.1</epc></epcList><action>ADD</action>
    <readPoint><id>urn:epc:id:sgln:4012345.00005.0</id></readPoint><extension><ilmd><m:lotNumber>L7</m:lotNumber>
    <m:itemExpirationDate>2026-12-01</m:itemExpirationDate></ilmd></extension></ObjectEvent></EventList></EPCISBody>
    </e:EPCISDocument>"""
    settings = EpcisSettings(site="S", places=PLACES, skus={"04012345123456": "MILK"})
    told = EpcisDecoder(settings).decode(Message("capture", xml.encode(), 0))
    stock, lot = (one.body for one in told.events)
    assert stock.lot == lot.lot == "L7"
    assert lot.expires_ms == 1_796_169_600_000


def test_an_association_is_noted_and_a_shipping_transaction_closes_its_order():
    joined = _event("installing", "ADD", type="AssociationEvent", quantityList=None)
    joined |= {"parentID": "urn:epc:id:grai:4012345.55555.987", "childEPCs": ["urn:epc:id:giai:4000001.1"]}
    (note,) = _bodies(joined)
    assert isinstance(note, Noted)
    assert note.text == "urn:epc:id:grai:4012345.55555.987 is joined by urn:epc:id:giai:4000001.1"
    shipped = _event("shipping", "ADD", type="TransactionEvent")
    shipped["bizTransactionList"] = [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:1:4711"}]
    bodies = _bodies(shipped, order_transactions=("po",))
    assert [type(body) for body in bodies] == [StockSeen, OrderClosed]
    assert _told(shipped, order_transactions=("po",)).events[1].entity == "order/4711"


def test_an_error_declaration_takes_its_movement_back_whether_or_not_the_event_came_before():
    event = _event("receiving")
    declared = event | {
        "errorDeclaration": {
            "declarationTime": "2026-11-28T08:00:00Z",
            "reason": "did_not_occur",
            "correctiveEventIDs": ["urn:uuid:9"],
        }
    }
    (first,) = _told(event).events
    again, back, note = _told(declared).events
    assert again == first  # the store knows it already
    assert (back.body.from_place, back.body.to_place) == ("S/DOCK-1", None)
    assert back.happened_ms == first.happened_ms
    assert "urn:uuid:1 was declared in error (did_not_occur); corrected by urn:uuid:9; 1 movements" in (
        note.body.text
    )


def test_an_event_without_an_id_has_one_from_what_it_tells_whatever_the_order_of_its_keys():
    event = _event("receiving", eventID=None)
    turned = dict(reversed(event.items())) | {"recordTime": "2026-11-27T09:00:00Z"}
    assert _told(event).events[0].id == _told(turned).events[0].id
    assert _told(event).events[0].id != _told(_event("shipping", eventID=None)).events[0].id


def test_places_and_units_that_are_not_known_are_refused():
    assert "readPoint 'urn:epc:id:sgln:4012345.00007.0' is no place of site 'S': add '4012345000078'" in (
        _reason(_event("receiving", readPoint={"id": "urn:epc:id:sgln:4012345.00007.0"}))
    )
    mass = [MILK | {"uom": "KGM"}]
    assert "is in KGM, expected pieces" in _reason(_event("receiving", quantityList=mass))
    assert _bodies(_event("receiving", quantityList=mass), measures={"MILK": "KGM"})[0].quantity == 12.0
    untold = [{"epcClass": MILK["epcClass"]}]
    assert "is not told or 0" in _reason(_event("receiving", quantityList=untold))


def _measured(report: dict, **metadata: object) -> dict:
    element = {"sensorMetadata": metadata, "sensorReport": [report]}
    return _event("sensor_reporting", sensorElementList=[element])


def test_a_reading_belongs_to_the_bound_entity_else_the_device_else_the_lot():
    warm = {"type": "gs1:Temperature", "value": 46.4, "uom": "FAH"}
    binding = {"sensor": "T-1", "entity": "zone/cold", "channel": "temperature", "high": 30}
    bound = _told(_measured(warm, deviceID="T-1"), sensors=[binding]).events
    assert (bound[0].entity, bound[0].body) == ("zone/cold", Reading("temperature", 8.0))
    assert _told(_measured(warm, deviceID="T-1")).events[0].entity == "sensor/T-1"
    assert _told(_measured(warm)).events[0].entity == "lot/MILK/L1"
    assert "is not within -273.15 and 30 °C, which it can read" in (
        _reason(_measured(warm | {"value": 100}, deviceID="T-1"), sensors=[binding])
    )
    assert "unit 'BAR' measures pressure" in _reason(_measured(warm | {"uom": "BAR"}))
    assert "uom is missing: temperature is in" in _reason(_measured({"type": "Temperature", "value": 1}))


def test_an_alarm_is_raised_beside_the_reading_and_a_sensor_in_error_tells_no_value():
    hot = {"type": "Temperature", "value": 12, "uom": "CEL", "exception": "ALARM_CONDITION"}
    alert, reading = _told(_measured(hot, deviceID="T-1")).events
    assert isinstance(alert.body, AlertChanged)
    assert (alert.entity, alert.body.severity) == ("alert/epcis-temperature/sensor/T-1", "critical")
    assert reading.body == Reading("temperature", 12.0)
    (alert,) = _told(_measured(hot | {"exception": "ERROR_CONDITION"}, deviceID="T-1")).events
    assert alert.body.severity == "warning"


def test_a_refused_report_leaves_the_movement_and_its_letter_can_be_told_again():
    event = _event("receiving", sensorElementList=[{"sensorReport": [{"type": "Torque", "value": 1}]}])
    told = _told(event)
    assert len(told.events) == 1
    assert "type 'Torque' is no channel" in told.refused[0].reason
    settings = EpcisSettings(site="S", places=PLACES, skus={"04012345123456": "MILK"})
    again = EpcisDecoder(settings).decode(Message("replay", told.refused[0].payload, 0))
    assert again.events == told.events


def test_an_event_that_tells_nothing_the_twin_keeps_is_refused_and_not_passed_over():
    crate = {"quantityList": None, "epcList": ["urn:epc:id:grai:4012345.55555.987"]}
    assert "tells nothing of stock, lots or sensors" in _reason(_event("receiving", **crate))
    assert "errorDeclaration.declarationTime is missing" in _reason(_event("receiving", errorDeclaration={}))


def test_a_document_is_taken_by_event_or_as_a_whole():
    good, bad = _event("receiving"), _event("receiving", eventTime="noon")
    told = _told(good, bad)
    assert (len(told.events), len(told.refused)) == (1, 1)
    assert _reason(good, bad, whole_documents=True).startswith("refused as a whole, for 1 of its parts")
    assert "3 events are more than 2" in _reason(good, good, good, most_events=2)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "this is no JSON"),
        (b"\xff", "this is no JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"type": "EPCISDocument"}', "epcisBody is missing"),
        (b'{"type": "EPCISDocument", "epcisBody": {"eventList": 3}}', "eventList 3 is no list"),
        (b'{"type": "Thing"}', "type 'Thing' is none of EPCISDocument"),
        (b"3", "3 is neither an EPCIS document"),
        (b"[3]", "event 0: 3 is no object"),
        (b"<a/>", "there is no EventList"),
        (
            b"<a><EventList>" + b"<extension>" * 5000 + b"</extension>" * 5000 + b"</EventList></a>",
            "too deeply",
        ),
        (b"<a>", "this is no XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document types and entities are not read"),
    ],
)
def test_a_payload_that_holds_no_events_is_refused_whole(payload, said):
    told = EpcisDecoder(EpcisSettings(site="S")).decode(Message("capture", payload, 0))
    assert told.events == ()
    assert said in told.refused[0].reason


def test_a_decoder_is_made_from_the_options_of_a_feed():
    decoder = make_decoder(name="gate", site="S", options={"places": PLACES})
    event = decoder.decode(Message("capture", json.dumps(_event("receiving")).encode(), 0)).events[0]
    assert (event.source, event.id) == ("gate", "gate:urn:uuid:1#stock-0")
    with pytest.raises(BadDataError, match="feed 'gate': plases: there is no such field"):
        make_decoder(name="gate", site="S", options={"plases": {}})
