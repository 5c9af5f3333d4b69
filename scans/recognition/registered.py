"""What is not known of the scans' places is not known of what they show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spatial.facility import Facility


def with_registration(facility: Facility, sigmas_m: Sequence[float | None]) -> Facility:
    """`facility` with the standard deviations of its scans' places, metres, combined in quadrature with those of
    places and of lengths between what different scans show; None where a place was taken as it is told.

    Scans share a hall in unknown parts: their root mean square stands for each. Lengths within one rack are mostly
    seen by one scan and stay as they are.
    """
    known = np.array([sigma for sigma in sigmas_m if sigma is not None])
    if not known.any():
        return facility
    shared = float(np.sqrt(np.mean(known**2)))

    def with_shared(sigma_m: float) -> float:
        return round(math.hypot(sigma_m, shared), 4)

    return replace(
        facility,
        walls=tuple(replace(wall, sigma_m=with_shared(wall.sigma_m)) for wall in facility.walls),
        columns=tuple(replace(column, sigma_m=with_shared(column.sigma_m)) for column in facility.columns),
        racks=tuple(
            replace(
                rack,
                sigma_m=with_shared(rack.sigma_m),
                along_sigma_m=None if rack.along_sigma_m is None else with_shared(rack.along_sigma_m),
            )
            for rack in facility.racks
        ),
        aisles=tuple(replace(aisle, sigma_m=with_shared(aisle.sigma_m)) for aisle in facility.aisles),
    )
