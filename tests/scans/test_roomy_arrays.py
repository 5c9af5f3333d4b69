"""Arrays that lie in files are like others, and keep what they hold when memory lets go of it."""

from __future__ import annotations

import mmap
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import scans.roomy_arrays
from scans.roomy_arrays import let_go, roomy_empty, taken
from spatial.errors import AisletwinError


@pytest.fixture
def in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans.roomy_arrays, "ROOMY_BYTES", 100)
    monkeypatch.setattr(scans.roomy_arrays, "_ROWS", 7)


def lies_in_a_file(array: npt.NDArray[Any]) -> bool:
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, memoryview) and isinstance(base.obj, mmap.mmap)


@pytest.mark.usefixtures("in_files")
def test_what_memory_let_go_is_still_there() -> None:
    array = roomy_empty((5000, 3), np.float64)
    array[:] = np.arange(15_000.0).reshape(5000, 3)
    assert lies_in_a_file(array)
    let_go(array, array[5:], np.zeros(3))
    np.testing.assert_array_equal(array, np.arange(15_000.0).reshape(5000, 3))


def test_small_ones_lie_in_memory() -> None:
    assert not lies_in_a_file(roomy_empty((5000, 3), np.float64))
    assert roomy_empty((0, 3), np.int32).shape == (0, 3)


@pytest.mark.usefixtures("in_files")
def test_a_full_disk_is_told_and_kills_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(AisletwinError, match=r"no room for 76 MiB .*No space left.*TMPDIR"):
        roomy_empty((10_000_000,), np.float64)


@pytest.mark.usefixtures("in_files")
@pytest.mark.parametrize("shape", [(50,), (50, 3)])
def test_rows_are_taken_by_mark_and_by_number(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    column = rng.normal(size=shape)
    marks, numbers = rng.random(50) < 0.5, rng.integers(0, 50, 30)
    np.testing.assert_array_equal(taken(column, marks), column[marks])
    np.testing.assert_array_equal(taken(column, numbers), column[numbers])
    assert len(taken(column, np.zeros(50, np.bool_))) == 0
