"""Replenishment: the trips that refill a pick face, the fewer the more it holds.

A unit from which V m³ are picked, in a location that holds `fill` × its volume v, is refilled V / (fill · v) times:
the cost is that of Heskett's cube per order, and separates into one factor of the unit and one of the location.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from layouts.slotting.problem import PlaceCost

Floats = npt.NDArray[np.float64]


class Replenishment(BaseModel):
    """What a refill takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trip_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 120.0
    """Seconds of one refill, without the way there."""
    fill: Annotated[float, Field(gt=0, le=1)] = 0.85
    """The share of a location's volume that goods fill."""
    station: str | None = None
    """Where refills come from and go back to; default the depot."""


def replenishment_cost(
    settings: Replenishment, *, picked_m3: Floats, volume_m3: Floats, round_trip_s: Floats
) -> PlaceCost:
    """The cost of refilling `picked_m3` (U,), not a number where unknown, in locations of `volume_m3` (L,).

    `round_trip_s` (L,) is the way from the reserve and back. A volume of 0 or unknown counts as the middle one.
    """
    known = volume_m3[volume_m3 > 0]
    usual = float(np.median(known)) if len(known) else 1.0
    volume = np.where(volume_m3 > 0, volume_m3, usual)
    return PlaceCost(
        name="replenishment",
        of_unit=np.where(np.isnan(picked_m3), 0.0, picked_m3),
        of_location=(settings.trip_s + round_trip_s) / (settings.fill * volume),
    )
