"""How a block is turned: so that its faces are the sharpest lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import gaussian_filter1d

from scans.recognition.racks.blocks import RackBlock

_ENOUGH_POINTS = 20_000  # tell the yaw of a block
_BLUR = gaussian_filter1d(np.eye(1, 9, 4)[0], 1.0)[4:]  # a normal distribution's weights, from its middle


def turned_to_faces(block: RackBlock, uvz: npt.NDArray[np.float64]) -> RackBlock:
    """The block, turned by up to 0.7° about its middle to 0.02°; as it is where too few points tell.

    `uvz` (3, N) are the points in it: along it, across it and above the floor.
    """
    u, v, _ = uvz.compress(uvz[2] > 0.3, axis=1)
    if len(u) < 50:
        return block
    step = max(1, len(u) // _ENOUGH_POINTS)
    u, v = u[::step].copy(), v[::step].copy()
    lever = u - u.mean()
    best = 0.0
    for reach, step_deg in ((0.6, 0.1), (0.1, 0.02)):
        turns = best + np.deg2rad(np.arange(-reach, reach + step_deg / 2, step_deg))
        best = float(turns[np.argmax(_sharpness(v, lever, np.tan(turns), _BLUR))])
    turned = replace(block, yaw_rad=block.yaw_rad + best)
    moved = block.corners().mean(0) @ turned.axes.T
    du = float(moved[0]) - (block.u0 + block.u1) / 2
    dv = float(moved[1]) - (block.v0 + block.v1) / 2
    return replace(turned, u0=block.u0 + du, u1=block.u1 + du, v0=block.v0 + dv, v1=block.v1 + dv)


@njit(cache=True, nogil=True)
def _sharpness(v, lever, slopes, blur):  # type: ignore[no-untyped-def]
    """(T,): at each slope the sum of squares over the lines of 1 cm along it, blurred."""
    found = np.zeros(len(slopes))
    reach = len(blur) - 1
    for t in range(len(slopes)):
        low, high = np.inf, -np.inf
        for n in range(len(v)):
            at = v[n] - slopes[t] * lever[n]
            low, high = min(low, at), max(high, at)
        lines = np.zeros(int((high - low) / 0.01) + 2)
        last = 0
        for n in range(len(v)):
            line = int((v[n] - slopes[t] * lever[n] - low) / 0.01)
            lines[line] += 1.0
            last = max(last, line)
        for line in range(last + 1):
            total = blur[0] * lines[line]
            for k in range(1, reach + 1):  # mirrored at both ends
                before, after = line - k, line + k
                if before < 0:
                    before = min(-1 - before, last)
                if after > last:
                    after = max(2 * last + 1 - after, 0)
                total += blur[k] * (lines[before] + lines[after])
            found[t] += total * total
    return found
