"""LZF decompression, as binary_compressed PCD needs it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(cache=True, nogil=True)
def lzf_decompress(packed: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> int:
    """Unpack `packed` (N,) into `out` (M,); the number of bytes written, or −1 for a damaged stream.

    A control byte below 32 starts a run of literals; any other one refers back: three bits of length
    (7: one more byte follows) and thirteen of distance.
    """
    i, o = 0, 0
    while i < len(packed):
        control = int(packed[i])
        i += 1
        if control < 32:
            run = control + 1
            if i + run > len(packed) or o + run > len(out):
                return -1
            out[o : o + run] = packed[i : i + run]
            i += run
            o += run
            continue
        length = control >> 5
        if length == 7:
            if i >= len(packed):
                return -1
            length += int(packed[i])
            i += 1
        if i >= len(packed):
            return -1
        back = o - ((control & 31) << 8) - int(packed[i]) - 1
        i += 1
        length += 2
        if back < 0 or o + length > len(out):
            return -1
        for k in range(length):  # byte by byte: the reference may overlap what it writes
            out[o + k] = out[back + k]
        o += length
    return o
