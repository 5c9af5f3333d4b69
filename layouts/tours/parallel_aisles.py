"""The literature's warehouse: parallel aisles joined by straight cross-aisles, and the places to visit in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, kw_only=True, eq=False)
class ParallelAisles:
    """M aisles, joined by B + 1 cross-aisles into B blocks.

    `aisle_m` (B, M): metres along each aisle from cross-aisle b to b + 1, junction to junction; cross-aisle 0 is
    the front one. `cross_m` (B + 1, M − 1): metres along each cross-aisle from aisle j to j + 1. `depot` is the
    junction (cross-aisle, aisle) where tours start and end, `depot_m` away from it. All lengths are finite and
    not negative, M and B at least 1; ValueError otherwise.
    """

    aisle_m: npt.NDArray[np.float64]
    cross_m: npt.NDArray[np.float64]
    depot: tuple[int, int] = (0, 0)
    depot_m: float = 0.0

    def __post_init__(self) -> None:
        if self.aisle_m.ndim != 2 or 0 in self.aisle_m.shape:
            raise ValueError(
                f"aisle_m has shape {self.aisle_m.shape}: expected (blocks, aisles), 1 or more each"
            )
        expected = (self.blocks + 1, self.aisles - 1)
        if self.cross_m.shape != expected:
            raise ValueError(f"cross_m has shape {self.cross_m.shape}: expected {expected} for these aisles")
        for name in ("aisle_m", "cross_m", "depot_m"):
            lengths = np.asarray(getattr(self, name))
            if not np.all(np.isfinite(lengths) & (lengths >= 0)):
                raise ValueError(f"{name} holds a length that is negative or not finite")
        cross, aisle = self.depot
        if not (0 <= cross <= self.blocks and 0 <= aisle < self.aisles):
            raise ValueError(
                f"depot {self.depot} is no junction: expected a cross-aisle 0 … {self.blocks} and an aisle "
                f"0 … {self.aisles - 1}"
            )

    @property
    def blocks(self) -> int:
        """How many blocks lie one behind the other."""
        return int(self.aisle_m.shape[0])

    @property
    def aisles(self) -> int:
        """How many aisles lie side by side."""
        return int(self.aisle_m.shape[1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Picks:
    """P places to visit, in any order: `aisle` (P,), `block` (P,), `offset_m` (P,) from the block's front
    cross-aisle.
    """

    aisle: npt.NDArray[np.int64]
    block: npt.NDArray[np.int64]
    offset_m: npt.NDArray[np.float64]

    def within(self, warehouse: ParallelAisles) -> None:
        """ValueError unless every place lies in an aisle of `warehouse`, between its cross-aisles."""
        for name, bound in (("aisle", warehouse.aisles), ("block", warehouse.blocks)):
            index = getattr(self, name)
            outside = (index < 0) | (index >= bound)
            if outside.any():
                raise ValueError(f"{name} {index[outside][0]} is outside 0 … {bound - 1}")
        length = warehouse.aisle_m[self.block, self.aisle]
        outside = ~((self.offset_m >= 0) & (self.offset_m <= length))
        if outside.any():
            raise ValueError(
                f"offset_m {self.offset_m[outside][0]} is outside its aisle of {length[outside][0]} m"
            )
