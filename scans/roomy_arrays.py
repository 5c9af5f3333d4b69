"""Arrays that may be larger than memory: from some size on they lie in a file, and the system keeps what is in use.

The file has no name and is gone with the array. It lies in the folder for temporary files (`TMPDIR`), which should be
on a disk.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from spatial.errors import AisletwinError

ROOMY_BYTES = 1 << 27
_ROWS = 1 << 20


def roomy_empty(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array of any content, in memory up to 128 MiB. Raises AisletwinError where the disk has no room for it."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= ROOMY_BYTES:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="aisletwin-") as file:
        _take_room(file.fileno(), size)
        lying = mmap.mmap(file.fileno(), size)
    return np.frombuffer(lying, dtype).reshape(shape)


def _take_room(file: int, size: int) -> None:
    """Make a file so long, on blocks that are its own: to write where no block can be had kills the process."""
    try:
        os.ftruncate(file, size)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, size)
    except OSError as fault:
        raise AisletwinError(
            f"{tempfile.gettempdir()}: no room for {size / 2**20:.0f} MiB of points ({fault.strerror}): make some, "
            "or set TMPDIR to a folder on a larger disk"
        ) from fault


def taken(column: npt.NDArray[Any], rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Rows of `column` (N, …): those that `rows` (N,) marks, or those of that number (M,)."""
    count = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
    some = roomy_empty((count, *column.shape[1:]), column.dtype)
    first = 0
    for part in parts_of(len(rows), column, some):
        next_ones = column[part][rows[part]] if rows.dtype == np.bool_ else column[rows[part]]
        some[first : first + len(next_ones)] = next_ones
        first += len(next_ones)
    return some


def parts_of(count: int, *arrays: npt.NDArray[Any]) -> Iterator[slice]:
    """Slices of `count` rows, about a million each; after each, what of `arrays` was looked at may leave memory."""
    for first in range(0, count, _ROWS):
        yield slice(first, min(first + _ROWS, count))
        let_go(*arrays)


def let_go(*arrays: npt.NDArray[Any]) -> None:
    """What of `arrays` lies in files need not stay in memory: nobody will ask for it soon."""
    for array in arrays:
        base: Any = array
        while isinstance(base, np.ndarray):
            base = base.base
        base = getattr(base, "obj", base)  # numpy keeps the view of a buffer
        if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            base.madvise(mmap.MADV_DONTNEED)
