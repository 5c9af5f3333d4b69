"""What is to be batched, and the answer: batches with their lengths, and how far from the shortest they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Members = tuple[int, ...]
"""The orders of one batch by number, rising."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchingProblem:
    """N whole orders to be put into batches that each hold at most `capacity`.

    `size` (N,) counts what the capacity counts: pieces, lines, boxes, or 1 for orders. Orders with different
    `group` (N,) never share a batch; `batches_at_most` bounds their number. ValueError for no orders, for a
    size that is not above 0 and finite, and for an order larger than the capacity, which is named.
    """

    size: npt.NDArray[np.float64]
    capacity: float
    group: npt.NDArray[np.int64]
    batches_at_most: int | None = None

    def __post_init__(self) -> None:
        if len(self.size) == 0:
            raise ValueError("there are no orders to batch: give at least one")
        if len(self.group) != len(self.size):
            raise ValueError(f"group names {len(self.group)} orders, size {len(self.size)}: expected as many")

    @property
    def orders(self) -> int:
        """How many orders there are."""
        return len(self.size)

    @property
    def most_batches(self) -> int:
        """`batches_at_most`, or a batch an order."""
        return self.orders if self.batches_at_most is None else self.batches_at_most


def batching_problem(
    size: Sequence[float] | npt.NDArray[np.floating[Any] | np.integer[Any]],
    *,
    capacity: float,
    names: Sequence[str] | None = None,
    groups: Sequence[object] | None = None,
    batches_at_most: int | None = None,
) -> BatchingProblem:
    """The problem of `size` (N,); `groups` are any values, e.g. `(zone, wave)`, and `names` speak in errors."""
    sizes = np.asarray(size, np.float64)
    called = [f"order {order}" for order in range(len(sizes))] if names is None else list(names)
    for name, each in zip(called, sizes, strict=True):
        if not (np.isfinite(each) and each > 0):
            raise ValueError(f"{name} has size {each:g}: expected a finite size above 0")
        if each > capacity:
            raise ValueError(
                f"{name} has size {each:g}, above the capacity {capacity:g} of a batch: split the order or "
                "take a larger cart"
            )
    number: dict[object, int] = {}
    keys = [number.setdefault(group, len(number)) for group in groups or [None] * len(sizes)]
    if batches_at_most is not None:
        _enough_batches(sizes, capacity, batches_at_most)
    return BatchingProblem(
        size=sizes,
        capacity=float(capacity),
        group=np.asarray(keys, np.int64),
        batches_at_most=batches_at_most,
    )


def _enough_batches(sizes: npt.NDArray[np.float64], capacity: float, batches: int) -> None:
    if sizes.sum() > batches * capacity:
        raise ValueError(
            f"batches_at_most {batches} of capacity {capacity:g} hold {batches * capacity:g}, the orders have "
            f"{sizes.sum():g}: allow more batches"
        )


@dataclass(frozen=True, kw_only=True)
class Batching:
    """Batches in order of their first member, the length of each, and a length no batching can be below.

    `bound_from` says where the bound comes from.
    """

    batches: tuple[Members, ...]
    lengths_m: tuple[float, ...]
    bound_m: float
    bound_from: str

    @property
    def length_m(self) -> float:
        """Metres of all tours together."""
        return sum(self.lengths_m)

    @property
    def gap(self) -> float:
        """The most by which this exceeds the shortest batching, as a share of its own length."""
        return 0.0 if self.proven else (self.length_m - self.bound_m) / self.length_m

    @property
    def proven(self) -> bool:
        """Whether no batching is shorter, to a part in a thousand million."""
        return self.length_m - self.bound_m <= 1e-9 * max(1.0, self.length_m)
