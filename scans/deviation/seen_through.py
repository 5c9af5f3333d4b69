"""What beams met on the faces of a row: whether they ended in the place of a beam, or went on through it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.deviation.frames import Floats
from scans.deviation.seen_points import SeenPoints
from spatial.facility import Rack
from spatial.locations import world_from_rack

_CELL_M = 0.15
_RIM_M = 0.02  # about a beam's rim beams of light are split, and its height is not exact
_ON_M = 0.03
_PAST_M = 0.08  # behind the plane by more is behind a beam
_MOST_RAYS = 3_000_000


@dataclass(frozen=True)
class BeamSight:
    """Light that `ended` on, and went `through`, each cell of each place of a beam: (bays, tiers, cells)."""

    ended: npt.NDArray[np.int64]
    through: npt.NDArray[np.int64]

    def shares(self) -> tuple[Floats, Floats]:
        """Of each place (bays, tiers): the share of cells that is solid, and the share that is open.

        A cell is told by two rays or more: solid if a fair share ended, open if next to none did.
        """
        rays = self.ended + self.through
        told = rays >= 2
        solid = told & (self.ended >= 0.25 * rays)
        is_open = told & (self.ended <= 0.08 * rays)
        return solid.mean(axis=2), is_open.mean(axis=2)


def look_at_beams(rack: Rack, bands: Floats, side: int, seen: SeenPoints) -> BeamSight:
    """Rays of `seen` on the face `side` of `rack`, as it stands, in `bands` (bays, tiers, 2): from which height above
    its base to which a beam, or a part of one, would hide what is behind.

    Points whose station is unknown only end somewhere.
    """
    pose = world_from_rack(rack)
    cells = max(4, math.ceil(max((bay.width_m for bay in rack.bays), default=1.0) / _CELL_M))
    ended = np.zeros((*bands.shape[:2], cells), np.int64)
    through = np.zeros_like(ended)
    stride = max(1, len(seen.points) // _MOST_RAYS)
    _meet(
        seen.points[::stride], seen.station[::stride], seen.eyes,
        pose[:3, 3].copy(), pose[:3, :3].copy(), float(side), rack.depth_m / 2, rack.length_m, rack.height_m,
        np.array([(bay.offset_m + 0.05, bay.offset_m + bay.width_m - 0.05) for bay in rack.bays]).reshape(-1, 2),
        bands, ended, through,
    )  # fmt: skip
    return BeamSight(ended, through)


@njit(cache=True)
def _meet(  # type: ignore[no-untyped-def]
    points, station, eyes, origin, axes, side, half_depth, length, height, bays, bands, ended, through
):
    """Count where each ray meets the plane of the face; numeric kernel over all rays."""
    cells = ended.shape[2]
    for n in range(len(points)):
        x, y, z = points[n, 0] - origin[0], points[n, 1] - origin[1], points[n, 2] - origin[2]
        q = side * (x * axes[0, 1] + y * axes[1, 1]) - half_depth
        is_on = abs(q) < _ON_M
        u, w = x * axes[0, 0] + y * axes[1, 0], z
        if not is_on:
            e = station[n]
            if e < 0:
                continue
            ex, ey, ez = eyes[e, 0] - origin[0], eyes[e, 1] - origin[1], eyes[e, 2] - origin[2]
            q_eye = side * (ex * axes[0, 1] + ey * axes[1, 1]) - half_depth
            if not ((q_eye > 0.05 and q < -_PAST_M) or (q_eye < -_PAST_M and q > 0.05)):
                continue
            share = q_eye / (q_eye - q)
            u_eye = ex * axes[0, 0] + ey * axes[1, 0]
            u, w = u_eye + share * (u - u_eye), ez + share * (z - ez)
        if u < 0 or u > length or w < 0 or w > height + 0.3:
            continue
        for b in range(len(bays)):
            if bays[b, 0] < u < bays[b, 1]:
                for t in range(bands.shape[1]):
                    if bands[b, t, 0] + _RIM_M * 0.5 < w < bands[b, t, 1] - _RIM_M * 0.5:
                        c = min(int((u - bays[b, 0]) / (bays[b, 1] - bays[b, 0]) * cells), cells - 1)
                        if is_on:
                            ended[b, t, c] += 1
                        else:
                            through[b, t, c] += 1
                break
