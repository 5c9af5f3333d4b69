"""Faces that no scanner stood before: seen through the row, an upright shows its inner side and what leads outwards.

From before a face there is nothing in front of it, and behind it the sides of its uprights. From within it is the
other way round: then the face is where those sides end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.faces import POST_FOOT_M, is_shelving
from scans.recognition.racks.nearest import frame_at
from scans.recognition.racks.rows import FoundRow
from scans.recognition.tiled_points import TiledPoints

_REACH_M, _DEEPEST_POST_M, _SKIN_M = 0.14, 0.105, 0.01
_FEWEST = 20  # points of sides
_OUTWARDS = 0.1  # of those on the plane
_END = 0.97  # of the points of sides lie before their end: a few are mixed with what is behind
_BESIDE_M = 0.02  # the sides of an upright are seen so far from its edges


def with_hidden_faces(row: FoundRow, cloud: TiledPoints) -> FoundRow:
    """The row, each of whose faces that was seen from within lies where the sides of its uprights end.

    Posts of shelving are too thin for that.
    """
    if is_shelving(row.tiers):
        return row
    axes = axes_of(row.yaw_rad)
    low = np.array([row.posts[0], row.v0]) - _REACH_M
    high = np.array([row.posts[-1], row.v1]) + _REACH_M
    u, v, z = cloud.in_box(axes, low, high)
    height = z - cloud.floor_at(row.center)
    at_post = frame_at(row.posts, u, row.upright_width_m / 2 + _BESIDE_M) >= 0
    v = v[at_post & (height > POST_FOOT_M) & (height < row.height_m)]
    return replace(row, v0=row.v0 - _hidden_m(row.v0 - v), v1=row.v1 + _hidden_m(v - row.v1))


def _hidden_m(outwards: npt.NDArray[np.float64]) -> float:
    """How far beyond a plane uprights end, of places (N,) outwards from it; 0 for one seen from before it."""
    beyond = outwards[(outwards > _SKIN_M) & (outwards < _REACH_M)]
    behind = np.count_nonzero((outwards < -_SKIN_M) & (outwards > -_REACH_M))
    on = np.count_nonzero(np.abs(outwards) <= _SKIN_M)
    if len(beyond) < max(_FEWEST, _OUTWARDS * float(on), float(behind)):
        return 0.0
    end = float(np.quantile(beyond, _END))
    return end if end < _DEEPEST_POST_M else 0.0  # what goes on is no upright
