"""The rectangle that a row covers."""

from __future__ import annotations

import math

import numpy as np

from scans.deviation.frames import Floats
from spatial.facility import Rack


def rack_corners(rack: Rack) -> Floats:
    """Corners (4, 2) of the footprint in the world, counter-clockwise, metres."""
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    half = np.array([rack.length_m / 2, rack.depth_m / 2])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half @ np.array([[c, s], [-s, c]])
    return np.asarray(corners + rack.center)
