"""What is packed is unpacked by a reader of LZ4 blocks and of integer coding, at the sizes where lengths change."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.exports.crate_packing import packed, packed_ints


def unpacked(content: bytes) -> bytes:
    """A reader of one chunk of LZ4: literals and matches, after the format's description."""
    (size,) = struct.unpack_from("<Q", content)
    assert size == len(content) - 8
    block, out, at = content[9:], bytearray(), 0
    assert content[8] == 0  # one chunk
    while at < len(block):
        token, at = block[at], at + 1
        count = token >> 4
        if count == 15:
            while True:
                more, at = block[at], at + 1
                count += more
                if more != 255:
                    break
        out += block[at : at + count]
        at += count
        assert at >= len(block)  # a match would follow
    return bytes(out)


def unpacked_ints(content: bytes, count: int) -> list[int]:
    coded = unpacked(content)
    (common,) = struct.unpack_from("<i", coded)
    codes, at = coded[4 : 4 + (2 * count + 7) // 8], 4 + (2 * count + 7) // 8
    value, found = 0, []
    for i in range(count):
        size = (codes[i // 4] >> 2 * (i % 4)) & 3
        form, width = {0: ("", 0), 1: ("<b", 1), 2: ("<h", 2), 3: ("<i", 4)}[size]
        step = struct.unpack_from(form, coded, at)[0] if width else common
        at += width
        value = (value + step) & 0xFFFFFFFF
        found.append(value)
    assert at == len(coded)
    return found


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 254, 269, 270, 271, 524, 525, 526, 100_000])
def test_bytes_come_back(size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    assert unpacked(packed(content)) == content


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert unpacked_ints(packed_ints(numbers), len(numbers)) == numbers


def test_negative_numbers_are_those_of_32_bits() -> None:
    assert unpacked_ints(packed_ints([5, -2, 0, -1]), 4) == [5, 2**32 - 2, 0, 2**32 - 1]
