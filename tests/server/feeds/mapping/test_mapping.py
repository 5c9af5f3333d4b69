"""What a mapping file makes of messages, and what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from layouts.live.events import Fault, OrderReleased, Position, Reading, StockMoved, VehicleState
from server.feeds.arrival import RetainedMessage
from server.feeds.decoders import make_decoder
from server.feeds.feed import Decoded, Message
from server.feeds.mapping.check import check_mapping
from server.feeds.mapping.decoder import MappingDecoder, read_mapping, require_reached
from spatial.errors import BadDataError

NOW = 1_795_800_000_000
ISO = {"from": "at", "form": "iso"}
READING = {
    "kind": "reading",
    "entity": "sensor/{id}",
    "fields": {"channel": {"const": "temperature"}, "value": {"from": "t", "unit": "[degF]"}},
}


def rule(topic: str, *events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"topic": topic, "events": list(events), **more}


@pytest.fixture
def decoded(tmp_path: Path):
    def decode(topics: list[dict[str, Any]], topic: str, payload: object, *, kept: bool = False) -> Decoded:
        path = tmp_path / "mapping.yaml"
        path.write_text(yaml.safe_dump({"topics": topics}))
        decoder = make_decoder("mapping", name="hall", site="HALL", options={"file": str(path)})
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return decoder.decode((RetainedMessage if kept else Message)(topic, raw, NOW))

    return decode


def test_a_reading_is_told_in_its_base_unit(decoded: Any) -> None:
    told = decoded(
        [rule("h/{id}/t", READING, time=ISO)], "h/T1/t", {"t": 46.4, "at": "2026-11-27T08:00:00.5+01:00"}
    )
    (event,) = told.events
    assert (event.entity, event.site, event.source, event.happened_ms) == (
        "sensor/T1",
        "HALL",
        "hall",
        1795762800500,
    )
    assert event.body == Reading("temperature", 8.0)
    assert told.refused == ()


VEHICLE = {
    "kind": "vehicle",
    "entity": "agent/{id}",
    "fields": {
        "mode": {"from": "/op~1mode", "map": {"AUTO": "automatic", "HAND": "manual"}},
        "battery": {"from": "soc", "unit": "%"},
        "is_driving": {"from": "state", "map": {"moving": True, "parked": False}},
        "load": {"each": "loads", "of": {"from": "sscc"}},
        "faults": {"each": "errors", "of": {"kind": {"from": "code"}, "level": {"const": "warning"}}},
    },
}
POSITION = {
    "kind": "position",
    "entity": "agent/{id}",
    "when": {"from": "pose.valid", "one_of": [True]},
    "fields": {
        "level": {"const": "L0"},
        "x_m": {"from": "pose.xy.0", "unit": "mm"},
        "y_m": {"from": "pose.xy.1", "unit": "mm"},
        "yaw_rad": {"from": "pose.course", "unit": "deg from north"},
    },
}
AGV = {
    "op/mode": "AUTO", "soc": 80, "state": "moving", "loads": [{"sscc": "P1"}, {"sscc": "P2"}],
    "errors": [{"code": "E7"}], "pose": {"valid": True, "xy": [1500, -250], "course": 90},
}  # fmt: skip


def test_one_message_tells_several_events(decoded: Any) -> None:
    vehicle, position = decoded([rule("agv/{id}", VEHICLE, POSITION)], "agv/7", AGV).events
    assert vehicle.body == VehicleState(
        mode="automatic", battery=0.8, is_driving=True, load=("P1", "P2"), faults=(Fault("E7", "warning"),)
    )
    assert position.body == Position("L0", 1.5, -0.25, yaw_rad=0.0)
    assert vehicle.happened_ms == NOW  # it names no time


def test_courses_turn_into_angles_from_x(decoded: Any) -> None:
    for course, yaw in ((0, math.pi / 2), (90, 0), (180, -math.pi / 2), (270, math.pi), (360, math.pi / 2)):
        message = {"pose": {"valid": True, "xy": [0, 0], "course": course}}
        (event,) = decoded([rule("agv/{id}", POSITION)], "agv/7", message).events
        assert event.body.yaw_rad == pytest.approx(yaw, abs=1e-12)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"soc": "full"}, "battery from soc: 'full' is no number"),
        ({"state": "flying"}, "'flying' is not in map, which holds moving, parked"),
        ({"errors": "E7"}, "faults from errors: 'E7' is no list"),
        ({"loads": [{}]}, "load: an element lacks a value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(
    decoded: Any, changed: dict[str, Any], said: str
) -> None:
    told = decoded([rule("agv/{id}", VEHICLE, POSITION)], "agv/7", {**AGV, **changed})
    assert [type(event.body) for event in told.events] == [Position]  # the other event is told all the same
    (refused,) = told.refused
    assert said in refused.reason
    assert refused.reason.startswith("topics.0.events.0, record 0: ")
    assert json.loads(refused.payload) == {**AGV, **changed}


MOVED = {
    "kind": "moved",
    "entity": "sku/{sku}",
    "time": {"from": "$.at", "form": "epoch_s"},
    "id": "no",
    "fields": {
        "sku": {"text": "{sku}"},
        "quantity": {"from": "qty"},
        "to_place": {"text": "{site}/{to}"},
    },
}


def test_elements_are_records_and_equal_ids_are_one_event(decoded: Any) -> None:
    topics = [rule("wms", MOVED, each="rows")]
    rows = [{"no": n, "sku": 17, "qty": 2, "to": "01-02"} for n in (1, 2)]
    first, second = decoded(topics, "wms", {"at": 1_795_800_000, "rows": rows}).events
    assert first.body == StockMoved("17", 2, to_place="HALL/01-02")
    assert first.id != second.id
    assert decoded(topics, "wms", {"at": 1_795_800_000, "rows": rows}).events == (first, second)


def test_lists_of_pairs(decoded: Any) -> None:
    order = {
        "kind": "order", "entity": "order/{no}", "time": ISO,
        "fields": {"lines": {"each": "lines", "of": [{"from": "sku"}, {"from": "qty"}]},
                   "due_ms": {"from": "due", "form": "iso"}},
    }  # fmt: skip
    message = {"no": "4711", "at": "2026-11-27T08:00:00Z", "lines": [{"sku": "A", "qty": 3}]}
    (event,) = decoded([rule("o", order)], "o", message).events
    assert event.body == OrderReleased((("A", 3.0),))


def test_text_is_a_value(decoded: Any) -> None:
    reading = {**READING, "fields": {**READING["fields"], "value": {"from": "$", "unit": "Cel"}}}
    (event,) = decoded([rule("h/{id}", reading, payload="text")], "h/T1", b"21.5").events
    assert event.body == Reading("temperature", 21.5)


def test_a_retained_message_without_its_time_tells_nothing(decoded: Any) -> None:
    untimed, timed = [rule("h/{id}", READING)], [rule("h/{id}", READING, time=ISO)]
    message = {"t": 40, "at": "2026-11-27T08:00:00Z"}
    assert decoded(untimed, "h/T1", message, kept=True) == Decoded()
    assert decoded(timed, "h/T1", message, kept=True) == decoded(timed, "h/T1", message)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", b"[" * 50_000, b"null", b"7", b'{"t": 1e999}', b'{"t": true}', b'{"t": 1e9}', b"{}"],
)
def test_any_bytes_are_refused_with_a_sentence(decoded: Any, payload: bytes) -> None:
    told = decoded([rule("h/{id}", READING)], "h/T1", payload)
    assert told.events == ()
    (refused,) = told.refused
    assert refused.payload == payload
    assert ": " in refused.reason


def field(**changed: Any) -> dict[str, Any]:
    return {**POSITION, "fields": {**POSITION["fields"], **changed}}


@pytest.mark.parametrize(
    ("topics", "said"),
    [
        ([rule("a/{x}", READING), rule("a/b", READING)], "topics.1 'a/b' and topics.0 'a/{x}' both fit 'a/b'"),
        ([rule("a/#/b", READING)], "# stands only at the end"),
        ([rule("a/x{id}", READING)], "is not a whole level"),
        ([rule("a/{id}", {**READING, "colour": 1})], "topics.0.events.0.colour: there is no such field"),
        ([rule("a/{id}", {**READING, "kind": "temp"})], "topics.0.events.0: kind 'temp' is not known"),
        ([rule("a/{id}", {**READING, "entity": "thing/{id}"})], "entity 'thing/{id}' is not KIND/NAME"),
        ([rule("a/{id}", field(z={"from": "z"}))], "'position' has no field 'z'"),
        ([rule("a/{id}", {**POSITION, "fields": {}})], "'position' needs the field 'level'"),
        ([rule("a/{id}", field(x_m={"from": "x"}))], "x_m: add the unit"),
        ([rule("a/{id}", field(x_m={"from": "x", "unit": "kg"}))], "x_m: unit 'kg' does not fit: it is told in m,"),
        ([rule("a/{id}", field(level={"from": "x", "unit": "m"}))], "level has no unit"),
        ([rule("a/{id}", field(level={"from": "x", "const": "L0"}))], "say one of from, const, text and each"),
        ([rule("a/{id}", field(level={"const": 7}))], "level: 7 does not fit"),
        ([rule("a/{id}", field(level={"text": "{x"}))], "a brace without its other"),
        ([rule("a/{id}", field(level={"from": "a..b"}))], "has an empty part"),
        ([rule("a", {**MOVED, "id": None})], "'moved' needs an id"),
        ([rule("a", {**MOVED, "time": None})], "'moved' needs a time"),
        ([rule("a/{id}", {**READING, "fields": {"channel": {"const": "temperature"},
                                                "value": {"from": "t", "unit": "bar"}}})],
         "unit 'bar' measures pressure, temperature is in"),
    ],
)  # fmt: skip
def test_a_rule_that_can_tell_nothing_is_refused_at_load(tmp_path: Path, topics: Any, said: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump({"topics": topics}))
    with pytest.raises(BadDataError) as caught:
        read_mapping(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_topic_that_no_subscription_brings_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump({"topics": [rule("a/{id}/t", READING), rule("b/{id}", READING)]}))
    decoder = MappingDecoder(read_mapping(path), name="hall", site="HALL")
    require_reached(decoder, ["$share/g/a/#", "b/1"], name="hall")
    with pytest.raises(BadDataError, match=r"topics.1 'b/\+' of its mapping is never told"):
        require_reached(decoder, ["a/#"], name="hall")


def test_a_check_shows_what_samples_become(tmp_path: Path) -> None:
    path, samples = tmp_path / "mapping.yaml", tmp_path / "samples.jsonl"
    path.write_text(yaml.safe_dump({"topics": [rule("a/{id}", READING)]}))
    lines = (
        '{"topic": "a/1", "payload": {"t": 50}}',
        "",
        '{"topic": "a/1", "text": "hot"}',
        '{"topic": "c"}',
    )
    samples.write_text("\n".join(lines))
    taken, faulty, unknown = check_mapping(path, samples, now_ms=NOW)
    assert (taken.line, taken.events[0].body) == (1, Reading("temperature", 10.0))
    assert (faulty.line, faulty.events) == (3, ())
    assert "no JSON" in faulty.reasons[0]
    assert "fits none of the mapping" in unknown.reasons[0]
    samples.write_text('{"topic": 7}')
    with pytest.raises(BadDataError, match="line 1: "):
        check_mapping(path, samples, now_ms=NOW)
