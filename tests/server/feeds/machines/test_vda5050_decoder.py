"""VDA 5050: what vehicles tell, checked against the published schemas and examples."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from layouts.live.events import Fault, LinkChanged, LiveEvent, Position, VehicleState, refusal
from layouts.live.latest import Latest, key_of
from server.feeds.feed import Decoded, Message
from server.feeds.vda5050.decoder import Vda5050Decoder, make_decoder
from server.feeds.vda5050.settings import Vda5050Settings
from spatial.errors import BadDataError

DATA = Path(__file__).parents[5] / "shared" / "data" / "layouts" / "vda5050"
NOW_MS = 1_790_000_000_000
V2, V3 = "uagv/v2/ACME/7/", "hall/fleet/v3/ACME/7/"
HEADER = {"timestamp": "2026-09-21T14:13:20.000Z", "manufacturer": "ACME", "serialNumber": "7"}
WHERE = {"x": 2.0, "y": 1.0, "theta": 0.5, "mapId": "hall"}
MAPS = {"hall": {"level": "L0", "x_m": 10.0, "y_m": 20.0, "yaw_rad": math.pi / 2}}


def state_2(**fields: Any) -> dict[str, Any]:
    return {
        **HEADER, "headerId": 1, "version": "2.1.0", "orderId": "O1", "orderUpdateId": 0, "lastNodeId": "N4",
        "lastNodeSequenceId": 0, "nodeStates": [], "edgeStates": [], "driving": True, "paused": False,
        "actionStates": [], "batteryState": {"batteryCharge": 62.5, "charging": False},
        "operatingMode": "SEMIAUTOMATIC", "errors": [], "safetyState": {"eStop": "NONE", "fieldViolation": False},
        "agvPosition": {**WHERE, "positionInitialized": True, "deviationRange": 0.02},
        "velocity": {"vx": 0.3, "vy": 0.4}, "loads": [{"loadId": "SSCC1"}, {"loadType": "EPAL"}], **fields,
    }  # fmt: skip


def state_3(**fields: Any) -> dict[str, Any]:
    told = state_2()
    for name in ("batteryState", "agvPosition", "safetyState"):
        del told[name]
    return {
        **told, "version": "3.0.0", "instantActionStates": [], "operatingMode": "TEACH_IN",
        "powerSupply": {"stateOfCharge": 62.5, "charging": True},
        "mobileRobotPosition": {**WHERE, "localized": True},
        "safetyState": {"activeEmergencyStop": "REMOTE", "fieldViolation": True}, **fields,
    }  # fmt: skip


def decoder(**options: Any) -> Vda5050Decoder:
    return Vda5050Decoder(Vda5050Settings.model_validate({"site": "S1", "maps": MAPS, **options}))


def told(made: Vda5050Decoder, topic: str, record: object, arrived_ms: int = NOW_MS) -> Decoded:
    return made.decode(Message(topic, json.dumps(record).encode(), arrived_ms))


def schema(name: str) -> dict[str, Any]:
    path = DATA / f"{name}.schema"
    if not path.exists():
        pytest.skip(f"skipped: {path.name} of VDA 5050 is not there")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_state_of_2_1_tells_position_on_the_site_and_how_the_vehicle_is() -> None:
    result = told(decoder(), V2 + "state", state_2(errors=[
        {"errorType": "noRoute", "errorLevel": "WARNING", "errorDescription": "blocked"}]))  # fmt: skip
    assert not result.refused
    position, vehicle = (event.body for event in result.events)
    assert isinstance(position, Position)
    # a quarter turn takes (2, 1) to (-1, 2)
    assert (position.x_m, position.y_m) == pytest.approx((9.0, 22.0))
    assert position.yaw_rad == pytest.approx(0.5 + math.pi / 2)
    assert (position.level, position.speed_m_s, position.sigma_m) == ("L0", pytest.approx(0.5), 0.02)
    assert vehicle == VehicleState(
        mode="semi_automatic", battery=0.625, is_charging=False, is_driving=True, is_paused=False, order="O1",
        node="N4", load=("SSCC1", "EPAL"), faults=(Fault("noRoute", "warning", "blocked"),),
    )  # fmt: skip
    assert {event.entity for event in result.events} == {"agent/ACME/7"}
    assert all(refusal(event, NOW_MS) is None and event.happened_ms == NOW_MS for event in result.events)


def test_3_0_says_the_same_under_other_names_and_is_valid_by_its_schema() -> None:
    record = state_3(errors=[{"errorType": "lift", "errorLevel": "CRITICAL"}])
    jsonschema_rs.validate(schema("state"), record)
    position, vehicle = (event.body for event in told(decoder(), V3 + "state", record).events)
    assert isinstance(position, Position)
    assert isinstance(vehicle, VehicleState)
    assert (vehicle.mode, vehicle.battery, vehicle.is_charging) == ("teach_in", 0.625, True)
    assert vehicle.faults == (
        Fault("emergency_stop", "fatal", "REMOTE"), Fault("field_violation", "warning"),
        Fault("lift", "fatal", "CRITICAL: "),
    )  # fmt: skip


def test_a_vehicle_that_is_lost_tells_no_position() -> None:
    lost_2 = state_2(agvPosition={**WHERE, "positionInitialized": False})
    lost_3 = state_3(mobileRobotPosition={**WHERE, "localized": False})
    for topic, record in ((V2, lost_2), (V3, lost_3)):
        result = told(decoder(), topic + "state", record)
        assert [type(event.body) for event in result.events] == [VehicleState]
        assert not result.refused


def test_an_unlisted_map_is_refused_with_its_remedy_and_the_vehicle_taken() -> None:
    result = told(decoder(maps={}), V2 + "state", state_2())
    assert [type(event.body) for event in result.events] == [VehicleState]
    assert "mapId 'hall' is not listed: add it to `maps`" in result.refused[0].reason
    kept = told(decoder(maps={}, unlisted_maps="keep"), V2 + "state", state_2())
    assert isinstance(kept.events[0].body, Position)
    assert kept.events[0].body.level == "hall"


@pytest.mark.parametrize(
    ("topic", "change", "said"),
    [
        (V2 + "state", {"serialNumber": "8"}, "serialNumber '8' is not '7' of the topic"),
        (V2 + "state", {"version": "3.0.0"}, "version '3.0.0' is not 2.x"),
        ("uagv/v1/ACME/7/state", {}, "majorVersion 'v1'"),
        ("state", {}, "topic 'state' is not interfaceName/"),
        (V2 + "state", {"headerId": "1"}, "$.headerId"),
        (V2 + "state", {"timestamp": "yesterday"}, "timestamp 'yesterday' is no time"),
        (V2 + "state", {"batteryState": {"batteryCharge": 130, "charging": True}}, "batteryCharge 130"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_field_and_value(
    topic: str, change: dict[str, Any], said: str
) -> None:
    assert said in told(decoder(), topic, state_2(**change)).refused[0].reason


def test_the_same_message_has_the_same_ids_and_reordered_ones_leave_the_newest() -> None:
    times = ("20.000", "20.500", "21.000")
    records = [
        state_2(headerId=n, timestamp=f"2026-09-21T14:13:{at}Z", lastNodeId=f"N{n}")
        for n, at in enumerate(times)
    ]
    made = decoder()
    events = [event for n in (0, 2, 1, 2) for event in told(made, V2 + "state", records[n]).events]
    assert len({event.id for event in events}) == 6
    latest = Latest()
    for event in events:
        latest.apply(str(key_of(event)), event)
    newest = latest.get("S1/vehicle/agent/ACME/7")
    assert newest is not None
    assert getattr(newest.body, "node", "") == "N2"
    counted = made.sequences()[V2 + "state"]
    assert (counted.missed, counted.late) == (1, 2)


def test_a_restart_of_the_vehicle_is_no_gap() -> None:
    made = decoder()
    for header, second in ((90, 20), (91, 21), (0, 30), (1, 31)):
        told(made, V2 + "state", state_2(headerId=header, timestamp=f"2026-09-21T14:13:{second}Z"))
    assert made.sequences()[V2 + "state"].missed == 0


def links(made: Vda5050Decoder, *steps: tuple[str, int, int]) -> list[LiveEvent]:
    """(state, seconds of the vehicle's clock, seconds of ours) after NOW_MS."""
    found: list[LiveEvent] = []
    for header, (state, told_s, arrived_s) in enumerate(steps):
        stamp = f"2026-09-21T14:{13 + (20 + told_s) // 60}:{(20 + told_s) % 60:02}Z"
        record = {
            **HEADER,
            "version": "2.1.0",
            "headerId": header,
            "timestamp": stamp,
            "connectionState": state,
        }
        found += told(made, V2 + "connection", record, NOW_MS + 1000 * arrived_s).events
    return found


def test_a_last_will_is_dated_by_its_arrival_and_a_slow_clock_cannot_keep_the_vehicle_down() -> None:
    # the will holds the time of the connection; the vehicle comes back with a clock 60 s behind ours
    events = links(decoder(), ("ONLINE", 0, 1), ("CONNECTIONBROKEN", 0, 90), ("ONLINE", 35, 95))
    assert [event.body for event in events] == [
        LinkChanged(True), LinkChanged(False, "connectionbroken"), LinkChanged(True)]  # fmt: skip
    assert [event.happened_ms - NOW_MS for event in events] == [0, 90_000, 90_001]


def test_a_retained_connection_told_again_is_the_same_event() -> None:
    made = decoder()
    record = {**HEADER, "version": "3.0.0", "headerId": 1, "connectionState": "CONNECTION_BROKEN"}
    one, two = (told(made, V3 + "connection", record, NOW_MS + late).events[0] for late in (0, 60_000))
    assert one == two


def test_every_published_example_is_taken() -> None:
    examples = sorted((DATA / "messages_v2_0").glob("*.txt"))
    if not examples:
        pytest.skip("skipped: the examples of VDA 5050 are not there")
    kinds = {"State": "state", "Visualization": "visualization", "Connection": "connection"}
    counted = 0
    for path in examples:
        kind = next((topic for name, topic in kinds.items() if path.name.startswith(name)), None)
        if kind is None:
            continue
        made = decoder(unlisted_maps="keep", names="serial")
        result = made.decode(Message(f"uagv/v2/manufacturer/serial-number/{kind}", path.read_bytes(), NOW_MS))
        assert not result.refused, path.name
        counted += len(result.events)
    assert counted == 2 + 1 + 1 + 0 + 1


def test_topics_to_vehicles_and_factsheets_tell_nothing() -> None:
    for kind in ("order", "instantActions", "factsheet"):
        assert told(decoder(), V2 + kind, {}) == Decoded()


def test_no_broken_message_breaks_the_decoder(mutations: Callable[..., Iterator[bytes]]) -> None:
    connection = {**HEADER, "version": "2.1.0", "headerId": 1, "connectionState": "ONLINE"}
    made = decoder()
    for kind, record, topic in (
        ("state", state_2(), V2),
        ("state", state_3(), V3),
        ("connection", connection, V2),
    ):
        for payload in mutations([json.dumps(record).encode()], 7_000, seed=len(topic)):
            result = made.decode(Message(topic + kind, payload, NOW_MS))
            assert isinstance(result, Decoded)
            for event in result.events:
                told_faults = refusal(event, NOW_MS)
                assert told_faults is None or "future" in told_faults


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(BadDataError, match=r"feed 'agvs'.*map"):
        make_decoder(name="agvs", site="S1", options={"map": {}})
