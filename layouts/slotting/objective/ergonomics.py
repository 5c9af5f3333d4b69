"""Ergonomics: what bending, reaching and climbing add to a pick.

A pick inside the golden zone, between hip and shoulder, costs nothing more. Outside it a pick takes `per_m_s` for
every metre below or above, and above what a standing person reaches `climb_s` for steps or a lift. An item of m kg
counts 1 + m / `heavy_kg` times: the heavier, the more it belongs into the golden zone.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.slotting.problem import PlaceCost

Floats = npt.NDArray[np.float64]
Seconds = Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)]
Height = Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)]


class Ergonomics(BaseModel):
    """Heights are those of a location's middle above the floor of its rack."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    golden_m: tuple[Height, Height] = (0.75, 1.4)
    """From hip to shoulder."""
    per_m_s: Seconds = 3.0
    """Seconds a pick for every metre outside."""
    reach_m: Height = 2.0
    """What a standing person reaches."""
    climb_s: Seconds = 15.0
    """Seconds a pick above that."""
    heavy_kg: Annotated[float, Field(gt=0, le=1_000)] = 10.0
    """An item of this mass counts twice."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Ergonomics:
        if not self.golden_m[0] <= self.golden_m[1] <= self.reach_m:
            raise ValueError(
                f"golden_m {list(self.golden_m)} must rise and end at reach_m {self.reach_m:g} at most"
            )
        return self

    def pick_s(self, height_m: Floats) -> Floats:
        """Seconds (L,) that a pick at each height takes longer than one in the golden zone."""
        low, high = self.golden_m
        outside = np.maximum(0.0, np.maximum(low - height_m, height_m - high))
        seconds: Floats = self.per_m_s * outside + self.climb_s * (height_m > self.reach_m)
        return seconds


def ergonomics_cost(settings: Ergonomics, *, visits: Floats, mass_kg: Floats, height_m: Floats) -> PlaceCost:
    """The cost of `visits` (U,) to units of `mass_kg` (U,) a piece, nan where unknown, at `height_m` (L,)."""
    mass = np.where(np.isnan(mass_kg), 0.0, mass_kg)
    return PlaceCost(
        name="ergonomics",
        of_unit=visits * (1 + mass / settings.heavy_kg),
        of_location=settings.pick_s(height_m),
    )
