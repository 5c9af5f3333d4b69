"""The sensor element of an event: each report becomes a reading of the entity it is bound to, or an alert.

Bound to: the entity of the device's binding; else the device, `sensor/DEVICE`; else the only lot that the event is
about; else its place. A report tells `value`, else `meanValue`, of its own time, else the element's, else the
event's. ALARM_CONDITION raises an alert beside the reading; ERROR_CONDITION raises one instead of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from layouts.live.channels import channel_named, to_base
from layouts.live.events import AlertChanged, Body, Reading
from layouts.live.sensors import Sensors
from server.feeds.epcis.fields import Json, mapping_of, needed_text, number_of, text_of, time_ms, word

CHANNEL_OF: Mapping[str, str] = {
    "AbsoluteHumidity": "absolute_humidity",
    "Acceleration": "acceleration",
    "ElectricCurrent": "current",
    "Energy": "energy",
    "Illuminance": "illuminance",
    "Length": "distance",
    "Mass": "mass",
    "Power": "power",
    "Pressure": "pressure",
    "RelativeHumidity": "humidity",
    "Speed": "speed",
    "Temperature": "temperature",
    "Voltage": "voltage",
}
"""Measurement types of the GS1 Web Vocabulary that are channels."""


class Reported(NamedTuple):
    """What one report tells of an entity, and when."""

    entity: str
    happened_ms: int
    body: Body


def told_by(
    element: Json, report: Json, event_ms: int, otherwise: str | None, sensors: Sensors
) -> list[Reported]:
    """What a report of an element tells. Raises ValueError for a type that is no channel, a wrong unit, an
    impossible value, and where there is no entity to bind it to.
    """
    metadata = mapping_of(element, "sensorMetadata")
    kind = needed_text(report, "type")
    channel = CHANNEL_OF.get(word(kind) or "")
    if channel is None:
        raise ValueError(f"type '{kind}' is no channel: known are {', '.join(CHANNEL_OF)}")
    if text_of(report, "component") is not None:
        raise ValueError(
            f"component '{report['component']}' of {kind} is a part of a vector, which no channel holds"
        )
    device = text_of(report, "deviceID") or text_of(metadata, "deviceID")
    binding = sensors.of(device, channel) if device is not None else None
    entity = binding.entity if binding else f"sensor/{device}" if device else otherwise
    if entity is None:
        raise ValueError("deviceID is missing, and the event is about neither one lot nor a place: name one")
    happened_ms = next(
        time
        for time in (
            time_ms(report, "time"),
            time_ms(metadata, "time"),
            time_ms(metadata, "endTime"),
            event_ms,
        )
        if time is not None
    )
    value = number_of(report, "value")
    value = number_of(report, "meanValue") if value is None else value
    unit = text_of(report, "uom")
    told: list[Reported] = []
    exception = word(text_of(report, "exception"))
    if exception is not None:
        alert = _alert(exception, entity, channel, value, unit)
        told.append(Reported(f"alert/{alert.rule}/{entity}", happened_ms, alert))
    if exception == "ERROR_CONDITION":
        return told
    if value is None:
        if exception is not None:
            return told
        raise ValueError(f"{kind} has neither value nor meanValue: one is needed")
    if unit is None:
        raise ValueError(f"uom is missing: {channel} is in {', '.join(channel_named(channel).units)}")
    base = binding.read(value, unit) if binding else to_base(channel_named(channel), value, unit)
    return [*told, Reported(entity, happened_ms, Reading(channel, base))]


def _alert(exception: str, entity: str, channel: str, value: float | None, unit: str | None) -> AlertChanged:
    told = "" if value is None else f" at {value:g} {unit or ''}".rstrip()
    return AlertChanged(
        rule=f"epcis-{channel}",
        about=entity,
        step="raised",
        severity="critical" if exception == "ALARM_CONDITION" else "warning",
        text=f"the sensor itself reports {exception} of {channel}{told}",
    )
