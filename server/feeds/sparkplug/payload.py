"""A Sparkplug B payload, `org.eclipse.tahu.protobuf.Payload`, read and written (Sparkplug 3.0, chapter 6).

DataSets, Templates, metadata and nested property sets are passed over unread: so nothing is recursive.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.feeds.sparkplug.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    bytes_field,
    double_field,
    fields_of,
    float_field,
    varint_field,
)

MOST_METRICS = 50_000
MOST_PROPERTIES = 1_000
_U32 = (1 << 32) - 1

Scalar = int | float | bool | str | bytes


@dataclass(frozen=True)
class Value:
    """A value as it is on the wire: the `field` of the oneof, 0 for int … 5 for string, and what it holds."""

    field: int
    held: Scalar


INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, OTHER = range(7)
"""Fields of a value; OTHER is bytes, a DataSet, a Template or an extension."""

_WIRE_TYPES = (VARINT, VARINT, FIXED32, FIXED64, VARINT, BYTES)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric; what is None was not told. `datatype` is a number of `datatypes.py`."""

    name: str | None = None
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: int | None = None
    is_historical: bool | None = None
    is_transient: bool | None = None
    is_null: bool | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)
    value: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Payload:
    """A message of an edge node."""

    timestamp_ms: int | None = None
    metrics: tuple[Metric, ...] = ()
    seq: int | None = None
    uuid: str | None = None
    body: bytes | None = None


def decode_payload(data: bytes) -> Payload:
    """The payload of these bytes; fields that are not known are passed over.

    Raises ValueError for bytes that are none, and for more metrics than MOST_METRICS.
    """
    told: dict[int, int | bytes] = {}
    metrics: list[Metric] = []
    for number, kind, value in fields_of(data):
        if number == 2 and kind == BYTES:
            if len(metrics) >= MOST_METRICS:
                raise ValueError(f"more than {MOST_METRICS} metrics in one payload: send fewer at once")
            metrics.append(_metric(_bytes(value)))
        elif (number, kind) in ((1, VARINT), (3, VARINT), (4, BYTES), (5, BYTES)):
            told[number] = value
    return Payload(
        timestamp_ms=_number(told.get(1)),
        metrics=tuple(metrics),
        seq=_number(told.get(3)),
        uuid=_text(told.get(4)),
        body=None if 5 not in told else _bytes(told[5]),
    )


def encode_payload(payload: Payload) -> bytes:
    """The bytes of a payload, fields in order of their number. Values of bytes and OTHER are of field 16."""
    parts = [] if payload.timestamp_ms is None else [varint_field(1, payload.timestamp_ms)]
    parts += [bytes_field(2, _encoded(metric)) for metric in payload.metrics]
    if payload.seq is not None:
        parts.append(varint_field(3, payload.seq))
    if payload.uuid is not None:
        parts.append(bytes_field(4, payload.uuid.encode()))
    if payload.body is not None:
        parts.append(bytes_field(5, payload.body))
    return b"".join(parts)


def _metric(data: bytes) -> Metric:
    told: dict[int, int | bytes] = {}
    properties: dict[str, Value] = {}
    value: Value | None = None
    for number, kind, held in fields_of(data):
        if number >= 10:
            value = _value(number - 10, kind, held) or value
        elif number == 9 and kind == BYTES:
            properties |= _properties(_bytes(held))
        elif kind == (BYTES if number == 1 else VARINT):
            told[number] = held
    datatype = _number(told.get(4))
    return Metric(
        name=_text(told.get(1)),
        alias=_number(told.get(2)),
        timestamp_ms=_number(told.get(3)),
        datatype=None if datatype is None else datatype & _U32,
        is_historical=_flag(told.get(5)),
        is_transient=_flag(told.get(6)),
        is_null=_flag(told.get(7)),
        properties=properties,
        value=value,
    )


def _properties(data: bytes) -> dict[str, Value]:
    """Properties with a plain value by name; keys and values are told in two lists of equal length."""
    keys: list[str] = []
    values: list[Value | None] = []
    for number, kind, held in fields_of(data):
        if max(len(keys), len(values)) > MOST_PROPERTIES:
            raise ValueError(f"more than {MOST_PROPERTIES} properties of one metric: send fewer")
        if number == 1 and kind == BYTES:
            keys.append(_text(held) or "")
        elif number == 2 and kind == BYTES:
            values.append(_property(_bytes(held)))
    if len(keys) != len(values):
        raise ValueError(f"{len(keys)} keys of properties for {len(values)} values: tell as many")
    return {key: value for key, value in zip(keys, values, strict=True) if value is not None}


def _property(data: bytes) -> Value | None:
    value: Value | None = None
    for number, kind, held in fields_of(data):
        if number >= 3:
            value = _value(number - 3, kind, held) or value
    return None if value is None or value.field == OTHER else value


def _value(place: int, kind: int, held: int | bytes) -> Value | None:
    """A value of the oneof; None for what is no field of it."""
    if place >= OTHER:
        return Value(OTHER, held) if place < 10 and kind == BYTES else None
    if kind != _WIRE_TYPES[place]:
        return None
    match place:
        case 0:
            return Value(INT, int(held) & _U32) if isinstance(held, int) else None
        case 2 | 3:
            return Value(place, struct.unpack("<f" if place == FLOAT else "<d", _bytes(held))[0])
        case 4:
            return Value(BOOLEAN, bool(held))
        case 5:
            return Value(STRING, _text(held) or "")
    return Value(LONG, held)


def _encoded(metric: Metric) -> bytes:
    parts = [] if metric.name is None else [bytes_field(1, metric.name.encode())]
    plain = (
        metric.alias,
        metric.timestamp_ms,
        metric.datatype,
        metric.is_historical,
        metric.is_transient,
        metric.is_null,
    )
    parts += [varint_field(number, told) for number, told in enumerate(plain, 2) if told is not None]
    if metric.properties:
        keys = [bytes_field(1, key.encode()) for key in metric.properties]
        values = [bytes_field(2, _encoded_value(3, one)) for one in metric.properties.values()]
        parts.append(bytes_field(9, b"".join(keys + values)))
    if metric.value is not None:
        parts.append(_encoded_value(10, metric.value))
    return b"".join(parts)


def _encoded_value(first: int, value: Value) -> bytes:
    number, held = first + value.field, value.held
    if value.field == FLOAT:
        return float_field(number, float(held))
    if value.field == DOUBLE:
        return double_field(number, float(held))
    if isinstance(held, (str, bytes)):
        return bytes_field(number, held.encode() if isinstance(held, str) else held)
    return varint_field(number, int(held))


def _bytes(held: int | bytes) -> bytes:
    if isinstance(held, bytes):
        return held
    raise ValueError(f"{held} is no field of bytes")


def _number(held: int | bytes | None) -> int | None:
    return held if isinstance(held, int) else None


def _flag(held: int | bytes | None) -> bool | None:
    return None if held is None else bool(held)


def _text(held: int | bytes | None) -> str | None:
    if not isinstance(held, bytes):
        return None
    try:
        return held.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"a text of {len(held)} bytes is no UTF-8: {error.reason}") from error
