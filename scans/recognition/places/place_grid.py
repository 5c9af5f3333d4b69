"""Where to look for loads in a rack row: the middles of its places, as a grid of places along it and tiers up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.facility import Rack
from spatial.locations import tier_span

STEP_M = 0.04
_MIDDLE = 0.6  # share of a place's width: uprights, and neighbours that overhang, stay out
_PALLET_M = 0.06  # what lies on a deck stays out, a pallet does not
_CARTON_M = 0.04
_LOW_LOAD_M, _LOW_CARTON_M = 0.36, 0.08  # as high as the lowest content that is looked for
_OVERHANG_M = 0.15


_SIDES_M = 0.1  # how near to the border between two places the sides of their loads stand
_CLEAR = 1.4
_PALLET_PITCH_M = 0.95


@dataclass(frozen=True)
class PlaceGrid:
    """`u` (P, 2) and `z` (T, 2) bound the middles of places and tiers in the row's own frame; `v0`–`v1` its depth.

    `bay` and `position` (P,) say which place it is.
    """

    u: npt.NDArray[np.float64]
    z: npt.NDArray[np.float64]
    v0: float
    v1: float
    bay: npt.NDArray[np.int64]
    position: npt.NDArray[np.int64]
    step_m: float = STEP_M

    @property
    def shape(self) -> tuple[int, int]:
        """Places and tiers."""
        return len(self.u), len(self.z)

    def lookups(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Index of the place at each step along the row and of the tier at each step up, −1 between them."""
        return _lookup(self.u, self.step_m), _lookup(self.z, self.step_m)


def positions_in(rack: Rack, points: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Places side by side in each bay of `rack`; `points` (N, 3) are those in it, in its own frame.

    Loads show their sides at the borders between places, in every bay at the same share of its width. The
    number whose borders stand out most is taken; if none does, as many pallets as go in. A shelf is one place.
    """
    if rack.kind == "shelving" or not rack.bays:
        return (1,) * len(rack.bays)
    width = float(np.median([bay.width_m for bay in rack.bays]))
    usual = max(1, int(width / _PALLET_PITCH_M + 0.2))
    bins = max(round(width / 0.05), 1)
    counts = np.zeros(bins)
    for bay in rack.bays:
        share = (points[:, 0] - bay.offset_m) / bay.width_m
        counts += np.histogram(share, bins=bins, range=(0.0, 1.0))[0]
    able = range(max(1, int(width / 1.6)), max(2, int(width / 0.55) + 1))
    prominence = {n: _prominence(counts, n, width) for n in able if n > 1}
    best = max(prominence, key=lambda n: prominence[n], default=usual)
    count = best if prominence.get(best, 0.0) > _CLEAR else usual
    return (count,) * len(rack.bays)


def _prominence(counts: npt.NDArray[np.float64], places: int, width_m: float) -> float:
    """By how much the strongest step near each of the borders between `places` exceeds the usual one."""
    at = (np.arange(len(counts)) + 0.5) / len(counts)
    reach = _SIDES_M / width_m
    peaks = [counts[np.abs(at - k / places) < reach].max(initial=0.0) for k in range(1, places)]
    return float(np.mean(peaks) / max(float(np.median(counts)), 1.0))


def place_grid(rack: Rack, positions: Sequence[int]) -> PlaceGrid:
    """The grid of `rack`, whose bays have so many `positions` (one number a bay).

    A load may overhang on the side of an aisle; the mate's, across the flue, is not to be met.
    """
    u, bay, position = [], [], []
    for index, (opening, count) in enumerate(zip(rack.bays, positions, strict=True)):
        width = opening.width_m / count
        for place in range(count):
            middle = opening.offset_m + (place + 0.5) * width
            u.append((middle - _MIDDLE * width / 2, middle + _MIDDLE * width / 2))
            bay.append(index)
            position.append(place + 1)
    foot, height = (_CARTON_M, _LOW_CARTON_M) if rack.kind == "shelving" else (_PALLET_M, _LOW_LOAD_M)
    z = []
    for tier in range(len(rack.tiers) + 1):
        bottom, top = tier_span(rack, tier)
        low = min(bottom + foot, (bottom + top) / 2)
        z.append((low, max(low, min(low + height, top - 0.05))))
    reach = [_OVERHANG_M if side in rack.faces else -0.05 for side in (-1, 1)]
    half = rack.depth_m / 2
    return PlaceGrid(
        np.array(u), np.array(z), -half - reach[0], half + reach[1], np.array(bay), np.array(position)
    )


def _lookup(spans: npt.NDArray[np.float64], step_m: float) -> npt.NDArray[np.int32]:
    table = np.full(int(spans.max() / step_m) + 2, -1, np.int32)
    for index, (low, high) in enumerate(spans):
        table[int(low / step_m + 0.5) : max(int(high / step_m + 0.5), int(low / step_m + 0.5) + 1)] = index
    return table
