"""What a sensor report tells besides one value: the least, the greatest, percentiles, and parts of a vector."""

from __future__ import annotations

import json
from typing import Any

import pytest

from layouts.live.events import AlertChanged, Reading, refusal
from server.feeds.epcis.decoder import EpcisDecoder
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.feed import Decoded, Message

SPAN = {"startTime": "2026-11-27T06:00:00Z", "endTime": "2026-11-27T07:00:00Z"}
SPAN_END_MS = 1_795_762_800_000


def measured(*reports: dict[str, Any], device: str | None = "T-1", **more: Any) -> Decoded:
    metadata = SPAN | ({} if device is None else {"deviceID": device})
    event = {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "eventTime": "2026-11-27T08:00:00.000Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": "urn:epc:id:sgln:4012345.00005.0"},
        "sensorElementList": [{"sensorMetadata": metadata, "sensorReport": list(reports)}],
    }
    settings = EpcisSettings(site="S", places={"4012345000054": "COLD"}, **more)
    decoded = EpcisDecoder(settings).decode(Message("capture", json.dumps(event).encode(), 0))
    assert all(refusal(one, 1_900_000_000_000) is None for one in decoded.events)
    assert len({one.id for one in decoded.events}) == len(decoded.events)
    return decoded


def told(*reports: dict[str, Any], **more: Any) -> dict[str, float]:
    decoded = measured(*reports, **more)
    assert decoded.refused == ()
    return {one.entity: one.body.value for one in decoded.events if isinstance(one.body, Reading)}


def reason(*reports: dict[str, Any], **more: Any) -> str:
    decoded = measured(*reports, **more)
    assert decoded.events == ()
    return decoded.refused[0].reason


WARM = {"type": "Temperature", "uom": "CEL"}
FULL = WARM | {
    "minValue": 2.5,
    "maxValue": 8.5,
    "meanValue": 5.0,
    "sDev": 0.4,
    "percRank": 95,
    "percValue": 8.0,
}


def test_the_mean_is_the_value_and_each_bound_and_percentile_a_sensor_of_its_own() -> None:
    assert told(FULL) == {
        "sensor/T-1": 5.0,
        "sensor/T-1/min": 2.5,
        "sensor/T-1/max": 8.5,
        "sensor/T-1/p95": 8.0,
    }
    assert {one.happened_ms for one in measured(FULL).events} == {SPAN_END_MS}


def test_a_value_goes_before_the_mean_which_is_then_beside_it() -> None:
    assert told(WARM | {"value": 6.0, "meanValue": 5.0}) == {"sensor/T-1": 6.0, "sensor/T-1/mean": 5.0}


def test_bounds_alone_are_told_without_a_value_between_them() -> None:
    assert told(WARM | {"minValue": 2.5, "maxValue": 8.5}) == {"sensor/T-1/min": 2.5, "sensor/T-1/max": 8.5}


def test_bounds_are_converted_as_values_are() -> None:
    assert told({"type": "Temperature", "uom": "FAH", "maxValue": 46.4}) == {"sensor/T-1/max": 8.0}


def test_a_sensor_without_a_name_is_that_of_what_it_measures() -> None:
    assert told(WARM | {"maxValue": 8.5}, device=None) == {"sensor/location/COLD/max": 8.5}


def test_parts_of_a_vector_are_told_by_axis() -> None:
    axes = [
        {"type": "Acceleration", "uom": "MSK", "component": c, "value": v}
        for c, v in zip("xyz", (1, -2, 0), strict=True)
    ]
    assert told(*axes) == {"sensor/T-1/x": 1.0, "sensor/T-1/y": -2.0, "sensor/T-1/z": 0.0}
    along = {"type": "gs1:Speed", "uom": "MTS", "component": "cbv:Comp-x", "maxValue": 3}
    assert told(along) == {"sensor/T-1/x/max": 3.0}


def test_a_part_is_bound_by_its_own_name_and_else_checked_against_the_range_of_its_sensor() -> None:
    sensor = {"sensor": "T-1", "entity": "zone/cold", "channel": "temperature", "high": 30}
    highest = {"sensor": "T-1/max", "entity": "zone/cold-peak", "channel": "temperature"}
    assert told(FULL, sensors=[sensor, highest]) == {
        "zone/cold": 5.0,
        "sensor/T-1/min": 2.5,
        "zone/cold-peak": 8.5,
        "sensor/T-1/p95": 8.0,
    }
    assert "is not within -273.15 and 30 °C" in reason(WARM | {"maxValue": 31}, sensors=[sensor])


def test_an_alarm_of_bounds_alone_names_what_it_is_about() -> None:
    alarm = WARM | {"maxValue": 12, "exception": "ALARM_CONDITION"}
    alert, reading = measured(alarm).events
    assert isinstance(alert.body, AlertChanged)
    assert alert.body.about == "sensor/T-1"
    assert reading.entity == "sensor/T-1/max"


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (WARM | {"sDev": 0.1}, "Temperature tells sDev, which no channel holds: value, meanValue, minValue"),
        (WARM | {"stringValue": "warm", "booleanValue": True}, "tells booleanValue, stringValue, which no"),
        (WARM, "Temperature tells no value: value, meanValue, minValue, maxValue or percValue with percRank"),
        (WARM | {"percValue": 4.0}, "tells percValue, which no channel holds"),
        (WARM | {"minValue": 3, "maxValue": 2}, "minValue 3 is above maxValue 2"),
        (WARM | {"percValue": 4.0, "percRank": 101}, "percRank 101 is not within 0 and 100"),
        (WARM | {"minValue": "low"}, "minValue 'low' is no number"),
        (
            WARM | {"value": 4, "component": "x"},
            "component 'x' of Temperature: only Acceleration and Speed have",
        ),
        (
            {"type": "Speed", "uom": "MTS", "value": 4, "component": "azimuth"},
            "component 'azimuth' of Speed is none of x, y, z",
        ),
    ],
)
def test_what_no_channel_holds_is_refused_by_the_name_of_its_field(report: dict[str, Any], said: str) -> None:
    assert said in reason(report)
