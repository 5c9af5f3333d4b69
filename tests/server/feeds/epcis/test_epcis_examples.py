"""GS1's own examples: each is taken, or refused for a reason that is true of it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import jsonschema_rs
import pytest

from layouts.live.events import Reading, StockMoved, decode_event, encode_event, refusal
from server.feeds.epcis.decoder import EpcisDecoder
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.feed import Decoded, Message

EXAMPLES = Path(__file__).parents[4].parent / "shared/data/operations/epcis"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="skipped: GS1's examples are not here")
NOW_MS = 1_800_000_000_000
IN_KILOGRAMS = ("04012345123456", "04012345111118", "04012345222227", "04012345444445", "04023333020008")

# by file: events taken, and a part of the reason of each refusal; files that are not listed are taken in full
REFUSED = {
    "Example11": (1, ["type 'DoseEquivalentRate' is no channel"]),
    "Example13": (0, ["temperature of location/9506000134307 is told 2 times"] * 2),
    "Example14": (0, ["type 'Angle' is no channel"] * 2),
    "Example17": (0, ["mass of location/9506000134307 is told 3 times"] * 3),
    "Example6": (6, ["type 'example:someSensorProperty' is no channel"]),
    "CertificationInfoAndSensorReportWithCRS": (1, ["type 'Dimensionless' is no channel"]),
    "ReferenceEventHashAlgorithm2": (3, ["type 'Dimensionless' is no channel"] * 2),
    "epcisDocWithSensorComponent": (0, ["type 'gs1:Angle' is no channel"] * 2),
    "aggregation_event_all_possible_fields": (7, ["component 'cbv:Comp-latitude' of Temperature"]),
    "transaction_event_all_possible_fields": (3, ["component 'example:x' of Temperature"]),
    "transformation_event_all_possible_fields": (19, ["component 'example:x' of Temperature"]),
}


def _decoder(**more: object) -> EpcisDecoder:
    settings = {"site": "S", "unlisted_places": "keep", "measures": dict.fromkeys(IN_KILOGRAMS, "KGM")}
    return EpcisDecoder(EpcisSettings(**(settings | more)))


def _decode(path: Path, **more: object) -> Decoded:
    return _decoder(**more).decode(Message(path.name, path.read_bytes(), NOW_MS))


def _json_examples() -> list[Path]:
    return sorted(EXAMPLES.glob("*.jsonld"))


@pytest.mark.parametrize("path", _json_examples(), ids=lambda path: path.stem)
def test_every_json_example_is_taken_or_refused_for_a_true_reason(path):
    told = _decode(path)
    name = next((name for name in REFUSED if path.stem.endswith(name)), None)
    expected = REFUSED.get(name, "all")
    if expected == "all":
        assert told.events
        assert told.refused == ()
    else:
        taken, reasons = expected
        assert len(told.events) == taken
        assert len(told.refused) == len(reasons)
        for one, reason in zip(told.refused, reasons, strict=True):
            assert reason in one.reason
    for event in told.events:
        assert refusal(event, NOW_MS) is None
        assert decode_event(encode_event(event)) == event
    by_id = {event.id: event for event in told.events}
    assert all(by_id[event.id] == event for event in told.events)
    assert _decode(path) == told


@pytest.mark.parametrize(
    "name",
    [
        "persistentDisposition",
        "ReferenceEventHashAlgorithm2",
        "CertificationInfoAndSensorReportWithCRS",
        "epcisDocWithSensorComponent",
    ],
)
def test_the_xml_form_of_an_example_tells_what_its_json_form_tells(name):
    both = [_decode(EXAMPLES / f"hash_examples__{name}.{form}") for form in ("jsonld", "xml")]
    plain, marked = ([(one.entity, one.happened_ms, one.body) for one in told.events] for told in both)
    assert plain == marked
    assert len(both[0].refused) == len(both[1].refused)


def test_readings_of_the_first_sensor_example_in_base_units():
    told = _decode(EXAMPLES / "gs1_JSON__WithSensorData__SensorDataExample1.jsonld")
    readings = [one for one in told.events if isinstance(one.body, Reading)]
    assert [one.body.value for one in readings if one.body.channel == "temperature"] == [26.0, 26.1, 26.2]
    assert readings[2].body == Reading("speed", pytest.approx(160 / 3.6, rel=1e-15))
    assert {one.entity for one in readings} == {"sensor/urn:epc:id:giai:4000001.111"}
    assert readings[0].happened_ms == 1_554_210_300_000  # 2019-04-02T14:05:00+01:00


def test_a_shipment_declared_in_error_leaves_no_stock_behind():
    told = _decode(
        EXAMPLES / "gs1_JSON__WithErrorDeclaration__Example_9.6.1-ObjectEvent-with-error-declaration.jsonld"
    )
    moves = [one.body for one in told.events if isinstance(one.body, StockMoved)]
    balance: dict[str, float] = {}
    for move in moves:
        for place, sign in ((move.from_place, -1), (move.to_place, 1)):
            if place is not None:
                balance[place] = balance.get(place, 0.0) + sign * move.quantity
    assert balance == {"S/0614141073467.1234": 0.0, "S/0012345111112": 1.0}


def _mutations(document: object, random_: random.Random) -> object:
    """A copy with one value somewhere replaced or left out."""
    copy = json.loads(json.dumps(document))
    holders: list[tuple[object, object]] = []

    def walk(value: object) -> None:
        keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in list(keys):
            holders.append((value, key))
            walk(value[key])

    walk(copy)
    holder, key = random_.choice(holders)
    odd = [
        None,
        True,
        -1,
        1e308,
        "",
        "\x00",
        "x" * 300,
        [],
        {},
        [[]],
        [None],
        "urn:epc:id:sgtin:1.2.3",
        "2026",
    ]
    if random_.random() < 0.2:
        del holder[key]
    else:
        holder[key] = random_.choice(odd)
    return copy


def test_mutated_examples_never_raise_and_give_no_event_that_the_store_cannot_read():
    random_ = random.Random(7)
    decoder = _decoder()
    for path in _json_examples():
        document = json.loads(path.read_bytes())
        for _ in range(40):
            payload = json.dumps(_mutations(document, random_)).encode()
            told = decoder.decode(Message("x", payload, NOW_MS))
            assert all(one.reason for one in told.refused)
            assert all(decode_event(encode_event(one)) == one for one in told.events)
        for _ in range(10):
            data = bytearray(path.read_bytes())
            for _ in range(random_.randrange(1, 6)):
                data[random_.randrange(len(data))] = random_.randrange(256)
            decoder.decode(Message("x", bytes(data), NOW_MS))
    for path in sorted(EXAMPLES.glob("*.xml")):
        for _ in range(10):
            data = bytearray(path.read_bytes())
            for _ in range(random_.randrange(0, 6)):
                data[random_.randrange(len(data))] = random_.randrange(256)
            decoder.decode(Message("x", bytes(data), NOW_MS))


def test_what_the_standards_schema_refuses_for_a_field_that_we_read_we_refuse_too():
    schema = jsonschema_rs.validator_for(json.loads((EXAMPLES / "EPCIS-JSON-Schema.json").read_bytes()))
    document = json.loads((EXAMPLES / "gs1_JSON__Example_9.6.1-ObjectEvent.jsonld").read_bytes())
    assert schema.is_valid(document)
    breaks = [
        ("eventTime", None), ("eventTime", "yesterday"), ("eventTime", "2026-13-01T00:00:00Z"),
        ("eventTimeZoneOffset", None), ("eventTimeZoneOffset", "6"), ("action", None), ("action", "SEE"),
        ("type", None), ("type", "Event"), ("epcList", "urn:x"), ("epcList", [1]), ("readPoint", 4),
        ("bizTransactionList", {}), ("bizTransactionList", [{"type": "po"}]), ("errorDeclaration", {"reason": "x"}),
        ("sensorElementList", 3), ("quantityList", [{"quantity": 3}]),
        ("quantityList", [{"epcClass": "urn:epc:idpat:sgtin:4012345.098765.*", "quantity": "3"}]),
    ]  # fmt: skip
    for name, value in breaks:
        broken = json.loads(json.dumps(document))
        event = broken["epcisBody"]["eventList"][0]
        if value is None:
            del event[name]
        else:
            event[name] = value
        payload = json.dumps(broken).encode()
        assert not schema.is_valid(broken), (name, value)
        told = _decoder(order_transactions=("po",)).decode(Message("x", payload, NOW_MS))
        assert told.refused, (name, value)
        assert told.refused[0].reason.startswith("event 0: ")
