"""Whatever VDA 5050 2.1 and 3.0 allow is read, and means the same in both.

The rules of 3.0 are its published schemas. Those of 2.1 are written here from what its document says of each field,
and checked against the published examples of 2.0, all of whose fields 2.1 has.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.live.events import LinkChanged, Position, VehicleState, refusal
from server.feeds.feed import Decoded, Message
from server.feeds.vda5050.decoder import Vda5050Decoder
from server.feeds.vda5050.settings import Vda5050Settings

DATA = Path(__file__).parents[5] / "shared" / "data" / "layouts" / "vda5050"
NOW_MS = 1_790_000_000_000
Rules = dict[str, Any]

TEXT, NUMBER, WHOLE, TRUTH = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
ANGLE = NUMBER | {"minimum": -math.pi, "maximum": math.pi}
FROM_0 = NUMBER | {"minimum": 0}
PERCENT = FROM_0 | {"maximum": 100}


def one_of(*values: str) -> Rules:
    return {"type": "string", "enum": list(values)}


def several(items: Rules) -> Rules:
    return {"type": "array", "items": items}


def fields(needed: Rules, **optional: Rules) -> Rules:
    return {"type": "object", "required": list(needed), "properties": needed | optional}


HEADER = {
    "headerId": WHOLE, "timestamp": TEXT | {"format": "date-time"}, "version": TEXT, "manufacturer": TEXT,
    "serialNumber": TEXT,
}  # fmt: skip
POSITION = fields(
    {"x": NUMBER, "y": NUMBER, "theta": ANGLE, "mapId": TEXT, "positionInitialized": TRUTH},
    localizationScore=FROM_0 | {"maximum": 1}, deviationRange=FROM_0, mapDescription=TEXT,
)  # fmt: skip
VELOCITY = fields({}, vx=NUMBER, vy=NUMBER, omega=NUMBER)
REFERENCES = several(fields({"referenceKey": TEXT, "referenceValue": TEXT}))
NODE_POSITION = fields(
    {"x": NUMBER, "y": NUMBER, "mapId": TEXT},
    theta=ANGLE, allowedDeviationXY=FROM_0, allowedDeviationTheta=FROM_0, mapDescription=TEXT,
)  # fmt: skip
ELEMENT = {"sequenceId": WHOLE, "released": TRUTH}
LOAD = fields(
    {}, loadId=TEXT, loadType=TEXT, loadPosition=TEXT, weight=FROM_0,
    boundingBoxReference=fields({"x": NUMBER, "y": NUMBER, "z": NUMBER}, theta=ANGLE),
    loadDimensions=fields({"length": FROM_0, "width": FROM_0}, height=FROM_0),
)  # fmt: skip
STATE = fields(
    HEADER
    | {
        "orderId": TEXT, "orderUpdateId": WHOLE, "lastNodeId": TEXT, "lastNodeSequenceId": WHOLE,
        "nodeStates": several(
            fields({"nodeId": TEXT} | ELEMENT, nodeDescription=TEXT, nodePosition=NODE_POSITION)
        ),
        "edgeStates": several(fields({"edgeId": TEXT} | ELEMENT, edgeDescription=TEXT)),
        "driving": TRUTH,
        "actionStates": several(
            fields(
                {
                    "actionId": TEXT,
                    "actionStatus": one_of(
                        "WAITING", "INITIALIZING", "RUNNING", "PAUSED", "FINISHED", "FAILED"
                    ),
                },
                actionType=TEXT, actionDescription=TEXT, resultDescription=TEXT,
            )
        ),
        "batteryState": fields(
            {"batteryCharge": PERCENT, "charging": TRUTH},
            batteryVoltage=NUMBER, batteryHealth=WHOLE, reach=WHOLE,
        ),
        "operatingMode": one_of("AUTOMATIC", "SEMIAUTOMATIC", "MANUAL", "SERVICE", "TEACHIN"),
        "errors": several(
            fields(
                {"errorType": TEXT, "errorLevel": one_of("WARNING", "FATAL")},
                errorReferences=REFERENCES, errorDescription=TEXT, errorHint=TEXT,
            )
        ),
        "safetyState": fields(
            {"eStop": one_of("AUTOACK", "MANUAL", "REMOTE", "NONE"), "fieldViolation": TRUTH}
        ),
    },
    maps=several(
        fields(
            {"mapId": TEXT, "mapVersion": TEXT, "mapStatus": one_of("ENABLED", "DISABLED")},
            mapDescription=TEXT,
        )
    ),
    zoneSetId=TEXT, agvPosition=POSITION, velocity=VELOCITY, loads=several(LOAD), paused=TRUTH,
    newBaseRequest=TRUTH, distanceSinceLastNode=NUMBER,
    information=several(
        fields(
            {"infoType": TEXT, "infoLevel": one_of("INFO", "DEBUG")},
            infoReferences=REFERENCES, infoDescription=TEXT,
        )
    ),
)  # fmt: skip
RULES_2_1: dict[str, Rules] = {
    "state": STATE,
    "visualization": fields(HEADER, agvPosition=POSITION, velocity=VELOCITY),
    "connection": fields(HEADER | {"connectionState": one_of("ONLINE", "OFFLINE", "CONNECTIONBROKEN")}),
}


class Version(NamedTuple):
    """A version of the protocol, and what it calls what both have."""

    version: str
    topic: str
    position: str
    is_known: str
    battery: str
    charge: str
    stop: str

    def rules(self, kind: str) -> Rules:
        if self.version == "2.1.0":
            return RULES_2_1[kind]
        path = DATA / f"{kind}.schema"
        if not path.exists():
            pytest.skip(f"skipped: {path.name} of VDA 5050 is not there")
        found: Rules = json.loads(path.read_text())
        return found


V2 = Version(
    "2.1.0", "uagv/v2/ACME/7/", "agvPosition", "positionInitialized", "batteryState", "batteryCharge", "eStop"
)
V3 = Version(
    "3.0.0", "hall/fleet/v3/ACME/7/", "mobileRobotPosition", "localized", "powerSupply", "stateOfCharge",
    "activeEmergencyStop",
)  # fmt: skip


def from_rules(part: Rules, root: Rules) -> st.SearchStrategy[Any]:
    """Any value that the rules allow, optional fields there or not."""
    if "$ref" in part:
        return from_rules(root["definitions"][part["$ref"].rsplit("/", 1)[1]], root)
    if "enum" in part:
        return st.sampled_from(part["enum"])
    match part.get("type"):
        case "object":
            needed = part.get("required", ())
            of = {name: from_rules(one, root) for name, one in part.get("properties", {}).items()}
            optional = {name: one for name, one in of.items() if name not in needed and name != "trajectory"}
            return st.fixed_dictionaries({name: of[name] for name in of if name in needed}, optional=optional)
        case "array":
            return st.lists(from_rules(part["items"], root), max_size=2)
        case "string":
            stamp = st.just("2026-09-21T14:13:20.1Z")
            return stamp if part.get("format") == "date-time" else st.text(max_size=12)
        case "integer":
            return st.integers(part.get("minimum", 0), 1 << 32)
        case "boolean":
            return st.booleans()
    return st.floats(part.get("minimum"), part.get("maximum"), allow_nan=False, allow_infinity=False)


def drawn(version: Version, kind: str, data: st.DataObject) -> Rules:
    """A valid message of the vehicle 7 of ACME, with a field that no version knows."""
    rules = version.rules(kind)
    of_sender = {"manufacturer": "ACME", "serialNumber": "7", "version": version.version}
    record: Rules = data.draw(from_rules(rules, rules)) | of_sender
    jsonschema_rs.validate(rules, record)
    return record | {"vendorField": {"of": "ACME"}}


def told(version: Version, kind: str, record: Rules) -> Decoded:
    decoder = Vda5050Decoder(Vda5050Settings.model_validate({"site": "S1", "unlisted_maps": "keep"}))
    return decoder.decode(Message(version.topic + kind, json.dumps(record).encode(), NOW_MS))


def assert_position_as_told(version: Version, record: Rules, result: Decoded) -> None:
    where = record.get(version.position)
    positions = [event.body for event in result.events if isinstance(event.body, Position)]
    if where is None or not where[version.is_known]:
        assert not positions
        assert not result.refused
    elif result.refused:
        # numbers beyond the site and an empty mapId are all that a valid message can be refused for
        (refused,) = result.refused
        assert any(why in refused.reason for why in ("beyond", "mapId ''", "is no speed"))
        assert not positions
    else:
        (position,) = positions
        assert (position.level, position.x_m, position.y_m) == (where["mapId"], where["x"], where["y"])
        assert position.yaw_rad == pytest.approx(where["theta"])
        assert position.sigma_m == where.get("deviationRange")


both = pytest.mark.parametrize("version", [V2, V3], ids=["2.1", "3.0"])
many = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@both
@many
@given(data=st.data())
def test_whatever_a_version_allows_in_a_state_is_told_as_it_was_meant(
    version: Version, data: st.DataObject
) -> None:
    record = drawn(version, "state", data)
    result = told(version, "state", record)
    assert_position_as_told(version, record, result)
    (vehicle,) = (event.body for event in result.events if isinstance(event.body, VehicleState))
    power, safety = record[version.battery], record["safetyState"]
    assert vehicle.battery == pytest.approx(power[version.charge] / 100)
    assert vehicle.is_charging == power["charging"]
    assert (vehicle.is_driving, vehicle.is_paused) == (record["driving"], record.get("paused"))
    assert (vehicle.order or "", vehicle.node or "") == (record["orderId"], record["lastNodeId"])
    assert len(vehicle.load) == len(record.get("loads", ()))
    assert vehicle.mode != "unknown"
    stops = (safety[version.stop] != "NONE") + safety["fieldViolation"]
    assert [fault.kind for fault in vehicle.faults[stops:]] == [one["errorType"] for one in record["errors"]]
    grave = [one["errorLevel"] in ("FATAL", "CRITICAL") for one in record["errors"]]
    assert [fault.level == "fatal" for fault in vehicle.faults[stops:]] == grave
    assert all(refusal(event, NOW_MS) is None for event in result.events)


@both
@many
@given(data=st.data())
def test_whatever_a_version_allows_in_a_visualization_is_a_position_or_nothing(
    version: Version, data: st.DataObject
) -> None:
    record = drawn(version, "visualization", data)
    assert_position_as_told(version, record, told(version, "visualization", record))


@both
@many
@given(data=st.data())
def test_whatever_a_version_allows_in_a_connection_is_a_link(version: Version, data: st.DataObject) -> None:
    record = drawn(version, "connection", data)
    result = told(version, "connection", record)
    (event,) = result.events
    assert isinstance(event.body, LinkChanged)
    assert event.body.is_up == (record["connectionState"] in ("ONLINE", "HIBERNATING"))


READ = (
    "headerId", "timestamp", "version", "manufacturer", "serialNumber", "orderId", "lastNodeId", "driving",
    "operatingMode", "errors", "safetyState",
)  # fmt: skip


@both
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_state_without_a_field_that_is_needed_and_read_is_refused_by_its_name(
    version: Version, data: st.DataObject
) -> None:
    record = drawn(version, "state", data)
    name = data.draw(st.sampled_from((*READ, version.battery)))
    del record[name]
    assert not jsonschema_rs.is_valid(version.rules("state"), record)
    assert any(name in refused.reason for refused in told(version, "state", record).refused)


def test_the_rules_of_2_1_take_the_published_examples_and_none_without_a_field_that_is_needed() -> None:
    kinds = {"State": "state", "Visualization": "visualization", "Connection": "connection"}
    examples = [
        (kind, json.loads(path.read_bytes()))
        for name, kind in kinds.items()
        for path in sorted((DATA / "messages_v2_0").glob(f"{name}Test*.txt"))
    ]
    if not examples:
        pytest.skip("skipped: the examples of VDA 5050 are not there")
    for kind, example in examples:
        rules = RULES_2_1[kind]
        jsonschema_rs.validate(rules, example)
        unknown = example.keys() - rules["properties"].keys()
        assert not unknown
        for name in rules["required"]:
            less = {key: value for key, value in example.items() if key != name}
            assert not jsonschema_rs.is_valid(rules, less)
