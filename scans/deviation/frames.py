"""A planned row's own frame, seen from one of its faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.facility import Rack
from spatial.locations import world_from_rack

Floats = npt.NDArray[np.float64]

FOOT_M = 0.15
"""Foot plates and guards of uprights end below."""


@dataclass(frozen=True)
class FacePoints:
    """Points before and behind one face of a row: `u` (N,) along it from its start, `q` (N,) out of the face,
    `w` (N,) above its base, metres. `side` is +1 for the face on the left of the row's heading.
    """

    side: int
    u: Floats
    q: Floats
    w: Floats

    def where(self, kept: npt.NDArray[np.bool_]) -> FacePoints:
        """The points that `kept` (N,) marks."""
        return FacePoints(self.side, self.u[kept], self.q[kept], self.w[kept])


def faces_of(rack: Rack) -> tuple[int, ...]:
    """The sides that are seen from an aisle; both where the plan names none."""
    return tuple(rack.faces) or (1, -1)


def upright_middles(rack: Rack) -> Floats:
    """u (U,) of the middle of every frame, from the row's start."""
    half = rack.upright_width_m / 2
    bays = sorted(rack.bays, key=lambda bay: bay.offset_m)
    if not bays:
        return np.array([half, rack.length_m - half])
    ends = [bay.offset_m + bay.width_m for bay in bays]
    between = [(end + bay.offset_m) / 2 for end, bay in zip(ends[:-1], bays[1:], strict=True)]
    return np.array([bays[0].offset_m - half, *between, ends[-1] + half])


def face_points(rack: Rack, points: Floats, side: int, reach_m: float) -> FacePoints:
    """Those of `points` (N, 3) that lie within `reach_m` of the row's length and height and of its face `side`."""
    pose = world_from_rack(rack)
    local = (points - pose[:3, 3]) @ pose[:3, :3]
    u, q, w = local[:, 0], side * local[:, 1] - rack.depth_m / 2, local[:, 2]
    near = (np.abs(q) < reach_m) & (u > -reach_m) & (u < rack.length_m + reach_m)
    near &= (w > -reach_m) & (w < rack.height_m + reach_m)
    return FacePoints(side, u[near], q[near], w[near])


def before_face(rack: Rack, eyes: Floats, side: int) -> npt.NDArray[np.bool_]:
    """Which of `eyes` (N, 3) may stand before the row's face `side`: not those known (no NaN) to be behind it."""
    pose = world_from_rack(rack)
    out_m = side * ((eyes - pose[:3, 3]) @ pose[:3, 1]) - rack.depth_m / 2
    return np.asarray(~(out_m < 0))
