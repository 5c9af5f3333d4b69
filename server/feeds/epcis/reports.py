"""The sensor element of an event: each report becomes a reading of the entity it is bound to, or an alert.

Bound to: the entity of the device's binding; else the device, `sensor/DEVICE`; else the only lot that the event is
about; else its place. Parts of what is measured, as its maximum or the x of a vector, are told as of sensors of
their own: of what `DEVICE/max` is bound to, else `sensor/DEVICE/max`, else `sensor/location/DOCK-1/max`. Readings are
of the report's own time, else the element's, else the event's. ALARM_CONDITION raises an alert beside the reading;
ERROR_CONDITION raises one instead of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from layouts.live.channels import Channel, channel_named, to_base
from layouts.live.events import AlertChanged, Body, Reading
from layouts.live.sensors import SensorBinding, Sensors
from server.feeds.epcis.fields import (
    Json,
    mapping_of,
    needed_text,
    rows_of,
    text_of,
    texts_of,
    time_ms,
    word,
)
from server.feeds.epcis.gs1_keys import gs1_key
from server.feeds.epcis.report_values import ReportValue, nothing_held, values_of
from server.feeds.epcis.settings import EpcisSettings

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
    """What one report tells of an entity, and when; `field` where it is not of the reading itself."""

    entity: str
    happened_ms: int
    body: Body
    field: str = ""


def reports_of(
    event: Json, event_ms: int, place: str | None, settings: EpcisSettings, sensors: Sensors
) -> tuple[list[tuple[str, Reported]], list[str]]:
    """What the reports of an event at `place` tell, each with its path; and the faults of those that tell nothing.

    Two readings of one entity, channel and time are both refused: which of them holds is not told.
    """
    faults: list[str] = []
    try:
        elements = rows_of(event, "sensorElementList")
        otherwise = _measured(event, place, settings) if elements else None
    except ValueError as error:
        return [], [str(error)]
    told = list(_reported(elements, event_ms, otherwise, sensors, faults))
    often = Counter(_slot(one) for _, one in told if isinstance(one.body, Reading))
    kept: list[tuple[str, Reported]] = []
    for path, one in told:
        if often[_slot(one)] > 1 and isinstance(one.body, Reading):
            faults.append(
                f"{path}: {one.body.channel} of {one.entity} is told {often[_slot(one)]} times for one time: "
                "give each report the deviceID of its sensor"
            )
        else:
            kept.append((path, one))
    return kept, faults


def _reported(
    elements: list[Json], event_ms: int, otherwise: str | None, sensors: Sensors, faults: list[str]
) -> Iterator[tuple[str, Reported]]:
    for place, element in enumerate(elements):
        path = f"sensorElementList[{place}]"
        try:
            reports = rows_of(element, "sensorReport")
        except ValueError as error:
            faults.append(f"{path}.{error}")
            continue
        for number, report in enumerate(reports):
            its = f"{path}.sensorReport[{number}]"
            try:
                yield from (
                    (f"{its}{one.field}", one)
                    for one in _told_by(element, report, event_ms, otherwise, sensors)
                )
            except ValueError as error:
                faults.append(f"{its}: {error}")


def _slot(one: Reported) -> tuple[str, str, int]:
    return one.entity, one.body.channel if isinstance(one.body, Reading) else "", one.happened_ms


def _measured(event: Json, place: str | None, settings: EpcisSettings) -> str | None:
    """What a report without a device is about: the only lot that the event names, else its place."""
    named = [gs1_key(needed_text(row, "epcClass")) for row in rows_of(event, "quantityList")]
    named += [gs1_key(text) for text in texts_of(event, "epcList")]
    if len(named) == 1 and named[0].lot is not None:
        return f"lot/{settings.skus.get(named[0].number, named[0].number)}/{named[0].lot}"
    return None if place is None else "location/" + place.removeprefix(f"{settings.site}/")


def _told_by(
    element: Json, report: Json, event_ms: int, otherwise: str | None, sensors: Sensors
) -> list[Reported]:
    """What a report of an element tells. Raises ValueError for a type that is no channel, a wrong unit, an
    impossible value, and where there is no entity to bind it to.
    """
    metadata = mapping_of(element, "sensorMetadata")
    channel = _channel_of(report)
    device = text_of(report, "deviceID") or text_of(metadata, "deviceID")
    binding = sensors.of(device, channel.name) if device is not None else None
    entity = binding.entity if binding else f"sensor/{device}" if device else otherwise
    if entity is None:
        raise ValueError("deviceID is missing, and the event is about neither one lot nor a place: name one")
    happened_ms = _when(report, metadata, event_ms)
    exception = word(text_of(report, "exception"))
    told: list[Reported] = []
    if exception is not None:
        alert = _alert(exception, entity, channel, report)
        told.append(Reported(f"alert/{alert.rule}/{entity}", happened_ms, alert))
    if exception != "ERROR_CONDITION":
        values = values_of(report)
        if not values and exception is None:
            raise ValueError(nothing_held(report))
        for each in values:
            if not each.part:
                reading = Reading(channel.name, _in_base(each, report, channel, binding))
                told.append(Reported(entity, happened_ms, reading))
                continue
            name = f"{device or otherwise}/{each.part}"
            own = sensors.of(name, channel.name)
            reading = Reading(channel.name, _in_base(each, report, channel, own or binding))
            told.append(
                Reported(own.entity if own else f"sensor/{name}", happened_ms, reading, f".{each.field}")
            )
    return told


def _channel_of(report: Json) -> Channel:
    kind = needed_text(report, "type")
    name = CHANNEL_OF.get(word(kind) or "")
    if name is None:
        raise ValueError(f"type '{kind}' is no channel: known are {', '.join(CHANNEL_OF)}")
    return channel_named(name)


def _when(report: Json, metadata: Json, event_ms: int) -> int:
    """The report's own time, else the element's, else when its span ended, else the event's."""
    for fields, name in ((report, "time"), (metadata, "time"), (metadata, "endTime")):
        told_ms = time_ms(fields, name)
        if told_ms is not None:
            return told_ms
    return event_ms


def _in_base(told: ReportValue, report: Json, channel: Channel, binding: SensorBinding | None) -> float:
    unit = text_of(report, "uom")
    if unit is None:
        raise ValueError(f"uom is missing: {channel.name} is in {', '.join(channel.units)}")
    return binding.read(told.value, unit) if binding is not None else to_base(channel, told.value, unit)


def _alert(exception: str, entity: str, channel: Channel, report: Json) -> AlertChanged:
    values, unit = values_of(report), text_of(report, "uom") or ""
    told = f" at {values[0].value:g} {unit}".rstrip() if values else ""
    return AlertChanged(
        rule=f"epcis-{channel.name}",
        about=entity,
        step="raised",
        severity="critical" if exception == "ALARM_CONDITION" else "warning",
        text=f"the sensor itself reports {exception} of {channel.name}{told}",
    )
