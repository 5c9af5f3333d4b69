"""How well the lengths of a rack row are known: a value that the row carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RowSigmas:
    """Standard deviations of a row's lengths, metres, and of its yaw, radians.

    `face_m` are those of its faces `v0` and `v1`, `bay_m` that of a bay's clear width, `edge_m` that of an edge of an
    upright or a beam.
    """

    along_m: float
    across_m: float
    yaw_rad: float
    length_m: float
    depth_m: float
    height_m: float
    bay_m: float
    edge_m: float
    face_m: tuple[float, float]
