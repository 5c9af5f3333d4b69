"""The wire format of protocol buffers: fields of a message, read and written (protobuf.dev, "Encoding")."""

from __future__ import annotations

import struct
from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_U64 = (1 << 64) - 1
_LONGEST_VARINT = 10

Field = tuple[int, int, int | bytes]
"""Number, wire type and value: an int of a varint, else the bytes."""


def fields_of(data: bytes) -> Iterator[Field]:
    """The fields in order; nothing inside them is read. Raises ValueError for what is cut short, and for groups."""
    at, end = 0, len(data)
    while at < end:
        key, at = _read_varint(data, at)
        number, kind = key >> 3, key & 7
        if not 0 < number < 1 << 29:
            raise ValueError(f"field number {number} at byte {at} is not within 1 and {(1 << 29) - 1}")
        if kind == VARINT:
            value, at = _read_varint(data, at)
            yield number, kind, value
            continue
        if kind == BYTES:
            size, at = _read_varint(data, at)
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise ValueError(f"wire type {kind} of field {number} at byte {at} is none of 0, 1, 2, 5")
        if size > end - at:
            raise ValueError(f"field {number} says {size} bytes where {end - at} are left: it was cut short")
        yield number, kind, data[at : at + size]
        at += size


def varint_field(number: int, value: int) -> bytes:
    """A field of an unsigned or, in 64 bits of two's complement, a negative number."""
    return _varint(number << 3 | VARINT) + _varint(value & _U64)


def bytes_field(number: int, value: bytes) -> bytes:
    """A field of bytes, a text in UTF-8 or a message."""
    return _varint(number << 3 | BYTES) + _varint(len(value)) + value


def float_field(number: int, value: float) -> bytes:
    """A field of 32 bits. Raises ValueError for a number beyond them."""
    try:
        return _varint(number << 3 | FIXED32) + struct.pack("<f", value)
    except OverflowError as error:
        raise ValueError(f"{value:g} is beyond 32 bits: tell it as a Double") from error


def double_field(number: int, value: float) -> bytes:
    """A field of 64 bits."""
    return _varint(number << 3 | FIXED64) + struct.pack("<d", value)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value & _U64, at + place + 1
    raise ValueError(f"the number at byte {at} does not end within {_LONGEST_VARINT} bytes")


def _varint(value: int) -> bytes:
    told = bytearray()
    while value > 0x7F:
        told.append(value & 0x7F | 0x80)
        value >>= 7
    told.append(value)
    return bytes(told)
