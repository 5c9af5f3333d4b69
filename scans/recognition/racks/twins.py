"""A row twice as deep as its neighbours is two of them back to back, whose flue nobody looked into."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scans.recognition.racks.rows import FoundRow

_DEEP_M = 1.6  # deeper than rows for one pallet are
_FLUE_M = (0.03, 0.6)
_PARALLEL_RAD = math.radians(2)
_AS_HIGH_M = 0.3


def parted(rows: Sequence[FoundRow]) -> list[FoundRow]:
    """`rows`, with two in place of each that is as deep as two of a parallel row as high, and a flue."""
    singles = [row for row in rows if _depth(row) < _DEEP_M]
    return [part for row in rows for part in _parts(row, singles)]


def _parts(row: FoundRow, singles: Sequence[FoundRow]) -> tuple[FoundRow, ...]:
    depths = [
        _depth(s)
        for s in singles
        if _is_alike(row, s) and _FLUE_M[0] <= _depth(row) - 2 * _depth(s) <= _FLUE_M[1]
    ]
    if not depths:
        return (row,)
    depth, half = float(np.median(depths)), row.evidence_points // 2
    return (
        replace(row, v1=row.v0 + depth, evidence_points=half),
        replace(row, v0=row.v1 - depth, evidence_points=half),
    )


def _is_alike(row: FoundRow, other: FoundRow) -> bool:
    turn = abs(math.remainder(row.yaw_rad - other.yaw_rad, math.pi))
    return turn < _PARALLEL_RAD and abs(row.height_m - other.height_m) < _AS_HIGH_M


def _depth(row: FoundRow) -> float:
    return row.v1 - row.v0
