"""What is fuzzed: each reader with valid input, and what must hold of what it gives."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from live_process import MAPPING

from layouts.live.events import (
    AlertChanged,
    InboundExpected,
    LiveEvent,
    OrderReleased,
    Position,
    Reading,
    Recorded,
    StockCounted,
    StockMoved,
    VehicleState,
    Work,
    decode_body,
    encode_body,
    encode_event,
    refusal,
)
from layouts.live.state import TwinState
from server.access.tokens import make_token, read_tokens
from server.alerts.read_rules import read_rules
from server.feeds.arrival import RetainedMessage
from server.feeds.decoders import make_decoder
from server.feeds.feed import Decoder, Message
from server.feeds.mapping.decoder import read_mapping
from server.feeds.sparkplug.datatypes import wire_value
from server.feeds.sparkplug.payload import Metric, Payload, encode_payload
from server.present.live_present import LivePresent
from server.store.backup import backup, check_backup
from server.store.event_files import BadLine, read_events
from server.store.opening import open_store
from server.twin.twin_file import read_twin_file
from viewer.messages import PROTOCOL, Ack, Clock, Hello, Update, decode_from_viewer, encode
from viewer.motion_frame import LiveMotion, decode_frame, encode_frame, pack

NOW_MS = 1_795_800_000_000
AT = "2026-11-27T20:00:00Z"


class Target(NamedTuple):
    """What is fed to a reader, broken."""

    valid: Sequence[bytes]
    read: Callable[[bytes], object]


class Twin:
    """Bears events as the server does: by the state and by the present."""

    def __init__(self) -> None:
        self.state, self.count = TwinState(), 0
        self.live = LivePresent("HALL", ["L0"], session="fuzz", now_ms=NOW_MS)

    def bear(self, event: LiveEvent) -> None:
        if refusal(event, NOW_MS) is not None:
            return
        if decode_body(encode_body(event.body)) != event.body:
            raise AssertionError(f"reads back as something else: {event}")
        self.count += 1
        recorded = Recorded(self.count, NOW_MS, event)
        self.live.note(recorded, self.state.apply(recorded))
        self.live.flush(self.state)
        if self.count % 5_000 == 0:
            data = self.state.encode()
            TwinState.decode(data, seq=self.count, learned_ms=NOW_MS, happened_ms=NOW_MS)
            self.__init__()  # type: ignore[misc]


def decoders(folder: Path, twin: Twin) -> dict[str, Target]:
    (folder / "mapping.yaml").write_text(MAPPING)
    header = {"timestamp": AT, "manufacturer": "ACME", "serialNumber": "7", "version": "2.1.0", "headerId": 1}
    where = {"x": 2.0, "y": 1.0, "theta": 0.5, "mapId": "L0", "positionInitialized": True}
    vda = {
        **header,
        "orderId": "O1",
        "orderUpdateId": 0,
        "lastNodeId": "N4",
        "lastNodeSequenceId": 0,
        "nodeStates": [],
        "edgeStates": [],
        "driving": True,
        "actionStates": [],
        "batteryState": {"batteryCharge": 62.5, "charging": False},
        "operatingMode": "AUTOMATIC",
        "errors": [{"errorType": "e", "errorLevel": "WARNING"}],
        "agvPosition": where,
        "safetyState": {"eStop": "NONE", "fieldViolation": False},
        "loads": [{"loadId": "S1"}],
    }
    omlox = {
        "position": {"type": "Point", "coordinates": [3.0, 4.0]},
        "source": "uwb",
        "provider_type": "uwb",
        "provider_id": "tag-1",
        "timestamp_generated": AT,
        "floor": 0,
    }
    epcis = {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "eventTime": AT,
        "eventTimeZoneOffset": "+01:00",
        "action": "OBSERVE",
        "bizStep": "receiving",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 12}],
    }
    business = [
        {
            "kind": "movement",
            "at": AT,
            "sku": "A",
            "quantity": 3,
            "to_location": "01",
            "document": "M1",
            "line": 1,
        },
        {"kind": "order", "at": AT, "order": "4711", "lines": [{"sku": "A", "quantity": 2}], "due": AT},
        {"kind": "inbound", "at": AT, "inbound": "1", "line": 1, "sku": "A", "quantity": 90, "due": AT},
        {"kind": "lot", "at": AT, "sku": "A", "lot": "L1", "made": "2026-11-01", "expires": "2027-03-01"},
    ]
    temperature = Metric(name="T", datatype=10, value=wire_value(4.0, 10), alias=5)
    birth = encode_payload(Payload(timestamp_ms=NOW_MS, seq=0, metrics=(temperature,)))
    metrics = [{"metric": "T*", "entity": "sensor/{device}", "channel": "temperature", "unit": "Cel"}]
    given: list[tuple[str, str, Mapping[str, Any], list[bytes]]] = [
        (
            "mapping",
            "hall/A/pose",
            {"file": str(folder / "mapping.yaml")},
            [b'{"n":1,"at":1795800000000,"x":1.5,"y":2}'],
        ),
        (
            "mapping",
            "hall/A/moved",
            {"file": str(folder / "mapping.yaml")},
            [b'{"n":1,"at":1795800000000,"q":3,"to":"HALL/1"}'],
        ),
        ("vda5050", "uagv/v2/ACME/7/state", {"maps": {"L0": {"level": "L0"}}}, [json.dumps(vda).encode()]),
        (
            "omlox",
            "omlox/ws",
            {"floors": {0: "L0"}},
            [json.dumps(omlox).encode(), json.dumps({"event": "message", "payload": [omlox]}).encode()],
        ),
        ("sparkplug", "spBv1.0/G/NBIRTH/N", {"metrics": metrics}, [birth]),
        ("sparkplug", "spBv1.0/G/DDATA/N/D", {"metrics": metrics}, [birth]),
        (
            "epcis",
            "capture",
            {},
            [
                json.dumps(epcis).encode(),
                json.dumps({"type": "EPCISDocument", "epcisBody": {"eventList": [epcis]}}).encode(),
                b'<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"><EPCISBody><EventList/></EPCISBody>'
                b"</epcis:EPCISDocument>",
            ],
        ),
        (
            "business",
            "/api/feeds/wms",
            {},
            [json.dumps(one).encode() for one in (*business, business)]
            + [b"kind,at,sku,quantity\nmovement,2026,A,1\n"],
        ),
    ]
    targets = {}
    for kind, address, options, valid in given:
        decoder = make_decoder(kind, name="fuzz", site="HALL", options=options)
        targets[f"decoder {kind} {address}"] = Target(valid, _decodes(decoder, address, twin))
    return targets


def _decodes(decoder: Decoder, address: str, twin: Twin) -> Callable[[bytes], object]:
    def read(payload: bytes) -> object:
        for kind in (Message, RetainedMessage):
            decoded = decoder.decode(kind(address, payload, NOW_MS))
            for event in decoded.events:
                twin.bear(event)
            for refused in decoded.refused:
                assert refused.reason
                refused.reason.encode()  # it goes into the store
        return None

    return read


def events() -> list[LiveEvent]:
    bodies = [
        ("agent/A", Position("L0", 1.0, 2.0)),
        ("agent/A", VehicleState(battery=0.5)),
        ("sensor/T", Reading("temperature", 4.0)),
        ("sku/A", StockMoved("A", 3.0, to_place="HALL/1")),
        ("sku/A", StockCounted("A", "HALL/1", 3.0)),
        ("order/1", OrderReleased((("A", 3.0),))),
        ("inbound/1", InboundExpected("A", 3.0, NOW_MS)),
        ("alert/r/A", AlertChanged("r", "agent/A", "raised")),
        ("agent/A", Work("move", NOW_MS - 5, "L0", ((1.0, 2.0), (3.0, 2.0)))),
    ]
    return [
        LiveEvent(id=f"e{number}", site="HALL", source="fuzz", entity=entity, happened_ms=NOW_MS, body=body)
        for number, (entity, body) in enumerate(bodies)
    ]


def files(folder: Path, twin: Twin) -> dict[str, Target]:
    """Readers of whole files."""
    store = open_store(folder / "valid.db")
    store.append(events(), now_ms=NOW_MS)
    backup(store, folder / "valid.gz")
    store.close()
    make_token(folder / "tokens.json", name="one", role="viewer", sites=("HALL",), days=30, now_ms=NOW_MS)
    twin_yaml = {
        "store": "twin.db",
        "feeds": [{"kind": "push", "name": "wms", "decoder": "business"}],
        "expected": [{"about": "agent/*", "interval_s": 5}],
        "access": {"limits": {"requests_per_s": 50}},
    }
    rules = {
        "rules": [{"id": "cold", "kind": "threshold", "channel": "temperature", "above": "8 °C", "text": "x"}]
    }

    def from_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        def reading(data: bytes) -> object:
            (folder / name).write_bytes(data)
            return read(folder / name)

        return reading

    def event_lines(path: Path) -> None:
        for told in read_events(path):
            if not isinstance(told, BadLine):
                twin.bear(told)

    # most broken gzip files are found by their checksum: so what is in a backup is broken by itself
    def inside(data: bytes) -> object:
        (folder / "b.gz").write_bytes(gzip.compress(data, 1))
        return check_backup(folder / "b.gz")

    lines = b"\n".join(encode_event(event) for event in events())
    return {
        "event file": Target([lines], from_file("e.jsonl", event_lines)),
        "event file, gzipped": Target([gzip.compress(lines)], from_file("e.jsonl.gz", event_lines)),
        "backup": Target([(folder / "valid.gz").read_bytes()], from_file("c.gz", check_backup)),
        "backup, inside": Target([gzip.decompress((folder / "valid.gz").read_bytes())], inside),
        "twin.yaml": Target(
            [yaml.safe_dump(twin_yaml).encode(), json.dumps(twin_yaml).encode()],
            from_file("t.yaml", read_twin_file),
        ),
        "mapping.yaml": Target([MAPPING.encode()], from_file("m.yaml", read_mapping)),
        "alert rules": Target([yaml.safe_dump(rules).encode()], from_file("r.yaml", read_rules)),
        "tokens": Target([(folder / "tokens.json").read_bytes()], _private(folder / "k.json")),
    }


def _private(path: Path) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        path.write_bytes(data)
        path.chmod(0o600)
        return read_tokens(path)

    return read


def messages() -> dict[str, Target]:
    """What goes over the websocket, both ways."""
    clock = Clock(1.0, 2.0, 1.0, True, 100.0, epoch_ms=NOW_MS)
    update = Update(session="s", seq=3, server_s=1.0, reset=True, sets={"clock": clock}, dels=["agent/A"])
    motion = pack(LiveMotion(1, 0, 500, 0, 0, 1.0, 2.0, 1.5, 2.0))

    valid = [
        encode(Hello(PROTOCOL, "s", 3)),
        encode(Ack(3)),
        b'{"type":"seek","sim_s":3.0}',
        b'{"type":"play"}',
    ]
    return {
        "viewer's message": Target(valid, decode_from_viewer),
        "binary frame": Target([encode_frame([motion] * 3, update)], decode_frame),
    }
