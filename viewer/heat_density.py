"""Blocked time as a density over the floor, and the one colour scale that all viewers show it with."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from viewer.messages import Heat

SPREAD_M = 0.6
"""Standard deviation of the Gaussian that spreads a wait: about the room that one person takes up."""
REACH = 4.0
"""Of the spread, beyond which nothing is left to add."""
FAINTEST_S_M2 = 0.1
"""What is below is not seen, and does not count for the scale."""
SCALE_SHARE = 90.0
"""Per cent of the heated floor that the colours tell apart; what is hotter, such as a depot with a queue, has
the last colour, or it would leave none for the aisles."""
LEAST_TOP_S_M2 = 1.0
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def spread(blocked_s: npt.NDArray[np.float64], cell_m: float) -> npt.NDArray[np.float64]:
    """Blocked seconds (H, W) of cells as seconds per square metre (H, W); their integral stays the same."""
    density = blocked_s / cell_m**2
    return np.asarray(gaussian_filter(density, SPREAD_M / cell_m, mode="reflect", truncate=REACH))


def scale_top(heat: Heat) -> float:
    """Where colours end for `heat`, that of a whole run: a round number of seconds per square metre."""
    margin = math.ceil(REACH * SPREAD_M / heat.cell_m)
    cells = np.zeros(heat.width * heat.height)
    cells[list(heat.cells)] = heat.blocked_s
    density = spread(np.pad(cells.reshape(heat.height, heat.width), margin), heat.cell_m)
    seen = density[density > FAINTEST_S_M2]
    return _rounded_up(max(LEAST_TOP_S_M2, float(np.percentile(seen, SCALE_SHARE)) if seen.size else 0.0))


def _rounded_up(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in STEPS if step * decade >= value * (1 - 1e-9))
