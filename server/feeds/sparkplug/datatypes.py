"""Data types of Sparkplug B: what a value on the wire means, and how one is written (Sparkplug 3.0, 6.4.16)."""

from __future__ import annotations

from server.feeds.sparkplug.payload import (
    BOOLEAN,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    OTHER,
    STRING,
    Scalar,
    Value,
)

SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
UNSIGNED = {5: 8, 6: 16, 7: 32, 8: 64, 13: 64}
FLOAT_TYPE, DOUBLE_TYPE, BOOLEAN_TYPE = 9, 10, 11
STRINGS = (12, 14, 15)
BYTE_TYPES = (17, 18)
NAMES = {
    1: "Int8", 2: "Int16", 3: "Int32", 4: "Int64", 5: "UInt8", 6: "UInt16", 7: "UInt32", 8: "UInt64", 9: "Float",
    10: "Double", 11: "Boolean", 12: "String", 13: "DateTime", 14: "Text", 15: "UUID", 16: "DataSet", 17: "Bytes",
    18: "File", 19: "Template",
}  # fmt: skip


def plain_value(value: Value, datatype: int) -> Scalar:
    """What a value means. Raises ValueError where it is of another type or beyond it, and for types without one."""
    held = value.held
    if datatype in SIGNED and value.field in (INT, LONG):
        return _signed(int(held), SIGNED[datatype], 32 if value.field == INT else 64)
    if datatype in UNSIGNED and value.field in (INT, LONG):
        return _within(int(held), UNSIGNED[datatype])
    if (datatype == FLOAT_TYPE and value.field == FLOAT) or (
        datatype == DOUBLE_TYPE and value.field in (FLOAT, DOUBLE)
    ):
        return held
    if datatype == BOOLEAN_TYPE and value.field == BOOLEAN:
        return held
    if (datatype in STRINGS and value.field == STRING) or (datatype in BYTE_TYPES and value.field == OTHER):
        return held
    name = NAMES.get(datatype, str(datatype))
    raise ValueError(f"a {name} is not told in field {value.field + 10}: its datatype or its value is wrong")


def wire_value(told: Scalar, datatype: int) -> Value:
    """The value on the wire. Raises ValueError for what the type cannot hold."""
    if isinstance(told, bool) and datatype == BOOLEAN_TYPE:
        return Value(BOOLEAN, told)
    if isinstance(told, int) and not isinstance(told, bool) and (datatype in SIGNED or datatype in UNSIGNED):
        bits = (SIGNED | UNSIGNED)[datatype]
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if datatype in SIGNED else (0, (1 << bits) - 1)
        if not low <= told <= high:
            raise ValueError(f"{told} is not within {low} and {high} of {NAMES[datatype]}")
        return Value(LONG, told & (1 << 64) - 1) if bits == 64 else Value(INT, told & (1 << 32) - 1)
    if isinstance(told, float) and datatype in (FLOAT_TYPE, DOUBLE_TYPE):
        return Value(FLOAT if datatype == FLOAT_TYPE else DOUBLE, told)
    if isinstance(told, str) and datatype in STRINGS:
        return Value(STRING, told)
    if isinstance(told, bytes) and datatype in BYTE_TYPES:
        return Value(OTHER, told)
    raise ValueError(f"{told!r:.80} is no {NAMES.get(datatype, datatype)}")


def _signed(held: int, bits: int, wire_bits: int) -> int:
    """Two's complement, in its own width or stretched to that of the field: both are sent in the field."""
    if held >= 1 << bits:
        held -= 1 << wire_bits
    elif held >= 1 << bits - 1:
        held -= 1 << bits
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    if low <= held <= high:
        return held
    raise ValueError(f"{held} is not within {low} and {high} of Int{bits}")


def _within(held: int, bits: int) -> int:
    if held < 1 << bits:
        return held
    raise ValueError(f"{held} is not within 0 and {(1 << bits) - 1} of {bits} bits without a sign")
