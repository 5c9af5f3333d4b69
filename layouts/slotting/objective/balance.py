"""Balance: zones that are picked side by side should have as much to do.

The cost of a group of locations is its seconds of picking squared, over what it would have in an even spread: all
together the sum of seconds where all are even, and the more above it the less they are.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from layouts.slotting.problem import CrowdCost

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Balance(BaseModel):
    """Between what, and how much it matters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["zone", "aisle"] = "zone"
    """Zones of the floor rules, or aisles."""
    weight: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 1.0
    """Seconds for each second of unevenness; 0 for none."""


def balance_cost(settings: Balance, *, pick_s: Floats, group: Ints) -> CrowdCost:
    """The cost of `pick_s` (U,) seconds of picking a unit, between the groups (L,) of locations, −1 for none."""
    groups = int(group.max(initial=-1)) + 1
    even = pick_s.sum() / max(1, groups)
    price = settings.weight / even if even > 0 else 0.0
    return CrowdCost(name="balance", of_unit=pick_s, group=group, price=np.full(groups, price))
