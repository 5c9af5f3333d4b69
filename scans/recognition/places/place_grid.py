"""Where to look for loads in a rack row: the middles of its places, as a grid of places along it and tiers up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

from spatial.facility import Rack
from spatial.locations import tier_span

STEP_M = 0.04
_MIDDLE = 0.6  # share of a place's width: uprights, and neighbours that overhang, stay out
_PALLET_M = 0.06  # what lies on a deck stays out, a pallet does not
_CARTON_M = 0.04
_LOW_LOAD_M, _LOW_CARTON_M = 0.36, 0.08  # as high as the lowest content that is looked for
_OVERHANG_M = 0.15

_SIDE_M = 0.05  # how far from where it belongs a load's side may be: loads stand a little askew
_UPRIGHT_M = 0.05  # beside an upright its own sides are seen
_LOAD_M, _LOAD_SHARE = 0.55, 0.5  # the narrowest load, and what it takes of its place at least
_OFF_TIER_M = 0.2  # so near to a tier pallets, decks and beams are seen
_GAP_STEP_M = 0.02
_FEWEST = 100  # points that tell where loads stand: they lie on few scan lines
_CLEAR_GAIN, _CLEAR = 0.1, 1.4  # nats a point; and against that of the usual number
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

    Loads stand in the middle of their places and are all about as wide: they show their sides at the same shares of
    every bay's width. The number of places, of those that loads fit in, is taken whose sides gather the most points;
    if none does clearly, as many pallets as go in. A shelf is one place.
    """
    if rack.kind == "shelving" or not rack.bays:
        return (1,) * len(rack.bays)
    width = float(np.median([bay.width_m for bay in rack.bays]))
    usual = max(1, int(width / _PALLET_PITCH_M + 0.2))
    at, counts = _profile(rack, points, width)
    able = range(max(1, int(width / 1.6)), max(2, int(width / _LOAD_M) + 1))
    gain = {number: _gain(at, counts, width / number) for number in {usual, *able}}
    best = max(gain, key=lambda number: gain[number])
    told = counts.sum() >= _FEWEST and gain[best] > max(_CLEAR_GAIN, _CLEAR * gain[usual])
    return (best if told else usual,) * len(rack.bays)


def _profile(
    rack: Rack, points: npt.NDArray[np.float64], width_m: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Distances (K,) from the left upright of a bay, and how many points of loads all bays have there (K,)."""
    loads = _off_tiers(rack, points)
    bins = max(round(width_m / 0.05), 1)
    counts = np.zeros(bins)
    for bay in rack.bays:
        share = (loads[:, 0] - bay.offset_m) / bay.width_m
        counts += np.histogram(share, bins=bins, range=(0.0, 1.0))[0]
    at = np.asarray((np.arange(bins) + 0.5) * (width_m / bins), np.float64)
    inner = (at > _UPRIGHT_M) & (at < width_m - _UPRIGHT_M)
    return at[inner], counts[inner]


def _off_tiers(rack: Rack, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The `points` (N, 3) of loads: bars below pallets stand at equal shares of a bay too, but not of its places."""
    kept = np.zeros(len(points), np.bool_)
    for tier in range(len(rack.tiers) + 1):
        bottom, top = tier_span(rack, tier)
        kept |= (points[:, 2] > bottom + _OFF_TIER_M) & (points[:, 2] < top - _OFF_TIER_M)
    return points[kept]


def _gain(at: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], pitch_m: float) -> float:
    """By how much, in nats a point, `counts` at `at` (K,) are likelier if points gather at the sides of loads in the
    middles of places of `pitch_m` than if they lie anywhere; loads are as wide as explains most.

    It is the divergence of Kullback and Leibler (1951) of the share of points at the sides from that of the width.
    """
    aside = np.abs(at % pitch_m - pitch_m / 2)
    widest_gap_m = min(pitch_m - _LOAD_M, (1.0 - _LOAD_SHARE) * pitch_m)
    return max(
        (
            _divergence(np.abs(aside - (pitch_m - gap_m) / 2) < _SIDE_M, counts)
            for gap_m in np.arange(0.0, widest_gap_m, _GAP_STEP_M)
        ),
        default=0.0,
    )


def _divergence(side: npt.NDArray[np.bool_], counts: npt.NDArray[np.float64]) -> float:
    """Of how the `counts` (K,) lie in and out of the `side` bins (K,) from an even spread; 0 if fewer lie in."""
    even, seen = float(side.mean()), float(counts[side].sum() / max(counts.sum(), 1.0))
    if not 0.0 < even < seen:
        return 0.0
    return float(rel_entr(seen, even) + rel_entr(1.0 - seen, 1.0 - even))


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
