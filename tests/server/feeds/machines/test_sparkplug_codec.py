"""The Sparkplug codec, byte for byte against Google's protocol buffers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from server.feeds.sparkplug.datatypes import SIGNED, UNSIGNED, plain_value, wire_value
from server.feeds.sparkplug.payload import OTHER, Metric, Payload, Value, decode_payload, encode_payload

OF = descriptor_pb2.FieldDescriptorProto
VALUES = (
    ("int_value", OF.TYPE_UINT32), ("long_value", OF.TYPE_UINT64), ("float_value", OF.TYPE_FLOAT),
    ("double_value", OF.TYPE_DOUBLE), ("boolean_value", OF.TYPE_BOOL), ("string_value", OF.TYPE_STRING),
)  # fmt: skip


def google_payload() -> Any:
    """org.eclipse.tahu.protobuf.Payload by its public field numbers; what we pass over is bytes."""
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug.proto", package="tahu", syntax="proto2")

    def message(name: str, *fields: tuple[str, int, int, str]) -> Any:
        made = file.message_type.add(name=name)
        for title, number, kind, of in fields:
            label = OF.LABEL_REPEATED if of.startswith("*") else OF.LABEL_OPTIONAL
            field = made.field.add(name=title, number=number, type=kind, label=label)
            if kind == OF.TYPE_MESSAGE:
                field.type_name = f".tahu.{of.lstrip('*')}"
        return made

    def oneof(made: Any, first: int, *more: str) -> None:
        made.oneof_decl.add(name="value")
        for place, (title, kind) in enumerate((*VALUES, *((name, OF.TYPE_BYTES) for name in more))):
            made.field.add(
                name=title, number=first + place, type=kind, label=OF.LABEL_OPTIONAL, oneof_index=0
            )

    u32, u64, flag, text, raw, nested = (
        OF.TYPE_UINT32, OF.TYPE_UINT64, OF.TYPE_BOOL, OF.TYPE_STRING, OF.TYPE_BYTES, OF.TYPE_MESSAGE,
    )  # fmt: skip
    oneof(
        message("PropertyValue", ("type", 1, u32, ""), ("is_null", 2, flag, "")),
        3,
        "set_value",
        "sets_value",
        "x",
    )
    message("PropertySet", ("keys", 1, text, "*"), ("values", 2, nested, "*PropertyValue"))
    metric = message(
        "Metric", ("name", 1, text, ""), ("alias", 2, u64, ""), ("timestamp", 3, u64, ""), ("datatype", 4, u32, ""),
        ("is_historical", 5, flag, ""), ("is_transient", 6, flag, ""), ("is_null", 7, flag, ""),
        ("metadata", 8, raw, ""), ("properties", 9, nested, "PropertySet"),
    )  # fmt: skip
    oneof(metric, 10, "bytes_value", "dataset_value", "template_value", "extension_value")
    message(
        "Payload", ("timestamp", 1, u64, ""), ("metrics", 2, nested, "*Metric"), ("seq", 3, u64, ""),
        ("uuid", 4, text, ""), ("body", 5, raw, ""),
    )  # fmt: skip
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tahu.Payload"))


GOOGLE = google_payload()

u64s = st.integers(0, (1 << 64) - 1)
f32s = st.floats(width=32, allow_nan=False)
plain = st.one_of(
    st.builds(Value, st.just(0), st.integers(0, (1 << 32) - 1)), st.builds(Value, st.just(1), u64s),
    st.builds(Value, st.just(2), f32s), st.builds(Value, st.just(3), st.floats(allow_nan=False)),
    st.builds(Value, st.just(4), st.booleans()), st.builds(Value, st.just(5), st.text(max_size=8)),
)  # fmt: skip
flags = st.none() | st.booleans()
metrics = st.builds(
    Metric, name=st.none() | st.text(max_size=8), alias=st.none() | u64s, timestamp_ms=st.none() | u64s,
    datatype=st.none() | st.integers(0, 34), is_historical=flags, is_transient=flags, is_null=flags,
    properties=st.dictionaries(st.text(max_size=6), plain, max_size=3),
    value=st.none() | plain | st.builds(Value, st.just(OTHER), st.binary(max_size=6)),
)  # fmt: skip
payloads = st.builds(
    Payload, timestamp_ms=st.none() | u64s, metrics=st.lists(metrics, max_size=4).map(tuple), seq=st.none() | u64s,
    uuid=st.none() | st.text(max_size=6), body=st.none() | st.binary(max_size=6),
)  # fmt: skip


def as_google(payload: Payload) -> Any:
    made = GOOGLE()
    for name, told in (("timestamp", payload.timestamp_ms), ("seq", payload.seq), ("uuid", payload.uuid),
                       ("body", payload.body)):  # fmt: skip
        if told is not None:
            setattr(made, name, told)
    for metric in payload.metrics:
        one = made.metrics.add()
        for name in ("name", "alias", "datatype", "is_historical", "is_transient", "is_null"):
            if getattr(metric, name) is not None:
                setattr(one, name, getattr(metric, name))
        if metric.timestamp_ms is not None:
            one.timestamp = metric.timestamp_ms
        for key, value in metric.properties.items():
            one.properties.keys.append(key)
            setattr(one.properties.values.add(), VALUES[value.field][0], value.held)
        if metric.value is not None:
            names = [*(name for name, _ in VALUES), "bytes_value"]
            setattr(one, names[metric.value.field], metric.value.held)
    return made


@settings(max_examples=250)
@given(payloads)
def test_a_payload_is_written_as_google_writes_it_and_read_back_as_it_was(payload: Payload) -> None:
    data = encode_payload(payload)
    assert data == as_google(payload).SerializeToString()
    assert decode_payload(data) == payload


@pytest.mark.parametrize("datatype", [*SIGNED, *UNSIGNED])
def test_whole_numbers_keep_their_value_to_both_ends(datatype: int) -> None:
    bits = (SIGNED | UNSIGNED)[datatype]
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if datatype in SIGNED else (0, (1 << bits) - 1)
    for number in {low, low + 1, -1 if low else 0, 0, 1, high - 1, high}:
        assert plain_value(wire_value(number, datatype), datatype) == number
    for beyond in (low - 1, high + 1):
        with pytest.raises(ValueError, match="is not within"):
            wire_value(beyond, datatype)


def test_a_negative_number_is_read_in_its_own_width_and_stretched() -> None:
    assert plain_value(Value(0, 0xFE), 1) == -2
    assert plain_value(Value(0, 0xFFFFFFFE), 1) == -2
    assert plain_value(Value(1, (1 << 64) - 2), 3) == -2
    with pytest.raises(ValueError, match="Int8"):
        plain_value(Value(0, 0x1FE), 1)


def test_whatever_we_read_of_broken_bytes_google_reads_too(mutations: Callable[..., Iterator[bytes]]) -> None:
    valid = [
        encode_payload(Payload(timestamp_ms=1, seq=3, metrics=(
            Metric(name="a/b", alias=7, datatype=10, properties={"engUnit": Value(5, "Cel")}, value=Value(3, 2.5)),
            Metric(alias=1, is_historical=True, value=Value(1, 1 << 63)), Metric(name="t", value=Value(2, 0.5)),
        ))),
    ]  # fmt: skip
    both = 0
    for data in mutations(valid, 20_000, seed=4):
        try:
            ours = decode_payload(data)
        except ValueError:
            continue
        google = GOOGLE()
        try:
            google.ParseFromString(data)
        except DecodeError:
            pytest.fail(f"read {data!r}, which is no payload")
        both += 1
        assert [one.name or "" for one in ours.metrics] == [one.name for one in google.metrics]
        assert [one.alias or 0 for one in ours.metrics] == [one.alias for one in google.metrics]
        assert (ours.timestamp_ms or 0, ours.seq or 0) == (google.timestamp, google.seq)
        for one, other in zip(ours.metrics, google.metrics, strict=True):
            if one.value is not None and one.value.field < OTHER:
                held = getattr(other, VALUES[one.value.field][0])
                assert held == one.value.held or (math.isnan(held) and math.isnan(float(one.value.held)))
    assert both > 2_000


def test_hostile_sizes_are_refused_before_memory_is_taken() -> None:
    for data, said in (
        (b"\x12\xff\xff\xff\xff\x0f", "cut short"), (b"\x80" * 11, "does not end"), (b"\x13", "wire type 3"),
        (b"\x12\x00" * 50_001, "more than 50000 metrics"), (b"\x00\x00", "field number 0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=said):
            decode_payload(data)
