"""Symmetric distances among many places in half the memory, each distinct place once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NO_PLACE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class CompactDistances:
    """Distances in metres among P points that share n distinct places.

    `place` (P,) is the place of each point, or NO_PLACE for one off the floor; `length_m` (n (n − 1) / 2,),
    float32 or float64, is the upper triangle row by row: (0, 1) … (0, n − 1), (1, 2) …: 2 n² or 4 n² bytes.
    A distance is 0 within a place, a point's to itself included, and infinite where there is no way.
    """

    place: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.floating]

    def __len__(self) -> int:
        return len(self.place)

    @property
    def nbytes(self) -> int:
        """What the arrays take in memory."""
        return self.place.nbytes + self.length_m.nbytes

    def __getitem__(self, pair: tuple[npt.ArrayLike, npt.ArrayLike]) -> npt.NDArray[np.floating]:
        """`[i, j]` with point numbers, or arrays of them that broadcast, as of a full matrix (P, P).

        Raises IndexError for a number that is not in 0 … P − 1.
        """
        i, j = np.broadcast_arrays(self._known(pair[0]), self._known(pair[1]))
        one, other = self.place[i], self.place[j]
        low, high = np.minimum(one, other), np.maximum(one, other)
        apart = (low != high) & (low != NO_PLACE)
        lengths = np.where((low == NO_PLACE) & (i != j), np.inf, 0.0).astype(self.length_m.dtype)
        lengths[apart] = self.length_m[self._row(low[apart], high[apart])]
        return lengths[()]

    def rows(self, points: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """The distances (k, P) from these points (k,) to all."""
        return self[np.asarray(points, np.int64)[:, None], np.arange(len(self))[None, :]]

    def submatrix(self, points: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """The distances (k, k) among these points (k,)."""
        chosen = np.asarray(points, np.int64)
        return self[chosen[:, None], chosen[None, :]]

    def _row(self, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Where the pairs of places low < high stand in the upper triangle."""
        places = (1 + math.isqrt(1 + 8 * len(self.length_m))) // 2
        return low * places - low * (low + 1) // 2 + high - low - 1

    def _known(self, points: npt.ArrayLike) -> npt.NDArray[np.int64]:
        numbers = np.asarray(points, np.int64)
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < len(self)):
            raise IndexError(
                f"points are numbered 0 … {len(self) - 1}, got {numbers.min()} … {numbers.max()}"
            )
        return numbers
