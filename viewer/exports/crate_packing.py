"""How sections of a USD crate are packed: OpenUSD's pxr/base/tf/fastCompression and pxr/usd/sdf/integerCoding.

What is written is valid and not small: sections tell the structure, the values lie elsewhere and are most of a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

SIZE_OF_STEP = 3
"""The code of a step of 32 bits."""


def packed(content: bytes) -> bytes:
    """Bytes as one chunk, which is an LZ4 block of literals alone; its size comes first, in 64 bits."""
    rest = len(content) - 15
    length = b"" if rest < 0 else b"\xff" * (rest // 255) + bytes([rest % 255])
    block = b"\0" + bytes([min(len(content), 15) << 4]) + length + content
    return struct.pack("<Q", len(block)) + block


def packed_ints(numbers: Iterable[int]) -> bytes:
    """Numbers of 32 bits: the most frequent step between neighbours (none is told), the size of each step in two
    bits, four to a byte from the lowest, and the steps; all of it `packed`.
    """
    values = np.fromiter(numbers, np.int64)
    steps = values.copy()
    steps[1:] -= values[:-1]
    sizes = np.zeros(-(-len(steps) // 4) * 4, np.uint8)
    sizes[: len(steps)] = SIZE_OF_STEP
    codes = (sizes.reshape(-1, 4) << np.array([0, 2, 4, 6], np.uint8)).sum(axis=1).astype(np.uint8)
    return packed(struct.pack("<i", 0) + codes.tobytes() + (steps & 0xFFFFFFFF).astype("<u4").tobytes())
