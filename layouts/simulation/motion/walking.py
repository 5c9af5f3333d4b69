"""Walking among others: Weidmann's law of speed by density.

U. Weidmann, Transporttechnik der Fussgänger, ETH Zürich 1993 (IVT 90): v = v0 (1 − exp(−1.913 (1/ρ − 1/5.4))).
As a factor on free speed it holds for every agent, each counted as one person.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]

FREE_SPEED_M_S = 1.34
STEEPNESS_PER_M2 = 1.913
JAM_PER_M2 = 5.4

SLOWEST = 10.0
"""The cap on slowing down, reached at 4.2 persons per m²: a jam shuffles on at 0.13 m/s, nobody stops for ever."""


def walking_speed(density_per_m2: npt.ArrayLike) -> Float64s:
    """Weidmann's mean walking speed (m/s) at each density (persons/m²), 1.34 when empty, 0 from 5.4 on.

    ValueError for a density that is negative or not a number.
    """
    density = np.asarray(density_per_m2, np.float64)
    if not (density >= 0).all():
        raise ValueError("density_per_m2 must be at least 0")
    with np.errstate(divide="ignore", over="ignore"):  # an empty area has infinite room a head
        room = 1 / density - 1 / JAM_PER_M2
    return FREE_SPEED_M_S * -np.expm1(-STEEPNESS_PER_M2 * np.maximum(room, 0.0))


def slow_down(density_per_m2: npt.ArrayLike) -> Float64s:
    """The factor ≥ 1 on walking times at each density: free speed over Weidmann's, capped at SLOWEST."""
    return FREE_SPEED_M_S / np.maximum(walking_speed(density_per_m2), FREE_SPEED_M_S / SLOWEST)


def slow_down_table(area_m2: float, most_agents: int) -> Float64s:
    """The factor on walking times with n agents in the area, oneself among them: (most_agents + 1,) by n.

    Entries 0 and 1 are 1: nobody slows himself down, however small the area. ValueError for an area that is
    not above 0 or a negative number of agents.
    """
    if not (np.isfinite(area_m2) and area_m2 > 0):
        raise ValueError(f"area_m2 {area_m2} must be a positive number")
    if most_agents < 0:
        raise ValueError(f"most_agents {most_agents} must be at least 0")
    table = slow_down(np.arange(most_agents + 1) / area_m2)
    table[:2] = 1.0
    return table
