"""Numbers for states: an open-addressing index over an array of keys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

_VACANT = -1
_ODD_FACTOR = 0x9E3779B1
"""2³² over the golden ratio: multiplied by it, neighbouring keys spread (Knuth, volume 3, section 6.4)."""


@njit(cache=True)
def empty_index(room: int) -> npt.NDArray[np.int64]:
    """An index with places for at least `room` numbers; keep it at most half full."""
    size = 16
    while size < room:
        size *= 2
    return np.full(size, _VACANT, np.int64)


@njit(cache=True)
def find_or_add(index: npt.NDArray[np.int64], keys: npt.NDArray[np.int64], known: int, key: int) -> int:
    """The number of `key` among the first `known` of `keys`; a new key is written there as number `known`."""
    mask = len(index) - 1
    folded = (key ^ (key >> 31)) & 0x7FFFFFFF
    at = (folded * _ODD_FACTOR >> 20) & mask
    while index[at] != _VACANT:
        if keys[index[at]] == key:
            return int(index[at])
        at = (at + 1) & mask
    index[at] = known
    keys[known] = key
    return known
