"""Things that are linked with each other, directly or through others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def components(count: int, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]) -> list[int]:
    """For each of `count` things the smallest one that it is linked with."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        first, second = sorted((find(i), find(j)))
        root[second] = first
    return [find(i) for i in range(count)]


def groups_of(root: list[int]) -> Iterator[npt.NDArray[np.intp]]:
    """The indices of things that have the same root, group by group."""
    order = np.argsort(root, kind="stable")
    cuts = np.flatnonzero(np.diff(np.asarray(root)[order])) + 1
    yield from np.split(order, cuts)
