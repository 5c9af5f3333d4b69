"""Routes one after the other in one array: a shift has a million nodes in them, too many for a tuple each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from typing import overload

import numpy as np
import numpy.typing as npt

Route = tuple[int, ...]


class JoinedRoutes(Sequence[Route]):
    """Route i is `nodes[at[i]:at[i + 1]]`. Equal to a tuple of the same routes."""

    __slots__ = ("at", "nodes")

    def __init__(self, nodes: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> None:
        self.nodes = nodes
        self.at = at

    @classmethod
    def of(cls, routes: Iterable[Route]) -> JoinedRoutes:
        """These routes."""
        routes = [*routes]
        nodes = np.fromiter(chain.from_iterable(routes), np.int64)
        return cls(nodes, np.fromiter(accumulate(map(len, routes), initial=0), np.int64, len(routes) + 1))

    @classmethod
    def chained(cls, lists: Iterable[Sequence[Route]]) -> JoinedRoutes:
        """All routes of several lists."""
        parts = [each if isinstance(each, cls) else cls.of(each) for each in lists]
        starts = accumulate((len(part.nodes) for part in parts), initial=0)
        ends = [part.at[1:] + start for part, start in zip(parts, starts, strict=False)]
        return cls(
            np.concatenate([np.empty(0, np.int64), *(part.nodes for part in parts)]),
            np.concatenate([np.zeros(1, np.int64), *ends]),
        )

    def __len__(self) -> int:
        return len(self.at) - 1

    @overload
    def __getitem__(self, index: int) -> Route: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Route, ...]: ...
    def __getitem__(self, index: int | slice) -> Route | tuple[Route, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        first = range(len(self))[index]
        return tuple(self.nodes[self.at[first] : self.at[first + 1]].tolist())

    def __iter__(self) -> Iterator[Route]:
        nodes = self.nodes.tolist()
        return (tuple(nodes[start:end]) for start, end in pairwise(self.at.tolist()))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, JoinedRoutes):
            return np.array_equal(self.at, other.at) and np.array_equal(self.nodes, other.nodes)
        return tuple(self) == other

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
